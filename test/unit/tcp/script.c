#include "script.h"
#include "../pool.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct text {
	uint8_t flags;
	uint32_t seq, len, ack, win, urg, segs;
	bool has_ack, has_win, has_urg, has_segs, has_opt;
	struct tcp_options opt;
};

static const struct {
	char c;
	uint8_t flag;
} letters[] = {
    {'S', TCP_SYN}, {'F', TCP_FIN}, {'R', TCP_RST}, {'P', TCP_PSH}, {'U', TCP_URG}, {'.', TCP_ACK}};

static uint32_t
number(const char **at)
{
	char *end;
	uint32_t n = (uint32_t)strtol(*at, &end, 10);

	if (end == *at)
		fail_msg("script: a number is missing at \"%s\"", *at);
	*at = end;
	return n;
}

static bool
word(const char **at, const char *w)
{
	while (**at == ' ' || **at == ',')
		++*at;
	if (strncmp(*at, w, strlen(w)) != 0)
		return false;
	*at += strlen(w);
	while (**at == ' ')
		++*at;
	return true;
}

static void
read_options(const char **at, struct tcp_options *o)
{
	while (!word(at, ">")) {
		if (word(at, "mss")) {
			o->mss = (uint16_t)number(at);
		} else if (word(at, "wscale")) {
			o->has_wscale = true;
			o->wscale = (uint8_t)number(at);
		} else if (word(at, "sackOK")) {
			o->sack_permitted = true;
		} else if (word(at, "sack")) {
			o->sack[o->nsack].from = number(at);
			++*at;
			o->sack[o->nsack++].to = number(at);
		} else if (word(at, "ts")) {
			o->has_timestamp = true;
			o->ts_val = number(at);
			++*at;
			o->ts_ecr = number(at);
		} else {
			fail_msg("script: what is \"%s\"?", *at);
		}
	}
}

static struct text
read_text(const char *t)
{
	struct text x = {0};

	for (; *t && *t != ' '; t++) {
		for (unsigned i = 0; i < sizeof letters / sizeof *letters; i++) {
			if (letters[i].c == *t)
				x.flags |= letters[i].flag;
		}
	}
	while (*t == ' ')
		t++;
	x.seq = number(&t);
	t++;
	number(&t);
	t++;
	x.len = number(&t);
	t++;
	while (*t) {
		if (word(&t, "ack")) {
			x.has_ack = true;
			x.ack = number(&t);
		} else if (word(&t, "win")) {
			x.has_win = true;
			x.win = number(&t);
		} else if (word(&t, "urg")) {
			x.has_urg = true;
			x.urg = number(&t);
		} else if (word(&t, "segs")) {
			x.has_segs = true;
			x.segs = number(&t);
		} else if (word(&t, "<")) {
			x.has_opt = true;
			read_options(&t, &x.opt);
		} else if (*t) {
			fail_msg("script: what is \"%s\"?", t);
		}
	}
	return x;
}

static uint8_t
octet_at(uint32_t rel_seq)
{
	return (uint8_t)(rel_seq * 7 + (rel_seq >> 8));
}

void
inject(struct script *s, const char *text)
{
	struct text x = read_text(text);
	uint8_t *h = malloc(TCP_HDR_MAX + x.len);
	struct ip_rx rx = {.src = s->peer.addr, .dst = s->us.addr, .iface = s->iface, .proto = 6, .ttl = 64};
	unsigned hdr_len;
	struct pkt *p;

	if ((x.flags & TCP_SYN) && s->irs_next) {
		s->irs = s->irs_next;
		s->irs_next = 0;
	}
	for (unsigned i = 0; i < x.opt.nsack; i++) {
		x.opt.sack[i].from += s->iss;
		x.opt.sack[i].to += s->iss;
	}
	hdr_len = TCP_HDR_LEN + (unsigned)tcp_options_put(h + TCP_HDR_LEN, &x.opt);
	tcp_put(h, s->peer.port, s->us.port, s->irs + x.seq, x.has_ack ? s->iss + x.ack : 0, hdr_len, x.flags,
	    (uint16_t)(x.has_win ? x.win : 65535));
	be16_put(h + TCP_URGENT, (uint16_t)x.urg);
	for (uint32_t i = 0; i < x.len; i++)
		h[hdr_len + i] = octet_at(x.seq + i);
	p = pkt_from_bytes(s->pool, h, hdr_len + x.len);
	free(h);
	p->sum = PKT_SUM_VALID;
	p->l3 = p->data;
	if (x.has_segs)
		p->segs = (uint16_t)x.segs;
	assert_true(core_deliver(s->core, p, &rx));
}

