/*
 * pkt/runs.h - sums of a block's octets, kept from when they were copied in.
 *
 * Whoever writes a stream into blocks in order to send it knows how long the segments are going to
 * be. Copying and summing at once costs what copying does, so the sums of those runs of octets are
 * kept behind the block's data, and the checksum of a segment that is just such a run needs no
 * second look at them. Runs of one block are of one length and lie one behind the other; what is
 * asked for otherwise is simply not known.
 */
#ifndef PKT_RUNS_H
#define PKT_RUNS_H

#include "pkt/pool.h"

#include <stdbool.h>

enum { RUN_LEAST = 512 }; /* octets of a run worth keeping */

/* Where the sums of a block of @size octets have their place, and how many octets that is. */
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
 * The @len octets at @off of @b, which will not change any more, have the sum @sum
 * (wire/checksum.h). One that does not continue those before replaces them.
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

/* The sum of the @len octets at @off of @b, where they are just one run. */
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
