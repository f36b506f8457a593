/*
 * tcp/out/segments.c - builds the segments of a connection: SYN, data, ACK, probe, RST. output.c
 * decides what to send and when.
 */
#include "tcp/out/output.h"

#include "tcp/seg/transmit.h"

/* Returns the window for a segment that leaves now, in octets. */
static uint32_t
window_to_offer(struct tcp_conn *c)
{
	return rcvbuf_window(&c->rcv.buf, tcp_rcv_wnd(c), c->rcv.mss, c->rcv.shift);
}

/* Fills @o with what every segment of a connection says, and notes the window that it offers. */
static void
segment(struct tcp_conn *c, struct tcp_out *o, seq_t seq, uint8_t flags, enum pkt_why why)
{
	uint32_t wnd = window_to_offer(c);
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
	int err = tcp_transmit(c->tcp->core, payload, o);

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
	loss_timer_sent(c);
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

/* Notes in the scoreboard what is about to leave. Returns false without memory. */
static bool
record(struct tcp_conn *c, uint32_t len, const struct recovery_next *next)
{
	return recovery_sent(
	    &c->recovery, &c->snd.txq, next, len, c->snd.mss, tcp_ts_now(c->tcp, c->ts.offset), tcp_now(c));
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
	loss_timer_sent(c);
	hand_down(c, p, &o, segs);
	return len;
}
