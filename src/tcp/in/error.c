/*
 * tcp/in/error.c - ICMP errors about our segments, from routers and from this host itself (RFC
 * 5461, RFC 5927, RFC 8201; RFC 9293, 3.9.2.2).
 */
#include "tcp/in/in.h"
#include "wire/icmp.h"

/*
 * Returns true if the quoted segment is in flight (RFC 5927, 4.1): a blind attacker must guess the
 * sequence number, too. An error of this host itself needs no proof.
 */
static bool
believable(const struct tcp_conn *c, const struct net_error *e)
{
	seq_t seq;

	if (e->own)
		return true;
	if (e->quoted_len < 8)
		return false;
	seq = tcp_seq(e->quoted);
	return seq_geq(seq, c->snd.una) && seq_lt(seq, c->snd.nxt);
}

static void
packet_too_big(struct tcp_conn *c, const struct net_error *e)
{
	uint16_t before = c->snd.mss;

	if (e->mtu >= c->path.mtu)
		return;
	route_learn_mtu(c->tcp->core, &c->flow.remote.addr, e->mtu);
	tcp_sync_mss(c);
	if (c->snd.mss < before && tcp_synchronized(c))
		tcp_resend_large(c);
}

/*
 * Returns true if the error ends a connection request of the peer, which waits for its ACK. For
 * IPv6 every hard error does, for IPv4 the ones that Linux selects.
 */
static bool
ends_request(const struct net_error *e)
{
	if (e->v6)
		return e->kind == NET_ERROR_HARD;
	return e->own || e->type == ICMP4_TIME_EXCEEDED || e->type == ICMP4_PARAM ||
	       (e->type == ICMP4_UNREACH && (e->code == ICMP4_UNREACH_NET || e->code == ICMP4_UNREACH_HOST));
}

/*
 * While connecting, any error ends the attempt, as on Linux (RFC 5461, 2 allows it). An established
 * connection survives all of them, even hard ones (RFC 5927, 5.2): retransmission goes on, and if
 * it gives up, the error is the reason that the user gets.
 */
static void
unreachable(struct tcp_conn *c, const struct net_error *e)
{
	if (tcp_synchronized(c))
		c->user.soft_error = e->error;
	else if (!c->passive || ends_request(e))
		tcp_end(c, e->error);
}

static void
emit(struct tcp_conn *c, const struct net_error *e)
{
	struct core *core = c->tcp->core;
	struct event ev = {.kind = EVENT_ICMP_ERROR,
	    .icmp = {.v6 = e->v6,
		.type = e->type,
		.code = e->code,
		.local = c->flow.local,
		.remote = c->flow.remote}};

	if (sink_wants(core->sink, EVENT_ICMP_ERROR))
		core_emit(core, &ev);
}

static void
report(struct tcp_conn *c, const struct net_error *e)
{
	if (!believable(c, e)) {
		drop_note(c->tcp->core, NULL, DROP_ICMP_OUT_OF_WINDOW);
		return;
	}
	emit(c, e);
	if (e->kind == NET_ERROR_PMTU)
		packet_too_big(c, e);
	else
		unreachable(c, e);
}

static struct tcp_conn *
conn_of(struct tcp *tcp, const struct net_error *e)
{
	struct endpoint local = tcp_endpoint(&e->local, tcp_src(e->quoted), e->ifindex);
	struct endpoint remote = tcp_endpoint(&e->remote, tcp_dst(e->quoted), e->ifindex);
	uint64_t hash;
	struct tcp_flow *f = tcp_find(&tcp->flows, &local, &remote, &hash);

	return f && !f->time_wait ? container_of(f, struct tcp_conn, flow) : NULL;
}

bool
tcp_error(void *self, const struct net_error *e)
{
	struct tcp *tcp = self;
	struct tcp_conn *c = e->quoted_len >= 4 ? conn_of(tcp, e) : NULL;

	if (!c)
		return false;
	report(c, e);
	tcp_leave(tcp);
	return true;
}
