/*
 * link/emu_impair.c - the random decisions about a frame, and the flipping of a bit.
 */
#include "link/emu_impair.h"

/*
 * The streams of a seed. The numbers are fixed, so a new impairment does not change the random
 * numbers of the others.
 */
enum { STREAM_LOSS, STREAM_DUP, STREAM_REORDER, STREAM_CORRUPT, STREAM_BIT, STREAM_JITTER, STREAMS = 64 };

void
emu_draws_init(struct emu_draws *d, uint64_t seed, unsigned dir)
{
	uint64_t base = dir * STREAMS;

	d->loss = rng_stream(seed, base + STREAM_LOSS);
	d->dup = rng_stream(seed, base + STREAM_DUP);
	d->reorder = rng_stream(seed, base + STREAM_REORDER);
	d->corrupt = rng_stream(seed, base + STREAM_CORRUPT);
	d->bit = rng_stream(seed, base + STREAM_BIT);
	d->jitter = rng_stream(seed, base + STREAM_JITTER);
}

/*
 * Returns @n times @fraction / 2^64: uniform between 0 and @n - 1 to within n / 2^64, with a single
 * random number.
 */
static uint64_t
scale(uint64_t fraction, uint64_t n)
{
	return (uint64_t)((unsigned __int128)fraction * n >> 64);
}

enum { ALL = 1000000000 };

/*
 * Returns the probability, in ppb, that the next frame is lost. With bursts it is the probability
 * of staying in the losing state or of entering it (Gilbert, "Capacity of a burst-noise channel",
 * 1960). The losing state is left with probability 1 / burst. It is entered so often that the share
 * of lost frames stays `loss`. If `loss` is large, bursts may have to be longer than `burst`.
 */
static uint32_t
loss_chance(const struct emu_draws *d, const struct emu_impair *impair)
{
	uint64_t leave, enter;

	if (impair->burst <= 1 || impair->loss >= ALL)
		return impair->loss;
	leave = ALL / impair->burst;
	if (d->losing)
		return (uint32_t)(ALL - leave);
	enter = leave * impair->loss / (ALL - impair->loss);
	return enter < ALL ? (uint32_t)enter : ALL;
}

static bool
chance(uint64_t key, uint64_t number, uint32_t ppb)
{
	return ppb && scale(rng_nth(key, number), ALL) < ppb;
}

struct emu_fate
emu_draw(struct emu_draws *d, const struct emu_impair *impair, uint64_t number)
{
	uint64_t jitter = (uint64_t)impair->jitter;
	struct emu_fate fate = {
	    .lost = chance(d->loss, number, loss_chance(d, impair)),
	    .dup = chance(d->dup, number, impair->dup),
	    .reordered = chance(d->reorder, number, impair->reorder),
	    .corrupted = chance(d->corrupt, number, impair->corrupt),
	};

	d->losing = fate.lost;
	if (fate.corrupted)
		fate.bit = rng_nth(d->bit, number);
	if (jitter) /* may wrap below zero */
		fate.jitter = (nsec_t)(scale(rng_nth(d->jitter, number), 2 * jitter + 1) - jitter);
	return fate;
}

bool
emu_flip(struct pkt *p, uint64_t bit)
{
	uint64_t at = scale(bit, (uint64_t)p->len * 8);

	if (p->len == 0)
		return true;
	if (!pkt_complete_sum(p) || !pkt_own(p, p->len))
		return false;
	p->data[at / 8] ^= (uint8_t)(0x80 >> at % 8);
	p->sum = PKT_SUM_UNKNOWN;
	return true;
}
