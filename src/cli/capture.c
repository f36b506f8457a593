#include "cli/capture.h"

#include "base/err.h"
#include "host/file.h"
#include "link/pcapng.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SNAPLEN = 65535, SIDES = 2 };

struct capture {
	struct file *file;
	nsec_t begin;
	int64_t wall;
	struct conns *conns;
	struct pkt *waiting; /* the frame seen last: what becomes of it may still be told */
	struct pcapng_packet about;
	char comment[PCAPNG_COMMENT_MAX];
	size_t comment_len;
	uint64_t seen[SIDES], lost[SIDES], count;
	nsec_t last;
	uint8_t room[SNAPLEN + PCAPNG_COMMENT_MAX + PCAPNG_PACKET_ROOM];
};

static void
write_out(struct capture *c, const struct pcapng_buf *b)
{
	/* The file remembers the first error, and capture_close() tells it: a full disk must not stop the program's network. */
	(void)file_write(c->file, b->at, b->len, c->last);
}

int
capture_new(struct file *file, uint32_t mtu, struct capture **out)
{
	struct capture *c = calloc(1, sizeof *c);
	struct pcapng_buf b;
	char text[96];
	int err;

	if (!c) {
		file_close(file);
		return -LEAT_ENOMEM;
	}
	c->file = file;
	b = (struct pcapng_buf){c->room, 0, sizeof c->room};
	pcapng_section(&b, LEAT_VERSION);
	snprintf(text, sizeof text, "the program's end of the emulated link, MTU %u", mtu);
	pcapng_interface(&b, "program", text, PCAPNG_LINK_ETHERNET, SNAPLEN);
	snprintf(text, sizeof text, "the gateway's end of the emulated link, MTU %u", mtu);
	pcapng_interface(&b, "gateway", text, PCAPNG_LINK_ETHERNET, SNAPLEN);
	write_out(c, &b);
	err = file_flush(c->file); /* a full disk is found before the program starts */
	if (err) {
		file_close(c->file);
		free(c);
		return err;
	}
	*out = c;
	return 0;
}

void
capture_begin(struct capture *c, nsec_t begin, int64_t wall, struct conns *conns)
{
	c->begin = c->last = begin;
	c->wall = wall;
	c->conns = conns;
}

__attribute__((format(printf, 2, 3))) static void
comment(struct capture *c, const char *format, ...)
{
	size_t room = sizeof c->comment - c->comment_len;
	va_list args;
	int n;

	if (c->comment_len && room > 3) {
		memcpy(c->comment + c->comment_len, "; ", 3);
		c->comment_len += 2;
		room -= 2;
	}
	va_start(args, format);
	n = vsnprintf(c->comment + c->comment_len, room, format, args);
	va_end(args);
	if (n > 0)
		c->comment_len += (size_t)n < room ? (size_t)n : room - 1;
}

/* Why it was sent: what the sender's stack wrote on the packet. */
static void
comment_on_sending(struct capture *c, const struct pkt *frame)
{
	static const char *const why[PKT_WHY_COUNT] = {
	    [PKT_WHY_RETX_FAST] = "sent again: fast retransmit (RFC 6675)",
	    [PKT_WHY_RETX_SACK] = "sent again: the next hole that SACK shows (RFC 6675)",
	    [PKT_WHY_RETX_RTO] = "sent again: the retransmission timer ran out (RFC 6298)",
	    [PKT_WHY_RETX_SYN] = "SYN sent again: no answer in time",
	    [PKT_WHY_RETX_PMTU] = "sent again in smaller pieces: the path MTU shrank",
	    [PKT_WHY_RETX_RESCUE] = "sent again: rescue retransmission (RFC 6675, NextSeg rule 4)",
	    [PKT_WHY_ZERO_WINDOW_PROBE] = "zero-window probe",
	    [PKT_WHY_KEEPALIVE] = "keepalive",
	    [PKT_WHY_WINDOW_UPDATE] = "window update",
	    [PKT_WHY_DUP_ACK] = "duplicate ACK: a hole is before what arrived",
	    [PKT_WHY_CHALLENGE_ACK] = "challenge ACK (RFC 5961)",
	    [PKT_WHY_TIME_WAIT_ACK] = "from TIME-WAIT: the peer's FIN came again"};

	if (frame->why < PKT_WHY_COUNT && why[frame->why])
		comment(c, "%s", why[frame->why]);
}

