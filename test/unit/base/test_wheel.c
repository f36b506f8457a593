/*
 * The timing wheel, with chosen times.
 */
#include "base/list.h"
#include "base/wheel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct probe {
	struct timer timer;
	int number;
};

/* The timers that fired, in order. */
static struct {
	int number[64];
	int count;
} fired;

static void
note(struct timer *t)
{
	struct probe *p = container_of(t, struct probe, timer);

	assert_false(timer_armed(t));
	assert_true(fired.count < 64);
	fired.number[fired.count++] = p->number;
}

static void
probes_init(struct probe *p, int n, timer_fn *fire)
{
	fired.count = 0;
	for (int i = 0; i < n; i++) {
		timer_init(&p[i].timer, fire);
		p[i].number = i;
	}
}

static void
expect_fired(int n, const int *numbers)
{
	assert_int_equal(fired.count, n);
	for (int i = 0; i < n; i++)
		assert_int_equal(fired.number[i], numbers[i]);
}

static void
fires_in_order_of_time(void **state)
{
	struct wheel *w = wheel_new(5 * SEC);
	struct probe p[4];

	probes_init(p, 4, note);
	timer_arm(w, &p[0].timer, 6 * SEC);
	timer_arm(w, &p[1].timer, 5 * SEC + 1);
	timer_arm(w, &p[2].timer, 3600 * SEC);
	timer_arm(w, &p[3].timer, 6 * SEC - 1);
	assert_int_equal(wheel_count(w), 4);
	assert_int_equal(wheel_next(w), 5 * SEC + 1);
	wheel_advance(w, 5 * SEC);
	assert_int_equal(fired.count, 0);
	wheel_advance(w, 6 * SEC);
	expect_fired(3, (int[]){1, 3, 0});
	assert_int_equal(wheel_next(w), 3600 * SEC);
	wheel_advance(w, 3600 * SEC - 1);
	assert_int_equal(fired.count, 3);
	wheel_advance(w, 3600 * SEC);
	expect_fired(4, (int[]){1, 3, 0, 2});
	assert_int_equal(wheel_next(w), NSEC_NEVER);
	assert_int_equal(wheel_count(w), 0);
	wheel_free(w);
}

static void
fires_in_order_of_arming_within_one_instant(void **state)
{
	struct wheel *w = wheel_new(0);
	struct probe p[5];

	probes_init(p, 5, note);
	for (int i = 0; i < 5; i++)
		timer_arm(w, &p[i].timer, SEC);
	wheel_advance(w, SEC - 10 * USEC); /* now a finer level reaches it */
	timer_arm(w, &p[1].timer, SEC);    /* armed again: it fires last */
	wheel_advance(w, SEC);
	expect_fired(5, (int[]){0, 2, 3, 4, 1});
	wheel_free(w);
}

/* The wheel remembers its first timer, which may be cancelled, moved, or joined by an earlier one. */
static void
the_first_timer_is_known_whatever_happens_to_it(void **state)
{
	struct wheel *w = wheel_new(0);
	struct probe p[3];

	probes_init(p, 3, note);
	timer_arm(w, &p[0].timer, 2 * SEC);
	timer_arm(w, &p[1].timer, 3600 * SEC);
	assert_int_equal(wheel_next(w), 2 * SEC);
	timer_arm(w, &p[2].timer, SEC);
	assert_int_equal(wheel_next(w), SEC);
	timer_arm(w, &p[2].timer, 3 * SEC);
	assert_int_equal(wheel_next(w), 2 * SEC);
	timer_cancel(w, &p[0].timer);
	timer_arm(w, &p[0].timer, 4 * SEC);
	assert_int_equal(wheel_next(w), 3 * SEC);
	wheel_advance(w, 3 * SEC);
	expect_fired(1, (int[]){2});
	assert_int_equal(wheel_next(w), 4 * SEC);
	timer_cancel(w, &p[0].timer);
	timer_cancel(w, &p[1].timer);
	assert_int_equal(wheel_next(w), NSEC_NEVER);
	wheel_free(w);
}

