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
	struct share_most most = {s->set->conns_most, s->set->conns_per_client_most};
	struct endpoint peer = {.port = 0};
	uint32_t place;

	s->counts->accepted++;
	io->ops->remote(io, &peer);
	switch (share_enter(s->share, s->set->slot, &peer.addr, &most, &place)) {
	case SHARE_ADMITTED:
		conn_begin(s, io, &peer.addr, place);
		break;
	case SHARE_FULL:
		s->counts->refused_full++;
		turn_away(io, full, sizeof full - 1);
		break;
	case SHARE_CLIENT_FULL:
		s->counts->refused_client++;
		turn_away(io, client_full, sizeof client_full - 1);
		break;
	}
}

void
accept_some(struct io_listener *l, void *arg)
{
	struct serve *s = arg;
	struct io_stream *io;

	for (int i = 0; i < ACCEPTS_MOST && l->ops->accept(l, &io) == 0; i++)
		take(s, io);
}
