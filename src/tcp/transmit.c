/* tcp/transmit.c - builds a segment and hands it down. output.c decides what to send and when. */
#include "tcp/conn.h"

#include "wire/checksum.h"
#include "wire/ip.h"

static void
mark_super(struct pkt *p, const struct tcp_out *o, uint32_t len)
{
	if (o->mss == 0 || len <= o->mss)
		return;
	p->seg = ipaddr_is4(&o->local->addr) ? PKT_SEG_TCP4 : PKT_SEG_TCP6;
	p->seg_size = o->mss;
	p->segs = (uint16_t)((len + o->mss - 1) / o->mss);
}

/*
 * Only the checksum of the pseudo-header is filled in (PKT_SUM_PARTIAL). The last layer that sees
 * the packet completes it.
 */
static void
put_header(struct pkt *p, const struct tcp_out *o)
{
	unsigned hdr_len = TCP_HDR_LEN + o->opt_len;
	uint8_t *h = pkt_push(p, hdr_len);
	uint16_t sum;

	tcp_put(h, o->local->port, o->remote->port, o->seq, o->ack, hdr_len, o->flags, o->wnd);
	be16_put(h + TCP_URGENT, o->up);
	if (o->opt_len)
		memcpy(h + TCP_HDR_LEN, o->opt, o->opt_len);
	sum = checksum_pseudo(&o->local->addr, &o->remote->addr, IP_PROTO_TCP, p->len);
	memcpy(h + TCP_SUM, &sum, sizeof sum);
	p->l4 = h;
	p->sum = PKT_SUM_PARTIAL;
	p->sum_off = TCP_SUM;
}

int
tcp_transmit(struct tcp *tcp, struct pkt *payload, const struct tcp_out *o)
{
	struct pkt *p = payload ? payload : pkt_new(tcp->core->pool);
	struct ip_tx tx = {.src = o->local->addr,
	    .dst = o->remote->addr,
	    .proto = IP_PROTO_TCP,
	    .ttl = o->ttl,
	    .tos = o->tos,
	    .dont_fragment = true,
	    .transparent = o->transparent,
	    .ifindex = o->remote->ifindex ? o->remote->ifindex : o->bound_if,
	    .cache = o->path};

	if (!p) {
		pkt_drop(tcp->core, NULL, DROP_POOL_EMPTY);
		return -LEAT_ENOBUFS;
	}
	mark_super(p, o, p->len);
	put_header(p, o);
	p->why = o->why;
	p->flow = o->flow;
	return core_output(tcp->core, p, &tx);
}

/* Fills @o with what every segment of a connection says, and notes the window that it offers. */
static void
segment(struct tcp_conn *c, struct tcp_out *o, seq_t seq, uint8_t flags, enum pkt_why why)
{
	uint32_t wnd = tcp_window_to_offer(c);
	uint32_t most = 65535u << c->rcv.shift;

	if (wnd > most)
		wnd = most;
	c->rcv.adv = seq_max(c->rcv.adv, c->rcv.nxt + wnd);
	o->local = &c->flow.local;
	o->remote = &c->flow.remote;
	o->seq = seq;
	o->ack = c->rcv.nxt;
	o->wnd = (uint16_t)(wnd >> c->rcv.shift);
	o->up = 0;
	o->flags = flags;
	o->ttl = c->opts.ttl;
	o->tos = c->opts.tos;
	o->why = (uint8_t)why;
	o->transparent = c->opts.transparent;
	o->flow = c->number;
	o->mss = 0;
	o->path = &c->path.cache;
	o->bound_if = c->opts.bound_if;
}

/* A segment with ACK has left: it replaces an ACK of its own. */
static void
ack_left(struct tcp_conn *c)
{
	c->rcv.wup = c->ts.last_ack_sent = c->rcv.nxt;
	timers_ack_sent(c);
}

static void
hand_down(struct tcp_conn *c, struct pkt *payload, const struct tcp_out *o, unsigned segs)
{
	int err = tcp_transmit(c->tcp, payload, o);

	c->count.segs_out += segs;
	c->when.last_sent = tcp_now(c);
	if (o->flags & TCP_ACK)
		ack_left(c);
	if (err && err != -LEAT_ENOBUFS)
		c->user.soft_error = -err;
}

