/* tcp/buf/sndbuf.c - the send buffer: a ring of blocks, with binary search for positions. */
#include "tcp/buf/sndbuf.h"

#include "base/bytes.h"
#include "base/err.h"
#include "pkt/runs.h"
#include "wire/checksum.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { RING_FIRST = 8, WORTH_FILLING = 512 };

void
sndbuf_init(struct sndbuf *b, struct pkt_pool *pool, size_t limit, size_t max, bool fixed)
{
	bytes_zero(b, sizeof *b);
	b->pool = pool;
	b->limit = limit;
	b->max = max;
	b->fixed = fixed;
}

static struct sndbuf_piece *
piece(const struct sndbuf *b, uint32_t i)
{
	return &b->ring[(b->first + i) & b->mask];
}

static void
free_ring(struct sndbuf *b)
{
	if (b->ring != &b->one)
		free(b->ring);
}

static void
drop_first(struct sndbuf *b)
{
	pkt_block_unref(piece(b, 0)->block);
	b->first = (b->first + 1) & b->mask;
	b->count--;
}

void
sndbuf_end(struct sndbuf *b)
{
	while (b->count > (b->reserved ? 1 : 0))
		drop_first(b);
	b->una = b->end;
}

void
sndbuf_fini(struct sndbuf *b)
{
	while (b->count > 0)
		drop_first(b);
	free_ring(b);
	b->ring = NULL;
	b->una = b->end;
}

void
sndbuf_set(struct sndbuf *b, size_t limit)
{
	b->limit = limit;
	b->fixed = true;
}

bool
sndbuf_grow(struct sndbuf *b, size_t want)
{
	if (want > b->max)
		want = b->max;
	if (b->fixed || want <= b->limit)
		return false;
	b->limit = want;
	return true;
}

/* Makes room for one more piece in the ring. */
static bool
ring_has_room(struct sndbuf *b)
{
	uint32_t size = b->ring ? b->mask + 1 : 0, bigger = size > 1 ? 2 * size : RING_FIRST;
	struct sndbuf_piece *ring;

	if (b->count < size)
		return true;
	if (size == 0) {
		b->ring = &b->one;
		b->first = b->mask = 0;
		return true;
	}
	ring = malloc(bigger * sizeof *ring);
	if (!ring)
		return false;
	for (uint32_t i = 0; i < b->count; i++)
		ring[i] = *piece(b, i);
	free_ring(b);
	b->ring = ring;
	b->first = 0;
	b->mask = bigger - 1;
	return true;
}

/* A user that writes much gets large blocks; a single small message holds a small one. */
static size_t
block_size(const struct sndbuf *b, size_t want)
{
	if (want <= PKT_BLOCK_SMALL && sndbuf_len(b) == 0)
		return PKT_BLOCK_SMALL;
	return want <= PKT_BLOCK_MEDIUM ? PKT_BLOCK_MEDIUM : PKT_BLOCK_LARGE;
}

static uint32_t
tail_room(const struct sndbuf *b)
{
	struct sndbuf_piece *p;

	if (b->count == 0)
		return 0;
	p = piece(b, b->count - 1);
	return p->block->size - p->off - p->len;
}

static int
add_block(struct sndbuf *b, size_t want)
{
	struct pkt_block *block;

	if (!ring_has_room(b))
		return -LEAT_ENOBUFS;
	block = pkt_block_new(b->pool, block_size(b, want));
	if (!block)
		return -LEAT_ENOBUFS;
	*piece(b, b->count++) = (struct sndbuf_piece){.block = block, .at = b->end};
	return 0;
}

ssize_t
sndbuf_reserve(struct sndbuf *b, size_t want, void **at)
{
	size_t room = sndbuf_room(b);
	struct sndbuf_piece *p;
	int err;

	if (want > room)
		want = room;
	if (want == 0)
		return -LEAT_EAGAIN;
	/* If much is to come, a nearly full block is left as it is: fewer, longer slices. */
	if (tail_room(b) < want && tail_room(b) < WORTH_FILLING && (err = add_block(b, want)) != 0)
		return err;
	p = piece(b, b->count - 1);
	*at = p->block->data + p->off + p->len;
	b->reserved = true;
	return (ssize_t)(want < tail_room(b) ? want : tail_room(b));
}

