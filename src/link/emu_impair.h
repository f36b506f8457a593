/*
 * link/emu_impair.h - the random decisions about a frame. Private to the emulated link.
 *
 * The random number of each impairment depends only on the seed, the direction and the number of
 * the frame. So frame N of a seed gets the same decision from an impairment however the others are
 * set, and an impairment that is off costs nothing.
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
 * Decides about frame @number of this direction. Call it once for each frame, in order, because
 * bursts depend on the frame before.
 */
struct emu_fate emu_draw(struct emu_draws *d, const struct emu_impair *impair, uint64_t number);

/*
 * Flips bit @bit of @p. Completes its checksum first, and makes its memory private. Returns false
 * at the pool's limit.
 */
bool emu_flip(struct pkt *p, uint64_t bit);

#endif
