/*
 * gate/gate_udp.c - UDP through the gateway: one connected datagram socket outside for each pair of
 * a program's port and a destination, for as long as it is used. gate_udp_life.c decides how long
 * that is.
 */
#include "base/err.h"
#include "core/core.h"
#include "gate/impl.h"
#include "sock/sock.h"

#include <stdlib.h>

enum { UDP_BUDGET = 64, PORT_DNS = 53 };

struct dgram_key {
	const struct endpoint *inside, *shown;
};

static uint64_t
key_hash(const struct table *t, const struct dgram_key *k)
{
	const uint64_t words[] = {k->inside->addr.w[0], k->inside->addr.w[1], k->shown->addr.w[0],
	    k->shown->addr.w[1], (uint64_t)k->inside->port << 16 | k->shown->port};

	return table_hash(t, words, 5);
}

bool
gate_end_eq(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && ipaddr_eq(&a->addr, &b->addr);
}

static struct gate_dgram *
dgram_of(const struct table_node *n)
{
	return container_of(n, struct gate_dgram, hash);
}

static bool
key_eq(const struct table_node *n, const void *key)
{
	const struct dgram_key *k = key;

	return gate_end_eq(&dgram_of(n)->info.inside, k->inside) &&
	       gate_end_eq(&dgram_of(n)->info.shown, k->shown);
}

struct gate_dgram *
gate_dgram_find(struct gate *g, const struct endpoint *inside, const struct endpoint *shown)
{
	struct dgram_key k = {inside, shown};
	struct table_node *n = table_find(&g->dgrams.flows, key_hash(&g->dgrams.flows, &k), &k, key_eq);

	return n ? dgram_of(n) : NULL;
}

void
gate_dgram_free(struct gate_dgram *d)
{
	struct gate *g = d->gate;

	table_remove(&g->dgrams.flows, &d->hash);
	if (d->info.published)
		table_remove(&g->dgrams.by_peer, &d->by_peer);
	else
		table_remove(&g->dgrams.by_port, &d->by_port);
	list_del(&d->used);
	list_del(&d->work.node);
	if (d->asker)
		gate_asker_free(d->asker);
	if (d->out && !d->info.published)
		d->out->ops->close(d->out);
	gate_flow_ended(g, &d->info);
	free(d);
}

/* Towards the program */

void
gate_dgram_send_inside(struct gate_dgram *d, size_t len)
{
	struct gate *g = d->gate;
	struct sock_msg msg = {.peer = d->info.inside, .local = d->info.shown};
	ssize_t n = sock_send(g->dgrams.sock, g->scratch, len, 0, &msg);

	if (n >= 0)
		d->info.octets_down += len;
	else
		drop_note(g->core, NULL, DROP_GATE_UNSENT);
}

static void
dgram_run(struct gate_work *w)
{
	struct gate_dgram *d = container_of(w, struct gate_dgram, work);
	struct gate *g = d->gate;

	for (int i = 0; i < UDP_BUDGET; i++) {
		ssize_t n = d->out->ops->recv_from(d->out, g->scratch, GATE_SCRATCH, NULL);

		if (n == -LEAT_EAGAIN)
			return;
		if (n < 0) {
			g->count.dgrams_refused++;
			gate_quote_udp(g, &d->info.inside, &d->info.shown, &d->sent, (int)-n);
			continue;
		}
		d->answered = d->info.shown.port != PORT_DNS;
		gate_dgram_used(d);
		gate_dgram_send_inside(d, (size_t)n);
	}
	/* The budget is used up. The event is reported again. */
}

static void
on_datagram(struct io_dgram *io, unsigned events, void *arg)
{
	struct gate_dgram *d = arg;

	gate_mark(d->gate, &d->work);
}

/* From the program */

int
gate_dgram_connect(
    struct gate_dgram *d, const struct endpoint *to, io_dgram_fn *fn, void *arg, struct io_dgram **out)
{
	struct io_world *w = d->gate->config.outside;
	int e = w->ops->dgram(w, NULL, to, fn, arg, out);

	if (e < 0 && gate_ran_out(e) && gate_dgram_evict(d->gate, d, 0))
		e = w->ops->dgram(w, NULL, to, fn, arg, out);
	if (e == 0)
		(*out)->ops->want(*out, IO_READABLE);
	return e;
}

struct gate_dgram *
gate_dgram_new(struct gate *g, const struct endpoint *inside, const struct endpoint *shown)
{
	struct dgram_key k = {inside, shown};
	struct gate_dgram *d;

	gate_dgrams_limit(g);
	d = calloc(1, sizeof *d);
	if (!d)
		return NULL;
	d->gate = g;
	d->info = (struct gate_flow_info){
	    .proto = GATE_UDP, .inside = *inside, .shown = *shown, .since = g->core->now};
	list_init(&d->used);
	gate_work_init(&d->work, dgram_run);
	table_insert(&g->dgrams.flows, &d->hash, key_hash(&g->dgrams.flows, &k));
	g->count.dgrams++;
	return d;
}

/*
 * Returns the flow of a datagram from the program, which it opens if needed. If it cannot be
 * opened, the program gets an ICMP error, and it returns NULL.
 */
