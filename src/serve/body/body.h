/*
 * serve/body/body.h - the content of a response as an object that makes its octets: a file, several
 * ranges of one, a listing, what is compressed or packed on the way.
 *
 * It knows no request and no connection. Who makes one embeds struct body in its own state.
 */
#ifndef SERVE_BODY_BODY_H
#define SERVE_BODY_BODY_H

#include <stddef.h>
#include <sys/types.h>

struct body;

struct body_ops {
	/*
	 * Makes the next octets, at most @room (over 0), at @at. Returns their number; 0 at the
	 * end, also when it is called again; -LEAT_EAGAIN: some work is done that gave no octets
	 * yet, or so much that others have their turn now, and the call is made again in the next
	 * turn of the world; or another error, with which the response is broken off.
	 */
	ssize_t (*produce)(struct body *b, char *at, size_t room);
	/* Gives back all that the body has. Called once, whether all octets were made or not. */
	void (*end)(struct body *b);
};

struct body {
	const struct body_ops *ops;
};

static inline ssize_t
body_produce(struct body *b, char *at, size_t room)
{
	return b->ops->produce(b, at, room);
}

static inline void
body_end(struct body *b)
{
	b->ops->end(b);
}

#endif
