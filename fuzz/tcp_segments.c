/*
 * fuzz/tcp_segments.c - one connection with a user who sends, reads and closes at unusual moments,
 * time that passes, ICMP errors, and a peer that sends segments inside, near and far outside the
 * windows. After each step the invariants are checked. At the end all packets must be back in the
 * pool.
 *
 * The input is a program. Its first octet chooses the handshake and its options. Each further step
 * is an octet that names it, and the octets that it needs.
 */
#include "tcp/out/output.h"
#include "tcp/tcp.h"
#include "wire/tcp.h"
#include "wire/tcp_options.h"

#include <assert.h>
#include <stdlib.h>

struct input {
	const uint8_t *p;
	size_t n;
};

struct host {
	struct pkt_pool *pool;
	struct core *core;
	struct tcp *tcp;
	struct tcp_listener *listener;
	struct tcp_conn *c; /* the user's; NULL once closed */
	struct iface *iface;
	struct endpoint us, peer;
	seq_t irs, iss;
	bool ts;
	/* no batch; a batch is coming in; its users are being notified */
	enum { ALONE, COMING, NOTIFYING } batch;
};

static uint32_t
take(struct input *in, unsigned octets)
{
	uint32_t v = 0;

	for (; octets > 0; octets--) {
		v = v << 8 | (in->n ? *in->p : 0);
		if (in->n) {
			in->p++;
			in->n--;
		}
	}
	return v;
}

static int
net_output(void *self, struct pkt *p, const struct ip_tx *tx)
{
	struct host *h = self;

	assert(p->l4 == p->data && tcp_valid(p->data, p->linear) && p->len <= PKT_SUPER_MAX);
	if (tcp_flags(p->data) & TCP_SYN)
		h->iss = tcp_seq(p->data);
	pkt_free(p);
	return 0;
}

static void
net_input(void *self, struct iface *iface, struct pkt *p)
{
	pkt_free(p);
}

static void
net_refuse(void *self, const struct pkt *p, const struct ip_rx *rx, int error)
{
}

static void
link_output(struct iface *iface, struct pkt *p, const struct ipaddr *next_hop)
{
	pkt_free(p);
}

static void
on_events(void *user, unsigned mask)
{
}

static const struct tcp_user_ops user_ops = {.notify = on_events};

static void
deliver(struct host *h, const uint8_t *octets, size_t n, uint16_t segs)
{
	struct ip_rx rx = {.src = h->peer.addr, .dst = h->us.addr, .iface = h->iface, .proto = 6, .ttl = 64};
	struct pkt *p = pkt_from_bytes(h->pool, octets, n);

	if (!p)
		return;
	p->sum = PKT_SUM_VALID;
	p->l3 = p->data;
	p->segs = segs ? segs : 1;
	core_deliver(h->core, p, &rx);
}

/* Makes a segment with interesting numbers, which are relative to the state of the connection. */
static void
segment(struct host *h, struct input *in, uint8_t flags)
{
	static uint8_t buf[TCP_HDR_MAX + 4096];
	struct tcp_options o = {0};
	seq_t rcv_nxt = h->c ? h->c->rcv.nxt : h->irs + 1, una = h->c ? h->c->snd.una : h->iss + 1;
	uint32_t len = take(in, 2) % 4096, kind = take(in, 1);
	seq_t seq = rcv_nxt + (uint32_t)(int16_t)take(in, 2), ack = una + (uint32_t)(int16_t)take(in, 2);
	unsigned hdr_len;

	if (kind & 1) {
		seq = rcv_nxt;
		ack = h->c ? h->c->snd.nxt : ack;
	}
	if (kind & 2)
		len = 0;
	if (h->ts && !(kind & 4)) {
		o.has_timestamp = true;
		o.ts_val = (h->c ? h->c->ts.recent : 0) + (uint32_t)(int8_t)take(in, 1);
		o.ts_ecr = (h->c ? tcp_ts_now(h->tcp, h->c->ts.offset) : 0) - take(in, 1);
	}
	for (o.nsack = 0; o.nsack < (kind >> 3 & 3); o.nsack++) {
		o.sack[o.nsack].from = una + take(in, 2) * 16;
		o.sack[o.nsack].to = o.sack[o.nsack].from + (uint32_t)(int16_t)take(in, 2);
	}
	hdr_len = TCP_HDR_LEN + (unsigned)tcp_options_put(buf + TCP_HDR_LEN, &o);
	tcp_put(buf, h->peer.port, h->us.port, seq, ack, hdr_len, flags,
	    (uint16_t)(kind & 32 ? take(in, 1) : 65535));
	be16_put(buf + TCP_URGENT, (uint16_t)(flags & TCP_URG ? take(in, 1) : 0));
	memset(buf + hdr_len, (int)seq, len);
	deliver(h, buf, hdr_len + len, (uint16_t)(kind >> 6 & 3));
}