static struct gate_dgram *
dgram_get(struct gate *g, const struct sock_msg *msg, size_t len)
{
	struct gate_dgram *d = gate_dgram_find(g, &msg->peer, &msg->local);
	struct gate_quoted lost;
	int e;

	if (d)
		return d;
	d = gate_dgram_new(g, &msg->peer, &msg->local);
	if (!d) {
		drop_note(g->core, NULL, DROP_GATE_LIMIT);
		return NULL;
	}
	d->late = g->config.gone && g->config.gone(g->config.arg, msg->peer.port);
	gate_dgram_own(d);
	if (gate_names_meant(g, &msg->local)) {
		d->asker = gate_asker_new(d);
		e = d->asker ? 0 : -LEAT_ENOMEM;
	} else {
		d->info.outside = gate_map(&g->config, &msg->local);
		e = gate_dgram_connect(d, &d->info.outside, on_datagram, d, &d->out);
	}
	if (e == 0)
		return d;
	d->info.error = -e;
	g->count.dgrams_refused++;
	gate_quoted_set(&lost, g->scratch, len);
	gate_quote_udp(g, &msg->peer, &msg->local, &lost, gate_names_error(g, &msg->local, -e));
	gate_dgram_free(d);
	return NULL;
}

static void
send_outside(struct gate *g, const struct sock_msg *msg, size_t len)
{
	struct gate_dgram *d;
	ssize_t n;

	if (ipaddr_is_multicast(&msg->local.addr) || ipaddr_is_any(&msg->local.addr)) {
		drop_note(g->core, NULL, DROP_GATE_GROUP);
		return;
	}
	d = dgram_get(g, msg, len);
	if (!d)
		return;
	if (d->asker) {
		gate_dgram_used(d);
		gate_asker_ask(d->asker, len);
		if (d->late)
			gate_dgram_free(d);
		return;
	}
	gate_quoted_set(&d->sent, g->scratch, len);
	gate_dgram_used(d);
	n = d->out->ops->send_to(d->out, g->scratch, len, d->info.published ? &d->info.outside : NULL);
	if (n >= 0)
		d->info.octets_up += len;
	else
		gate_quote_udp(g, &msg->peer, &msg->local, &d->sent, (int)-n);
	if (d->late)
		gate_dgram_free(d);
}

static void
dgram_socket_run(struct gate_work *w)
{
	struct gate *g = container_of(w, struct gate, dgrams.work);

	for (int i = 0; i < UDP_BUDGET; i++) {
		struct sock_msg msg;
		ssize_t n = sock_recv(g->dgrams.sock, g->scratch, GATE_SCRATCH, 0, &msg);

		if (n == -LEAT_EAGAIN)
			return;
		if (n >= 0)
			send_outside(g, &msg, (size_t)n);
		/*
		 * This error is about a datagram to the program: its port is closed. It cannot be
		 * reported outside.
		 */
	}
	gate_mark(g, w);
}

static void
dgram_socket_ready(struct sock *sk, void *arg)
{
	struct gate *g = arg;

	gate_mark(g, &g->dgrams.work);
}

/* Begin and end */

int
gate_udp_start(struct gate *g)
{
	int on = 1, e;

	gate_dgrams_start(g);
	gate_work_init(&g->dgrams.work, dgram_socket_run);
	e = table_init(&g->dgrams.flows, &g->core->secret);
	if (e < 0)
		return e;
	e = table_init(&g->dgrams.by_port, &g->core->secret);
	if (e < 0)
		goto no_ports;
	e = table_init(&g->dgrams.by_peer, &g->core->secret);
	if (e < 0)
		goto no_peers;
	e = sock_open(g->socks, true, SOCK_TYPE_DGRAM, &g->dgrams.sock);
	if (e < 0)
		goto no_socket;
	e = sock_setopt(g->dgrams.sock, LEAT_SOL_LEAT, LEAT_ANY_PORT, &on, sizeof on);
	if (e < 0)
		goto no_option;
	sock_watch(g->dgrams.sock, dgram_socket_ready, g);
	return 0;
no_option:
	sock_close(g->dgrams.sock);
no_socket:
	table_fini(&g->dgrams.by_peer);
no_peers:
	table_fini(&g->dgrams.by_port);
no_ports:
	table_fini(&g->dgrams.flows);
	return e;
}

static void
dgram_free_node(struct table_node *n, void *arg)
{
	gate_dgram_free(dgram_of(n));
}

void
gate_udp_stop(struct gate *g)
{
	table_each(&g->dgrams.flows, dgram_free_node, NULL);
	timer_cancel(g->core->wheel, &g->dgrams.timer);
	list_del(&g->dgrams.work.node);
	sock_close(g->dgrams.sock);
	table_fini(&g->dgrams.by_peer);
	table_fini(&g->dgrams.by_port);
	table_fini(&g->dgrams.flows);
}

void
gate_udp_each(const struct gate *g, void (*fn)(const struct gate_flow_info *info, void *arg), void *arg)
{
	list_each(n, &g->dgrams.asked)
		fn(&container_of(n, struct gate_dgram, used)->info, arg);
	list_each(n, &g->dgrams.answered)
		fn(&container_of(n, struct gate_dgram, used)->info, arg);
}
