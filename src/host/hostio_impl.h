/*
 * host/hostio_impl.h - what hostio.c and the files of each kind of object share. Only hostio*.c
 * include it.
 */
#ifndef HOST_HOSTIO_IMPL_H
#define HOST_HOSTIO_IMPL_H

#include "base/slab.h"
#include "host/fd_budget.h"
#include "host/hostio.h"
#include "host/loop.h"

enum { HOSTIO_PEEK = 65536 };

struct hostio_stream;

struct hostio {
	struct io_world world;
	struct loop *loop;
	struct fd_budget *fds;
	struct loop_source source;
	struct list due;   /* sockets whose owner is called in the next turn */
	struct list later; /* the same, but the owner was called in this turn already */
	struct list fresh; /* accepted in this turn, and not registered with the loop yet */
	unsigned open;     /* streams, listeners and datagram sockets */
	unsigned accept_needs;
	bool sigpipe; /* the process does not ignore SIGPIPE */
	struct slab streams;

	/*
	 * What was read for peek(): octets @off to @off + @len of @octets are @peeker's. NULL: no
	 * one's.
	 */
	struct hostio_stream *peeker;
	uint8_t *octets;
	size_t off, len;
};

/*
 * A non-blocking socket, registered once and edge-triggered. What it is ready for is remembered
 * until a call shows otherwise, so want() makes no system call.
 */
struct hostio_sock {
	struct loop_fd w;
	struct hostio *host;
	struct list due;   /* of hostio.due or hostio.later */
	struct list fresh; /* of hostio.fresh */
	unsigned want;
	unsigned ready;   /* IO_READABLE, IO_WRITABLE */
	bool unsure;      /* a read has returned octets since the last event: there may be no more */
	nsec_t read_at;   /* loop_now() of the last read */
	unsigned pending; /* IO_CONNECTED, IO_FAILED: not reported yet; IO_CONNECTED is reported alone */
	bool has_fn;      /* the owner has a callback */
	/* Called when the socket could not be registered. */
	void (*fail)(struct hostio_sock *s, int error);
	/* Called when the kernel has no more octets. */
	void (*empty)(struct hostio_sock *s);
	/* Calls the owner. @s may have been freed when it returns. */
	void (*call)(struct hostio_sock *s, unsigned events);
};

/*
 * Opens a non-blocking socket of @e's family, taken from the budget. @protocol 0: the type's own.
 * Returns the descriptor or a negative LEAT_E.
 */
int hostio_socket(struct hostio *h, const struct endpoint *e, int type, int protocol);
int hostio_bind(int fd, const struct endpoint *at);

/*
 * Registers @s, whose @w.fd and @w.fn are set, for @events. On failure the descriptor stays the
 * caller's.
 */
int hostio_sock_add(struct hostio *h, struct hostio_sock *s, uint32_t events);

/*
 * The same at the end of this turn, since no event can come before that: a connection that is
 * served and closed within the turn is never registered. If it fails then, the owner of the stream
 * is notified of the error.
 */
void hostio_sock_add_later(struct hostio *h, struct hostio_sock *s, uint32_t events);

/* Watches @s for @events as well. */
void hostio_sock_watch(struct hostio_sock *s, uint32_t events);

/* Closes the descriptor and forgets @s, which the caller frees. */
void hostio_sock_close(struct hostio_sock *s);

/* Call it after any change of @want, @ready, @pending or @has_fn outside of an event. */
void hostio_sock_update(struct hostio_sock *s);

/*
 * Call it in an event of the loop, when @ready has been set: looks whether a read of this turn has
 * taken everything that the event is about.
 */
void hostio_sock_check(struct hostio_sock *s);

/*
 * Call it in an event of the loop: calls the owner with the events that it is to get now. @s may
 * have been freed when it returns.
 */
void hostio_sock_notify(struct hostio_sock *s);

/* A call has shown that the socket is not ready for @mask. */
void hostio_sock_unready(struct hostio_sock *s, unsigned mask);

/*
 * Makes a datagram socket over @fd, which becomes its own. Returns 0; or a negative LEAT_E, with
 * @fd closed.
 */
int hostio_dgram_new(struct hostio *h, int fd, io_dgram_fn *fn, void *arg, struct io_dgram **out);

/* hostio_stream.c: begins without streams. */
void hostio_streams_init(struct hostio *h);

int hostio_connect(
    struct io_world *w, const struct endpoint *to, io_stream_fn *fn, void *arg, struct io_stream **out);
int hostio_listen(struct io_world *w, const struct endpoint *at, int backlog,
    void (*fn)(struct io_listener *l, void *arg), void *arg, struct io_listener **out);
int hostio_dgram(struct io_world *w, const struct endpoint *local, const struct endpoint *peer,
    io_dgram_fn *fn, void *arg, struct io_dgram **out);

static inline struct hostio *
hostio_of(struct io_world *w)
{
	return container_of(w, struct hostio, world);
}

#endif