static void
raw_segment(struct host *h, struct input *in)
{
	uint8_t buf[80] = {0};
	size_t n = take(in, 1) % sizeof buf;

	if (n > in->n)
		n = in->n;
	memcpy(buf, in->p, n);
	in->p += n;
	in->n -= n;
	if (n >= 4) {
		be16_put(buf, h->peer.port);
		be16_put(buf + 2, h->us.port);
	}
	deliver(h, buf, n, 1);
}

static void
icmp(struct host *h, struct input *in)
{
	uint8_t quoted[8];
	uint32_t v = take(in, 1);
	struct net_error e = {.kind = (enum net_error_kind)(v % 3),
	    .error = LEAT_EHOSTUNREACH,
	    .mtu = 68 + take(in, 2) % 1600,
	    .proto = 6,
	    .local = h->us.addr,
	    .remote = h->peer.addr,
	    .quoted = quoted,
	    .quoted_len = sizeof quoted,
	    .own = v & 128};

	be16_put(quoted, h->us.port);
	be16_put(quoted + 2, h->peer.port);
	be32_put(quoted + 4, (h->c ? h->c->snd.una : h->iss) + take(in, 1));
	core_error(h->core, &e);
}

static void
elapse(struct host *h, nsec_t t)
{
	h->core->now += t;
	wheel_advance(h->core->wheel, h->core->now);
}

static void
user(struct host *h, struct input *in, uint32_t what)
{
	static uint8_t buf[8192];
	struct tcp_conn *c = h->c;
	struct tcp_opts o;
	struct pkt_span span[3];
	struct leat_tcp_info info;

	if (!c)
		return;
	switch (what % 10) {
	case 0:
		tcp_send(c, buf, take(in, 2) % sizeof buf, false, false);
		break;
	case 1:
		tcp_send(c, buf, 1 + take(in, 1), take(in, 1) & 1, take(in, 1) & 1);
		break;
	case 2:
		tcp_recv(c, buf, take(in, 2) % sizeof buf, take(in, 1) & 1);
		break;
	case 3:
		if (tcp_peek_spans(c, span, 3))
			tcp_consume(c, span[0].len);
		break;
	case 4:
		tcp_recv_urgent(c, buf, false);
		break;
	case 5:
		tcp_shutdown_send(c);
		break;
	case 6:
		tcp_shutdown_recv(c);
		break;
	case 7:
		o = *tcp_conn_opts(c);
		o.nodelay = take(in, 1) & 1;
		o.cork = take(in, 1) & 1;
		o.keepalive = take(in, 1) & 1;
		o.oob_inline = take(in, 1) & 1;
		tcp_set_opts(c, &o);
		break;
	case 8:
		tcp_info(c, &info);
		tcp_ready(c);
		tcp_take_error(c);
		break;
	case 9:
		h->c = NULL;
		if (take(in, 1) % 2 == 0)
			tcp_close(c);
		else
			tcp_abort(c);
		break;
	}
}

/* Checks what must hold between any two entries. */
static void
check(const struct tcp_conn *c)
{
	bool sends;

	if (!c || c->ended)
		return;
	assert(c->want == 0 && !list_linked(&c->dirty));
	assert(seq_leq(c->snd.una, c->snd.nxt));
	assert(seq_geq(c->rcv.adv, c->rcv.nxt) || tcp_rcv_wnd(c) == 0);
	assert(c->snd.mss > 0 && c->cc.cwnd > 0 && c->rto.rto > 0);
	if (!tcp_synchronized(c))
		return;
	assert(c->snd.txq.una == c->snd.una && c->snd.txq.nxt == c->snd.nxt);
	assert(txq_pipe(&c->snd.txq) <= 2 * txq_out(&c->snd.txq));
	assert(seq_leq(c->snd.nxt, tcp_snd_end(c)));
	assert(seq_leq(tcp_read_seq(c), c->rcv.nxt));
	/* nothing may stall: a timer is armed for everything in flight or unsent */
	sends = tcp_sends_data(c);
	assert(!(sends && txq_out(&c->snd.txq) > 0) || timer_armed(&c->timer.loss));
	assert(!(sends && txq_out(&c->snd.txq) == 0 && tcp_snd_end(c) != c->snd.nxt) ||
	       timer_armed(&c->timer.persist) || timer_armed(&c->timer.pace));
	assert(c->rcv.wup == c->rcv.nxt || timer_armed(&c->timer.delack) || !sends);
}

