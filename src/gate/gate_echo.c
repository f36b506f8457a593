/*
 * gate/gate_echo.c - ICMP echo through the gateway: pings to addresses that are not its own. There
 * is one echo socket outside for each address of the program, destination and identifier. The
 * kernel outside chooses an identifier of its own, so the program's is put back into each reply.
 */
#include "base/err.h"
#include "core/core.h"
#include "gate/impl.h"
#include "wire/checksum.h"
#include "wire/icmp.h"
#include "wire/ip.h"

#include <stdlib.h>

enum { ECHO_BUDGET = 64 };

#define ECHO_LIFE (30 * SEC)

struct gate_echo {
	struct table_node hash;
	struct list used;
	struct gate_work work;
	struct gate *gate;
	struct io_dgram *out;
	nsec_t last;
	struct gate_flow_info info; /* inside.port is the identifier */
};

struct echo_key {
	const struct ipaddr *src, *dst;
	uint16_t id;
};

static struct gate_echo *
echo_of(const struct table_node *n)
{
	return container_of(n, struct gate_echo, hash);
}

static uint64_t
echo_hash(const struct table *t, const struct echo_key *k)
{
	const uint64_t words[] = {k->src->w[0], k->src->w[1], k->dst->w[0], k->dst->w[1], k->id};

	return table_hash(t, words, 5);
}

static bool
echo_eq(const struct table_node *n, const void *key)
{
	const struct gate_flow_info *i = &echo_of(n)->info;
	const struct echo_key *k = key;

	return i->inside.port == k->id && ipaddr_eq(&i->inside.addr, k->src) &&
	       ipaddr_eq(&i->shown.addr, k->dst);
}

static void
echo_free(struct gate_echo *e)
{
	struct gate *g = e->gate;

	table_remove(&g->echoes.flows, &e->hash);
	list_del(&e->used);
	list_del(&e->work.node);
	if (e->out)
		e->out->ops->close(e->out);
	gate_flow_ended(g, &e->info);
	free(e);
}

/* Ends the flows that have been idle too long. The timer is armed for the one that expires next. */
static void
echo_timer(struct timer *t)
{
	struct gate *g = container_of(t, struct gate, echoes.timer);
	struct gate_echo *e;

	while (
	    (e = list_first(&g->echoes.used, struct gate_echo, used)) && e->last + ECHO_LIFE <= g->core->now)
		echo_free(e);
	if (e)
		timer_arm(g->core->wheel, t, e->last + ECHO_LIFE);
}

static void
echo_used(struct gate_echo *e)
{
	struct gate *g = e->gate;

	e->last = g->core->now;
	list_del(&e->used);
	list_push(&g->echoes.used, &e->used);
	if (!timer_armed(&g->echoes.timer))
		timer_arm(g->core->wheel, &g->echoes.timer, e->last + ECHO_LIFE);
}

/* Sends the reply of @len octets in the scratch to the program, under the program's identifier. */
static void
echo_reply(struct gate_echo *e, size_t len)
{
	struct gate *g = e->gate;
	bool v4 = ipaddr_is4(&e->info.inside.addr);
	struct ip_tx tx = {.src = e->info.shown.addr,
	    .dst = e->info.inside.addr,
	    .proto = v4 ? IP_PROTO_ICMP4 : IP_PROTO_ICMP6,
	    .transparent = true};
	uint8_t *h = g->scratch;
	struct pkt *p;

	if (!icmp_valid(h, len) || icmp_type(h) != (v4 ? ICMP4_ECHO_REPLY : ICMP6_ECHO_REPLY))
		return;
	be16_put(h + ICMP_ECHO_ID, e->info.inside.port);
	be16_put(h + ICMP_SUM, 0);
	checksum_put(h + ICMP_SUM,
	    checksum_add(h, len, v4 ? 0 : checksum_pseudo(&tx.src, &tx.dst, tx.proto, (uint32_t)len)));
	p = pkt_from_bytes(g->core->pool, h, len);
	if (!p) {
		pkt_drop(g->core, NULL, DROP_POOL_EMPTY);
		return;
	}
	p->l4 = p->data;
	p->sum = PKT_SUM_VALID;
	e->info.octets_down += len;
	core_output(g->core, p, &tx);
}

static void
echo_run(struct gate_work *w)
{
	struct gate_echo *e = container_of(w, struct gate_echo, work);
	struct gate *g = e->gate;

	for (int i = 0; i < ECHO_BUDGET; i++) {
		ssize_t n = e->out->ops->recv_from(e->out, g->scratch, GATE_SCRATCH, NULL);

		if (n == -LEAT_EAGAIN)
			return;
		if (n >= 0)
			echo_reply(e, (size_t)n);
	}
}

