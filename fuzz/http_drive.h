/*
 * fuzz/http_drive.h - drives a connection of HTTP, a client's or a server's, with octets and times
 * that a seed chooses.
 */
#ifndef FUZZ_HTTP_DRIVE_H
#define FUZZ_HTTP_DRIVE_H

#include "draw.h"
#include "http/conn/conn.h"
#include "http_feed.h"

struct driven {
	struct http_conn *conn;
	uint32_t *seed;
	struct feed written; /* all that the connection has written */
	/* It waits for its user, who does something. False: he does not, and its time runs out. */
	bool (*idle)(void *arg);
	void *arg;
};

static inline void
drive_write(struct driven *d)
{
	struct http_output o = http_conn_output(d->conn);
	size_t n = 1 + draw(d->seed, (uint32_t)o.span[0].len);

	feed_keep(&d->written, o.span[0].at, n);
	http_conn_written(d->conn, n);
}

/* Returns how many of the @size octets at @data have arrived; after the last of them, the end has. */
static inline size_t
drive_read(struct driven *d, const uint8_t *data, size_t size)
{
	char *at;
	size_t room = http_conn_room(d->conn, &at), n;

	if (room == 0)
		abort();
	n = size < room ? size : room;
	n = n > 0 ? 1 + draw(d->seed, (uint32_t)n) : 0;
	if (n > 0)
		memcpy(at, data, n);
	http_conn_arrived(d->conn, n);
	return n;
}

/* Drives until the connection is over. Returns what it wants then. */
static inline unsigned
drive(struct driven *d, const uint8_t *data, size_t size)
{
	unsigned wants;

	while (!((wants = http_conn_wants(d->conn)) & HTTP_WANT_OVER)) {
		size_t n;

		if ((wants & HTTP_WANT_WRITE) && (draw(d->seed, 2) || !(wants & HTTP_WANT_READ))) {
			drive_write(d);
		} else if (wants & HTTP_WANT_SHUTDOWN) {
			http_conn_shut(d->conn);
		} else if (wants & HTTP_WANT_READ) {
			n = drive_read(d, data, size);
			data += n;
			size -= n;
		} else if (!d->idle(d->arg)) {
			http_conn_timeout(d->conn);
		}
	}
	return wants;
}

#endif
