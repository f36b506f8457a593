/*
 * serve/accept.c - takes connections, many at once, and turns away those that are too many.
 */
#include "serve/impl.h"

#include <limits.h>

/* Connections taken before others are served again. */
enum { ACCEPTS_MOST = 64 };

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
		conn_begin(s, io, &peer.addr, place, false);
		break;
	case SHARE_FULL:
		s->counts->refused_full++;
		turn_away(s, io, &peer.addr, REFUSED_FULL);
		break;
	case SHARE_CLIENT_FULL:
		s->counts->refused_client++;
		turn_away(s, io, &peer.addr, REFUSED_CLIENT_FULL);
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

/* Whoever looks after a server that is full has to see its counters: there is no bound here. */
static void
take_for_metrics(struct serve *s, struct io_stream *io)
{
	static const struct share_most most = {UINT_MAX, 0};
	struct endpoint peer = {.port = 0};
	uint32_t place;

	io->ops->remote(io, &peer);
	if (share_enter(s->share, s->set->slot, &peer.addr, &most, &place) == SHARE_ADMITTED)
		conn_begin(s, io, &peer.addr, place, true);
	else
		io_close(io, true);
}

void
accept_for_metrics(struct io_listener *l, void *arg)
{
	struct serve *s = arg;
	struct io_stream *io;

	for (int i = 0; i < ACCEPTS_MOST && l->ops->accept(l, &io) == 0; i++)
		take_for_metrics(s, io);
}
