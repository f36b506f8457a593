/*
 * test/unit/gate/talking.c - accepts the connections of a service, and answers the latest with a talker.
 */
#include "talking.h"

static void
on_peer(struct io_stream *io, unsigned events, void *arg)
{
	struct talking *s = arg;

	s->failed |= (events & IO_FAILED) != 0;
	if (io == s->t.peer)
		talker_go(&s->t);
}

static void
talking_opened(void *arg, struct io_stream *peer)
{
	struct talking *s = arg;

	assert_true(s->opened < PEERS);
	s->peer[s->opened++] = s->t.peer = peer;
	io_stream_watch(peer, on_peer, s, 0);
	talker_go(&s->t);
}

void
talking_init(struct talking *s, const char *at, uint16_t port, uint64_t to_send)
{
	*s = (struct talking){
	    .rule = {.at = world_end(at, port)}, .t = {.send_seed = 2, .recv_seed = 1, .to_send = to_send}};
}

void
talking_serve(struct world *w, struct talking *s)
{
	assert_int_equal(simio_net_rule(w->net, &s->rule), 0);
	world_listen(w, &s->rule.at, talking_opened, s);
}

/* Closes all connections. @reset is for the latest one. */
void
talking_close(struct talking *s, bool reset)
{
	for (unsigned i = 0; i < s->opened; i++)
		io_close(s->peer[i], reset && s->peer[i] == s->t.peer);
	s->t.peer = NULL;
	s->opened = 0;
}
