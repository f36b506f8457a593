/*
 * The random decisions of the emulated link: shares are as configured, and a seed repeats them.
 */
#include "emu_rig.h"

#include <stdlib.h>

enum { FRAMES = 20000 };

/* The frames that arrived, in order of arrival, of FRAMES frames sent one each microsecond. */
struct log {
	size_t count;
	uint32_t number[2 * FRAMES];
	nsec_t when[2 * FRAMES];
	struct emu_counters counters;
};

static struct log *
run(struct emu_rig *r, const struct emu_impair *up, uint64_t seed)
{
	struct emu *emu = emu_up(r, up, seed);
	struct log *log = calloc(1, sizeof *log);
	int64_t number;

	for (uint32_t i = 0; i < FRAMES; i++)
		send(r, emu, 0, i, 60, i * USEC);
	while ((number = receive(emu, 1, &log->when[log->count])) >= 0)
		log->number[log->count++] = (uint32_t)number;
	log->counters = *emu_counters(emu, EMU_UP);
	emu_free(emu);
	return log;
}

/* The count is within five standard deviations of the share (about 190 for 2%, 650 for 50%). */
static void
assert_share(uint64_t count, uint32_t ppb)
{
	double share = ppb / 1e9, sigma2 = FRAMES * share * (1 - share), off = (double)count - FRAMES * share;

	assert_true(off * off <= 25 * sigma2);
}

static void
shares_are_as_asked(void **state)
{
	struct emu_rig *r = *state;
	static const uint32_t shares[] = {0, 1000000, 20000000, 500000000, 1000000000};

	for (unsigned i = 0; i < sizeof shares / sizeof shares[0]; i++) {
		struct log *loss = run(r, &(struct emu_impair){.loss = shares[i]}, i);
		struct log *all = run(r,
		    &(struct emu_impair){
			.dup = shares[i], .corrupt = shares[i], .reorder = shares[i], .delay = 50 * USEC},
		    i);

		assert_share(loss->counters.lost, shares[i]);
		assert_int_equal(loss->count, FRAMES - loss->counters.lost);
		assert_share(all->counters.duplicated, shares[i]);
		assert_share(all->counters.corrupted, shares[i]);
		assert_share(all->counters.reordered, shares[i]);
		assert_int_equal(all->count, FRAMES + all->counters.duplicated);
		free(loss);
		free(all);
	}
}

static void
bursts_have_the_length_and_the_share_asked_for(void **state)
{
	struct emu_rig *r = *state;
	struct log *log = run(r, &(struct emu_impair){.loss = 20000000, .burst = 5}, 21);
	size_t runs = 0;

	for (size_t i = 1; i < log->count; i++)
		runs += log->number[i] != log->number[i - 1] + 1;
	/*
	 * About 400 frames are lost in 80 runs. The standard deviation of the count is about 60,
	 * that of the mean length 0.5.
	 */
	assert_in_range(log->counters.lost, 200, 600);
	assert_in_range(log->counters.lost * 10 / runs, 35, 65);
	free(log);
	log = run(r, &(struct emu_impair){.loss = 0, .burst = 5}, 21);
	assert_int_equal(log->counters.lost, 0);
	free(log);
	log = run(r, &(struct emu_impair){.loss = 1000000000, .burst = 5}, 21);
	assert_int_equal(log->counters.lost, FRAMES);
	free(log);
}

static void
a_seed_repeats_exactly_and_another_differs(void **state)
{
	struct emu_rig *r = *state;
	struct emu_impair up = {.delay = MSEC,
	    .jitter = 200 * USEC,
	    .loss = 10000000,
	    .dup = 10000000,
	    .reorder = 10000000,
	    .rate = 1000000000};
	struct log *a = run(r, &up, 7), *b = run(r, &up, 7), *c = run(r, &up, 8);

	assert_memory_equal(a, b, sizeof *a);
	assert_memory_not_equal(a, c, sizeof *a);
	free(a);
	free(b);
	free(c);
}

