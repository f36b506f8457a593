/*
 * cli/report/capture.c - writes the frames of one or both sides of the link to a pcapng file, with
 * comments on retransmissions, drops and owners. It does not encode blocks (link/pcapng.h does),
 * and does not know what the link decides.
 */
#include "cli/report/capture.h"

#include "base/err.h"
#include "cli/report/fates.h"
#include "cli/report/frame_words.h"
#include "cli/report/summary.h"
#include "host/clock.h"
#include "host/file.h"
#include "link/pcapng.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * LEFT_ROOM: octets of a comment that are kept free for the owner, the words before a frame's name,
 * and the number of frames that are not named.
 */
enum { SNAPLEN = 65535, SIDES = 2, LEFT_ROOM = 160 };

struct capture {
	struct file *file;
	enum capture_sides sides;
	nsec_t begin;
	int64_t wall;
	struct conns *conns;
	struct pkt *waiting; /* the last frame, which is written when it is known what became of it */
	unsigned side;       /* the side that saw it */
	bool sent;           /* the side sent it; otherwise it received it */
	nsec_t when;
	char comment[PCAPNG_COMMENT_MAX];
	size_t comment_len;
	uint64_t unnamed; /* lost frames for whose names the comment had no room */
	struct fates fates;
	uint64_t seen[SIDES], lost[SIDES], count;
	nsec_t last;
	uint8_t room[SNAPLEN + PCAPNG_COMMENT_MAX + PCAPNG_PACKET_ROOM];
};

static bool
holds(const struct capture *c, unsigned side)
{
	return c->sides == CAPTURE_BOTH || (unsigned)c->sides == side;
}

/* Returns the number of the pcapng interface that stands for @side. */
static uint32_t
interface_of(const struct capture *c, unsigned side)
{
	return c->sides == CAPTURE_BOTH ? side : 0;
}

static void
write_out(struct capture *c, const struct pcapng_buf *b)
{
	/*
	 * The file keeps the first error, and capture_close() returns it. A full disk must not stop
	 * the program's network.
	 */
	(void)file_write(c->file, b->at, b->len, c->last);
}

static int
write_head(struct capture *c, uint32_t mtu)
{
	static const char *const names[SIDES] = {"program", "gateway"};
	struct pcapng_buf b = {c->room, 0, sizeof c->room};
	char text[96];

	pcapng_section(&b, LEAT_VERSION);
	for (unsigned side = 0; side < SIDES; side++) {
		if (!holds(c, side))
			continue;
		snprintf(text, sizeof text, "the %s's end of the emulated link, MTU %u", names[side], mtu);
		pcapng_interface(&b, names[side], text, PCAPNG_LINK_ETHERNET, SNAPLEN);
	}
	write_out(c, &b);
	return file_flush(c->file); /* finds a full disk before the program starts */
}

int
capture_new(
    struct file *file, enum capture_sides sides, uint32_t mtu, struct conns *conns, struct capture **out)
{
	struct capture *c = calloc(1, sizeof *c);
	int err = c ? 0 : -LEAT_ENOMEM;

