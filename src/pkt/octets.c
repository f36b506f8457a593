/*
 * pkt/octets.c - the octets of a packet, wherever they are stored: appends, trims, copies and sums
 * them, and lists them as spans of memory.
 */
#include "pkt/pkt.h"
#include "pkt/runs.h"

#include "wire/checksum.h"
#include "wire/udp.h"

#include <assert.h>
#include <string.h>

void
pkt_trim(struct pkt *p, size_t len)
{
	size_t left;

	assert(len <= p->len);
	if (len < p->linear)
		p->linear = (uint32_t)len;
	p->len = (uint32_t)len;
	left = len - p->linear;
	for (unsigned i = 0; i < p->nslices; i++) {
		if (left == 0) {
			for (unsigned j = i; j < p->nslices; j++)
				pkt_block_unref(p->slice[j].block);
			p->nslices = (uint8_t)i;
			return;
		}
		if (p->slice[i].len > left)
			p->slice[i].len = (uint32_t)left;
		left -= p->slice[i].len;
	}
}

static struct pkt_slice *
last_slice(struct pkt *p)
{
	return p->nslices > 0 ? &p->slice[p->nslices - 1] : NULL;
}

/*
 * A packet whose linear part is in a block keeps one slice free, so that pkt_push() can turn that
 * part into a slice.
 */
static bool
slices_full(const struct pkt *p)
{
	return p->nslices + (p->home ? 1 : 0) >= PKT_SLICES;
}

bool
pkt_append(struct pkt *p, struct pkt_block *block, uint32_t off, uint32_t len)
{
	struct pkt_slice *last = last_slice(p);

	assert(off <= block->size && len <= block->size - off);
	if (len == 0)
		return true;
	if (last && last->block == block && last->off + last->len == off) {
		last->len += len;
	} else {
		if (slices_full(p))
			return false;
		p->slice[p->nslices++] = (struct pkt_slice){pkt_block_ref(block), off, len};
	}
	p->len += len;
	return true;
}

/*
 * Returns the free octets after the packet's last one, if no other owner can write to that block.
 * Returns NULL if there are not @len of them.
 */
static uint8_t *
tail_room(struct pkt *p, size_t len)
{
	const struct pkt_slice *last = last_slice(p);
	struct pkt_block *block = last ? last->block : p->home;
	size_t end;

	if (!block || block->refs > 1)
		return NULL;
	end = last ? last->off + last->len : (size_t)(p->data + p->linear - block->data);
	return len <= block->size - end ? block->data + end : NULL;
}

bool
pkt_append_bytes(struct pkt *p, const void *bytes, size_t len)
{
	uint8_t *to;
	struct pkt_block *block;
	bool done;

	if (len == 0)
		return true;
	to = tail_room(p, len);
	if (to) {
		memcpy(to, bytes, len);
		if (p->nslices > 0)
			last_slice(p)->len += (uint32_t)len;
		else
			p->linear += (uint32_t)len;
		p->len += (uint32_t)len;
		return true;
	}
	if (len > PKT_BLOCK_LARGE || slices_full(p))
		return false;
	block = pkt_block_new(p->pool, len);
	if (!block)
		return false;
	memcpy(block->data, bytes, len);
	done = pkt_append(p, block, 0, (uint32_t)len);
	pkt_block_unref(block);
	return done;
}

bool
pkt_append_from(struct pkt *p, struct pkt_cursor *c, uint32_t len)
{
	uint32_t before = p->len;

	while (len > 0) {
		const struct pkt *from = c->p;
		uint32_t at = c->off, part = c->part;
		struct pkt_span run = pkt_cursor_next(c, len);
		bool done;

		if (part > 0)
			done = pkt_append(
			    p, from->slice[part - 1].block, from->slice[part - 1].off + at, run.len);
		else if (from->home)
			done = pkt_append(p, from->home, (uint32_t)(run.at - from->home->data), run.len);
		else
			done = pkt_append_bytes(p, run.at, run.len);
		if (!done) {
			pkt_trim(p, before);
			return false;
		}
		len -= run.len;
	}
	return true;
}

bool
pkt_append_pkt(struct pkt *p, const struct pkt *from, uint32_t off, uint32_t len)
{
	struct pkt_cursor c;

	assert(off <= from->len && len <= from->len - off);
	pkt_cursor_init(&c, from, off);
	return pkt_append_from(p, &c, len);
}

