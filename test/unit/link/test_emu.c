/*
 * The emulated link: arrival times of frames, the contents of the queue, and counters.
 */
#include "base/rng.h"
#include "emu_rig.h"
#include "link/emu_queue.h"

#include <stdlib.h>

static void
without_impairments_frames_arrive_at_once_in_order(void **state)
{
	struct emu_rig *r = *state;
	struct emu *emu = emu_up(r, &(struct emu_impair){0}, 1);
	nsec_t when;

	assert_int_equal(emu_next(emu), NSEC_NEVER);
	for (uint32_t i = 0; i < 100; i++)
		send(r, emu, 0, i, 60, 5);
	send(r, emu, 1, 7, 60, 6);
	for (uint32_t i = 0; i < 100; i++)
		assert_arrives(r, emu, i, 5);
	assert_int_equal(receive(emu, 1, &when), -1);
	assert_int_equal(receive(emu, 0, &when), 7);
	assert_int_equal(emu_counters(emu, EMU_UP)->delivered, 100);
	assert_int_equal(emu_counters(emu, EMU_UP)->delivered_octets, 6000);
	assert_int_equal(emu_counters(emu, EMU_DOWN)->frames, 1);
	emu_free(emu);
}

static void
delay_is_exact_and_each_direction_has_its_own(void **state)
{
	struct emu_rig *r = *state;
	struct emu_config config = {.dir = {{.delay = 40 * MSEC}, {.delay = 3}}};
	struct emu *emu = emu_new(&config);
	nsec_t when;

	send(r, emu, 0, 1, 60, 1000);
	send(r, emu, 1, 2, 60, 2000);
	assert_int_equal(emu_next(emu), 2003);
	assert_null(emu_receive(emu, 0, 2002));
	assert_int_equal(receive(emu, 0, &when), 2);
	assert_int_equal(when, 2003);
	assert_int_equal(receive(emu, 1, &when), 1);
	assert_int_equal(when, 40 * MSEC + 1000);
	emu_free(emu);
}

/* 1,514 octets at 10 Mbit/s take 1,211,200 ns. */
static void
rate_sends_one_frame_after_the_other(void **state)
{
	struct emu_rig *r = *state;
	struct emu *emu = emu_up(r, &(struct emu_impair){.rate = 10000000, .delay = MSEC}, 1);

	for (uint32_t i = 0; i < 10; i++)
		send(r, emu, 0, i, 1514, 0);
	for (uint32_t i = 0; i < 10; i++)
		assert_arrives(r, emu, i, (i + 1) * 1211200 + MSEC);
	/* It was idle, so it starts again when the next frame comes. */
	send(r, emu, 0, 10, 100, SEC);
	assert_arrives(r, emu, 10, SEC + 80000 + MSEC);
	emu_free(emu);
}

/*
 * Whatever the rate, frame n has left after exactly n times its bits: rounding errors do not add
 * up.
 */
static void
rate_does_not_drift(void **state)
{
	struct emu_rig *r = *state;
	static const uint64_t rates[] = {7, 999999937, 56000, 33333333333, 1000000007};

	for (unsigned i = 0; i < sizeof rates / sizeof rates[0]; i++) {
		struct emu *emu = emu_up(r, &(struct emu_impair){.rate = rates[i], .queue = 5000}, 1);
		uint64_t bits = 0;
		nsec_t when;

		for (uint32_t k = 0; k < 5000; k++)
			send(r, emu, 0, k, 60 + k % 1000, 0);
		for (uint32_t k = 0; k < 5000; k++) {
			bits += (60 + k % 1000) * 8;
			assert_int_equal(receive(emu, 1, &when), k);
			assert_int_equal(when, (uint64_t)((unsigned __int128)bits * 1000000000 / rates[i]));
		}
		emu_free(emu);
	}
}

static void
queue_holds_what_waits_and_not_what_is_in_flight(void **state)
{
	struct emu_rig *r = *state;
	/* A frame takes 1 ms to send and is then in flight for a second. */
	struct emu *emu = emu_up(r, &(struct emu_impair){.rate = 8000000, .queue = 5, .delay = SEC}, 1);
	const struct emu_counters *count = emu_counters(emu, EMU_UP);
	nsec_t when;

	for (uint32_t i = 0; i < 10; i++)
		send(r, emu, 0, i, 1000, 0);
	assert_int_equal(count->queue_full, 4); /* one is being sent, five wait */
	assert_int_equal(count->queue_max, 5);
	assert_int_equal(r->core->drops[DROP_LINK_QUEUE], 4);
	assert_int_equal(r->verdicts[LINK_QUEUE_FULL], 4);
	/* At 1 ms the sending of the second frame begins, and one place is free. */
	send(r, emu, 0, 10, 1000, MSEC - 1);
	assert_int_equal(count->queue_full, 5);
	send(r, emu, 0, 11, 1000, MSEC);
	send(r, emu, 0, 12, 1000, MSEC);
	assert_int_equal(count->queue_full, 6);
	/* All six are in flight, and the queue is empty. */
	for (uint32_t i = 20; i < 26; i++)
		send(r, emu, 0, i, 1000, 500 * MSEC);
	assert_int_equal(count->queue_full, 6);
	for (uint32_t i = 0; i < 6; i++)
		assert_int_equal(receive(emu, 1, &when), i);
	assert_int_equal(receive(emu, 1, &when), 11);
	assert_int_equal(when, SEC + 7 * MSEC);
	assert_int_equal(receive(emu, 1, &when), 20);
	assert_int_equal(when, SEC + 501 * MSEC);
	emu_free(emu); /* five are still in flight */
}

