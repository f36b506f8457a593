/*
 * get/show/speed.c - samples of a counter, and the slope between two of them.
 */
#include "get/show/speed.h"

#define SPACING (SEC / 3)

void
speed_begin(struct speed *s, nsec_t now, uint64_t octets)
{
	*s = (struct speed){.begin = {now, octets}, .sample = {{now, octets}}, .samples = 1, .next = 1};
}

void
speed_note(struct speed *s, nsec_t now, uint64_t octets)
{
	const struct speed_sample *last = &s->sample[(s->next + SPEED_SAMPLES - 1) % SPEED_SAMPLES];

	if (now - last->at < SPACING)
		return;
	s->sample[s->next] = (struct speed_sample){now, octets};
	s->next = (s->next + 1) % SPEED_SAMPLES;
	if (s->samples < SPEED_SAMPLES)
		s->samples++;
}

static uint64_t
slope(const struct speed_sample *from, nsec_t now, uint64_t octets)
{
	if (now <= from->at || octets <= from->octets)
		return 0;
	return (uint64_t)((double)(octets - from->octets) * (double)SEC / (double)(now - from->at));
}

uint64_t
speed_recent(const struct speed *s, nsec_t now, uint64_t octets)
{
	unsigned oldest = s->samples < SPEED_SAMPLES ? 0 : s->next;

	return slope(&s->sample[oldest], now, octets);
}

uint64_t
speed_mean(const struct speed *s, nsec_t now, uint64_t octets)
{
	return slope(&s->begin, now, octets);
}