static void
describe(struct script *s, struct pkt *p, char *buf, size_t n)
{
	const uint8_t *h = p->data;
	struct tcp_options o = {0};
	uint32_t len = p->len - tcp_hdr_len(h);
	char flags[8];
	unsigned k = 0;
	int at;

	for (unsigned i = 0; i < sizeof letters / sizeof *letters; i++) {
		if (tcp_flags(h) & letters[i].flag)
			flags[k++] = letters[i].c;
	}
	flags[k] = 0;
	tcp_options_parse(h + TCP_HDR_LEN, tcp_hdr_len(h) - TCP_HDR_LEN, &o);
	at = snprintf(buf, n, "%s %d:%d(%u) ack %d win %u urg %u segs %u why %u <", flags,
	    (int)(tcp_seq(h) - s->iss), (int)(tcp_seq(h) - s->iss + len), len, (int)(tcp_ack(h) - s->irs),
	    tcp_window(h), tcp_urgent(h), p->segs, p->why);
	if (o.mss)
		at += snprintf(buf + at, n - (size_t)at, "mss %u,", o.mss);
	if (o.has_wscale)
		at += snprintf(buf + at, n - (size_t)at, "wscale %u,", o.wscale);
	if (o.sack_permitted)
		at += snprintf(buf + at, n - (size_t)at, "sackOK,");
	if (o.has_timestamp)
		at += snprintf(buf + at, n - (size_t)at, "ts %u %u,", o.ts_val, o.ts_ecr);
	for (unsigned i = 0; i < o.nsack; i++)
		at += snprintf(buf + at, n - (size_t)at, "sack %d:%d,", (int)(o.sack[i].from - s->irs),
		    (int)(o.sack[i].to - s->irs));
	snprintf(buf + at, n - (size_t)at, ">");
}

static bool
same_options(struct script *s, const struct tcp_options *want, const struct tcp_options *got)
{
	if (want->mss != got->mss && want->mss)
		return false;
	if (want->has_wscale && (!got->has_wscale || want->wscale != got->wscale))
		return false;
	if (want->sack_permitted && !got->sack_permitted)
		return false;
	if (want->has_timestamp && (!got->has_timestamp || want->ts_ecr != got->ts_ecr))
		return false;
	if (want->nsack != got->nsack)
		return false;
	for (unsigned i = 0; i < want->nsack; i++) {
		if (want->sack[i].from != got->sack[i].from - s->irs ||
		    want->sack[i].to != got->sack[i].to - s->irs)
			return false;
	}
	return true;
}

static bool
matches(struct script *s, const struct text *x, struct pkt *p)
{
	const uint8_t *h = p->data;
	struct tcp_options o = {0};

	tcp_options_parse(h + TCP_HDR_LEN, tcp_hdr_len(h) - TCP_HDR_LEN, &o);
	return (tcp_flags(h) & ~TCP_PSH) == (x->flags & ~TCP_PSH) &&
	       (!(x->flags & TCP_PSH) || (tcp_flags(h) & TCP_PSH)) && tcp_seq(h) - s->iss == x->seq &&
	       p->len - tcp_hdr_len(h) == x->len && (!x->has_ack || tcp_ack(h) - s->irs == x->ack) &&
	       (!x->has_win || tcp_window(h) == x->win) && (!x->has_urg || tcp_urgent(h) == x->urg) &&
	       (!x->has_segs || p->segs == x->segs) && (!x->has_opt || same_options(s, &x->opt, &o));
}

