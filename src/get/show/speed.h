/*
 * get/show/speed.h - how fast octets move: during the last seconds, and since the beginning.
 *
 * It reads no clock. Octets that were there before a transfer resumed do not count.
 */
#ifndef GET_SHOW_SPEED_H
#define GET_SHOW_SPEED_H

#include "base/nsec.h"

enum { SPEED_SAMPLES = 16 };

struct speed_sample {
	nsec_t at;
	uint64_t octets;
};

/* A ring of samples, a third of a second apart: it reaches five seconds back. */
struct speed {
	struct speed_sample begin, sample[SPEED_SAMPLES];
	unsigned samples, next;
};

/* A transfer begins at @now, with @octets that were there before. */
void speed_begin(struct speed *s, nsec_t now, uint64_t octets);

/* There are @octets at @now; call it as often as it is known. */
void speed_note(struct speed *s, nsec_t now, uint64_t octets);

/* Octets per second since the oldest sample; 0 at the beginning, and when nothing moves. */
uint64_t speed_recent(const struct speed *s, nsec_t now, uint64_t octets);

/* Octets per second since the beginning. */
uint64_t speed_mean(const struct speed *s, nsec_t now, uint64_t octets);

#endif