/* The numbers of frames that arrived more than once, one bit each. */
static uint8_t *
doubles(const struct log *log)
{
	uint8_t *seen = calloc(2, FRAMES);

	for (size_t i = 0; i < log->count; i++)
		if (seen[log->number[i]]++)
			seen[FRAMES + log->number[i]] = 1;
	return seen;
}

static void
loss_does_not_change_the_other_decisions(void **state)
{
	struct emu_rig *r = *state;
	struct emu_impair up = {.dup = 50000000, .delay = MSEC, .jitter = 100 * USEC, .reorder = 1};
	struct log *without = run(r, &up, 3), *with;
	uint8_t *dup0 = doubles(without), *dup1;
	nsec_t *when = calloc(FRAMES, sizeof *when);

	up.loss = 100000000;
	with = run(r, &up, 3);
	dup1 = doubles(with);
	for (size_t i = 0; i < without->count; i++)
		when[without->number[i]] = without->when[i];
	for (size_t i = 0; i < with->count; i++)
		assert_int_equal(with->when[i], when[with->number[i]]);
	for (size_t i = 0; i < FRAMES; i++)
		if (dup1[i])
			assert_int_equal(dup1[FRAMES + i], dup0[FRAMES + i]);
	assert_true(with->counters.lost > FRAMES / 20);
	free(when);
	free(dup0);
	free(dup1);
	free(with);
	free(without);
}

static void
jitter_is_uniform_about_the_delay(void **state)
{
	struct emu_rig *r = *state;
	/*
	 * Reordering is allowed, though it almost never happens, so each frame keeps its own time.
	 */
	struct log *log = run(r, &(struct emu_impair){.delay = MSEC, .jitter = 100 * USEC, .reorder = 1}, 11);
	nsec_t least = NSEC_NEVER, most = 0;
	int64_t sum = 0;

	for (size_t i = 0; i < log->count; i++) {
		nsec_t delay = log->when[i] - log->number[i] * USEC;

		least = nsec_min(least, delay);
		most = nsec_max(most, delay);
		sum += delay - MSEC;
	}
	assert_true(least >= 900 * USEC && least < 901 * USEC);
	assert_true(most <= 1100 * USEC && most > 1099 * USEC);
	assert_true(llabs(sum / FRAMES) < 3 * USEC); /* its standard deviation is 0.4 */
	free(log);
}

static void
jitter_keeps_order_unless_reordering_is_asked_for(void **state)
{
	struct emu_rig *r = *state;
	struct emu_impair up = {.delay = MSEC, .jitter = 900 * USEC};
	struct log *kept = run(r, &up, 5), *mixed;
	size_t overtook = 0;

	for (size_t i = 0; i < FRAMES; i++) {
		assert_int_equal(kept->number[i], i);
		assert_true(i == 0 || kept->when[i] >= kept->when[i - 1]);
	}
	up.reorder = 1;
	mixed = run(r, &up, 5);
	for (size_t i = 1; i < FRAMES; i++) {
		overtook += mixed->number[i] < mixed->number[i - 1];
		assert_true(mixed->when[i] >= mixed->when[i - 1]);
	}
	assert_true(overtook > FRAMES / 10);
	free(kept);
	free(mixed);
}

static void
reordered_frames_skip_the_delay(void **state)
{
	struct emu_rig *r = *state;
	struct log *log = run(r, &(struct emu_impair){.delay = MSEC, .reorder = 100000000}, 9);
	uint64_t early = 0;

	for (size_t i = 0; i < FRAMES; i++) {
		nsec_t delay = log->when[i] - log->number[i] * USEC;

		assert_true(delay == 0 || delay == MSEC);
		early += delay == 0;
	}
	assert_int_equal(early, log->counters.reordered);
	assert_true(early > 0);
	free(log);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, emu_rig_setup, emu_rig_teardown)
	const struct CMUnitTest tests[] = {
	    T(shares_are_as_asked),
	    T(bursts_have_the_length_and_the_share_asked_for),
	    T(a_seed_repeats_exactly_and_another_differs),
	    T(loss_does_not_change_the_other_decisions),
	    T(jitter_is_uniform_about_the_delay),
	    T(jitter_keeps_order_unless_reordering_is_asked_for),
	    T(reordered_frames_skip_the_delay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
