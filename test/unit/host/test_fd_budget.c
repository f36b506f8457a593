/*
 * Tests host/fd_budget.h, the budget of descriptors: what it counts, what it reserves, and when the
 * wait queue is called.
 */
#include "host/fd_budget.h"

#include "host/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct loop *loop;
static struct fd_budget budget;

static int
begin(void **state)
{
	loop = loop_new();
	fd_budget_init(&budget, loop);
	return 0;
}

static int
end(void **state)
{
	fd_budget_fini(&budget); /* asserts that every descriptor was closed */
	loop_free(loop);
	return 0;
}

static int
some_fd(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void
a_descriptor_beyond_the_budget_is_closed_and_counted(void **state)
{
	int first = fd_budget_take(&budget, some_fd()), second;

	assert_true(first >= 0);
	fd_budget_limit(&budget, 1);
	second = some_fd();
	assert_int_equal(fd_budget_take(&budget, second), -EMFILE);
	assert_int_equal(fcntl(second, F_GETFD), -1);
	assert_int_equal(budget.refused, 1);
	fd_budget_close(&budget, first);
	second = fd_budget_take(&budget, some_fd());
	assert_true(second >= 0);
	fd_budget_close(&budget, second);
}

static void
a_failed_call_keeps_its_error_and_counts_if_it_ran_out(void **state)
{
	assert_int_equal(fd_budget_take(&budget, -ECONNREFUSED), -ECONNREFUSED);
	assert_int_equal(budget.refused, 0);
	assert_int_equal(fd_budget_take(&budget, -ENFILE), -ENFILE);
	assert_int_equal(budget.refused, 1);
	assert_int_equal(budget.taken, 0);
}

static void
a_connection_from_outside_reserves_a_descriptor_for_its_other_end(void **state)
{
	fd_budget_limit(&budget, 4);
	budget.inbound = 3;
	budget.delivered = 1;
	assert_true(fd_budget_allows(&budget, 2));
	assert_false(fd_budget_allows(&budget, 3));
	budget.taken = 3;
	assert_false(fd_budget_allows(&budget, 1));
	assert_true(fd_budget_has_free(&budget)); /* for the other end of such a connection */
	budget.taken = 4;
	assert_false(fd_budget_has_free(&budget));
	budget.taken = 0;
	budget.delivered = 5; /* more of them than the ones that still count as inbound */
	assert_true(fd_budget_allows(&budget, 4));
	budget.delivered = 0;
}

struct waiter {
	struct fd_wait wait;
	unsigned called;
	bool again;
};

static void
called(struct fd_wait *wait)
{
	struct waiter *w = container_of(wait, struct waiter, wait);

	w->called++;
	if (w->again)
		fd_budget_wait(&budget, wait);
}

static void
waiter_init(struct waiter *w, bool again)
{
	*w = (struct waiter){.wait.fn = called, .again = again};
	list_init(&w->wait.node);
}

static void
turns(nsec_t wait)
{
	nsec_t until = loop_refresh(loop) + wait;

	while (loop_now(loop) < until)
		loop_turn(loop, until);
}

/* Returns how often 100 ms can have passed since @begun, which is more often on a busy machine. */
static unsigned
periods_since(nsec_t begun)
{
	return (unsigned)((loop_refresh(loop) - begun) / (100 * MSEC));
}

static void
the_wait_queue_is_called_when_a_descriptor_is_closed_and_not_all_the_time(void **state)
{
	int fd = fd_budget_take(&budget, some_fd());
	nsec_t begun = loop_refresh(loop);
	struct waiter once, again, left;

	waiter_init(&once, false);
	waiter_init(&again, true);
	waiter_init(&left, false);
	fd_budget_wait(&budget, &once.wait);
	fd_budget_wait(&budget, &again.wait);
	fd_budget_wait(&budget, &left.wait);
	fd_budget_leave(&left.wait);
	turns(20 * MSEC);
	assert_int_equal(once.called, 1); /* at once, because a descriptor may be free already */
	assert_in_range(again.called, 1, 1 + periods_since(begun));
	fd_budget_close(&budget, fd);
	turns(20 * MSEC);
	assert_in_range(again.called, 2, 2 + periods_since(begun));
	turns(120 * MSEC); /* and every 100 ms, because another process may have closed one */
	assert_in_range(again.called, 3, 2 + periods_since(begun));
	assert_int_equal(once.called, 1);
	assert_int_equal(left.called, 0);
	fd_budget_leave(&again.wait);
}

static bool
give_one(struct fd_budget *r)
{
	if (!r->taken)
		return false;
	fd_budget_release(r);
	return true;
}

static void
an_idle_descriptor_is_closed_before_a_refusal(void **state)
{
	fd_budget_add(&budget);
	fd_budget_limit(&budget, 1);
	budget.relieve = give_one;
	assert_true(fd_budget_ensure(&budget, 1));
	assert_int_equal(budget.refused, 0);
	assert_false(fd_budget_ensure(&budget, 2));
	assert_int_equal(budget.refused, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_descriptor_beyond_the_budget_is_closed_and_counted, begin, end),
	    cmocka_unit_test_setup_teardown(
		a_failed_call_keeps_its_error_and_counts_if_it_ran_out, begin, end),
	    cmocka_unit_test_setup_teardown(
		a_connection_from_outside_reserves_a_descriptor_for_its_other_end, begin, end),
	    cmocka_unit_test_setup_teardown(
		the_wait_queue_is_called_when_a_descriptor_is_closed_and_not_all_the_time, begin, end),
	    cmocka_unit_test_setup_teardown(an_idle_descriptor_is_closed_before_a_refusal, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