static void
on_reply(struct io_dgram *io, unsigned events, void *arg)
{
	struct gate_echo *e = arg;

	gate_mark(e->gate, &e->work);
}

void
gate_echo_gone(struct gate *g, uint16_t id)
{
	list_each_safe(n, &g->echoes.used) {
		struct gate_echo *e = container_of(n, struct gate_echo, used);

		if (e->info.inside.port == id)
			echo_free(e);
	}
}

static int
open_socket(struct gate *g, struct gate_echo *e)
{
	if (!g->config.echo)
		return -LEAT_EPERM;
	return g->config.echo(g->config.outside, &e->info.outside.addr, on_reply, e, &e->out);
}

/*
 * Opens the socket of @e. If the outside has no descriptor left, the flow that was idle longest
 * gives up its own.
 */
static int
open_outside(struct gate *g, struct gate_echo *e)
{
	struct gate_echo *oldest = list_first(&g->echoes.used, struct gate_echo, used);
	int err = open_socket(g, e);

	if (err < 0 && gate_ran_out(err) && oldest) {
		echo_free(oldest);
		err = open_socket(g, e);
	}
	if (err == 0)
		e->out->ops->want(e->out, IO_READABLE);
	return err;
}

static struct gate_echo *
echo_new(struct gate *g, const struct echo_key *k)
{
	struct gate_echo *e;
	struct endpoint shown = {.addr = *k->dst};
	int err;

	if (g->echoes.flows.count >= g->config.max_echoes)
		echo_free(list_first(&g->echoes.used, struct gate_echo, used));
	e = calloc(1, sizeof *e);
	if (!e)
		return NULL;
	e->gate = g;
	e->info = (struct gate_flow_info){.proto = GATE_ECHO,
	    .inside = {.addr = *k->src, .port = k->id},
	    .shown = shown,
	    .outside = gate_map(&g->config, &shown),
	    .since = g->core->now};
	list_init(&e->used);
	gate_work_init(&e->work, echo_run);
	table_insert(&g->echoes.flows, &e->hash, echo_hash(&g->echoes.flows, k));
	err = open_outside(g, e);
	if (err < 0) {
		e->info.error = -err;
		echo_free(e);
		return NULL;
	}
	g->count.echoes++;
	echo_used(e);
	return e;
}

/*
 * Takes an echo request for an address that is not the gateway's. The packet's data begin at the
 * ICMP header, which net/ has checked.
 */
static void
echo_input(void *self, struct pkt *pkt, const struct ip_rx *rx)
{
	struct gate *g = self;
	struct echo_key key = {&rx->src, &rx->dst, 0};
	struct table_node *n;
	struct gate_echo *e;
	uint32_t len = pkt->len;

	if (rx->group || len > GATE_SCRATCH || !pkt_need(pkt, ICMP_HDR_LEN)) {
		pkt_drop(g->core, pkt, DROP_ICMP_IGNORED);
		return;
	}
	key.id = icmp_echo_id(pkt->data);
	n = table_find(&g->echoes.flows, echo_hash(&g->echoes.flows, &key), &key, echo_eq);
	e = n ? echo_of(n) : echo_new(g, &key);
	if (!e) {
		g->count.echoes_denied++;
		pkt_drop(g->core, pkt, DROP_GATE_ECHO);
		return;
	}
	echo_used(e);
	pkt_copy_out(pkt, 0, g->scratch, len);
	if (e->out->ops->send_to(e->out, g->scratch, len, NULL) < 0) {
		pkt_drop(g->core, pkt, DROP_GATE_REFUSED);
		return;
	}
	e->info.octets_up += len;
	pkt_free(pkt);
}

static const struct transport_ops echo_ops = {.input = echo_input};

int
gate_echo_start(struct gate *g)
{
	int e = table_init(&g->echoes.flows, &g->core->secret);

	list_init(&g->echoes.used);
	timer_init(&g->echoes.timer, echo_timer);
	if (e == 0)
		core_register_echo(g->core, &echo_ops, g);
	return e;
}

void
gate_echo_stop(struct gate *g)
{
	struct gate_echo *e;

	core_register_echo(g->core, NULL, NULL);
	while ((e = list_first(&g->echoes.used, struct gate_echo, used)))
		echo_free(e);
	timer_cancel(g->core->wheel, &g->echoes.timer);
	table_fini(&g->echoes.flows);
}

void
gate_echo_each(const struct gate *g, void (*fn)(const struct gate_flow_info *info, void *arg), void *arg)
{
	list_each(n, &g->echoes.used)
		fn(&container_of(n, struct gate_echo, used)->info, arg);
}
