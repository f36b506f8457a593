/* A wait queue tries its waiters at each change, and no more often than changes can help. */
#include "run/socket/waitq.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { N = 12 };

/* Waits until as many units are there as it needs, and takes them. */
struct taker {
	struct waiter waiter;
	struct waitq *q;
	unsigned *units, needs, tries;
	bool wakes; /* reports a change at each try */
	bool ended;
};

static bool
take(struct waiter *w)
{
	struct taker *t = container_of(w, struct taker, waiter);

	t->tries++;
	if (t->wakes)
		waitq_wake(t->q);
	if (!t->q->closed && *t->units < t->needs)
		return false;
	*t->units -= t->q->closed ? 0 : t->needs;
	t->ended = true;
	return true;
}

static void
add(struct taker *t, struct waitq *q, unsigned *units, unsigned needs)
{
	*t = (struct taker){.q = q, .units = units, .needs = needs, .waiter = {.retry = take}};
	waitq_add(q, &t->waiter);
}

static void
a_change_tries_each_waiter_once_in_the_order_of_arrival(void **state)
{
	struct taker t[3];
	struct waitq q;
	unsigned units = 2;

	waitq_init(&q);
	for (int i = 0; i < 3; i++)
		add(&t[i], &q, &units, 1);
	waitq_wake(&q);
	assert_true(t[0].ended && t[1].ended && !t[2].ended);
	for (int i = 0; i < 3; i++)
		assert_int_equal(t[i].tries, 1);
	units = 1;
	waitq_wake(&q);
	assert_true(t[2].ended && list_empty(&q.waiters));
}

static void
waiters_that_report_changes_are_tried_twice_if_no_wait_ends(void **state)
{
	struct taker t[N];
	struct waitq q;
	unsigned units = 0;

	waitq_init(&q);
	for (int i = 0; i < N; i++) {
		add(&t[i], &q, &units, 1);
		t[i].wakes = true;
	}
	waitq_wake(&q);
	for (int i = 0; i < N; i++)
		assert_int_equal(t[i].tries, 2);
}

static void
a_wait_that_ends_and_reports_a_change_lets_the_others_be_tried_again(void **state)
{
	struct taker first, second;
	struct waitq q;
	unsigned units = 1;

	waitq_init(&q);
	add(&first, &q, &units, 2);
	add(&second, &q, &units, 1);
	second.wakes = true;
	waitq_wake(&q);
	assert_true(second.ended);
	assert_int_equal(first.tries, 2);
	assert_false(first.ended);
}

static void
one_that_leaves_is_not_tried(void **state)
{
	struct taker t;
	struct waitq q;
	unsigned units = 1;

	waitq_init(&q);
	add(&t, &q, &units, 1);
	waitq_remove(&t.waiter);
	waitq_wake(&q);
	assert_int_equal(t.tries, 0);
}

static void
closing_ends_every_wait(void **state)
{
	struct taker t[N];
	struct waitq q;
	unsigned units = 0;

	waitq_init(&q);
	for (int i = 0; i < N; i++)
		add(&t[i], &q, &units, 1);
	waitq_close(&q);
	for (int i = 0; i < N; i++)
		assert_true(t[i].ended);
	assert_true(list_empty(&q.waiters));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_change_tries_each_waiter_once_in_the_order_of_arrival),
	    cmocka_unit_test(waiters_that_report_changes_are_tried_twice_if_no_wait_ends),
	    cmocka_unit_test(a_wait_that_ends_and_reports_a_change_lets_the_others_be_tried_again),
	    cmocka_unit_test(one_that_leaves_is_not_tried),
	    cmocka_unit_test(closing_ends_every_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
