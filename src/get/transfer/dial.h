/*
 * get/transfer/dial.h - connects to one of several addresses, those of both families soon after
 * each other (Happy Eyeballs, RFC 8305), so that a family that does not work costs a quarter of
 * a second.
 */
#ifndef GET_DIAL_H
#define GET_DIAL_H

#include "io/io.h"

enum { DIAL_MOST = 32 };

/* How long an attempt has before the next one begins as well (RFC 8305, 8). */
#define DIAL_STAGGER (250 * MSEC)

struct dial;

struct dial_ops {
	/* An attempt begins. May be NULL. */
	void (*trying)(void *arg, const struct endpoint *at);
	/* An attempt has failed, and others go on. May be NULL. */
	void (*failed)(void *arg, const struct endpoint *at, int error);
	/*
	 * The end: a connected stream to @at, which is then the owner's and reports nothing until
	 * io_stream_watch(); or NULL and the last error, a negative LEAT_E. It is not called from
	 * within dial_begin(), and may call it.
	 */
	void (*done)(void *arg, struct io_stream *s, const struct endpoint *at, int error);
};

struct dial_attempt {
	struct dial *dial;
	struct io_stream *io; /* NULL: it has not begun, or is over */
	struct endpoint at;
};

struct dial {
	struct io_world *world;
	const struct dial_ops *ops;
	void *arg;
	struct dial_attempt attempt[DIAL_MOST];
	unsigned n, next, open; /* addresses; the next one to try; attempts that go on */
	int error;              /* of the last attempt that has failed */
	struct timer timer;     /* fires when the next attempt is due */
};

/* Prepares @d, so that dial_cancel() may be called. */
void dial_init(struct dial *d, struct io_world *w);

/* Begins with the @n addresses at @at, of which the first DIAL_MOST are tried. */
void dial_begin(struct dial *d, const struct endpoint *at, unsigned n, const struct dial_ops *ops, void *arg);

/* Breaks off all attempts. It does nothing if none go on. */
void dial_cancel(struct dial *d);

#endif
