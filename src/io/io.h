/*
 * io/io.h - byte streams, listeners, datagram sockets and time as objects: the one interface below
 * every protocol and service.
 *
 * An object carries its operations. So the same code runs over Leat's own sockets (sockio.h), over
 * the machine's (host/hostio.h), over pipes in virtual time (sim/simio.h), and over a stream that
 * transforms another one, as TLS does. This header defines the operations. The tests of
 * test/unit/io/conform.h hold every adapter to it.
 *
 * No call waits. A call that can do nothing now returns -LEAT_EAGAIN.
 *
 * Events. The owner of an object declares with want() which events it wants. Events are levels:
 * while a wanted one holds, the callback is called in each turn of the world, and the world does
 * not sleep. So an owner must not want what it cannot use now. IO_CONNECTED and IO_FAILED are
 * reported once each, wanted or not. Only the world calls callbacks, never a call on an object, so
 * no call re-enters its caller. A callback may call anything on any object, and may close its own
 * object or another one. After close() no callback of that object is called.
 *
 * Flow control. A stream takes as many octets as it has room for. While its reader does not read,
 * the sender at the other end is held back. So a relay that stops reading one stream because the
 * other has no room holds back the first sender. A write() that took fewer octets than it was given
 * has filled the stream; IO_WRITABLE is reported when there is room again.
 *
 * Half-close. shutdown() ends the direction that this side sends. The other side reads everything
 * that was written before, and then 0. Reading continues. A stream is over when both directions
 * have ended; close() then discards nothing.
 *
 * close() without @reset ends this side in order: everything written is still delivered. Octets
 * that arrived and were not read are lost, as are those that arrive later. In both cases the other
 * side sees a reset (RFC 2525, 2.17), after the octets that were written to it before, as far as it
 * had room.
 *
 * close() with @reset gives up at once: octets that were written may be lost, and the other side
 * sees a reset.
 *
 * Failure. A stream that the other side has reset reports IO_FAILED, and error() returns
 * -LEAT_ECONNRESET; other failures have other numbers. Octets that had arrived before can still be
 * read. The first read that finds none returns the error, and later reads return 0. The first write
 * returns the error, and later writes -LEAT_EPIPE. So reader and writer each get the error once. If
 * a connection was made, received octets and was reset before its owner was called, it reports
 * IO_CONNECTED and IO_FAILED, and the octets can be read. A stream that fails without IO_CONNECTED
 * has nothing to read.
 *
 * Urgent data (RFC 9293, 3.8.5; RFC 6093). An urgent octet keeps its place among the others. A read
 * or a peek stops before it. at_mark() then returns true, and the next read returns that octet
 * alone. write_urgent() sends one. In a stream without these two operations (they are NULL) an
 * urgent octet is read as any other.
 */
#ifndef IO_IO_H
#define IO_IO_H

#include "base/ipaddr.h"
#include "base/nsec.h"
#include "base/wheel.h"
#include "leat.h"
#include "pkt/pkt.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum io_event {
	/*
	 * The stream of io_connect() can be used. No other event is reported before it, but others
	 * may be reported with it.
	 */
	IO_CONNECTED = 1,
	IO_READABLE = 2, /* read() would not return -LEAT_EAGAIN: there are octets, the end, or an error */
	IO_WRITABLE = 4, /* write() would not return -LEAT_EAGAIN */
	IO_FAILED = 8,   /* error() returns why; octets that had arrived can still be read */
};

struct io_stream;
struct io_listener;
struct io_dgram;
struct io_world;

typedef void io_stream_fn(struct io_stream *s, unsigned events, void *arg);
typedef void io_dgram_fn(struct io_dgram *d, unsigned events, void *arg);

/*
 * IO_MORE: more octets follow at once (MSG_MORE). IO_LAST: the end follows at once, by shutdown()
 * or close(). Both only save packets and calls. Octets that were held back for this are sent by the
 * next write, by a commit() of 0 octets, and by a reserve() that finds no room.
 */
enum io_write_flag { IO_MORE = 1, IO_LAST = 2 };

struct io_stream_ops {
	/*
	 * Reads at most @len octets (over 0) into @buf. Returns how many; 0 at the end;
	 * -LEAT_EAGAIN; or the error, once.
	 */
	ssize_t (*read)(struct io_stream *s, void *buf, size_t len);
	/*
	 * Writes the octets of @n spans, at least one octet. Returns how many were taken, which may
	 * be fewer; -LEAT_EAGAIN, -LEAT_EPIPE, or the error, once.
	 */
	ssize_t (*write)(struct io_stream *s, const struct pkt_span *span, unsigned n, unsigned flags);

