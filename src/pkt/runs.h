/*
 * pkt/runs.h - keeps sums of a block's octets, computed when the octets were copied into the block.
 *
 * The writer of a byte stream knows how long its segments are going to be. Copying and summing
 * together costs no more than copying, so the sum of each run of that length is kept after the
 * block's data. The checksum of a segment that is exactly one run then needs no second pass over
 * the octets. All runs of a block have the same length and follow one another. For any other range
 * no sum is known.
 */
#ifndef PKT_RUNS_H
#define PKT_RUNS_H

#include "pkt/pool.h"

#include <stdbool.h>

enum { RUN_LEAST = 512 }; /* octets; the sum of a shorter run is not kept */

/* Returns how many octets the sums of a block of @size octets take. */
static inline size_t
runs_room(size_t size)
{
	return size / RUN_LEAST * sizeof(uint16_t);
}

static inline uint16_t *
runs_sums(struct pkt_block *b)
{
	return (uint16_t *)(void *)(b->data + b->size);
}

/*
 * Notes that the @len octets at @off of @b have the sum @sum (wire/checksum.h). These octets must
 * not change any more. If the run does not continue the runs before it, it replaces them.
 */
static inline void
runs_note(struct pkt_block *b, uint32_t off, uint16_t len, uint16_t sum)
{
	if (len < RUN_LEAST)
		return;
	if (b->runs == 0 || b->run_len != len || b->run_off + (uint32_t)b->runs * len != off) {
		b->run_off = off;
		b->run_len = len;
		b->runs = 0;
	}
	runs_sums(b)[b->runs++] = sum;
}

/* Gets the sum of the @len octets at @off of @b. Returns false if they are not exactly one run. */
static inline bool
runs_find(struct pkt_block *b, uint32_t off, uint32_t len, uint16_t *sum)
{
	uint32_t at = off - b->run_off, i = b->run_next;

	if (b->runs == 0 || len != b->run_len || off < b->run_off)
		return false;
	if (i * len != at && (i = at / len) * len != at)
		return false;
	if (i >= b->runs)
		return false;
	*sum = runs_sums(b)[i];
	b->run_next = (uint16_t)(i + 1);
	return true;
}

#endif