/* Sends a SYN, or a SYN-ACK in SYN-RECEIVED. Its window is never scaled (RFC 7323, 2.2). */
void
tcp_send_syn(struct tcp_conn *c)
{
	uint8_t opt[TCP_OPTIONS_MAX];
	bool answers = c->state == LEAT_TCP_SYN_RECEIVED;
	bool again = c->snd.nxt != c->snd.iss;
	uint8_t scale = c->rcv.shift;
	struct tcp_out o;

	c->rcv.shift = 0;
	segment(c, &o, c->snd.iss, answers ? TCP_SYN | TCP_ACK : TCP_SYN,
	    again ? PKT_WHY_RETX_SYN : PKT_WHY_HANDSHAKE);
	c->rcv.shift = scale;
	if (!answers)
		o.ack = 0;
	o.opt = opt;
	o.opt_len = tcp_options_syn(c, opt);
	if (again) {
		c->snd.syn_again = true;
		c->count.segs_retx++;
		tcp_emit_retx(c, c->snd.iss, 1, PKT_WHY_RETX_SYN);
	} else {
		c->when.syn_sent = tcp_now(c);
	}
	c->snd.nxt = c->snd.iss + 1;
	timers_sent(c);
	hand_down(c, NULL, &o, 1);
}

/*
 * Returns SND.NXT; or, if the peer has taken back some of its window, the last number that it still
 * accepts (Linux: tcp_acceptable_seq). Before the peer's first window there is nothing to take
 * back.
 */
static seq_t
acceptable_seq(const struct tcp_conn *c)
{
	seq_t edge = c->snd.una + c->snd.wnd;

	return seq_lt(edge, c->snd.nxt) && c->snd.max_wnd ? edge : c->snd.nxt;
}

void
tcp_send_ack(struct tcp_conn *c, enum pkt_why why)
{
	uint8_t opt[TCP_OPTIONS_MAX];
	struct tcp_out o;

	segment(c, &o, acceptable_seq(c), TCP_ACK, why);
	o.opt = opt;
	o.opt_len = tcp_options_ack(c, opt);
	hand_down(c, NULL, &o, 1);
}

/*
 * Sends an empty segment one octet before SND.UNA, which the peer must answer, as Linux does. RFC
 * 9293, 3.8.6.1 would put an octet of new data in it, which a peer without room must throw away.
 */
void
tcp_send_probe(struct tcp_conn *c, enum pkt_why why)
{
	uint8_t opt[TCP_OPTIONS_MAX];
	struct tcp_out o;

	segment(c, &o, c->snd.una - 1, TCP_ACK, why);
	o.opt = opt;
	o.opt_len = tcp_options_data(c, opt);
	hand_down(c, NULL, &o, 1);
}

void
tcp_send_reset(struct tcp_conn *c)
{
	uint8_t opt[TCP_OPTIONS_MAX];
	struct tcp_out o;

	segment(c, &o, c->snd.nxt == c->snd.iss ? 0 : acceptable_seq(c), TCP_RST | TCP_ACK, PKT_WHY_RESET);
	o.opt = opt;
	o.opt_len = tcp_options_data(c, opt); /* a RST SHOULD have timestamps too (RFC 7323, 3.2) */
	o.wnd = 0;
	hand_down(c, NULL, &o, 1);
}

/* Returns how many payload octets fit one packet, next to the largest headers. */
uint32_t
tcp_super_max(const struct tcp_conn *c)
{
	uint32_t segments = c->snd.urgent ? 1 : (PKT_SUPER_MAX - 140u) / c->snd.mss;

	/* A segment over loopback is nearly that large itself. */
	return (segments ? segments : 1) * c->snd.mss;
}

/*
 * Puts up to @len octets into @p. Returns how many: when the packet's slices run out, whole
 * segments.
 */
static uint32_t
fill(struct tcp_conn *c, struct pkt *p, seq_t seq, uint32_t len)
{
	uint32_t got = sndbuf_slice(&c->snd.buf, seq - c->snd.txq.una, len, p);

	if (got == len || got < c->snd.mss)
		return got;
	got -= got % c->snd.mss;
	pkt_trim(p, got);
	return got;
}

/*
 * Returns a packet with up to @len octets of sequence space at @seq, FIN included; NULL without
 * memory. *@len is set to what it took.
 */
static struct pkt *
load(struct tcp_conn *c, seq_t seq, uint32_t *len, bool *fin)
{
	struct pkt *p = pkt_new(c->tcp->core->pool);
	uint32_t data;

	if (!p) {
		pkt_drop(c->tcp->core, NULL, DROP_POOL_EMPTY);
		return NULL;
	}
	*fin = c->snd.fin_queued && seq + *len == c->snd.fin + 1;
	data = *len - *fin;
	if (data)
		*len = fill(c, p, seq, data);
	if (*len != data)
		*fin = data == 0 && *fin;
	else
		*len += *fin;
	return p;
}

