/* tcp/tcp.c - all of TCP on a host: its setup, and who gets an arriving segment. */
#include "tcp/tcp.h"

#include "tcp/in/in.h"
#include "tcp/out/output.h"
#include "wire/ip.h"

#include <assert.h>
#include <stdlib.h>

/* Freed objects that the slabs keep for new connections. */
enum { CONNS_KEPT = 256, TIME_WAITS_KEPT = 64 };

/*
 * Hands @seg to the owner of its four-tuple (RFC 9293, 3.10.7). Returns the connection; NULL if
 * there is none.
 */
static struct tcp_conn *
demultiplex(struct tcp *tcp, struct tcp_seg *seg)
{
	struct tcp_flow *f = tcp_find(&tcp->flows, &seg->local, &seg->remote, &seg->hash);
	struct tcp_conn *c = f && !f->time_wait ? container_of(f, struct tcp_conn, flow) : NULL;
	struct tcp_listener *l;

	if (c) {
		tcp_arrive(c, seg);
	} else if (f) {
		tcp_arrive_time_wait(tcp, container_of(f, struct tcp_tw, flow), seg);
	} else {
		l = tcp_listener_of(tcp, seg->rx->iface, &seg->local, &seg->remote);
		if (l)
			tcp_arrive_listen(l, seg, NULL);
		else
			tcp_arrive_closed(tcp, seg);
	}
	if (seg->pkt)
		pkt_free(seg->pkt);
	return c;
}

/*
 * Returns true if what @c wants may be sent at the end of the batch. It may not while segments are
 * out of order: then each needs an answer of its own, because the peer counts duplicate ACKs (RFC
 * 5681, 4.2).
 */
static bool
may_wait(const struct tcp_conn *c)
{
	return !c->ended && !(c->want & ~(WANT_OUTPUT | WANT_ACK | WANT_UPDATE)) && c->rcv.reass.runs == 0;
}

/*
 * Ends a segment within a batch: flushes its connection if it cannot wait. Other connections wait
 * for the end of the batch.
 */
static void
flush_within_batch(struct tcp_conn *c)
{
	struct tcp *tcp = c->tcp;

	if (may_wait(c))
		return;
	tcp_hold_flush(tcp);
	list_del(&c->dirty);
	tcp_flush(c);
	tcp_release_flush(tcp);
}

static void
tcp_input(void *self, struct pkt *pkt, const struct ip_rx *rx)
{
	struct tcp *tcp = self;
	struct tcp_seg seg;
	struct tcp_conn *c;
	enum drop_reason reason = tcp_seg_parse(&seg, pkt, rx);

	if (reason != DROP_COUNT) {
		pkt_drop(tcp->core, pkt, reason);
		return;
	}
	c = demultiplex(tcp, &seg);
	if (!tcp->pending.batch)
		tcp_leave(tcp);
	else if (c)
		flush_within_batch(c);
}

void
tcp_batch_begin(struct tcp *tcp)
{
	assert(!tcp->pending.batch && !tcp->pending.held);
	tcp->pending.batch = true;
}

void
tcp_batch_notify(struct tcp *tcp)
{
	assert(tcp->pending.batch);
	tcp->pending.batch = false;
	tcp_hold_flush(tcp);
	while (tcp_notify_next(tcp))
		;
}

void
tcp_batch_end(struct tcp *tcp)
{
	tcp_release_flush(tcp);
	tcp_leave(tcp);
}

static const struct transport_ops tcp_transport = {
    .input = tcp_input, .error = tcp_error, .validates_errors = true};

static struct siphash_key
derived_key(const struct core *core, uint64_t purpose)
{
	uint64_t words[2] = {purpose, 0};
	struct siphash_key k;

	k.k[0] = siphash_words(&core->secret, words, 2);
	words[1] = 1;
	k.k[1] = siphash_words(&core->secret, words, 2);
	return k;
}

void
tcp_set_limits(struct tcp *tcp, const struct tcp_limits *limits)
{
	tcp->limits = *limits;
}

struct tcp *
tcp_new(struct core *core)
{
	struct tcp *tcp = calloc(1, sizeof *tcp);
	struct siphash_key table_key = derived_key(core, 0x7463702d7461626c);

	if (!tcp)
		return NULL;
	if (tcp_flows_init(&tcp->flows, &table_key))
		goto no_flows;
	if (table_init(&tcp->listen.names, &table_key))
		goto no_listening;
	tcp->core = core;
	tcp->pending.flush = tcp_flush;
	tcp->challenge.since = core->now - SEC; /* the first second begins with the first challenge */
	tcp->isn_key = derived_key(core, 0x7463702d69736e00);
	tcp->limits = (struct tcp_limits){.conns = 65536,
	    .syn_queue = 1024,
	    .time_wait = 16384,
	    .sndbuf_max = 4 << 20,
	    .rcvbuf_max = 6 << 20};
	list_init(&tcp->listen.all);
	list_init(&tcp->listen.any_port);
	list_init(&tcp->conns.all);
	list_init(&tcp->pending.dirty);
	list_init(&tcp->pending.notify);
	list_init(&tcp->time_wait.all);
	txrec_slab_init(&tcp->conns.records);
	slab_init(&tcp->conns.slab, sizeof(struct tcp_conn), CONNS_KEPT);
	slab_init(&tcp->time_wait.slab, sizeof(struct tcp_tw), TIME_WAITS_KEPT);
	timer_init(&tcp->time_wait.timer, tcp_time_wait_expired);
	core_register_transport(core, IP_PROTO_TCP, &tcp_transport, tcp);
	return tcp;
no_listening:
	tcp_flows_fini(&tcp->flows);
no_flows:
	free(tcp);
	return NULL;
}

void
tcp_free(struct tcp *tcp)
{
	tcp_hold_flush(tcp);
	list_each_safe(n, &tcp->listen.all) {
		struct tcp_listener *l = container_of(n, struct tcp_listener, all);

		l->subscriber.ops = NULL;
		tcp_listener_close(l);
	}
	list_each_safe(n, &tcp->conns.all)
		tcp_conn_free(container_of(n, struct tcp_conn, all));
	list_each_safe(n, &tcp->time_wait.all)
		tcp_time_wait_free(tcp, container_of(n, struct tcp_tw, node));
	tcp->core->transport[IP_PROTO_TCP] = (struct core_transport){0};
	txrec_slab_fini(&tcp->conns.records);
	slab_fini(&tcp->conns.slab);
	slab_fini(&tcp->time_wait.slab);
	tcp_flows_fini(&tcp->flows);
	table_fini(&tcp->listen.names);
	free(tcp);
}

void
tcp_each(struct tcp *tcp, void (*fn)(struct tcp_conn *c, void *arg), void *arg)
{
	tcp_hold_flush(tcp); /* what @fn ends is freed after the walk */
	list_each(n, &tcp->conns.all) {
		struct tcp_conn *c = container_of(n, struct tcp_conn, all);

		if (!c->ended)
			fn(c, arg);
	}
	tcp_release_flush(tcp);
	tcp_leave(tcp);
}
