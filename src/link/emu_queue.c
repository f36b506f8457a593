/*
 * link/emu_queue.c - rings that grow by doubling, and a heap. In a steady state nothing is
 * allocated.
 */
#include "link/emu_queue.h"

#include <stdlib.h>
#include <string.h>

enum { RING_FIRST = 64 };

/*
 * Doubles a full ring of @*size members of @member octets each. The first member is at index
 * @*head. Returns the new ring and updates @*head and @*size. Returns NULL without memory, with
 * nothing changed.
 */
static void *
ring_grow(void *ring, size_t member, size_t *head, size_t *size)
{
	size_t larger = *size ? 2 * *size : RING_FIRST;
	uint8_t *to = calloc(larger, member), *from = ring;

	if (!to)
		return NULL;
	if (*size) {
		memcpy(to, from + *head * member, (*size - *head) * member);
		memcpy(to + (*size - *head) * member, from, *head * member);
	}
	free(ring);
	*head = 0;
	*size = larger;
	return to;
}

void
emu_line_fini(struct emu_line *line)
{
	free(line->begins);
}

size_t
emu_line_waiting(struct emu_line *line, nsec_t now)
{
	while (line->count > 0 && line->begins[line->head] <= now) {
		line->head = (line->head + 1) & (line->size - 1);
		line->count--;
	}
	return line->count;
}

static bool
line_wait(struct emu_line *line, nsec_t begins)
{
	if (line->count == line->size) {
		nsec_t *larger = ring_grow(line->begins, sizeof *larger, &line->head, &line->size);

		if (!larger)
			return false;
		line->begins = larger;
	}
	line->begins[(line->head + line->count++) & (line->size - 1)] = begins;
	return true;
}

bool
emu_line_send(struct emu_line *line, uint64_t rate, size_t limit, uint32_t octets, nsec_t now, nsec_t *left)
{
	unsigned __int128 work;

	if (line->free < now || (line->free == now && line->rest == 0)) {
		line->free = now;
		line->rest = 0;
	}
	if (line->free > now && (emu_line_waiting(line, now) >= limit || !line_wait(line, line->free)))
		return false;
	if (rate > 0) {
		work = (unsigned __int128)octets * 8 * SEC + line->rest;
		line->free = nsec_add(line->free, (nsec_t)(work / rate));
		line->rest = (uint64_t)(work % rate);
	}
	*left = line->free;
	return true;
}

void
emu_air_fini(struct emu_air *air)
{
	free(air->ring);
	free(air->heap);
}

static bool
earlier(const struct emu_flight *a, const struct emu_flight *b)
{
	return a->arrives < b->arrives || (a->arrives == b->arrives && a->order < b->order);
}

static bool
heap_put(struct emu_air *air, const struct emu_flight *f)
{
	size_t i = air->heap_count;

	if (i == air->heap_size) {
		size_t size = i ? 2 * i : RING_FIRST;
		struct emu_flight *larger = realloc(air->heap, size * sizeof *larger);

		if (!larger)
			return false;
		air->heap = larger;
		air->heap_size = size;
	}
	for (; i > 0 && earlier(f, &air->heap[(i - 1) / 2]); i = (i - 1) / 2)
		air->heap[i] = air->heap[(i - 1) / 2];
	air->heap[i] = *f;
	air->heap_count++;
	return true;
}

static void
heap_remove_first(struct emu_air *air)
{
	struct emu_flight last = air->heap[--air->heap_count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < air->heap_count) {
		if (child + 1 < air->heap_count && earlier(&air->heap[child + 1], &air->heap[child]))
			child++;
		if (!earlier(&air->heap[child], &last))
			break;
		air->heap[i] = air->heap[child];
		i = child;
	}
	air->heap[i] = last;
}

bool
emu_air_put(struct emu_air *air, struct pkt *pkt, uint64_t number, nsec_t arrives)
{
	struct emu_flight f = {.arrives = arrives, .number = number, .order = air->order++, .pkt = pkt};

	if (air->count > 0 && arrives < air->ring[(air->head + air->count - 1) & (air->size - 1)].arrives)
		return heap_put(air, &f);
	if (air->count == air->size) {
		struct emu_flight *larger = ring_grow(air->ring, sizeof *larger, &air->head, &air->size);

		if (!larger)
			return false;
		air->ring = larger;
	}
	air->ring[(air->head + air->count++) & (air->size - 1)] = f;
	return true;
}

static bool
heap_is_first(const struct emu_air *air)
{
	return air->heap_count > 0 && (air->count == 0 || earlier(&air->heap[0], &air->ring[air->head]));
}

const struct emu_flight *
emu_air_first(const struct emu_air *air)
{
	if (heap_is_first(air))
		return &air->heap[0];
	return air->count > 0 ? &air->ring[air->head] : NULL;
}

void
emu_air_remove_first(struct emu_air *air)
{
	if (heap_is_first(air)) {
		heap_remove_first(air);
		return;
	}
	air->head = (air->head + 1) & (air->size - 1);
	air->count--;
}
