/*
 * io/sockio_impl.h - what the files of the adapter over Leat's own sockets share. Only sockio*.c
 * include it.
 *
 * An object is due while a wanted event holds. A timer that is armed for the next turn of the stack
 * serves the objects that are due. A socket that has changed is served at once, from its watcher.
 */
#ifndef IO_SOCKIO_IMPL_H
#define IO_SOCKIO_IMPL_H

#include "base/list.h"
#include "base/siphash.h"
#include "base/slab.h"
#include "base/wheel.h"
#include "core/core.h"
#include "io/sockio.h"
#include "sock/sock.h"

struct sockio_obj;

/* A kind of object: stream, listener, or datagram socket. */
struct sockio_kind {
	/* Returns the events to report to the owner now; 0 = none. */
	unsigned (*holds)(const struct sockio_obj *o);
	/*
	 * Calls the owner's callback with @events, which hold. The callback may close the object.
	 */
	void (*notify)(struct sockio_obj *o, unsigned events);
};

struct sockio {
	struct io_world world;
	struct core *core;
	struct socks *socks;
	struct list due;              /* of sockio_obj.due */
	struct timer turn;            /* armed while due is not empty */
	bool turning;                 /* the timer's callback is running */
	struct sockio_obj *notifying; /* the object whose callback is running; NULL once it has been closed */
	unsigned open;
	struct slab streams;
	struct siphash_key key; /* for random() */
	uint64_t drawn;
};

/* The common part of all objects. */
struct sockio_obj {
	const struct sockio_kind *kind;
	struct sockio *io;
	struct sock *sk;
	struct list due;
};

/* Begin and end an object over @sk. sockio_obj_fini() does not close the socket. */
void sockio_obj_init(
    struct sockio_obj *o, const struct sockio_kind *kind, struct sockio *io, struct sock *sk);
void sockio_obj_fini(struct sockio_obj *o);

/* Looks whether an event of @o holds. If so, it is reported in the next turn. */
void sockio_check(struct sockio_obj *o);

/*
 * Reports @events, which hold, to @o's owner; does nothing if there are none. Only the stack's turn
 * may call it.
 */
void sockio_serve(struct sockio_obj *o, unsigned events);

/* Sets an option that is an int and that cannot fail. */
void sockio_option(struct sock *sk, int level, int name, int value);

/*
 * sockio_stream.c: sockio_stream_new() allocates a stream of @io, or returns NULL without memory.
 * sockio_stream_begin() gives it its socket. sockio_stream_free() gives back a stream that has not
 * begun, or that sockio_obj_fini() has ended.
 */
void sockio_streams_init(struct sockio *io);
struct sockio_stream *sockio_stream_new(struct sockio *io);
void sockio_stream_free(struct sockio_stream *s);
struct io_stream *sockio_stream_begin(struct sockio_stream *s, struct sock *sk, bool connecting);

/* The operations of io_world_ops. */
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