	if (!err) {
		c->file = file;
		c->sides = sides;
		c->conns = conns;
		c->begin = c->last = clock_monotonic();
		c->wall = clock_wall();
		fates_init(&c->fates);
		err = write_head(c, mtu);
	}
	if (err) {
		file_close(file);
		free(c);
		return err;
	}
	*out = c;
	return 0;
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

/* Says why the frame was sent. The sender's stack has noted it in the packet. */
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

static const char *
direction_name(const struct event *e)
{
	return e->link.direction == 0 ? "up" : "down";
}

/* Counts the lost frames whose names had no room. */
static void
comment_unnamed(struct capture *c)
{
	c->unnamed += c->fates.unnamed;
	c->fates.unnamed = 0;
	if (c->unnamed)
		comment(c, "and %" PRIu64 " more", c->unnamed);
	c->unnamed = 0;
}

/*
 * Adds the program that the frame belongs to. This is done last, because a SYN leaves before it is
 * known which process connects. If the file has the sender's side too, the copy there says it
 * already.
 */
static void
comment_owner(struct capture *c)
{
	bool ours = c->sent || c->sides != CAPTURE_BOTH;
	uint64_t flow = ours ? c->waiting->flow : 0;
	const struct conn *conn = flow ? conns_find(c->conns, c->sent ? c->side : !c->side, flow) : NULL;
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
	struct pcapng_packet about = {
	    .interface = interface_of(c, c->side), .sent = c->sent, .when = c->wall + (c->when - c->begin)};

	if (!c->waiting)
		return;
	comment_unnamed(c);
	comment_owner(c);
	about.comment = c->comment_len ? c->comment : NULL;
	pcapng_packet(&b, &about, c->waiting, SNAPLEN);
	write_out(c, &b);
	pkt_free(c->waiting);
	c->waiting = NULL;
	c->count++;
}

void
capture_frame(struct capture *c, unsigned side, bool sent, const struct pkt *frame, nsec_t when)
{
	if (!holds(c, side))
		return;
	capture_flush(c);
	c->last = c->when = when;
	c->seen[side]++;
	c->side = side;
	c->sent = sent;
	c->comment_len = 0;
	c->comment[0] = 0;
	c->waiting = pkt_clone(frame);
	if (!c->waiting)
		return; /* the pool is empty, which the stacks count */
	if (sent || c->sides != CAPTURE_BOTH)
		comment_on_sending(c, frame);
}

/* Says what the link did to a frame that this side sent. */
static void
comment_on_sent(struct capture *c, const struct event *e)
{
	switch (e->link.verdict) {
	case LINK_LOST:
		comment(c, "LOST by the emulated link (frame %" PRIu64 " %s): it never arrives",
		    e->link.number, direction_name(e));
		break;
	case LINK_QUEUE_FULL:
		comment(c, "DROPPED by the emulated link (frame %" PRIu64 " %s): its queue was full",
		    e->link.number, direction_name(e));
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

/*
 * Names a frame: "frame 57 down (8000 → 57277, 1448 octets from 14481, ack 84, window 65536; sent
 * again: fast retransmit)".
 */
static void
name_frame(const struct capture *c, const struct event *e, char name[static FATE_WORDS])
{
	unsigned from = e->link.direction == 0 ? END_PROGRAM : END_GATEWAY;
	const char *again = summary_retx_words(e->link.pkt->why);
	char words[FRAME_WORDS], ports[32] = "";
	const struct conn *conn = frame_words(c->conns, from, e->link.pkt, words);

	if (conn) {
		const struct endpoint *src = from == END_PROGRAM ? &conn->program : &conn->far;
		const struct endpoint *dst = from == END_PROGRAM ? &conn->far : &conn->program;

		snprintf(ports, sizeof ports, "%u → %u, ", src->port, dst->port);
	}
	snprintf(name, FATE_WORDS, "frame %" PRIu64 " %s (%s%s%s%s)", e->link.number, direction_name(e),
	    ports, words, again ? "; sent again: " : "", again ? again : "");
}

/* Remembers what became of a frame that only the other side has seen so far. */
static void
remember_fate(struct capture *c, const struct event *e)
{
	char name[FATE_WORDS] = "";

	if (fate_is_absence(e->link.verdict))
		name_frame(c, e, name);
	fates_add(&c->fates, e->link.verdict, e->link.number, name);
}

static void
report_fate(void *arg, const struct fate *fate)
{
	struct capture *c = arg;

	switch (fate->verdict) {
	case LINK_LOST:
	case LINK_QUEUE_FULL:
		if (c->comment_len + strlen(fate->words) + LEFT_ROOM > sizeof c->comment)
			c->unnamed++;
		else
			comment(c, "before it, %s by the emulated link: %s",
			    fate->verdict == LINK_LOST ? "LOST" : "DROPPED (its queue was full)",
			    fate->words);
		break;
	case LINK_DUPLICATED:
		comment(c, "the link delivers it twice");
		break;
	case LINK_REORDERED:
		comment(c, "the link let it overtake others");
		break;
	case LINK_CORRUPTED:
		comment(c, "the link flipped a bit of it");
		break;
	default:
		break;
	}
}

static void
link_event(struct capture *c, const struct event *e)
{
	unsigned from = e->link.direction == 0 ? END_PROGRAM : END_GATEWAY;

	if (e->link.verdict == LINK_SENT)
		frame_note(c->conns, from, e->link.pkt);
	if (fate_is_absence(e->link.verdict))
		c->lost[!from]++;
	if (holds(c, from)) {
		/* A frame that is delivered makes a record of its own at the other side. */
		if (c->waiting && c->sent && c->side == from)
			comment_on_sent(c, e);
	} else if (e->link.verdict == LINK_DELIVERED) {
		fates_arrived(&c->fates, e->link.number, report_fate, c);
	} else if (e->link.verdict != LINK_SENT) {
		remember_fate(c, e);
	}
}

void
capture_event(struct capture *c, const struct event *e)
{
	if (e->kind == EVENT_LINK)
		link_event(c, e);
	/* A stack drops only the frame that it was given last. */
	else if (e->kind == EVENT_DROP && c->waiting && !c->sent && e->host == c->side + 1)
		comment(c, "DROPPED here: %s%s%s", drop_text(e->drop.reason),
		    *drop_source(e->drop.reason) ? ", " : "", drop_source(e->drop.reason));
}

uint64_t
capture_count(const struct capture *c)
{
	return c->count + (c->waiting != NULL);
}

/*
 * Writes how many frames each side saw. The comment names lost frames after which no other arrived.
 */
static void
write_statistics(struct capture *c)
{
	struct pcapng_buf b = {c->room, 0, sizeof c->room};

	c->comment_len = 0;
	c->comment[0] = 0;
	fates_arrived(&c->fates, UINT64_MAX, report_fate, c);
	comment_unnamed(c);
	for (unsigned side = 0; side < SIDES; side++)
		if (holds(c, side))
			pcapng_statistics(&b, interface_of(c, side), c->wall + (c->last - c->begin),
			    c->seen[side], c->lost[side], c->comment_len ? c->comment : NULL);
	write_out(c, &b);
}

int
capture_close(struct capture *c)
{
	int err;

	capture_flush(c);
	write_statistics(c);
	err = file_close(c->file);
	fates_fini(&c->fates);
	free(c);
	return err;
}
