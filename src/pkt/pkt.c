/*
 * pkt/pkt.c - makes, shares and frees packets, and works on their linear part.
 *
 * The linear part is in the packet's room (home == NULL) or in one block (home). A function that
 * moves it also moves l3, l4 and the octets between them and `data`, so a header that was pulled
 * stays readable.
 */
#include "pkt/pkt.h"

#include "base/bytes.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

struct pkt *
pkt_new(struct pkt_pool *pool)
{
	struct pkt *p = pkt_pool_take(pool);

	if (!p)
		return NULL;
	list_init(&p->node);
	/* Only the marks: slices and room are written before they are read. */
	bytes_zero((uint8_t *)p + offsetof(struct pkt, data),
	    offsetof(struct pkt, slice) - offsetof(struct pkt, data));
	p->data = p->room + PKT_ROOM;
	p->segs = 1;
	return p;
}

struct pkt *
pkt_from_block(struct pkt_pool *pool, struct pkt_block *block, uint32_t off, uint32_t len)
{
	struct pkt *p = pkt_new(pool);

	assert(off <= block->size && len <= block->size - off);
	if (!p)
		return NULL;
	p->home = block;
	p->data = block->data + off;
	p->linear = p->len = len;
	return p;
}

struct pkt *
pkt_from_bytes(struct pkt_pool *pool, const void *bytes, size_t len)
{
	struct pkt *p;
	struct pkt_block *block;

	if (len <= PKT_ROOM / 2) {
		p = pkt_new(pool);
		if (p && len > 0)
			memcpy(pkt_push(p, len), bytes, len);
		return p;
	}
	block = pkt_block_new(pool, PKT_ROOM + len);
	if (!block)
		return NULL;
	p = pkt_from_block(pool, block, PKT_ROOM, (uint32_t)len);
	if (p)
		memcpy(p->data, bytes, len);
	else
		pkt_block_unref(block);
	return p;
}

void
pkt_free(struct pkt *p)
{
	assert(!list_linked(&p->node));
	if (p->home)
		pkt_block_unref(p->home);
	for (unsigned i = 0; i < p->nslices; i++)
		pkt_block_unref(p->slice[i].block);
	pkt_pool_give(p);
}

static bool
in_room(const struct pkt *p, const uint8_t *at)
{
	return at >= p->room && at <= p->room + PKT_ROOM;
}

/* Returns true if @at points into the memory that holds the linear part. */
static bool
in_linear_memory(const struct pkt *p, const uint8_t *at)
{
	if (!p->home)
		return in_room(p, at);
	return at >= p->home->data && at <= p->home->data + p->home->size;
}

/*
 * Returns how many octets before `data` hold headers that were pulled but that l3 or l4 still point
 * to.
 */
static size_t
pulled(const struct pkt *p)
{
	const uint8_t *start = p->data;

	if (p->l3 && p->l3 < start && in_linear_memory(p, p->l3))
		start = p->l3;
	if (p->l4 && p->l4 < start && in_linear_memory(p, p->l4))
		start = p->l4;
	return (size_t)(p->data - start);
}

struct pkt *
pkt_clone(const struct pkt *p)
{
	struct pkt *c = pkt_pool_take(p->pool);
	size_t back;

	if (!c)
		return NULL;
	list_init(&c->node);
	memcpy((uint8_t *)c + offsetof(struct pkt, data), (const uint8_t *)p + offsetof(struct pkt, data),
	    offsetof(struct pkt, slice) - offsetof(struct pkt, data));
	for (unsigned i = 0; i < p->nslices; i++) {
		c->slice[i] = p->slice[i];
		c->slice[i].block->refs++;
	}
	if (p->home) {
		p->home->refs++;
		return c;
	}
	back = pulled(p);
	c->data = c->room + (p->data - p->room);
	memcpy(c->data - back, p->data - back, back + p->linear);
	if (p->l3 && in_room(p, p->l3))
		c->l3 = c->room + (p->l3 - p->room);
	if (p->l4 && in_room(p, p->l4))
		c->l4 = c->room + (p->l4 - p->room);
	return c;
}

static void
slice_remove_first(struct pkt *p)
{
	pkt_block_unref(p->slice[0].block);
	p->nslices--;
	memmove(p->slice, p->slice + 1, p->nslices * sizeof p->slice[0]);
}

/* Takes over the caller's reference to @block. There must be a free slice. */
static void
slice_insert_first(struct pkt *p, struct pkt_block *block, uint32_t off, uint32_t len)
{
	assert(p->nslices < PKT_SLICES);
	memmove(p->slice + 1, p->slice, p->nslices * sizeof p->slice[0]);
	p->slice[0] = (struct pkt_slice){block, off, len};
	p->nslices++;
}

/* Removes the first @n octets from the slices. The caller corrects the packet's counts. */
static void
slices_skip(struct pkt *p, size_t n)
{
	while (n > 0) {
		struct pkt_slice *s = &p->slice[0];

		assert(p->nslices > 0);
		if (n < s->len) {
			s->off += (uint32_t)n;
			s->len -= (uint32_t)n;
			return;
		}
		n -= s->len;
		slice_remove_first(p);
	}
}