/*
 * If @s directly follows the last slice of @p in the same block, extends that slice by @s and
 * returns true.
 */
static bool
merge_slice(struct pkt *p, const struct pkt_slice *s)
{
	struct pkt_slice *last = last_slice(p);

	if (!last || last->block != s->block || last->off + last->len != s->off)
		return false;
	last->len += s->len;
	s->block->refs--; /* not the last reference: @last holds one too */
	return true;
}

bool
pkt_move_rest(struct pkt *p, struct pkt *from, uint32_t off)
{
	if (off != from->linear || p->nslices + from->nslices + (p->home ? 1u : 0u) > PKT_SLICES)
		return pkt_append_pkt(p, from, off, from->len - off);
	for (unsigned i = 0; i < from->nslices; i++)
		if (!merge_slice(p, &from->slice[i]))
			p->slice[p->nslices++] = from->slice[i];
	p->len += from->len - off;
	from->nslices = 0;
	from->len = off;
	return true;
}

unsigned
pkt_spans(const struct pkt *p, struct pkt_span *span, unsigned max)
{
	unsigned n = 0;

	if (p->linear > 0 && n < max)
		span[n++] = (struct pkt_span){p->data, p->linear};
	for (unsigned i = 0; i < p->nslices && n < max; i++)
		span[n++] = (struct pkt_span){p->slice[i].block->data + p->slice[i].off, p->slice[i].len};
	return n;
}

void
pkt_copy_out(const struct pkt *p, uint32_t off, void *to, size_t len)
{
	struct pkt_cursor c;
	uint8_t *at = to;

	assert(off <= p->len && len <= p->len - off);
	pkt_cursor_init(&c, p, off);
	while (len > 0) {
		struct pkt_span run = pkt_cursor_next(&c, (uint32_t)len);

		memcpy(at, run.at, run.len);
		at += run.len;
		len -= run.len;
	}
}

/* The sum is folded only when a part begins at an odd offset. */
uint16_t
pkt_sum_range(const struct pkt *p, uint32_t off, uint32_t len, uint16_t sum)
{
	const struct pkt_slice *s = p->slice;
	uint64_t total = sum;
	bool odd = false;

	assert(off <= p->len && len <= p->len - off);
	if (off < p->linear) {
		uint32_t n = len < p->linear - off ? len : p->linear - off;

		total = checksum_add_carry(total, checksum_part(p->data + off, n));
		odd = n & 1;
		len -= n;
		off = 0;
	} else {
		off -= p->linear;
		for (; len > 0 && off >= s->len; s++)
			off -= s->len;
	}
	for (; len > 0; s++, off = 0) {
		uint32_t n = len < s->len - off ? len : s->len - off;
		uint64_t part = checksum_part(s->block->data + s->off + off, n);

		total = odd ? checksum_join(checksum_fold(total), checksum_fold(part), odd)
			    : checksum_add_carry(total, part);
		odd ^= n & 1;
		len -= n;
	}
	return checksum_fold(total);
}

uint16_t
pkt_sum_rest(const struct pkt *p, uint32_t off)
{
	uint16_t sum = off < p->linear ? checksum_add(p->data + off, p->linear - off, 0) : 0, run;
	bool odd = (p->linear - off) & 1;

	for (const struct pkt_slice *s = p->slice; s < p->slice + p->nslices; s++) {
		if (!runs_find(s->block, s->off, s->len, &run))
			run = checksum_add(s->block->data + s->off, s->len, 0);
		sum = checksum_join(sum, run, odd);
		odd ^= s->len & 1;
	}
	return sum;
}

bool
pkt_complete_sum(struct pkt *p)
{
	uint32_t l4;
	uint8_t *field;

	if (p->sum != PKT_SUM_PARTIAL)
		return true;
	l4 = pkt_header_off(p, p->l4);
	if (!pkt_own(p, l4 + p->sum_off + 2))
		return false;
	field = p->data + l4 + p->sum_off;
	/* The field is part of the range, so the pseudo-header's sum that it holds is added too. */
	checksum_put(field, pkt_sum_rest(p, l4));
	/*
	 * In UDP zero would mean "no checksum" (RFC 768). In TCP and ICMP zero is a valid checksum
	 * (RFC 1624, 3).
	 */
	if (p->sum_off == UDP_SUM && be16_get(field) == 0)
		be16_put(field, 0xffff);
	p->sum = PKT_SUM_VALID;
	return true;
}
