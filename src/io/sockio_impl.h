/*
 * io/sockio_impl.h - what the files of the adapter over Leat's own sockets share. For these only.
 *
 * An object is due while a wanted event holds. The objects that are due are served by a timer that
 * is armed for the next turn of the stack. A socket that has changed is served at once from its
 * watcher.
 */
#ifndef IO_SOCKIO_IMPL_H
#define IO_SOCKIO_IMPL_H

#include "base/list.h"
#include "base/siphash.h"
#include "base/wheel.h"
#include "core/core.h"
#include "io/sockio.h"
#include "sock/sock.h"

struct sockio_obj;

/* What the adapter needs to know of a kind of object: stream, listener, datagram socket. */
struct sockio_kind {
	/* The events to report to the owner now; 0 = none. */
	unsigned (*holds)(const struct sockio_obj *o);
	/*
	 * Calls the owner's callback with @events, as holds() gave them. The callback may close the
	 * object.
	 */
	void (*notify)(struct sockio_obj *o, unsigned events);
};

struct sockio {
	struct io_world world;
	struct core *core;
	struct socks *socks;
	struct list due;              /* of sockio_obj.due */
	struct timer turn;            /* armed while due is not empty */
	bool turning;                 /* the timer is firing */
	struct sockio_obj *notifying; /* the object whose callback is running; NULL once it is closed */
	unsigned open;
	struct siphash_key key; /* of random() */
	uint64_t drawn;
};

/* The common part of every object. */
struct sockio_obj {
	const struct sockio_kind *kind;
	struct sockio *io;
	struct sock *sk;
	struct list due;
};

/* Begins and ends an object over @sk. sockio_obj_fini() does not close the socket. */
void sockio_obj_init(
    struct sockio_obj *o, const struct sockio_kind *kind, struct sockio *io, struct sock *sk);
void sockio_obj_fini(struct sockio_obj *o);

/* Looks again whether any event of @o holds, and has it reported in the next turn. */
void sockio_check(struct sockio_obj *o);

/*
 * Reports @events, which hold now, to @o's owner. To be called from the stack's turn only; without
 * an event it does nothing.
 */
void sockio_serve(struct sockio_obj *o, unsigned events);

/* Sets an int option. The ones that are set here cannot fail. */
void sockio_option(struct sock *sk, int level, int name, int value);

/* sockio_stream.c: a stream of @io, which begins with its socket @sk. NULL without memory. */
struct sockio_stream *sockio_stream_new(struct sockio *io);
struct io_stream *sockio_stream_begin(struct sockio_stream *s, struct sock *sk, bool connecting);

/* io_world_ops of the same names. */
int sockio_connect(
    struct io_world *w, const struct endpoint *to, io_stream_fn *fn, void *arg, struct io_stream **out);
int sockio_listen(struct io_world *w, const struct endpoint *at, int backlog,
    void (*fn)(struct io_listener *l, void *arg), void *arg, struct io_listener **out);
int sockio_dgram(struct io_world *w, const struct endpoint *local, const struct endpoint *peer,
    io_dgram_fn *fn, void *arg, struct io_dgram **out);

static inline struct sockio *
sockio_of(const struct io_world *w)
{
	return container_of(w, struct sockio, world);
}

#endif