/*
 * Where a header pointer points to, as an offset from `data`. It is negative if the header was
 * pulled.
 */
struct header_place {
	bool linear; /* in the memory of the linear part */
	bool slice;  /* in the first slice, where pkt_push() left it */
	ptrdiff_t off;
};

static struct header_place
header_find(const struct pkt *p, const uint8_t *at)
{
	const struct pkt_slice *s = &p->slice[0];

	if (at && in_linear_memory(p, at))
		return (struct header_place){.linear = true, .off = at - p->data};
	if (at && p->nslices > 0 && at >= s->block->data + s->off && at < s->block->data + s->off + s->len)
		return (struct header_place){
		    .slice = true, .off = (ptrdiff_t)p->linear + (at - (s->block->data + s->off))};
	return (struct header_place){0};
}

uint32_t
pkt_header_find(const struct pkt *p, const uint8_t *at)
{
	struct header_place place = header_find(p, at);

	assert((place.linear || place.slice) && place.off >= 0 && place.off <= p->len);
	return (uint32_t)place.off;
}

/*
 * Returns the new value of @at, after the linear part has become the @n octets at @to. A header
 * beyond them keeps its address as long as the packet holds that memory.
 */
static uint8_t *
header_move(uint8_t *at, const struct header_place *place, uint8_t *to, size_t n, bool home_kept)
{
	if (!place->linear && !place->slice)
		return at;
	if (place->off < (ptrdiff_t)n)
		return to + place->off;
	return place->slice || home_kept ? at : to + n;
}

/*
 * Returns how many octets the linear part gets when @n are wanted in a block. A packet with a home
 * must keep one slice free, so that pkt_push() can turn its linear part into a slice.
 */
static size_t
gather_size(const struct pkt *p, size_t n)
{
	if (p->nslices == PKT_SLICES && n < p->linear + p->slice[0].len)
		return p->linear + p->slice[0].len;
	return n;
}

bool
pkt_gather(struct pkt *p, size_t n)
{
	struct header_place h3 = header_find(p, p->l3), h4 = header_find(p, p->l4);
	size_t back = pulled(p), take;
	struct pkt_block *block = NULL, *old = p->home;
	uint8_t *to = p->room + PKT_ROOM - n;
	bool home_kept;

	if (n > p->len)
		return false;
	if (back + n > PKT_ROOM) {
		n = gather_size(p, n);
		if (PKT_ROOM + back + n > PKT_BLOCK_LARGE)
			return false;
		block = pkt_block_new(p->pool, PKT_ROOM + back + n);
		if (!block)
			return false;
		to = block->data + PKT_ROOM + back;
	}
	take = n < p->linear ? n : p->linear;
	memmove(to - back, p->data - back, back + take);
	home_kept = take < p->linear;
	if (home_kept) {
		slice_insert_first(
		    p, old, (uint32_t)(p->data + take - old->data), (uint32_t)(p->linear - take));
	} else {
		pkt_copy_out(p, p->linear, to + take, (uint32_t)(n - take));
		slices_skip(p, n - take);
	}
	p->l3 = header_move(p->l3, &h3, to, n, home_kept);
	p->l4 = header_move(p->l4, &h4, to, n, home_kept);
	if (old && !home_kept)
		pkt_block_unref(old);
	p->home = block;
	p->data = to;
	p->linear = (uint32_t)n;
	return true;
}

/*
 * Prepares a push when the block is shared or has no headroom: the linear part leaves the block,
 * and a new one starts in the room. A short linear part is copied there. A longer one becomes the
 * first slice.
 */
static void
leave_home(struct pkt *p)
{
	struct header_place h3 = header_find(p, p->l3), h4 = header_find(p, p->l4);
	struct pkt_block *old = p->home;
	uint8_t *end = p->room + PKT_ROOM;

	p->home = NULL;
	if (p->linear > PKT_ROOM / 2) {
		slice_insert_first(p, old, (uint32_t)(p->data - old->data), p->linear);
		p->data = end;
		p->linear = 0;
		return;
	}
	memcpy(end - p->linear, p->data, p->linear);
	p->data = end - p->linear;
	/* Headers that were pulled are lost: the push will write over their place. */
	p->l3 = h3.off < 0 ? NULL : header_move(p->l3, &h3, p->data, p->linear, false);
	p->l4 = h4.off < 0 ? NULL : header_move(p->l4, &h4, p->data, p->linear, false);
	pkt_block_unref(old);
}

void
pkt_push_home(struct pkt *p, size_t n)
{
	if (p->home->refs > 1 || (size_t)(p->data - p->home->data) < n)
		leave_home(p);
}

void
pkt_skip(struct pkt *p, size_t n)
{
	size_t linear = n < p->linear ? n : p->linear;

	assert(n <= p->len);
	p->data += linear;
	p->linear -= (uint32_t)linear;
	slices_skip(p, n - linear);
	p->len -= (uint32_t)n;
}