void
expect(struct script *s, const char *text)
{
	struct text x = read_text(text);
	struct list *n = list_pop(&s->out);
	struct pkt *p;
	char got[400];

	if (!n)
		fail_msg("expected \"%s\", but nothing was sent", text);
	p = container_of(n, struct pkt, node);
	assert_true(pkt_need(p, TCP_HDR_LEN));
	if ((tcp_flags(p->data) & TCP_SYN))
		s->iss = tcp_seq(p->data);
	if (!matches(s, &x, p)) {
		describe(s, p, got, sizeof got);
		fail_msg("expected \"%s\", but sent \"%s\"", text, got);
	}
	pkt_free(p);
}

void
expect_nothing(struct script *s)
{
	struct list *n = list_pop(&s->out);
	char got[400];

	if (!n)
		return;
	describe(s, container_of(n, struct pkt, node), got, sizeof got);
	fail_msg("expected nothing, but sent \"%s\"", got);
}

void
ignore_output(struct script *s)
{
	struct list *n;

	while ((n = list_pop(&s->out)))
		pkt_free(container_of(n, struct pkt, node));
}

void
elapse(struct script *s, nsec_t t)
{
	nsec_t until = s->core->now + t;

	for (nsec_t next; (next = wheel_next(s->core->wheel)) <= until;) {
		s->core->now = nsec_max(next, s->core->now);
		wheel_advance(s->core->wheel, s->core->now);
	}
	s->core->now = until;
	wheel_advance(s->core->wheel, until);
}

void
expect_drop(struct script *s, enum drop_reason reason)
{
	for (unsigned i = 0; i < DROP_COUNT; i++) {
		if (s->core->drops[i] != (i == reason))
			fail_msg("expected one drop %s; %s has %u", drop_name(reason), drop_name(i),
			    (unsigned)s->core->drops[i]);
	}
	memset(s->core->drops, 0, sizeof s->core->drops);
}

static int
net_output(void *self, struct pkt *p, const struct ip_tx *tx)
{
	struct script *s = self;

	assert_true(ipaddr_eq(&tx->src, &s->us.addr));
	assert_true(ipaddr_eq(&tx->dst, &s->peer.addr));
	assert_int_equal(p->sum, PKT_SUM_PARTIAL);
	assert_ptr_equal(p->l4, p->data);
	list_push(&s->out, &p->node);
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
	struct script *s = self;

	assert_true(tcp_valid(p->data, p->len));
	s->refused = (unsigned)error;
}

static const struct network_ops net = {.input = net_input, .output = net_output, .refuse = net_refuse};

static void
link_output(struct iface *iface, struct pkt *p, const struct ipaddr *next_hop)
{
	pkt_free(p);
}

static void
on_event(struct sink *sink, const struct event *e)
{
	struct script *s = container_of(sink, struct script, sink);

	s->event[e->kind]++;
	if (e->kind == EVENT_TCP_STATE && s->states < sizeof s->path)
		s->path[s->states++] = e->tcp.to;
}

struct script *
script_new(void)
{
	static const struct link_ops link = {.output = link_output};
	struct script *s = calloc(1, sizeof *s);
	struct core_config config = {.number = 1, .seed = 1, .secret = {{1, 2}}, .now = 1000 * SEC};
	struct iface_config iface = {.name = "test", .mtu = 1500, .link = &link};

	s->sink = (struct sink){.wants = ~0u, .emit = on_event};
	s->pool = pkt_pool_new(64 << 20);
	config.pool = s->pool;
	config.sink = &s->sink;
	s->core = core_new(&config);
	list_init(&s->out);
	core_register_network(s->core, false, &net, s);
	s->us = (struct endpoint){.addr = ipaddr_v4(0x0a000001), .port = 80};
	s->peer = (struct endpoint){.addr = ipaddr_v4(0x0a000002), .port = 5000};
	assert_int_equal(iface_add(s->core, &iface, &s->iface), 0);
	assert_int_equal(iface_addr_add(s->iface, &s->us.addr, 24, true), 0);
	s->iface->up = true;
	s->tcp = tcp_new(s->core);
	tcp_opts_default(&s->opts);
	s->irs = 0xfffff000; /* will wrap soon */
	return s;
}

