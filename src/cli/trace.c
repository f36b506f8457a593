#include "cli/trace.h"

#include "cli/summary.h"
#include "cli/units.h"
#include "wire/arp.h"
#include "wire/icmp.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/tcp.h"
#include "wire/tcp_options.h"
#include "wire/text.h"
#include "wire/udp.h"

#include <stdarg.h>
#include <string.h>

enum { LINE = 240, HEAD = 256, STATE_COLUMN = 12, WORDS_COLUMN = 74 };

/* A line that is being put together; what does not fit is cut. */
struct line {
	char text[LINE];
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void
say(struct line *l, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(l->text + l->len, sizeof l->text - l->len, format, args);
	va_end(args);
	if (n > 0)
		l->len = l->len + (size_t)n < sizeof l->text ? l->len + (size_t)n : sizeof l->text - 1;
}

/* Where the layers of a frame begin, as far as it can be trusted. */
struct layers {
	const uint8_t *l3, *l4;
	size_t l4_len;  /* octets of the segment or datagram, payload included, as the network header tells */
	size_t l4_here; /* octets of it that are at hand */
	uint16_t type;
	uint8_t proto;
	struct ipaddr src, dst;
};

static bool
find_ip(struct layers *y, const uint8_t *h, size_t n, size_t whole)
{
	y->l3 = h;
	if (y->type == ETH_TYPE_IP4 && n >= IP4_HDR_LEN && ip4_hdr_len(h) >= IP4_HDR_LEN &&
	    ip4_hdr_len(h) <= n && !ip4_frag_offset(h)) {
		y->proto = ip4_proto(h);
		y->src = ip4_src(h);
		y->dst = ip4_dst(h);
		y->l4 = h + ip4_hdr_len(h);
		y->l4_here = n - ip4_hdr_len(h);
		y->l4_len = whole - ip4_hdr_len(h);
		return true;
	}
	if (y->type == ETH_TYPE_IP6 && n >= IP6_HDR_LEN) {
		y->proto = ip6_next(h);
		y->src = ip6_src(h);
		y->dst = ip6_dst(h);
		y->l4 = h + IP6_HDR_LEN;
		y->l4_here = n - IP6_HDR_LEN;
		y->l4_len = whole - IP6_HDR_LEN;
		return true;
	}
	return false;
}

/* What a SYN offers; the scale of the sender's windows to come is remembered in @c. */
static void
say_syn_options(struct line *l, struct conn *c, unsigned from, const uint8_t *tcp)
{
	struct tcp_options o;

	if (!tcp_options_parse(tcp + TCP_HDR_LEN, tcp_hdr_len(tcp) - TCP_HDR_LEN, &o))
		return;
	if (c) {
		c->offered[from] = o.has_wscale;
		c->wscale[from] = o.wscale;
	}
	if (o.mss)
		say(l, ", mss %u", o.mss);
	if (o.has_wscale)
		say(l, ", wscale %u", o.wscale);
	if (o.sack_permitted)
		say(l, ", SACK");
	if (o.has_timestamp)
		say(l, ", timestamps");
}

static void
say_sack(struct line *l, const uint8_t *tcp, seq_t base)
{
	struct tcp_options o;

	if (!tcp_options_parse(tcp + TCP_HDR_LEN, tcp_hdr_len(tcp) - TCP_HDR_LEN, &o))
		return;
	for (unsigned i = 0; i < o.nsack; i++)
		say(l, "%s%u–%u", i ? " " : ", has ", o.sack[i].from - base, o.sack[i].to - base);
}

static void
say_flags(struct line *l, uint8_t flags)
{
	static const struct {
		uint8_t bit;
		const char *name;
	} names[] = {{TCP_SYN, "SYN"}, {TCP_FIN, "FIN"}, {TCP_RST, "RST"}, {TCP_URG, "URG"}, {TCP_ACK, "ACK"},
	    {TCP_CWR, "CWR"}, {TCP_ECE, "ECE"}};
	const char *plus = "";

	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (flags & names[i].bit &&
		    !(names[i].bit == TCP_ACK && !(flags & (TCP_SYN | TCP_FIN | TCP_RST)) &&
			flags != TCP_ACK)) {
			say(l, "%s%s", plus, names[i].name);
			plus = "+";
		}
}

/* The window in octets: scaled from the handshake on, if both sides offered to (RFC 7323, 2.2). */
static uint32_t
real_window(const struct conn *c, unsigned from, const uint8_t *tcp)
{
	bool scaled = c && c->offered[0] && c->offered[1] && !(tcp_flags(tcp) & TCP_SYN);

	return scaled ? (uint32_t)tcp_window(tcp) << c->wscale[from] : tcp_window(tcp);
}

/* A TCP segment in words; @from is the end that sent it. */
static void
say_tcp(struct line *l, struct conn *c, unsigned from, const struct layers *y)
{
	const uint8_t *h = y->l4;
	size_t payload = y->l4_len - tcp_hdr_len(h);
	uint8_t flags = tcp_flags(h);
	seq_t mine = c ? c->isn[from] : 0, theirs = c ? c->isn[!from] : 0;

	if (c && flags & TCP_SYN) {
		c->isn[from] = mine = tcp_seq(h);
	}
	if (payload)
		say(l, "%zu octets from %u", payload, tcp_seq(h) - mine);
	if (!payload || flags & (TCP_SYN | TCP_FIN | TCP_RST | TCP_URG)) {
		if (payload)
			say(l, ", ");
		say_flags(l, flags);
		if (!payload)
			say(l, " at %u", tcp_seq(h) - mine);
	}
	if (flags & TCP_ACK)
		say(l, ", ack %u", tcp_ack(h) - theirs);
	if (!(flags & TCP_RST))
		say(l, ", window %u", real_window(c, from, h));
	if (flags & TCP_SYN)
		say_syn_options(l, c, from, h);
	else
		say_sack(l, h, theirs);
}

/* The record that a segment belongs to. */
static struct conn *
conn_of(const struct trace *t, unsigned from, const struct layers *y)
{
	struct endpoint src = {y->src, tcp_src(y->l4), 0}, dst = {y->dst, tcp_dst(y->l4), 0};

	return from == END_PROGRAM ? conns_by_name(t->conns, &src, &dst)
				   : conns_by_name(t->conns, &dst, &src);
}

static const char *
state_of(const struct conn *c, unsigned end)
{
	const struct conn_end *e = c ? &c->end[end] : NULL;

	return e && e->npath ? conn_state_name(e->path[e->npath - 1]) : "–";
}

static const char *
fate_words(uint8_t verdict)
{
	switch (verdict) {
	case LINK_LOST:
		return "✗ lost on the way";
	case LINK_QUEUE_FULL:
		return "✗ the queue was full";
	default:
		return NULL;
	}
}

/* Octets that a terminal shows in one column are counted once: the continuation octets of UTF-8 are not. */
static int
padding(const char *text, int column)
{
	int shown = 0;

	for (; *text; text++)
		shown += (*text & 0xc0) != 0x80;
	return shown < column ? column - shown : 0;
}

static void
print_line(struct trace *t, nsec_t when, unsigned from, const struct conn *c, const struct line *words,
    const char *fate, const char *again)
{
	const char *left = state_of(c, END_PROGRAM), *right = state_of(c, END_GATEWAY);

	fprintf(t->to, "%12.3f ms  %s%*s %s %s%*s %s", (double)(when - t->begin) / 1e6, left,
	    padding(left, STATE_COLUMN), "", from == END_PROGRAM ? "──▶" : "◀──", words->text,
	    padding(words->text, WORDS_COLUMN), "", right);
	if (c)
		fprintf(t->to, "%*s :%u %s", padding(right, STATE_COLUMN), "", c->program.port, c->owner);
	if (again)
		fprintf(t->to, "  again: %s", again);
	if (fate)
		fprintf(t->to, "  %s", fate);
	fputc('\n', t->to);
}

void
trace_link(struct trace *t, const struct event *e)
{
	uint8_t head[HEAD];
	size_t n = e->link.pkt->len < HEAD ? e->link.pkt->len : HEAD;
	unsigned from = e->link.direction == 0 ? END_PROGRAM : END_GATEWAY;
	struct layers y = {0};
	struct line words = {{0}, 0};
	struct conn *c = NULL;

	if (e->link.verdict != LINK_SENT && e->link.verdict != LINK_LOST &&
	    e->link.verdict != LINK_QUEUE_FULL)
		return;
	pkt_copy_out(e->link.pkt, 0, head, (uint32_t)n);
	if (!eth_valid(head, n))
		return;
	y.type = eth_type(head);
	if (find_ip(&y, head + ETH_HDR_LEN, n - ETH_HDR_LEN, e->link.pkt->len - ETH_HDR_LEN) &&
	    y.proto == IP_PROTO_TCP && y.l4_here >= TCP_HDR_LEN && tcp_hdr_len(y.l4) >= TCP_HDR_LEN &&
	    tcp_hdr_len(y.l4) <= y.l4_here && tcp_hdr_len(y.l4) <= y.l4_len) {
		c = conn_of(t, from, &y);
		say_tcp(&words, c, from, &y);
	} else {
		text_frame(head, n, e->link.pkt->len, words.text, sizeof words.text);
	}
	print_line(
	    t, e->when, from, c, &words, fate_words(e->link.verdict), summary_retx_words(e->link.pkt->why));
}

static const char *
stack_name(unsigned end)
{
	return end == END_PROGRAM ? "the program's stack" : "the gateway's stack";
}

/* Type 0 is an echo reply, never an error: it stands for what the stack found by itself. */
static void
trace_error(struct trace *t, unsigned end, const struct event *e)
{
	double ms = (double)(e->when - t->begin) / 1e6;
	char to[ENDPOINT_TEXT];

	endpoint_text(&e->icmp.remote, to);
	if (e->icmp.type)
		fprintf(t->to, "%12.3f ms  %s heard an ICMP error (type %u, code %u) about %s\n", ms,
		    stack_name(end), e->icmp.type, e->icmp.code, to);
	else
		fprintf(t->to,
		    "%12.3f ms  %s finds no way to %s: the neighbour does not answer, or there is no route\n",
		    ms, stack_name(end), to);
}

void
trace_event(struct trace *t, unsigned end, const struct event *e)
{
	if (e->kind == EVENT_DROP && e->drop.reason != DROP_LINK_LOSS && e->drop.reason != DROP_LINK_QUEUE)
		fprintf(t->to, "%12.3f ms  %s dropped a packet: %s\n", (double)(e->when - t->begin) / 1e6,
		    end == END_PROGRAM ? "the program's stack" : "the gateway's stack",
		    drop_words(e->drop.reason));
	if (e->kind == EVENT_ICMP_ERROR)
		trace_error(t, end, e);
}
