/*
 * io/io.h - byte streams, listeners, datagrams and time as objects: the one interface below every
 * protocol and every service.
 *
 * An object carries its operations, so the same code runs over Leat's own sockets (sockio.h), over
 * the machine's (host/hostio.h), over pipes in virtual time (sim/simio.h), and over a stream that
 * transforms another one, as TLS does. This header says what the operations mean;
 * test/unit/io/conform.c holds every adapter to it.
 *
 * Nothing here waits. A call that cannot do anything now says -LEAT_EAGAIN.
 *
 * Events. The owner of an object says with want() which events it wants. They are levels: while a
 * wanted one holds, the callback is called in each turn of the world, and the world does not sleep.
 * So an owner does not want what it cannot use now. IO_CONNECTED and IO_FAILED are reported once
 * each, wanted or not. A callback is called by the world alone, never from within a call on an
 * object, so no call re-enters its caller. It may call anything on any object, and close its own
 * object or another one. After close() no callback of that object comes.
 *
 * Flow control. A stream takes as many octets as it has room for, and holds back the sender at the
 * other end while its own reader does not read. A relay that stops reading one stream because the
 * next one has no room thereby holds back the first sender. A write() that took fewer octets than
 * it was given has filled the stream; IO_WRITABLE comes when there is room again.
 *
 * Half-close. shutdown() ends what this side sends; what was written before arrives first. The
 * other side reads it, and then 0. Reading goes on. A stream is over when both directions have
 * ended; close() then discards nothing.
 *
 * close() without @reset ends this side in order: what was written is still delivered. If octets
 * that arrived are unread, or if more arrive later, they are lost, and the other side sees a reset
 * (RFC 2525, 2.17), after what was written to it before as far as it had room.
 *
 * close() with @reset gives up at once: what was written may be lost, and the other side sees a
 * reset.
 *
 * Failure. A stream that the other side has reset reports IO_FAILED, and error() returns
 * -LEAT_ECONNRESET; other failures have other numbers. What had arrived before can still be read.
 * The read that finds nothing more returns the error, once, and reads after it return 0. The first
 * write returns the error, and writes after it -LEAT_EPIPE. Reading and writing each return it
 * once. A connection that was set up, got octets and was reset before its owner was called reports
 * IO_CONNECTED and IO_FAILED, and the octets can be read. Of a stream that fails without
 * IO_CONNECTED, nothing can be read.
 *
 * Urgent data (RFC 9293, 3.8.5; RFC 6093). An urgent octet keeps its place among the others. Where
 * a stream has at_mark(), a read or a peek stops before that octet; at_mark() is then true, and the
 * next read gives that octet alone. write_urgent() sends one. A stream without these two (they are
 * NULL) has no urgent data: the octet is read as any other.
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
	 * A stream made by io_connect() can be used. Nothing is reported before it; other events
	 * may come with it.
	 */
	IO_CONNECTED = 1,
	IO_READABLE = 2, /* a read would not say -LEAT_EAGAIN: octets, the end, or an error */
	IO_WRITABLE = 4, /* a write would not say -LEAT_EAGAIN */
	IO_FAILED = 8,   /* error() says why; of a stream, what had arrived can still be read */
};

struct io_stream;
struct io_listener;
struct io_dgram;
struct io_world;

typedef void io_stream_fn(struct io_stream *s, unsigned events, void *arg);
typedef void io_dgram_fn(struct io_dgram *d, unsigned events, void *arg);

/*
 * IO_MORE: more follows at once (MSG_MORE). IO_LAST: the end follows at once, by shutdown() or
 * close(). Both only save packets and calls. Octets that were held back for what follows are sent
 * with the next write, and by commit() of 0 octets; a reserve() that finds no room sends them, too.
 */
enum io_write_flag { IO_MORE = 1, IO_LAST = 2 };

struct io_stream_ops {
	/*
	 * Octets read into @buf (at most @len, over 0); 0 at the end; -LEAT_EAGAIN; or the error,
	 * once.
	 */
	ssize_t (*read)(struct io_stream *s, void *buf, size_t len);
	/*
	 * Octets taken of what the @n spans hold, which is one at least; perhaps not all.
	 * -LEAT_EAGAIN, -LEAT_EPIPE, or the error, once.
	 */
	ssize_t (*write)(struct io_stream *s, const struct pkt_span *span, unsigned n, unsigned flags);

	/*
	 * Where the next octets lie: at most @max spans (over 0), good until the next call on @s.
	 * It need not show all that have arrived, even if it is asked again. Returns how many
	 * spans; 0 at the end; -LEAT_EAGAIN; or the error, once.
	 * consume() takes @len octets of them. What is not consumed keeps IO_READABLE: an owner
	 * that needs more octets than have arrived takes these first.
	 */
	int (*peek)(struct io_stream *s, struct pkt_span *span, unsigned max);
	void (*consume)(struct io_stream *s, size_t len);

	/*
	 * Room for octets to be written in place: at most @want (over 0), at *@at, good until
	 * commit(), which must come before any other call on @s and writes the first @len of them
	 * (@flags as for write()). Octets of room; -LEAT_EAGAIN, -LEAT_EPIPE, or the error, once.
	 * Both NULL where there is no such place.
	 */
	ssize_t (*reserve)(struct io_stream *s, size_t want, void **at);
	void (*commit)(struct io_stream *s, size_t len, unsigned flags);

	/*
	 * As write() of octets of the file @fd from *@off on, which moves by what was taken. 0 at
	 * the end of the file. An error of the file (-LEAT_EIO, -LEAT_EBADF, ...) leaves the stream
	 * as it was. NULL where that would be no gain.
	 */
	ssize_t (*send_file)(struct io_stream *s, int fd, off_t *off, size_t len, unsigned flags);