	/*
	 * peek() fills in where the next octets are: at most @max spans (over 0), valid until the
	 * next call on @s. It need not show everything that has arrived, even if it is called
	 * again. Returns the number of spans; 0 at the end; -LEAT_EAGAIN; or the error, once.
	 * consume() takes the first @len octets that were shown. Octets that are not consumed keep
	 * IO_READABLE, so an owner that needs more than has arrived must consume these first.
	 */
	int (*peek)(struct io_stream *s, struct pkt_span *span, unsigned max);
	void (*consume)(struct io_stream *s, size_t len);

	/*
	 * reserve() finds room to write octets in place: at most @want (over 0), at *@at. Returns
	 * how many; -LEAT_EAGAIN, -LEAT_EPIPE, or the error, once. commit() must be the next call
	 * on @s. It writes the first @len octets of the room, with @flags as write(). Both are NULL
	 * if there is no such room.
	 */
	ssize_t (*reserve)(struct io_stream *s, size_t want, void **at);
	void (*commit)(struct io_stream *s, size_t len, unsigned flags);

	/*
	 * Writes at most @len octets of the file @fd from offset *@off, and moves *@off by what was
	 * taken. Returns as write(), and 0 at the end of the file. An error of the file (-LEAT_EIO,
	 * -LEAT_EBADF, ...) leaves the stream unchanged. NULL if it would save nothing.
	 */
	ssize_t (*send_file)(struct io_stream *s, int fd, off_t *off, size_t len, unsigned flags);

	/*
	 * Ends the direction that this side sends. Returns 0, also when called again;
	 * -LEAT_ENOTCONN while connecting and after a failure.
	 */
	int (*shutdown)(struct io_stream *s);
	/* Ends the owner's reference and all callbacks. */
	void (*close)(struct io_stream *s, bool reset);

	/* Returns why the stream has failed, as a negative LEAT_E, or 0. It changes nothing. */
	int (*error)(const struct io_stream *s);
	/*
	 * Fill in the names of the two ends. Return 0; -LEAT_ENOTCONN, which is allowed before
	 * IO_CONNECTED and after the end of the stream; or -LEAT_EOPNOTSUPP if there are no names.
	 */
	int (*local)(const struct io_stream *s, struct endpoint *out);
	int (*remote)(const struct io_stream *s, struct endpoint *out);

	/*
	 * Declares which events are wanted from now on, instead of those before. One that holds
	 * already is reported in the next turn.
	 */
	void (*want)(struct io_stream *s, unsigned events);

	/*
	 * Urgent data; both NULL if there are none. at_mark() returns true if the next octet is the
	 * urgent one. write_urgent() sends one: it returns 1, -LEAT_EAGAIN, or the error, once.
	 */
	bool (*at_mark)(const struct io_stream *s);
	ssize_t (*write_urgent)(struct io_stream *s, uint8_t octet);

	/*
	 * Returns true if the other side's end has arrived and directly follows the next @len
	 * octets: they can be passed on with IO_LAST. Returns false if that is not known. NULL if
	 * it never is.
	 */
	bool (*ends_after)(const struct io_stream *s, size_t len);
	/* Returns how many written octets a close() with @reset could still lose. NULL: none. */
	size_t (*unacked)(const struct io_stream *s);
};

/* The common part of every stream. An adapter embeds it. */
struct io_stream {
	const struct io_stream_ops *ops;
	io_stream_fn *fn; /* NULL: events are kept until io_stream_watch() */
	void *arg;
};

struct io_listener_ops {
	/*
	 * Returns 0 with a connected stream, which is then the caller's and reports nothing until
	 * io_stream_watch(); -LEAT_EAGAIN; or -LEAT_ENOMEM, and the connection keeps waiting.
	 */
	int (*accept)(struct io_listener *l, struct io_stream **out);
	/* Fills in the listener's name, with the port that was chosen for port 0. */
	int (*local)(const struct io_listener *l, struct endpoint *out);
	/*
	 * Declares whether the callback is wanted; at first it is. An owner that can take no more
	 * connections does not want it: they wait in the queue, and the world can sleep.
	 */
	void (*want)(struct io_listener *l, bool yes);
	/* Closes the listener. Connections that were not accepted are reset. */
	void (*close)(struct io_listener *l);
};

struct io_listener {
	const struct io_listener_ops *ops;
	/*
	 * Called in each turn in which accept() may return a connection. NULL: the owner calls
	 * accept() from time to time.
	 */
	void (*fn)(struct io_listener *l, void *arg);
	void *arg;
};