static void
queue_of_zero_means_a_thousand(void **state)
{
	struct emu_rig *r = *state;
	struct emu *emu = emu_up(r, &(struct emu_impair){.rate = 1000}, 1);

	for (uint32_t i = 0; i < 1100; i++)
		send(r, emu, 0, i, 60, 0);
	assert_int_equal(emu_counters(emu, EMU_UP)->queue_full, 99);
	emu_free(emu);
}

static void
duplicate_follows_directly(void **state)
{
	struct emu_rig *r = *state;
	struct emu *emu = emu_up(r, &(struct emu_impair){.dup = 1000000000, .rate = 8000000}, 1);

	send(r, emu, 0, 1, 1000, 0);
	send(r, emu, 0, 2, 1000, 0);
	assert_arrives(r, emu, 1, MSEC);
	assert_arrives(r, emu, 1, 2 * MSEC);
	assert_arrives(r, emu, 2, 3 * MSEC);
	assert_arrives(r, emu, 2, 4 * MSEC);
	assert_int_equal(r->verdicts[LINK_DUPLICATED], 2);
	emu_free(emu);
}

static void
lost_frames_are_counted_and_reported(void **state)
{
	struct emu_rig *r = *state;
	struct emu *emu = emu_up(r, &(struct emu_impair){.loss = 1000000000, .dup = 1000000000}, 1);

	send(r, emu, 0, 1, 100, 0);
	assert_int_equal(emu_next(emu), NSEC_NEVER);
	assert_int_equal(r->core->drops[DROP_LINK_LOSS], 1);
	assert_int_equal(r->verdicts[LINK_SENT], 1);
	assert_int_equal(r->verdicts[LINK_LOST], 1);
	assert_int_equal(r->verdicts[LINK_DUPLICATED], 0);
	emu_free(emu);
}

static void
a_change_keeps_the_times_of_frames_in_flight(void **state)
{
	struct emu_rig *r = *state;
	struct emu *emu = emu_up(r, &(struct emu_impair){.delay = 10 * MSEC}, 1);

	send(r, emu, 0, 1, 60, 0);
	emu_set(emu, EMU_UP, &(struct emu_impair){.delay = MSEC});
	send(r, emu, 0, 2, 60, 1); /* the order is kept nevertheless */
	emu_set(emu, EMU_UP, &(struct emu_impair){.delay = MSEC, .reorder = 1});
	send(r, emu, 0, 3, 60, 2);
	assert_arrives(r, emu, 3, MSEC + 2);
	assert_arrives(r, emu, 1, 10 * MSEC);
	assert_arrives(r, emu, 2, 10 * MSEC);
	emu_free(emu);
}

static int
by_time_then_order(const void *a, const void *b)
{
	const struct emu_flight *x = a, *y = b;

	if (x->arrives != y->arrives)
		return x->arrives < y->arrives ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/*
 * Frames come out by arrival time, and frames of one instant in the order in which they were sent.
 */
static void
frames_in_flight_come_out_by_time_then_order(void **state)
{
	static struct emu_flight model[3000];
	struct emu_air air = {0};
	struct rng rng;
	size_t n = 0, head = 0;
	nsec_t now = 0;

	rng_seed(&rng, 4);
	for (uint64_t i = 1; i <= 3000; i++) {
		nsec_t at = now + (nsec_t)rng_below(&rng, i % 3 ? 50 : 2000);

		assert_true(emu_air_put(&air, NULL, i, at));
		model[n++] = (struct emu_flight){.arrives = at, .number = i};
		qsort(model + head, n - head, sizeof model[0], by_time_then_order);
		while (head < n && (i == 3000 || rng_below(&rng, 100) < 49)) {
			const struct emu_flight *f = emu_air_first(&air);

			assert_int_equal(f->arrives, model[head].arrives);
			assert_int_equal(f->number, model[head].number);
			now = f->arrives;
			emu_air_remove_first(&air);
			head++;
		}
	}
	assert_null(emu_air_first(&air));
	emu_air_fini(&air);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, emu_rig_setup, emu_rig_teardown)
	const struct CMUnitTest tests[] = {
	    T(without_impairments_frames_arrive_at_once_in_order),
	    T(delay_is_exact_and_each_direction_has_its_own),
	    T(rate_sends_one_frame_after_the_other),
	    T(rate_does_not_drift),
	    T(queue_holds_what_waits_and_not_what_is_in_flight),
	    T(queue_of_zero_means_a_thousand),
	    T(duplicate_follows_directly),
	    T(lost_frames_are_counted_and_reported),
	    T(a_change_keeps_the_times_of_frames_in_flight),
	    T(frames_in_flight_come_out_by_time_then_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
