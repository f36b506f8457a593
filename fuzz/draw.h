/*
 * fuzz/draw.h - numbers that follow from the seed in an input, so that the input replays.
 */
#ifndef FUZZ_DRAW_H
#define FUZZ_DRAW_H

#include <stdint.h>

/* Returns a number below @below, and moves *@seed on. */
static inline uint32_t
draw(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % below;
}

#endif