void
sndbuf_commit(struct sndbuf *b, size_t len)
{
	b->reserved = false;
	if (len == 0)
		return;
	assert(len <= tail_room(b));
	piece(b, b->count - 1)->len += (uint32_t)len;
	b->end += len;
}

void
sndbuf_sum_runs(struct sndbuf *b, uint16_t len)
{
	if (len == b->run_len)
		return;
	b->run_len = len;
	sndbuf_begin_run(b);
}

/*
 * Copies @n octets into the last piece, and computes the checksums of the present run and those
 * after it. A run that began in another block gets no checksum.
 */
static void
copy_runs(struct sndbuf *b, uint8_t *to, const uint8_t *from, size_t n)
{
	struct sndbuf_piece *p = piece(b, b->count - 1);

	if (b->run_end != b->end) /* octets were written by reservation */
		sndbuf_begin_run(b);
	while (n > 0) {
		uint32_t had = (uint32_t)(b->run_end - b->run_at);
		size_t left = b->run_len - had, now = n < left ? n : left;
		uint16_t sum = checksum_copy(to, from, now, 0);

		b->run_sum = had ? checksum_join(b->run_sum, sum, had) : sum;
		b->run_end += now;
		if (now == left) {
			if (b->run_at >= p->at)
				runs_note(
				    p->block, p->off + (uint32_t)(b->run_at - p->at), b->run_len, b->run_sum);
			b->run_at = b->run_end;
		}
		to += now;
		from += now;
		n -= now;
	}
}

static void
copy_in(struct sndbuf *b, void *to, const uint8_t *from, size_t n)
{
	if (b->run_len)
		copy_runs(b, to, from, n);
	else
		memcpy(to, from, n);
}

ssize_t
sndbuf_write(struct sndbuf *b, const void *from, size_t len)
{
	const uint8_t *in = from;
	ssize_t n = 0;
	void *at;

	while (len > 0 && (n = sndbuf_reserve(b, len, &at)) > 0) {
		copy_in(b, at, in, (size_t)n);
		sndbuf_commit(b, (size_t)n);
		in += n;
		len -= (size_t)n;
	}
	return in != from ? in - (const uint8_t *)from : n;
}

/*
 * Returns the index of the piece that holds position @pos. A piece without octets (reserved, not
 * committed) can only be the last.
 */
static uint32_t
find(const struct sndbuf *b, uint64_t pos)
{
	uint32_t low = 0, high = b->count - 1;

	while (low < high) {
		uint32_t mid = low + (high - low + 1) / 2;

		if (piece(b, mid)->at <= pos)
			low = mid;
		else
			high = mid - 1;
	}
	return low;
}

uint32_t
sndbuf_slice(const struct sndbuf *b, uint32_t off, uint32_t len, struct pkt *pkt)
{
	uint64_t pos = b->una + off;
	uint32_t done = 0;

	assert((size_t)off + len <= sndbuf_len(b));
	if (len == 0)
		return 0;
	for (uint32_t i = find(b, pos); done < len; i++) {
		const struct sndbuf_piece *p = piece(b, i);
		uint32_t skip = (uint32_t)(pos + done - p->at), n = p->len - skip;

		if (n > len - done)
			n = len - done;
		if (!pkt_append(pkt, p->block, p->off + skip, n))
			break;
		done += n;
	}
	return done;
}

void
sndbuf_ack(struct sndbuf *b, size_t len)
{
	uint32_t keep = b->reserved ? 1 : 0;

	assert(len <= sndbuf_len(b));
	b->una += len;
	while (b->count > keep && piece(b, 0)->at + piece(b, 0)->len <= b->una)
		drop_first(b);
}