void
script_end(struct script *s)
{
	ignore_output(s);
	tcp_free(s->tcp);
	core_free(s->core);
	pool_end(s->pool);
	free(s);
}

static void
on_events(void *user, unsigned events)
{
	struct script *s = user;

	s->events |= events;
	if (s->close_on_event) {
		s->close_on_event = false;
		if (s->send_on_event)
			send_octets(s, s->send_on_event);
		tcp_close(s->c);
		s->c = NULL;
	}
}

static void
on_listener_events(void *user, unsigned events)
{
	struct script *s = user;

	s->listener_events |= events;
}

static const struct tcp_user_ops user_ops = {.notify = on_events},
				 listener_ops = {.notify = on_listener_events};

void
listen_on(struct script *s, unsigned backlog)
{
	struct endpoint any = {.addr = IPADDR_ANY4, .port = s->us.port};

	assert_int_equal(
	    tcp_listen(s->tcp, &any, false, backlog, &s->opts, &listener_ops, s, &s->listener), 0);
}

void
accept_child(struct script *s)
{
	s->c = tcp_accept(s->listener, &user_ops, s);
	assert_non_null(s->c);
}

void
connect_to(struct script *s)
{
	struct path path;

	assert_int_equal(route_find(s->core, &s->peer.addr, &s->us.addr, 0, &path), 0);
	assert_int_equal(tcp_connect(s->tcp, &s->us, &s->peer, &path, &s->opts, &user_ops, s, &s->c), 0);
}

void
establish_passive(struct script *s, const char *more)
{
	char syn[100];

	listen_on(s, 8);
	snprintf(syn, sizeof syn, "S 0:0(0) win 65535 <mss 1000%s>", more);
	inject(s, syn);
	expect(s, "S. 0:0(0) ack 1");
	inject(s, strstr(more, "ts") ? ". 1:1(0) ack 1 <ts 100 0>" : ". 1:1(0) ack 1");
	accept_child(s);
	assert_state(s, ESTABLISHED);
}

void
establish_active(struct script *s, const char *more)
{
	char syn[100];

	connect_to(s);
	expect(s, "S 0:0(0)");
	snprintf(syn, sizeof syn, "S. 0:0(0) ack 1 win 65535 <mss 1000%s>", more);
	inject(s, syn);
	expect(s, ". 1:1(0) ack 1");
	assert_state(s, ESTABLISHED);
}

void
send_octets(struct script *s, size_t n)
{
	uint8_t *buf = calloc(1, n);

	assert_int_equal(tcp_send(s->c, buf, n, false, false), n);
	free(buf);
}

void
read_octets(struct script *s, size_t n)
{
	uint8_t *buf = malloc(n);

	for (size_t got = 0; got < n;) {
		ssize_t k = tcp_recv(s->c, buf + got, n - got, false);

		if (k <= 0)
			fail_msg("read %zu of %zu octets, then %zd", got, n, k);
		got += (size_t)k;
	}
	free(buf);
}

void
icmp_quoting(struct script *s, struct net_error e, uint32_t rel_seq)
{
	uint8_t quoted[8];

	be16_put(quoted, s->us.port);
	be16_put(quoted + 2, s->peer.port);
	be32_put(quoted + 4, s->iss + rel_seq);
	e.proto = 6;
	e.local = s->us.addr;
	e.remote = s->peer.addr;
	e.reporter = ipaddr_v4(0x0a0000fe);
	e.quoted = quoted;
	e.quoted_len = sizeof quoted;
	core_error(s->core, &e);
}

void
icmp_error(struct script *s, enum net_error_kind kind, int error, uint32_t mtu, uint32_t rel_seq)
{
	icmp_quoting(s, (struct net_error){.kind = kind, .error = error, .mtu = mtu, .type = 3}, rel_seq);
}
