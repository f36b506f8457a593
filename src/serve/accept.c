/*
 * serve/accept.c - takes connections, many at once, and turns away those that are too many.
 */
#include "serve/impl.h"

#include <limits.h>

/* Connections taken before others are served again. WAITING_MOST: and at the end of listening. */
enum { ACCEPTS_MOST = 64, WAITING_MOST = SERVE_BACKLOG };

typedef void take_fn(struct serve *s, struct io_stream *io);

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

static void
accept_upto(struct io_listener *l, take_fn *fn, int most)
{
	struct io_stream *io;

	for (int i = 0; i < most && l->ops->accept(l, &io) == 0; i++)
		fn(l->arg, io);
}

void
accept_some(struct io_listener *l, void *arg)
{
	accept_upto(l, take, ACCEPTS_MOST);
}

void
accept_for_metrics(struct io_listener *l, void *arg)
{
	accept_upto(l, take_for_metrics, ACCEPTS_MOST);
}

void
accept_waiting(struct io_listener *l)
{
	accept_upto(l, l->fn == accept_for_metrics ? take_for_metrics : take, WAITING_MOST);
}