struct io_dgram_ops {
	/*
	 * Receives one datagram, cut off at @len octets, and its sender (@from may be NULL).
	 * Returns its octets, 0 or more; -LEAT_EAGAIN; or, once, an error that an earlier datagram
	 * has met (-LEAT_ECONNREFUSED, ...), which only a socket with a peer gets.
	 */
	ssize_t (*recv_from)(struct io_dgram *d, void *buf, size_t len, struct endpoint *from);
	/*
	 * Sends a datagram to @to; NULL: to the socket's peer. Returns @len; -LEAT_EAGAIN; or why
	 * this datagram cannot be sent: -LEAT_EMSGSIZE, -LEAT_ENETUNREACH, ...
	 */
	ssize_t (*send_to)(struct io_dgram *d, const void *buf, size_t len, const struct endpoint *to);
	int (*local)(const struct io_dgram *d, struct endpoint *out);
	void (*want)(struct io_dgram *d, unsigned events);
	void (*close)(struct io_dgram *d);
};

struct io_dgram {
	const struct io_dgram_ops *ops;
	io_dgram_fn *fn;
	void *arg;
};

struct io_world_ops {
	/* Returns the time of this turn, which never runs backwards. */
	nsec_t (*now)(const struct io_world *w);
	/*
	 * Fills @buf with @len octets that cannot be guessed. In virtual time the seed determines
	 * them.
	 */
	void (*random)(struct io_world *w, void *buf, size_t len);
	/*
	 * Connects to @to. Returns 0 with *@out, which will report IO_CONNECTED or IO_FAILED; or
	 * the error (-LEAT_ENETUNREACH, -LEAT_EMFILE, ...), with *@out unchanged.
	 */
	int (*connect)(struct io_world *w, const struct endpoint *to, io_stream_fn *fn, void *arg,
	    struct io_stream **out);
	/*
	 * Listens at @at; port 0: any port. A listener at an IPv6 address, also at ::, is for IPv6
	 * only. Returns 0; -LEAT_EADDRINUSE, -LEAT_EADDRNOTAVAIL, -LEAT_EACCES, ...
	 */
	int (*listen)(struct io_world *w, const struct endpoint *at, int backlog,
	    void (*fn)(struct io_listener *l, void *arg), void *arg, struct io_listener **out);
	/*
	 * Opens a datagram socket at @local, with the families of listen(). If @peer is not NULL,
	 * it receives from @peer only. If @local is NULL, it has any port, and the family of @peer;
	 * both families if @peer is NULL, too.
	 */
	int (*dgram)(struct io_world *w, const struct endpoint *local, const struct endpoint *peer,
	    io_dgram_fn *fn, void *arg, struct io_dgram **out);
};

/*
 * What a service gets from the world: time, random octets, and a network. Timers are armed on
 * @wheel (timer_arm(w->wheel, ...)) and fire in a turn of the world.
 */
struct io_world {
	const struct io_world_ops *ops;
	struct wheel *wheel;
};

/* Sets the callback of @s. NULL: there is none, and events are kept. */
static inline void
io_stream_watch(struct io_stream *s, io_stream_fn *fn, void *arg, unsigned want)
{
	s->fn = fn;
	s->arg = arg;
	s->ops->want(s, want);
}

static inline ssize_t
io_read(struct io_stream *s, void *buf, size_t len)
{
	return s->ops->read(s, buf, len);
}

static inline ssize_t
io_write(struct io_stream *s, const void *buf, size_t len, unsigned flags)
{
	struct pkt_span span = {buf, len < UINT32_MAX ? (uint32_t)len : UINT32_MAX};

	return s->ops->write(s, &span, 1, flags);
}

static inline int
io_peek(struct io_stream *s, struct pkt_span *span, unsigned max)
{
	return s->ops->peek(s, span, max);
}

static inline void
io_consume(struct io_stream *s, size_t len)
{
	s->ops->consume(s, len);
}

static inline void
io_want(struct io_stream *s, unsigned events)
{
	s->ops->want(s, events);
}

static inline int
io_shutdown(struct io_stream *s)
{
	return s->ops->shutdown(s);
}

static inline void
io_close(struct io_stream *s, bool reset)
{
	s->ops->close(s, reset);
}

static inline int
io_error(const struct io_stream *s)
{
	return s->ops->error(s);
}

static inline nsec_t
io_now(const struct io_world *w)
{
	return w->ops->now(w);
}

static inline int
io_connect(struct io_world *w, const struct endpoint *to, io_stream_fn *fn, void *arg, struct io_stream **out)
{
	return w->ops->connect(w, to, fn, arg, out);
}

static inline int
io_listen(struct io_world *w, const struct endpoint *at, int backlog,
    void (*fn)(struct io_listener *l, void *arg), void *arg, struct io_listener **out)
{
	return w->ops->listen(w, at, backlog, fn, arg, out);
}

#endif
