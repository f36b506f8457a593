/*
 * serve/accept.c - takes connections, many at once, and turns away those that are too many.
 *
 * One that is turned away gets a status that says why, as far as one write goes.
 */
#include "serve/impl.h"

/* Connections taken before others are served again. */
enum { ACCEPTS_MOST = 64 };

#define CLOSED "Connection: close\r\nContent-Type: text/plain\r\n"

static const char full[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n" CLOSED
			   "Content-Length: 21\r\n\r\ntoo many connections\n";
static const char client_full[] = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 5\r\n" CLOSED
				  "Content-Length: 35\r\n\r\ntoo many connections of one client\n";

/* A request that has arrived is read, since closing with it unread would reset the connection. */
static void
turn_away(struct io_stream *io, const char *text, size_t len)
{
	char unread[4096];

	io_read(io, unread, sizeof unread);
	io_write(io, text, len, IO_LAST);
	io_close(io, false);
}

static void
take(struct serve *s, struct io_stream *io)
{
	struct endpoint peer = {.port = 0};
	struct serve_client *k;

	s->counts.accepted++;
	if (s->conns_now >= s->set->conns_most) {
		s->counts.refused_full++;
		turn_away(io, full, sizeof full - 1);
		return;
	}
	io->ops->remote(io, &peer);
	k = client_take(s, &peer.addr);
	if (!k) {
		io_close(io, true);
		return;
	}
	if (s->set->conns_per_client_most && k->conns > s->set->conns_per_client_most) {
		s->counts.refused_client++;
		client_give(s, k);
		turn_away(io, client_full, sizeof client_full - 1);
		return;
	}
	conn_begin(s, io, &peer.addr, k);
}

void
accept_some(struct io_listener *l, void *arg)
{
	struct serve *s = arg;
	struct io_stream *io;

	for (int i = 0; i < ACCEPTS_MOST && l->ops->accept(l, &io) == 0; i++)
		take(s, io);
}
