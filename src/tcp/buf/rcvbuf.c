/* tcp/buf/rcvbuf.c - data in order for the user, the size of its buffer, and the window. */
#include "tcp/buf/rcvbuf.h"

#include "base/bytes.h"

#include "tcp/buf/compact.h"

#include <assert.h>
#include <string.h>

enum {
	RATIO_ONE = 256,
	RATIO_FIRST = 128,
	RATIO_LEAST = 8,
	WINDOW_FIELD = 65535,
	SCALE_MAX = 14,
	SPACE_LEAST = 32768,
	ROUND_FIRST = 10 /* segments: RFC 6928 */
};

void
rcvbuf_init(struct rcvbuf *b, size_t size, size_t max, bool fixed)
{
	bytes_zero(b, sizeof *b);
	b->size = size;
	b->max = max;
	b->fixed = fixed;
	b->ratio = RATIO_FIRST;
	pkt_queue_init(&b->q);
}

void
rcvbuf_fini(struct rcvbuf *b)
{
	rcvbuf_consume(b, b->q.octets);
}

void
rcvbuf_set(struct rcvbuf *b, size_t size)
{
	b->size = size;
	b->fixed = true;
}

void
rcvbuf_clamp(struct rcvbuf *b, uint32_t octets)
{
	b->clamp = octets;
}

/*
 * The memory of a full-sized packet beyond its octets gives the ratio of window to memory. Small
 * packets say little, because they are copied together. The ratio moves by an eighth of the
 * difference, so that the window does not jump with each packet.
 */
static void
learn_ratio(struct rcvbuf *b, const struct pkt *p)
{
	int32_t seen =
	    (int32_t)((uint64_t)p->len * RATIO_ONE / (p->charge > p->len ? p->charge : p->len + 1));
	int32_t ratio = b->ratio + (seen - b->ratio) / 8;

	if (p->len > COMPACT_SMALL)
		b->ratio = (uint8_t)(ratio > RATIO_LEAST ? ratio : RATIO_LEAST);
}

void
rcvbuf_push(struct rcvbuf *b, struct pkt *pkt)
{
	struct pkt *tail = list_last(&b->q.list, struct pkt, node);

	assert(pkt->len > 0);
	if (tail && compact_into(tail, pkt, &b->mem)) {
		b->q.octets += pkt->len;
		pkt_free(pkt);
		return;
	}
	pkt->charge = pkt_charge(pkt);
	b->mem += pkt->charge;
	learn_ratio(b, pkt);
	pkt_queue_push(&b->q, pkt);
}

unsigned
rcvbuf_spans(const struct rcvbuf *b, struct pkt_span *span, unsigned max)
{
	unsigned n = 0;

	list_each(at, &b->q.list) {
		if (n == max)
			break;
		n += pkt_spans(container_of(at, struct pkt, node), span + n, max - n);
	}
	return n;
}

size_t
rcvbuf_peek(const struct rcvbuf *b, size_t off, void *to, size_t len)
{
	uint8_t *out = to;

	list_each(at, &b->q.list) {
		const struct pkt *p = container_of(at, struct pkt, node);
		uint32_t n = p->len;

		if (off >= n) {
			off -= n;
			continue;
		}
		n -= (uint32_t)off;
		if (n > len)
			n = (uint32_t)len;
		pkt_copy_out(p, (uint32_t)off, out, n);
		out += n;
		len -= n;
		off = 0;
		if (len == 0)
			break;
	}
	return (size_t)(out - (uint8_t *)to);
}

void
rcvbuf_consume(struct rcvbuf *b, size_t len)
{
	assert(len <= b->q.octets);
	b->copied += len;
	while (len > 0) {
		struct pkt *p = pkt_queue_first(&b->q);

		if (len < p->len) {
			pkt_skip(p, len);
			b->q.octets -= len;
			return;
		}
		len -= p->len;
		b->mem -= p->charge;
		pkt_queue_remove(&b->q, p);
		pkt_free(p);
	}
}

/*
 * A pause of the sender makes a sample too long, never too short: a smaller one counts at once, a
 * larger one slowly.
 */
void
rcvbuf_rtt_sample(struct rcvbuf *b, nsec_t rtt)
{
	rtt = nsec_max(rtt, 1);
	if (b->rtt == 0 || rtt < b->rtt)
		b->rtt = rtt;
	else
		b->rtt += (rtt - b->rtt) / 8;
}

void
rcvbuf_rtt_by_window(struct rcvbuf *b, nsec_t now, seq_t rcv_nxt, uint32_t window)
{
	if (b->rtt_mark_at != 0) {
		if (seq_lt(rcv_nxt, b->rtt_mark))
			return;
		if (b->rtt == 0 || now - b->rtt_mark_at < b->rtt)
			b->rtt = nsec_max(now - b->rtt_mark_at, 1);
	}
	b->rtt_mark = rcv_nxt + window;
	b->rtt_mark_at = now;
}

