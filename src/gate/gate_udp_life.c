/*
 * gate/gate_udp_life.c - how long a flow of datagrams lives, and which flow ends when there are too
 * many.
 *
 * A flow ends when the program's socket is closed (gate_dgram_gone()). If that is not known, a flow
 * lives 30 s after its last datagram, or 120 s if it was answered. Questions to name servers, of
 * which there are many, always have 30 s. There are two lists, each in order of last use, so the
 * next flow to expire or to be given up is the first of a list.
 */
#include "core/core.h"
#include "gate/impl.h"

#define ASKED_LIFE    (30 * SEC)
#define ANSWERED_LIFE (120 * SEC)

static nsec_t
list_expires(const struct list *l, nsec_t life)
{
	const struct gate_dgram *d = list_first(l, struct gate_dgram, used);

	return d ? d->last + life : NSEC_NEVER;
}

static void
dgrams_expire(struct list *l, nsec_t life, nsec_t now)
{
	while (list_expires(l, life) <= now) {
		struct gate_dgram *d = list_first(l, struct gate_dgram, used);

		d->gate->count.dgrams_expired++;
		gate_dgram_free(d);
	}
}

/*
 * Arms the timer for the first flow that could expire. If it is used again, the timer is armed
 * again when it fires.
 */
static void
dgrams_arm(struct gate *g)
{
	nsec_t when = nsec_min(
	    list_expires(&g->dgrams.asked, ASKED_LIFE), list_expires(&g->dgrams.answered, ANSWERED_LIFE));

	if (when != NSEC_NEVER)
		timer_arm(g->core->wheel, &g->dgrams.timer, when);
}

static void
dgrams_timer(struct timer *t)
{
	struct gate *g = container_of(t, struct gate, dgrams.timer);

	dgrams_expire(&g->dgrams.asked, ASKED_LIFE, g->core->now);
	dgrams_expire(&g->dgrams.answered, ANSWERED_LIFE, g->core->now);
	dgrams_arm(g);
}

void
gate_dgram_used(struct gate_dgram *d)
{
	struct gate *g = d->gate;

	d->last = g->core->now;
	list_del(&d->used);
	list_push(d->answered ? &g->dgrams.answered : &g->dgrams.asked, &d->used);
	if (!timer_armed(&g->dgrams.timer))
		dgrams_arm(g);
}

static uint64_t
port_hash(const struct gate *g, uint16_t port)
{
	const uint64_t word = port;

	return table_hash(&g->dgrams.by_port, &word, 1);
}

void
gate_dgram_own(struct gate_dgram *d)
{
	table_insert(&d->gate->dgrams.by_port, &d->by_port, port_hash(d->gate, d->info.inside.port));
}

static struct gate_dgram *
dgram_of_port(struct table_node *n)
{
	return container_of(n, struct gate_dgram, by_port);
}

static void
end_all_of_port(struct gate *g, uint16_t port)
{
	struct table_node *n = table_first(&g->dgrams.by_port, port_hash(g, port)), *next;

	for (; n; n = next) {
		struct gate_dgram *d = dgram_of_port(n);

		next = table_next(n);
		if (d->info.inside.port == port)
			gate_dgram_free(d);
	}
}

void
gate_dgram_gone(struct gate *g, bool echo, uint16_t port)
{
	if (echo)
		gate_echo_gone(g, port);
	else
		end_all_of_port(g, port);
}

/*
 * Returns the first flow of @l that has a socket of its own, which those of published ports have
 * not.
 */
static struct gate_dgram *
first_with_socket(const struct list *l, const struct gate_dgram *but)
{
	list_each(n, l) {
		struct gate_dgram *d = container_of(n, struct gate_dgram, used);

		if (d != but && !d->info.published)
			return d;
	}
	return NULL;
}

/* Returns the flow that has been idle longest; one without an answer is preferred. */
static struct gate_dgram *
idlest(const struct gate *g, const struct gate_dgram *but)
{
	struct gate_dgram *d = first_with_socket(&g->dgrams.asked, but);

	return d ? d : first_with_socket(&g->dgrams.answered, but);
}

bool
gate_dgram_evict(struct gate *g, const struct gate_dgram *but, nsec_t idle)
{
	struct gate_dgram *d = idlest(g, but);

	if (!d || g->core->now - d->last < idle)
		return false;
	g->count.dgrams_limit++;
	gate_dgram_free(d);
	return true;
}

bool
gate_dgram_relieve(struct gate *g, nsec_t idle)
{
	return gate_dgram_evict(g, NULL, idle);
}

void
gate_dgrams_limit(struct gate *g)
{
	struct gate_dgram *d = list_first(&g->dgrams.asked, struct gate_dgram, used);

	if (g->dgrams.flows.count < g->config.max_dgrams)
		return;
	if (!d)
		d = list_first(&g->dgrams.answered, struct gate_dgram, used);
	g->count.dgrams_limit++;
	gate_dgram_free(d);
}

void
gate_dgrams_start(struct gate *g)
{
	list_init(&g->dgrams.asked);
	list_init(&g->dgrams.answered);
	timer_init(&g->dgrams.timer, dgrams_timer);
}
