/*
 * io/sockio_stream.h - a stream over Leat's own sockets, as sockio_stream.c (its life and events)
 * and sockio_data.c (reading and writing) share it. Only these include it.
 */
#ifndef IO_SOCKIO_STREAM_H
#define IO_SOCKIO_STREAM_H

#include "io/failure.h"
#include "io/sockio_impl.h"

struct sockio_stream {
	struct io_stream stream;
	struct sockio_obj obj;
	unsigned want;
	unsigned once;   /* IO_CONNECTED, IO_FAILED: not reported yet */
	bool connecting; /* neither of them has happened */
	bool full;       /* a write found no room, and no event has reported room since */
	bool shut;       /* shutdown() was called */
	bool ended;      /* the peer's end or an error has arrived, after what can still be read */
	struct io_failure failure;
};

static inline struct sockio_stream *
sockio_stream_of(const struct io_stream *s)
{
	return container_of(s, struct sockio_stream, stream);
}

/* Notes that the stream has failed with @error (LEAT_E). The owner is notified in the next turn. */
void sockio_stream_fail(struct sockio_stream *s, int error);

/* Asks the socket whether it has room, an end or an error, and notes that. */
void sockio_stream_learn(struct sockio_stream *s);

/* The operations of io_stream_ops. */
ssize_t sockio_read(struct io_stream *st, void *buf, size_t len);
ssize_t sockio_write(struct io_stream *st, const struct pkt_span *span, unsigned n, unsigned flags);
int sockio_peek(struct io_stream *st, struct pkt_span *span, unsigned max);
void sockio_consume(struct io_stream *st, size_t len);
ssize_t sockio_reserve(struct io_stream *st, size_t want, void **at);
void sockio_commit(struct io_stream *st, size_t len, unsigned flags);
bool sockio_at_mark(const struct io_stream *st);
ssize_t sockio_write_urgent(struct io_stream *st, uint8_t octet);
bool sockio_ends_after(const struct io_stream *st, size_t len);
size_t sockio_unacked(const struct io_stream *st);

#endif