/* Whose it is. Asked as late as that, for a SYN leaves before anybody has said who connects. */
static void
comment_owner(struct capture *c)
{
	uint64_t flow = c->about.sent ? c->waiting->flow : 0;
	const struct conn *conn = flow ? conns_find(c->conns, c->about.interface, flow) : NULL;
	char rest[sizeof c->comment];
	size_t len = c->comment_len;

	if (!conn || !*conn->owner)
		return;
	memcpy(rest, c->comment, len + 1);
	c->comment_len = 0;
	comment(c, "%s", conn->owner);
	if (len)
		comment(c, "%s", rest);
}

void
capture_flush(struct capture *c)
{
	struct pcapng_buf b = {c->room, 0, sizeof c->room};

	if (!c->waiting)
		return;
	comment_owner(c);
	c->about.comment = c->comment_len ? c->comment : NULL;
	pcapng_packet(&b, &c->about, c->waiting, SNAPLEN);
	write_out(c, &b);
	pkt_free(c->waiting);
	c->waiting = NULL;
	c->count++;
}

void
capture_frame(struct capture *c, unsigned side, bool sent, const struct pkt *frame, nsec_t when)
{
	capture_flush(c);
	c->last = when;
	c->seen[side]++;
	c->waiting = pkt_clone(frame);
	if (!c->waiting)
		return; /* the pool is empty; the stacks count that */
	c->about =
	    (struct pcapng_packet){.interface = side, .sent = sent, .when = c->wall + (when - c->begin)};
	c->comment_len = 0;
	c->comment[0] = 0;
	if (sent)
		comment_on_sending(c, frame);
}

static void
link_event(struct capture *c, const struct event *e)
{
	unsigned side = e->link.direction == 0 ? 0 : 1;

	/* Deliveries come with frames of their own at the other side. */
	if (!c->about.sent || c->about.interface != side)
		return;
	switch (e->link.verdict) {
	case LINK_LOST:
		c->lost[side]++;
		comment(c, "LOST by the emulated link (frame %llu %s): it never arrives",
		    (unsigned long long)e->link.number, side ? "down" : "up");
		break;
	case LINK_QUEUE_FULL:
		c->lost[side]++;
		comment(c, "DROPPED by the emulated link: its queue was full");
		break;
	case LINK_DUPLICATED:
		comment(c, "the link delivers it twice");
		break;
	case LINK_REORDERED:
		comment(c, "the link lets it overtake others");
		break;
	case LINK_CORRUPTED:
		comment(c, "the link flips a bit of it");
		break;
	default:
		break;
	}
}

void
capture_event(struct capture *c, const struct event *e)
{
	if (!c->waiting)
		return;
	if (e->kind == EVENT_LINK)
		link_event(c, e);
	/* A stack drops the frame that it was given last. */
	else if (e->kind == EVENT_DROP && !c->about.sent && e->host == c->about.interface + 1)
		comment(c, "DROPPED here: %s%s%s", drop_words(e->drop.reason),
		    *drop_source(e->drop.reason) ? ", " : "", drop_source(e->drop.reason));
}

uint64_t
capture_count(const struct capture *c)
{
	return c->count + (c->waiting != NULL);
}

int
capture_close(struct capture *c)
{
	struct pcapng_buf b = {c->room, 0, sizeof c->room};
	int err;

	capture_flush(c);
	for (unsigned side = 0; side < SIDES; side++)
		pcapng_statistics(&b, side, c->wall + (c->last - c->begin), c->seen[side], c->lost[side]);
	write_out(c, &b);
	err = file_close(c->file);
	free(c);
	return err;
}
