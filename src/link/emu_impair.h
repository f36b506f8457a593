/*
 * link/emu_impair.h - what chance decides about a frame. Private to the emulated link.
 *
 * Each impairment's draw belongs to the number of the frame, whatever its share is and whatever the
 * others decided. So frame number N of a seed meets the same fate in each, however the others are
 * set, and one that is off costs nothing.
 */
#ifndef LINK_EMU_IMPAIR_H
#define LINK_EMU_IMPAIR_H

#include "base/rng.h"
#include "link/emu.h"

struct emu_draws {                                         /* of one direction */
	uint64_t loss, dup, reorder, corrupt, bit, jitter; /* keys of rng_nth() */
	bool losing;                                       /* the last frame was lost */
};

struct emu_fate {
	bool lost, dup, reordered, corrupted;
	uint64_t bit;  /* which bit is flipped, as a fraction of 2^64 of the frame's bits */
	nsec_t jitter; /* to be added to the delay; may be negative */
};

void emu_draws_init(struct emu_draws *d, uint64_t seed, unsigned dir);

/*
 * The fate of frame @number of this direction. To be asked once for each frame, in order: bursts go
 * on from the one before.
 */
struct emu_fate emu_draw(struct emu_draws *d, const struct emu_impair *impair, uint64_t number);

/*
 * Flip bit @bit of @p, in memory that nobody shares and under checksums that are complete. False at
 * the pool's limit.
 */
bool emu_flip(struct pkt *p, uint64_t bit);

#endif