static void
a_time_in_the_past_fires_at_the_next_advance(void **state)
{
	struct wheel *w = wheel_new(10 * SEC);
	struct probe p[3];

	probes_init(p, 3, note);
	timer_arm(w, &p[0].timer, 10 * SEC);
	timer_arm(w, &p[1].timer, 2 * SEC);
	timer_arm(w, &p[2].timer, -SEC);
	assert_int_equal(wheel_next(w), -SEC);
	wheel_advance(w, 9 * SEC); /* time never runs backwards */
	assert_int_equal(fired.count, 0);
	wheel_advance(w, 10 * SEC);
	expect_fired(3, (int[]){2, 1, 0});
	wheel_free(w);
}

static void
cancelling_is_harmless_however_often(void **state)
{
	struct wheel *w = wheel_new(0);
	struct probe p[2];

	probes_init(p, 2, note);
	timer_cancel(w, &p[0].timer);
	timer_arm(w, &p[0].timer, SEC);
	timer_arm(w, &p[1].timer, 2 * SEC);
	timer_cancel(w, &p[0].timer);
	timer_cancel(w, &p[0].timer);
	assert_false(timer_armed(&p[0].timer));
	assert_int_equal(wheel_next(w), 2 * SEC);
	wheel_advance(w, 3 * SEC);
	expect_fired(1, (int[]){1});
	wheel_free(w);
}

static void
the_ends_of_time_are_times_too(void **state)
{
	struct wheel *w = wheel_new(INT64_MIN);
	struct probe p[3];

	probes_init(p, 3, note);
	timer_arm(w, &p[0].timer, NSEC_NEVER);
	timer_arm(w, &p[1].timer, NSEC_NEVER - 1);
	timer_arm(w, &p[2].timer, 0);
	assert_int_equal(wheel_next(w), 0);
	wheel_advance(w, NSEC_NEVER - 2);
	expect_fired(1, (int[]){2});
	assert_int_equal(wheel_next(w), NSEC_NEVER - 1);
	wheel_advance(w, NSEC_NEVER - 1);
	expect_fired(2, (int[]){2, 1});
	timer_cancel(w, &p[0].timer);
	assert_int_equal(wheel_count(w), 0);
	wheel_free(w);
}

/* Timers that arm and cancel others while they fire. */
static struct wheel *busy_wheel;
static struct probe busy[4];

static void
meddle(struct timer *t)
{
	note(t);
	switch (container_of(t, struct probe, timer)->number) {
	case 0: /* cancels a timer that is due, and arms one for this same instant */
		timer_cancel(busy_wheel, &busy[1].timer);
		timer_arm(busy_wheel, &busy[3].timer, t->when);
		break;
	case 2: /* arms itself so that the same advance fires it again, then no more */
		if (fired.count < 5)
			timer_arm(busy_wheel, t, t->when + MSEC);
		break;
	}
}

static void
firing_timers_may_arm_and_cancel(void **state)
{
	busy_wheel = wheel_new(0);
	probes_init(busy, 4, meddle);
	timer_arm(busy_wheel, &busy[0].timer, SEC);
	timer_arm(busy_wheel, &busy[1].timer, SEC);
	timer_arm(busy_wheel, &busy[2].timer, SEC);
	wheel_advance(busy_wheel, 2 * SEC);
	expect_fired(5, (int[]){0, 2, 3, 2, 2});
	assert_int_equal(wheel_count(busy_wheel), 0);
	wheel_free(busy_wheel);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fires_in_order_of_time),
	    cmocka_unit_test(fires_in_order_of_arming_within_one_instant),
	    cmocka_unit_test(the_first_timer_is_known_whatever_happens_to_it),
	    cmocka_unit_test(a_time_in_the_past_fires_at_the_next_advance),
	    cmocka_unit_test(cancelling_is_harmless_however_often),
	    cmocka_unit_test(the_ends_of_time_are_times_too),
	    cmocka_unit_test(firing_timers_may_arm_and_cancel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
