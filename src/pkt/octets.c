/*
 * pkt/octets.c - the octets of a packet, wherever they lie: appending, cutting off, copying out, naming as runs.
 */
#include "pkt/pkt.h"

#include "wire/checksum.h"

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

/* A packet whose linear part is in a block keeps one slice free, so that pkt_push() can make that part one. */
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

/* The octets behind the packet's last, where nobody else can have a word in that block; NULL when there are not @len. */
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
pkt_append_pkt(struct pkt *p, const struct pkt *from, uint32_t off, uint32_t len)
{
	uint32_t before = p->len;

	assert(off <= from->len && len <= from->len - off);
	if (off < from->linear && len > 0) {
		uint32_t n = len < from->linear - off ? len : from->linear - off;
		const uint8_t *at = from->data + off;

		if (from->home ? !pkt_append(p, from->home, (uint32_t)(at - from->home->data), n)
			       : !pkt_append_bytes(p, at, n))
			return false;
		off += n;
		len -= n;
	}
	off -= from->linear < off ? from->linear : off;
	for (unsigned i = 0; i < from->nslices && len > 0; i++) {
		const struct pkt_slice *s = &from->slice[i];
		uint32_t n;

		if (off >= s->len) {
			off -= s->len;
			continue;
		}
		n = len < s->len - off ? len : s->len - off;
		if (!pkt_append(p, s->block, s->off + off, n)) {
			pkt_trim(p, before);
			return false;
		}
		off = 0;
		len -= n;
	}
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

/* Like pkt_spans(), of octets @off to @off + @len alone. */
static unsigned
spans_of(const struct pkt *p, uint32_t off, uint32_t len, struct pkt_span span[static PKT_SLICES + 1])
{
	unsigned all = pkt_spans(p, span, PKT_SLICES + 1), n = 0;

	assert(off <= p->len && len <= p->len - off);
	for (unsigned i = 0; i < all && len > 0; i++) {
		struct pkt_span s = span[i];

		if (off >= s.len) {
			off -= s.len;
			continue;
		}
		s.at += off;
		s.len -= off;
		off = 0;
		if (s.len > len)
			s.len = len;
		len -= s.len;
		span[n++] = s;
	}
	return n;
}

void
pkt_copy_out(const struct pkt *p, uint32_t off, void *to, size_t len)
{
	struct pkt_span span[PKT_SLICES + 1];
	unsigned n = spans_of(p, off, (uint32_t)len, span);
	uint8_t *at = to;

	for (unsigned i = 0; i < n; i++) {
		memcpy(at, span[i].at, span[i].len);
		at += span[i].len;
	}
}

uint16_t
pkt_sum_range(const struct pkt *p, uint32_t off, uint32_t len, uint16_t sum)
{
	struct pkt_span span[PKT_SLICES + 1];
	unsigned n = spans_of(p, off, len, span);
	size_t at = 0;

	for (unsigned i = 0; i < n; i++) {
		if (at % 2 == 0)
			sum = checksum_add(span[i].at, span[i].len, sum);
		else
			sum = checksum_join(sum, checksum_add(span[i].at, span[i].len, 0), at);
		at += span[i].len;
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
	/* The field is part of the range: the pseudo-header's sum that it holds goes in by itself. */
	checksum_put(field, pkt_sum_range(p, l4, p->len - l4, 0));
	if (field[0] == 0 && field[1] == 0)
		field[0] = field[1] = 0xff;
	p->sum = PKT_SUM_VALID;
	return true;
}
