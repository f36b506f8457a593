/*
 * gate/gate_client.c - clients of published UDP ports: each is a flow of its own, which answers
 * through the socket that it came to.
 */
#include "core/core.h"
#include "gate/impl.h"

enum { SHOWN_LOW = 32768, SHOWN_PORTS = 28232, SHOWN_TRIES = 64 }; /* Linux's ip_local_port_range */

struct peer_key {
	const struct io_dgram *out;
	const struct endpoint *peer;
};

static uint64_t
peer_hash(const struct table *t, const struct endpoint *peer)
{
	const uint64_t words[] = {peer->addr.w[0], peer->addr.w[1], peer->port};

	return table_hash(t, words, 3);
}

static bool
peer_eq(const struct table_node *n, const void *key)
{
	const struct gate_dgram *d = container_of(n, const struct gate_dgram, by_peer);
	const struct peer_key *k = key;

	return d->out == k->out && gate_end_eq(&d->info.outside, k->peer);
}

static struct gate_dgram *
client_find(struct gate *g, const struct io_dgram *out, const struct endpoint *peer)
{
	struct peer_key k = {out, peer};
	struct table_node *n =
	    table_find(&g->dgrams.by_peer, peer_hash(&g->dgrams.by_peer, peer), &k, peer_eq);

	return n ? container_of(n, struct gate_dgram, by_peer) : NULL;
}

/*
 * Chooses a port for a client whose address and port are already in use inside. Different clients
 * can have one address there: 127.0.0.1 and 127.0.0.2 are both shown as the gateway, and clients of
 * two published ports, or a destination of the program, can coincide, too. The later one is shown
 * with another port. If no free one is found, it takes the place of the earlier flow.
 */
static void
choose_shown(struct gate *g, const struct endpoint *inside, struct endpoint *shown)
{
	struct gate_dgram *taken = gate_dgram_find(g, inside, shown);

	for (int i = 0; taken && i < SHOWN_TRIES; i++) {
		shown->port = (uint16_t)(SHOWN_LOW + rng_below(&g->core->rng, SHOWN_PORTS));
		taken = gate_dgram_find(g, inside, shown);
	}
	if (taken)
		gate_dgram_free(taken);
}

static struct gate_dgram *
client_new(struct gate *g, struct io_dgram *out, const struct endpoint *peer, uint16_t port)
{
	struct endpoint inside, shown;
	struct gate_dgram *d;

	if (!gate_map_client(&g->config, true, peer, port, &inside, &shown)) {
		drop_note(g->core, NULL, DROP_GATE_UNSERVED);
		gate_unserved(g, true, port);
		return NULL;
	}
	choose_shown(g, &inside, &shown);
	d = gate_dgram_new(g, &inside, &shown);
	if (!d) {
		drop_note(g->core, NULL, DROP_GATE_LIMIT);
		return NULL;
	}
	d->info.published = true;
	d->info.outside = *peer;
	d->out = out;
	table_insert(&g->dgrams.by_peer, &d->by_peer, peer_hash(&g->dgrams.by_peer, peer));
	return d;
}

void
gate_udp_from_outside(
    struct gate *g, struct io_dgram *out, const struct endpoint *peer, uint16_t port, size_t len)
{
	struct gate_dgram *d = client_find(g, out, peer);

	if (!d)
		d = client_new(g, out, peer, port);
	if (!d)
		return;
	d->answered = true; /* a client of an open port may be silent for longer */
	gate_dgram_used(d);
	gate_dgram_send_inside(d, len);
}

void
gate_udp_forget(struct gate *g, const struct io_dgram *out)
{
	struct list *lists[] = {&g->dgrams.asked, &g->dgrams.answered};

	for (int i = 0; i < 2; i++) {
		list_each_safe(n, lists[i]) {
			struct gate_dgram *d = container_of(n, struct gate_dgram, used);

			if (d->out == out)
				gate_dgram_free(d);
		}
	}
}