	/*
	 * Ends what this side sends. 0, also if it was called before; -LEAT_ENOTCONN while
	 * connecting and after a failure.
	 */
	int (*shutdown)(struct io_stream *s);
	/* Ends the owner's reference, and with it every callback. */
	void (*close)(struct io_stream *s, bool reset);

	/*
	 * Why the stream has failed, as a negative LEAT_E; 0 = it has not. Asking changes nothing.
	 */
	int (*error)(const struct io_stream *s);
	/*
	 * Names of both ends. 0, or -LEAT_ENOTCONN, which they may say before IO_CONNECTED and
	 * after the stream has ended; -LEAT_EOPNOTSUPP where there are none.
	 */
	int (*local)(const struct io_stream *s, struct endpoint *out);
	int (*remote)(const struct io_stream *s, struct endpoint *out);

	/*
	 * Which events are wanted from now on, in place of those before; what holds already is
	 * reported in the next turn.
	 */
	void (*want)(struct io_stream *s, unsigned events);

	/*
	 * Urgent data; both NULL where there is none. at_mark(): true if the next octet is the
	 * urgent one. write_urgent(): sends one; 1, -LEAT_EAGAIN, or the error, once.
	 */
	bool (*at_mark)(const struct io_stream *s);
	ssize_t (*write_urgent)(struct io_stream *s, uint8_t octet);

	/*
	 * True if the other side's end has arrived and follows the next @len octets directly: who
	 * passes these on can write them with IO_LAST. False if it is not known. NULL where it
	 * never is.
	 */
	bool (*ends_after)(const struct io_stream *s, size_t len);
	/*
	 * Octets written that a close() with @reset may still lose. NULL: none.
	 */
	size_t (*unacked)(const struct io_stream *s);
};

/* The head of every stream. An adapter embeds it. */
struct io_stream {
	const struct io_stream_ops *ops;
	io_stream_fn *fn; /* NULL: events are kept until io_stream_watch() */
	void *arg;
};

struct io_listener_ops {
	/*
	 * 0 with a connected stream, now the caller's, which reports nothing until
	 * io_stream_watch(). -LEAT_EAGAIN; or -LEAT_ENOMEM, and the connection goes on waiting.
	 */
	int (*accept)(struct io_listener *l, struct io_stream **out);
	/* The name that it listens at: the port that was chosen for port 0. */
	int (*local)(const struct io_listener *l, struct endpoint *out);
	/*
	 * Whether the callback is wanted; at first it is. An owner that has no room for more
	 * connections does not want it: they wait in the queue, and the world can sleep.
	 */
	void (*want)(struct io_listener *l, bool yes);
	/* Connections that were not accepted are reset. */
	void (*close)(struct io_listener *l);
};

struct io_listener {
	const struct io_listener_ops *ops;
	/*
	 * Called in each turn while there may be something to accept, until an accept() says
	 * -LEAT_EAGAIN. NULL: the owner asks accept() from time to time.
	 */
	void (*fn)(struct io_listener *l, void *arg);
	void *arg;
};

struct io_dgram_ops {
	/*
	 * 0 or more octets of one datagram, cut off at @len, and its sender (@from may be NULL);
	 * -LEAT_EAGAIN; or, once, an error that a datagram sent before has met
	 * (-LEAT_ECONNREFUSED, ...), which a socket with a peer learns.
	 */
	ssize_t (*recv_from)(struct io_dgram *d, void *buf, size_t len, struct endpoint *from);
	/*
	 * @len, or what is wrong with this datagram: -LEAT_EAGAIN, -LEAT_EMSGSIZE,
	 * -LEAT_ENETUNREACH, ... @to NULL: the peer that it was opened with.
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
	/* The time of this turn; it never runs backwards. */
	nsec_t (*now)(const struct io_world *w);
	/*
	 * Fills in @len octets that cannot be guessed; in virtual time, those that the seed gives.
	 */
	void (*random)(struct io_world *w, void *buf, size_t len);
	/*
	 * Connects to @to. 0 with *@out, and IO_CONNECTED or IO_FAILED to come; or the error at
	 * once (-LEAT_ENETUNREACH, -LEAT_EMFILE, ...), with *@out untouched.
	 */
	int (*connect)(struct io_world *w, const struct endpoint *to, io_stream_fn *fn, void *arg,
	    struct io_stream **out);
	/*
	 * Listens at @at (port 0: any); at an IPv6 address, :: included, for IPv6 alone. 0, or
	 * -LEAT_EADDRINUSE, -LEAT_EADDRNOTAVAIL, -LEAT_EACCES, ...
	 */
	int (*listen)(struct io_world *w, const struct endpoint *at, int backlog,
	    void (*fn)(struct io_listener *l, void *arg), void *arg, struct io_listener **out);
	/*
	 * A datagram socket, bound to @local; families as for listen(). Where @peer is not NULL it
	 * receives from @peer alone. @local NULL: any port, of the family of @peer; of both
	 * families where that is NULL, too.
	 */
	int (*dgram)(struct io_world *w, const struct endpoint *local, const struct endpoint *peer,
	    io_dgram_fn *fn, void *arg, struct io_dgram **out);
};

/*
 * What a service sees of the world: time, random octets, and a network. Timers are armed on @wheel
 * (timer_arm(w->wheel, ...)) and fire in a turn of the world.
 */
struct io_world {
	const struct io_world_ops *ops;
	struct wheel *wheel;
};

/* From now on @fn is called with what happens to @s; NULL: nothing is, and events are kept. */
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
