/*
 * cli/report/frame_words.c - describes a frame in words: TCP's flags, relative sequence numbers and
 * options. It checks every length before it reads, and prints nothing itself.
 */
#include "cli/report/frame_words.h"

#include "pkt/pkt.h"
#include "wire/eth.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/tcp.h"
#include "wire/tcp_options.h"
#include "wire/text.h"

#include <stdarg.h>
#include <stdio.h>

enum { HEAD = 256 };

/* A text that is being built. What does not fit is cut off. */
struct frame_text {
	char *text;
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void
say(struct frame_text *l, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(l->text + l->len, FRAME_WORDS - l->len, format, args);
	va_end(args);
	if (n > 0)
		l->len = l->len + (size_t)n < FRAME_WORDS ? l->len + (size_t)n : FRAME_WORDS - 1;
}

/* Where the layers of a frame begin, if their lengths are valid. */
struct layers {
	const uint8_t *l3, *l4;
	size_t l4_len;  /* octets of the segment, payload included, as the network header says */
	size_t l4_here; /* octets of it that were read */
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

/* Adds the options that a SYN offers. */
static void
say_syn_options(struct frame_text *l, const uint8_t *tcp)
{
	struct tcp_options o;

	if (!tcp_options_parse(tcp + TCP_HDR_LEN, tcp_hdr_len(tcp) - TCP_HDR_LEN, &o))
		return;
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
say_sack(struct frame_text *l, const uint8_t *tcp, seq_t base)
{
	struct tcp_options o;

	if (!tcp_options_parse(tcp + TCP_HDR_LEN, tcp_hdr_len(tcp) - TCP_HDR_LEN, &o))
		return;
	for (unsigned i = 0; i < o.nsack; i++)
		say(l, "%s%u–%u", i ? " " : ", has ", o.sack[i].from - base, o.sack[i].to - base);
}

static void
say_flags(struct frame_text *l, uint8_t flags)
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

/*
 * Returns the window in octets. It is scaled after the handshake if both sides offered it (RFC
 * 7323, 2.2).
 */
static uint32_t
real_window(const struct conn *c, unsigned from, const uint8_t *tcp)
{
	bool scaled = c && c->offered[0] && c->offered[1] && !(tcp_flags(tcp) & TCP_SYN);

	return scaled ? (uint32_t)tcp_window(tcp) << c->wscale[from] : tcp_window(tcp);
}

/* Adds a TCP segment that the end @from sent. */
static void
say_tcp(struct frame_text *l, const struct conn *c, unsigned from, const struct layers *y)
{
	const uint8_t *h = y->l4;
	size_t payload = y->l4_len - tcp_hdr_len(h);
	uint8_t flags = tcp_flags(h);
	seq_t mine = c ? c->isn[from] : 0, theirs = c ? c->isn[!from] : 0;

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
		say_syn_options(l, h);
	else
		say_sack(l, h, theirs);
}

/* Returns the record of the connection that a segment belongs to, or NULL. */
static struct conn *
conn_of(const struct conns *conns, unsigned from, const struct layers *y)
{
	struct endpoint src = {y->src, tcp_src(y->l4), 0}, dst = {y->dst, tcp_dst(y->l4), 0};

	return from == END_PROGRAM ? conns_by_name(conns, &src, &dst) : conns_by_name(conns, &dst, &src);
}

/* The start of a frame, long enough for all headers that are read here. */
struct head {
	uint8_t octets[HEAD];
	size_t n;
	struct layers y;
};

/* Reads the start of a frame. Returns true if it is a TCP segment with a whole header. */
static bool
read_head(struct head *h, const struct pkt *frame)
{
	struct layers *y = &h->y;

	*h = (struct head){.n = frame->len < HEAD ? frame->len : HEAD};
	pkt_copy_out(frame, 0, h->octets, (uint32_t)h->n);
	if (!eth_valid(h->octets, h->n))
		return false;
	y->type = eth_type(h->octets);
	return find_ip(y, h->octets + ETH_HDR_LEN, h->n - ETH_HDR_LEN, frame->len - ETH_HDR_LEN) &&
	       y->proto == IP_PROTO_TCP && y->l4_here >= TCP_HDR_LEN && tcp_hdr_len(y->l4) >= TCP_HDR_LEN &&
	       tcp_hdr_len(y->l4) <= y->l4_here && tcp_hdr_len(y->l4) <= y->l4_len;
}

static void
note_syn(struct conn *c, unsigned from, const uint8_t *tcp)
{
	struct tcp_options o;

	c->isn[from] = tcp_seq(tcp);
	if (tcp_options_parse(tcp + TCP_HDR_LEN, tcp_hdr_len(tcp) - TCP_HDR_LEN, &o)) {
		c->offered[from] = o.has_wscale;
		c->wscale[from] = o.wscale;
	}
}

void
frame_note(const struct conns *conns, unsigned from, const struct pkt *frame)
{
	struct head h;
	struct conn *c;

	if (!read_head(&h, frame) || !(tcp_flags(h.y.l4) & TCP_SYN))
		return;
	c = conn_of(conns, from, &h.y);
	if (c)
		note_syn(c, from, h.y.l4);
}

const struct conn *
frame_words(const struct conns *conns, unsigned from, const struct pkt *frame, char text[static FRAME_WORDS])
{
	struct frame_text words = {text, 0};
	struct head h;
	struct conn *c;

	text[0] = '\0';
	if (!read_head(&h, frame)) {
		if (eth_valid(h.octets, h.n))
			text_frame(h.octets, h.n, frame->len, text, FRAME_WORDS);
		return NULL;
	}
	c = conn_of(conns, from, &h.y);
	if (c && tcp_flags(h.y.l4) & TCP_SYN)
		note_syn(c, from, h.y.l4);
	say_tcp(&words, c, from, &h.y);
	return c;
}