static uint16_t
urgent_pointer(const struct tcp_conn *c, seq_t seq, uint8_t *flags)
{
	uint32_t up = c->snd.up - seq;

	if (!c->snd.urgent || seq_leq(c->snd.up, seq))
		return 0;
	*flags |= TCP_URG;
	return up > UINT16_MAX ? UINT16_MAX : (uint16_t)up;
}

static void
count_data(struct tcp_conn *c, seq_t seq, uint32_t len, unsigned segs, bool again, enum pkt_why why)
{
	c->count.data_segs_out += segs;
	c->count.octets_sent += len;
	c->when.last_data_sent = tcp_now(c);
	if (!again)
		return;
	c->count.segs_retx += segs;
	c->count.octets_retx += len;
	tcp_emit_retx(c, seq, len, why);
}

/* Adds the transmit record, before the segment leaves. Returns false without memory. */
static bool
record(struct tcp_conn *c, uint32_t len, const struct recovery_next *next)
{
	nsec_t now = tcp_now(c);

	if (next->rec)
		return recovery_resent(
		    &c->recovery, &c->snd.txq, next, len, c->snd.mss, tcp_ts_now(c->tcp, c->ts.offset), now);
	return txq_sent(&c->snd.txq, len, c->snd.mss, now);
}

/*
 * Sends up to @len octets of sequence space: the retransmission in @next, or new data. Returns how
 * many were sent; 0 without memory.
 */
uint32_t
tcp_send_data(struct tcp_conn *c, uint32_t len, const struct recovery_next *next)
{
	uint8_t opt[TCP_OPTIONS_MAX], flags = TCP_ACK;
	seq_t seq = next->rec ? next->rec->node.seq : c->snd.txq.nxt;
	enum pkt_why why = next->why;
	struct tcp_out o;
	unsigned segs;
	bool fin;
	struct pkt *p = load(c, seq, &len, &fin);

	if (!p)
		return 0;
	if (!record(c, len, next)) {
		pkt_drop(c->tcp->core, p, DROP_POOL_EMPTY);
		return 0;
	}
	/*
	 * As on Linux, also at the end of a super-segment: a receiver that coalesces it may then
	 * deliver it.
	 */
	if (p->len > c->snd.mss || (seq_lt(seq, c->snd.push) && seq_geq(seq + p->len, c->snd.push)))
		flags |= TCP_PSH;
	if (fin)
		flags |= TCP_FIN;
	if (!next->rec && fin && p->len == 0)
		why = PKT_WHY_FIN;
	if (next->rec && c->path.pmtu_retx && seq_lt(seq, c->path.pmtu_edge))
		why = PKT_WHY_RETX_PMTU;
	segment(c, &o, seq, flags, why);
	o.up = urgent_pointer(c, seq, &o.flags);
	o.opt = opt;
	o.opt_len = tcp_options_data(c, opt);
	o.mss = c->snd.mss;
	segs = p->len > c->snd.mss ? (p->len + c->snd.mss - 1) / c->snd.mss : 1;
	if ((p->len < c->snd.mss ? p->len : p->len % c->snd.mss) && !next->rec)
		c->snd.sml = seq + p->len;
	c->snd.nxt = c->snd.txq.nxt;
	count_data(c, seq, len, segs, next->rec, why);
	timers_sent(c);
	hand_down(c, p, &o, segs);
	return len;
}

/* RFC 9293, 3.10.7.1: the numbers are chosen so that the sender of @seg accepts the RST. */
void
tcp_reply_reset(struct tcp *tcp, const struct tcp_seg *seg)
{
	uint32_t len = seg->len + !!(seg->flags & TCP_SYN) + !!(seg->flags & TCP_FIN);
	struct tcp_out o = {.local = &seg->local,
	    .remote = &seg->remote,
	    .flags = TCP_RST,
	    .why = PKT_WHY_RESET,
	    .transparent = tcp->core->transparent};

	if (seg->flags & TCP_RST)
		return;
	if (seg->flags & TCP_ACK) {
		o.seq = seg->ack;
	} else {
		o.flags |= TCP_ACK;
		o.ack = seg->seq + len;
	}
	tcp_transmit(tcp, NULL, &o);
}