bool
rcvbuf_adjust(struct rcvbuf *b, nsec_t now, uint32_t mss)
{
	uint64_t copied, want, grow;
	size_t before = b->size;

	if (b->round_at == 0) {
		b->round_at = now;
		b->round_copied = b->copied;
		b->space = ROUND_FIRST * mss;
		return false;
	}
	if (b->rtt == 0 || now - b->round_at < b->rtt)
		return false;
	copied = b->copied - b->round_copied;
	b->round_at = now;
	b->round_copied = b->copied;
	if (copied <= b->space)
		return false;
	/*
	 * Twice what was read, as in slow start; more while the rate still grows; and room for a
	 * sender's first window.
	 */
	want = 2 * copied + 16ull * mss;
	grow = want * (copied - b->space) / b->space;
	want += 2 * grow;
	b->space = copied;
	if (b->fixed)
		return false;
	want = want * RATIO_ONE / b->ratio;
	if (want > b->max)
		want = b->max;
	if (want > b->size)
		b->size = (size_t)want;
	return b->size > before;
}

static uint32_t
payload_in(const struct rcvbuf *b, size_t mem)
{
	uint64_t octets = (uint64_t)mem * b->ratio / RATIO_ONE;

	return octets < (WINDOW_FIELD << SCALE_MAX) ? (uint32_t)octets : WINDOW_FIELD << SCALE_MAX;
}

static uint32_t
clamped(const struct rcvbuf *b, uint32_t window)
{
	return b->clamp && window > b->clamp ? b->clamp : window;
}

/*
 * An empty buffer offers at least half its size (up to 32 KiB), as Linux does before it has
 * measured, however much memory earlier segments have cost: a block that many segments share is
 * charged to each. With less, a small SO_RCVBUF would offer windows below a segment, or below one
 * unit of the scale, and a sender that avoids silly windows (RFC 9293, 3.8.6.2.1) would wait each
 * time.
 */
uint32_t
rcvbuf_full_space(const struct rcvbuf *b)
{
	uint32_t learned = payload_in(b, b->size);
	uint32_t least = (uint32_t)(b->size / 2 < SPACE_LEAST ? b->size / 2 : SPACE_LEAST);

	return clamped(b, learned > least ? learned : least);
}

uint32_t
rcvbuf_space(const struct rcvbuf *b)
{
	if (b->mem == 0)
		return rcvbuf_full_space(b);
	return b->mem < b->size ? clamped(b, payload_in(b, b->size - b->mem)) : 0;
}

/*
 * Returns at least half the buffer, even if the user's data fills it: the window that was offered
 * must have room, in segments of any size.
 */
size_t
rcvbuf_reass_limit(const struct rcvbuf *b)
{
	size_t left = b->mem < b->size ? b->size - b->mem : 0;

	return left > b->size / 2 ? left : b->size / 2;
}

/*
 * The smallest step of the window (RFC 9293, 3.8.6.2.2): Fr * RCV.BUFF with Fr = 1/2, or
 * Eff.snd.MSS.
 */
static uint32_t
least_step(const struct rcvbuf *b, uint32_t mss)
{
	uint32_t half = rcvbuf_full_space(b) / 2;

	return mss < half ? mss : half;
}

uint32_t
rcvbuf_window(const struct rcvbuf *b, uint32_t offered, uint32_t mss, unsigned scale)
{
	uint32_t unit = 1u << scale, most = (uint32_t)WINDOW_FIELD << scale, space = rcvbuf_space(b);

	if (space > most)
		space = most;
	space -= space % unit;
	if (b->mem == 0 && space == 0)
		space = unit;
	if (space > offered && space - offered >= least_step(b, mss))
		return space;
	offered = (offered + unit - 1) & ~(unit - 1);
	return offered < most ? offered : most;
}

bool
rcvbuf_should_update(const struct rcvbuf *b, uint32_t offered, uint32_t mss, unsigned scale)
{
	uint32_t window;

	/* Most reads make too little room. Rounding the window adds less than a unit. */
	if (offered >= 1u << scale && rcvbuf_space(b) < 2 * (uint64_t)offered)
		return false;
	window = rcvbuf_window(b, offered, mss, scale);
	return window > offered && window - offered >= least_step(b, mss) && window >= 2 * (uint64_t)offered;
}

unsigned
rcvbuf_scale(const struct rcvbuf *b)
{
	size_t room = b->fixed || b->max < b->size ? b->size : b->max;
	size_t most = b->clamp && b->clamp < room ? b->clamp : room;
	size_t fields =
	    most ? (most - 1) / WINDOW_FIELD : 0; /* how many windows of 65535 are needed, less 1 */
	unsigned scale = fields ? 64 - (unsigned)__builtin_clzll(fields) : 0;

	return scale < SCALE_MAX ? scale : SCALE_MAX;
}
