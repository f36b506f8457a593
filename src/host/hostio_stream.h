/*
 * host/hostio_stream.h - a stream over the machine's TCP, as hostio_stream.c (its life and events),
 * hostio_data.c (reading and writing), hostio_peek.c and hostio_listen.c share it. Only these
 * include it.
 */
#ifndef HOST_HOSTIO_STREAM_H
#define HOST_HOSTIO_STREAM_H

#include "host/hostio_impl.h"
#include "io/failure.h"

struct hostio_stream {
	struct io_stream io;
	struct hostio_sock sock;
	struct endpoint peer;
	struct io_failure failure;
	bool connecting; /* not connected yet, or never connected */
	bool inbound;    /* counted in fd_budget.inbound */

	/* Reading. */
	bool ended;   /* the end or an error has arrived, after what can still be read */
	bool drained; /* the kernel had no more octets, and no event has been reported since */
	bool urgent;  /* an urgent octet has arrived: any read may stop before it */
	bool at_end;  /* the kernel has no more octets, and the end follows */

	/* Writing. */
	bool shut;           /* shutdown() was called */
	bool wrote;          /* something was written */
	bool delays;         /* Nagle's algorithm is on */
	bool corked;         /* the kernel may hold back the last octets for those that follow */
	bool corked_for_end; /* TCP_CORK is set: the owner said IO_LAST of a file */

	/* Octets that were read for peek() and not consumed: see hostio_peek.c. */
	bool looked;    /* none were consumed since the last peek(): the next one must show more */
	bool mark_held; /* the one octet is urgent */
	uint8_t *kept;  /* a block with the octets, if another stream has hostio.octets now */
	size_t kept_off, kept_len;
};

extern const struct io_stream_ops hostio_stream_ops;

/*
 * Makes a stream over @fd, which becomes the stream's. Returns 0; or a negative LEAT_E, and @fd is
 * still the caller's.
 */
int hostio_stream_new(
    struct hostio *h, int fd, const struct endpoint *peer, bool connecting, struct hostio_stream **out);

/* Sets the options of every stream on @fd. The sockets of a listener inherit them. */
void hostio_stream_tune(int fd);

/* Turns Nagle's algorithm off: small writes do not wait for acknowledgments. */
void hostio_stream_nodelay(int fd);

/*
 * Notes that the connection has failed with errno @error. The owner is notified in the next turn.
 */
void hostio_stream_fail(struct hostio_stream *s, int error);

/*
 * Reads from the kernel as read(), whatever octets are held. @mark: the next octet is urgent, and
 * is read alone. Call hostio_stream_settle() after it, when the octets are held.
 */
ssize_t hostio_recv(struct hostio_stream *s, void *buf, size_t len, bool mark);

/* Makes the stream unreadable if it is drained and holds nothing. */
void hostio_stream_settle(struct hostio_stream *s);

/* Returns true if the next octet in the kernel is urgent. */
bool hostio_kernel_at_mark(const struct hostio_stream *s);

/* Returns how many octets were read from the socket for peek() and not consumed. */
size_t hostio_held(const struct hostio_stream *s);

/* Take at most @len held octets to @buf; or drop all. */
size_t hostio_take_held(struct hostio_stream *s, void *buf, size_t len);
void hostio_drop_held(struct hostio_stream *s);

ssize_t hostio_read(struct io_stream *io, void *buf, size_t len);
ssize_t hostio_write(struct io_stream *io, const struct pkt_span *span, unsigned n, unsigned flags);
int hostio_peek(struct io_stream *io, struct pkt_span *span, unsigned max);
void hostio_consume(struct io_stream *io, size_t len);
ssize_t hostio_send_file(struct io_stream *io, int fd, off_t *off, size_t len, unsigned flags);
bool hostio_at_mark(const struct io_stream *io);
ssize_t hostio_write_urgent(struct io_stream *io, uint8_t octet);
bool hostio_ends_after(const struct io_stream *io, size_t len);

static inline struct hostio_stream *
hostio_stream_of(const struct io_stream *io)
{
	return container_of(io, struct hostio_stream, io);
}

#endif