static void
host_init(struct host *h)
{
	static const struct network_ops net = {
	    .input = net_input, .output = net_output, .refuse = net_refuse};
	static const struct link_ops link = {.output = link_output};
	struct core_config config = {.number = 1, .seed = 1, .secret = {{1, 2}}, .now = 1000 * SEC};
	struct iface_config iface = {.name = "fuzz", .mtu = 1500, .link = &link};

	h->pool = config.pool = pkt_pool_new(4 << 20);
	h->core = core_new(&config);
	core_register_network(h->core, false, &net, h);
	h->us = (struct endpoint){.addr = ipaddr_v4(0x0a000001), .port = 80};
	h->peer = (struct endpoint){.addr = ipaddr_v4(0x0a000002), .port = 5000};
	iface_add(h->core, &iface, &h->iface);
	iface_addr_add(h->iface, &h->us.addr, 24, true);
	h->tcp = tcp_new(h->core);
}

static void
syn(struct host *h, uint8_t flags, uint8_t how)
{
	uint8_t buf[TCP_HDR_MAX];
	struct tcp_options o = {.mss = 1000,
	    .sack_permitted = how & 2,
	    .has_timestamp = how & 4,
	    .ts_val = 1000,
	    .has_wscale = how & 8,
	    .wscale = 3};
	unsigned hdr_len = TCP_HDR_LEN + (unsigned)tcp_options_put(buf + TCP_HDR_LEN, &o);

	h->ts = o.has_timestamp;
	tcp_put(buf, h->peer.port, h->us.port, h->irs, h->iss + 1, hdr_len, flags, 20000);
	deliver(h, buf, hdr_len, 1);
}

static void
open_connection(struct host *h, uint8_t how)
{
	struct tcp_opts o;
	struct path path;

	tcp_opts_default(&o);
	o.defer_syn_ack = how & 16;
	o.rcvbuf = how & 32 ? 8192 : 0;
	o.sndbuf = how & 64 ? 8192 : 0;
	if (how & 1) {
		if (route_find(h->core, &h->peer.addr, &h->us.addr, 0, &path))
			return;
		tcp_connect(h->tcp, &h->us, &h->peer, &path, &o, &user_ops, h, &h->c);
		if (!(how & 128))
			syn(h, TCP_SYN | TCP_ACK, how);
		return;
	}
	tcp_listen(h->tcp, &h->us, false, 4, &o, &user_ops, h, &h->listener);
	syn(h, TCP_SYN, how);
	if (o.defer_syn_ack) {
		h->c = tcp_accept(h->listener, &user_ops, h);
		tcp_answer_accept(h->c);
	}
}

static void
next_of_batch(struct host *h)
{
	switch (h->batch) {
	case ALONE:
		tcp_batch_begin(h->tcp);
		h->batch = COMING;
		break;
	case COMING:
		tcp_batch_notify(h->tcp);
		h->batch = NOTIFYING;
		break;
	case NOTIFYING:
		tcp_batch_end(h->tcp);
		h->batch = ALONE;
		break;
	}
}

/* While users are being notified, nothing arrives; within a batch, no time passes. */
static void
end_batch_before(struct host *h, uint32_t op)
{
	bool user = op % 8 == 4 || op % 8 == 5, time = op % 8 == 6;

	if (op % 8 < 2 && op & 128)
		next_of_batch(h);
	while ((h->batch == NOTIFYING && !user) || (h->batch == COMING && time))
		next_of_batch(h);
}

static void
step(struct host *h, struct input *in)
{
	uint32_t op = take(in, 1);

	end_batch_before(h, op);
	if (!h->c && h->listener)
		h->c = tcp_accept(h->listener, &user_ops, h);
	switch (op % 8) {
	case 0:
	case 1:
		segment(h, in, TCP_ACK);
		break;
	case 2:
		segment(h, in, (uint8_t)take(in, 1));
		break;
	case 3:
		segment(h, in, TCP_ACK | (op & 64 ? TCP_FIN : TCP_PSH));
		break;
	case 4:
	case 5:
		user(h, in, op >> 3);
		break;
	case 6:
		elapse(h, (nsec_t)take(in, 2) * (op & 64 ? 100 * MSEC : MSEC));
		break;
	default:
		if (op & 64)
			icmp(h, in);
		else if (op & 32)
			raw_segment(h, in);
		else
			syn(h, op & 16 ? TCP_SYN : TCP_SYN | TCP_ACK, (uint8_t)op);
		break;
	}
	if (h->batch == ALONE)
		check(h->c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct host h = {.irs = 0xfffffff0};

	host_init(&h);
	open_connection(&h, (uint8_t)take(&in, 1));
	for (unsigned i = 0; in.n && i < 200; i++)
		step(&h, &in);
	if (h.c)
		tcp_close(h.c);
	while (h.batch != ALONE)
		next_of_batch(&h);
	tcp_free(h.tcp);
	core_free(h.core);
	pkt_pool_free(h.pool);
	return 0;
}
