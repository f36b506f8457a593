#include "host/clock.h"
#include "host/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cmocka.h>

struct alarm {
	struct loop_source source;
	struct loop *loop;
	nsec_t at;
	unsigned fired;
	struct alarm *deletes;
};

static nsec_t
alarm_next(struct loop_source *s)
{
	return container_of(s, struct alarm, source)->at;
}

static void
alarm_run(struct loop_source *s, nsec_t now)
{
	struct alarm *a = container_of(s, struct alarm, source);

	if (now < a->at)
		return;
	a->at = NSEC_NEVER;
	a->fired++;
	if (a->deletes)
		loop_del_source(a->loop, &a->deletes->source);
}

static void
alarm_init(struct alarm *a, struct loop *l, nsec_t at)
{
	*a = (struct alarm){.source = {.next = alarm_next, .run = alarm_run}, .loop = l, .at = at};
	loop_add_source(l, &a->source);
}

static struct loop *
new_loop(void)
{
	struct loop *l = loop_new();

	assert_non_null(l);
	return l;
}

/* Returns how long after the deadline of an alarm a sleep of the loop ends. */
static nsec_t
lateness(struct loop *l)
{
	struct alarm far, near;
	nsec_t start = loop_refresh(l), late;

	alarm_init(&far, l, start + 600 * SEC);
	alarm_init(&near, l, start + 3 * MSEC);
	for (int i = 0; i < 100 && !near.fired; i++)
		loop_turn(l, NSEC_NEVER);
	late = clock_monotonic() - start - 3 * MSEC;
	assert_int_equal(near.fired, 1);
	assert_int_equal(far.fired, 0);
	assert_true(late >= 0);
	loop_del_source(l, &far.source);
	loop_del_source(l, &near.source);
	return late;
}

/* On a busy machine one sleep may end late, but not each. */
static void
sleep_ends_at_the_earliest_deadline(struct loop *l)
{
	nsec_t least = NSEC_NEVER;

	for (int i = 0; i < 100 && least > 500 * MSEC; i++) {
		nsec_t late = lateness(l);

		if (late < least)
			least = late;
	}
	assert_in_range(least, 0, 500 * MSEC);
}

static void
deadlines_end_a_sleep_by_epoll_pwait2(void **state)
{
	struct loop *l = new_loop();

	sleep_ends_at_the_earliest_deadline(l);
	loop_free(l);
}

static void
deadlines_end_a_sleep_by_timerfd_where_pwait2_is_missing(void **state)
{
	struct loop *l;

	setenv("LEAT_DISABLE", "other,epoll_pwait2", 1);
	l = new_loop();
	unsetenv("LEAT_DISABLE");
	sleep_ends_at_the_earliest_deadline(l);
	/* A turn with a deadline in the past does not sleep. */
	loop_turn(l, 0);
	loop_free(l);
}

static void
a_source_may_delete_the_one_after_it(void **state)
{
	struct loop *l = new_loop();
	struct alarm first, second, third;

	alarm_init(&first, l, 0);
	alarm_init(&second, l, 0);
	alarm_init(&third, l, 0);
	first.deletes = &second;
	loop_turn(l, 0);
	assert_int_equal(first.fired, 1);
	assert_int_equal(second.fired, 0);
	assert_int_equal(third.fired, 1);
	loop_free(l);
}

struct end {
	struct loop_fd w;
	struct loop *loop;
	struct end *other;
	unsigned called;
};

static void
end_deletes_both(struct loop_fd *w, uint32_t events)
{
	struct end *e = container_of(w, struct end, w);

	e->called++;
	loop_del(e->loop, &e->other->w);
	loop_del(e->loop, w);
}

static void
end_closes_both(struct loop_fd *w, uint32_t events)
{
	struct end *e = container_of(w, struct end, w);

	e->called++;
	loop_close(e->loop, &e->other->w);
	loop_close(e->loop, w);
}

static void
first_to_be_called_ends_both(void (*fn)(struct loop_fd *w, uint32_t events), bool closes)
{
	struct loop *l = new_loop();
	struct end ends[2];
	int fds[2][2];

	for (int i = 0; i < 2; i++) {
		assert_int_equal(pipe(fds[i]), 0);
		assert_int_equal(write(fds[i][1], "x", 1), 1);
		ends[i] = (struct end){
		    .w = {.fd = fds[i][0], .events = EPOLLIN, .fn = fn}, .loop = l, .other = &ends[1 - i]};
		assert_int_equal(loop_add(l, &ends[i].w), 0);
	}
	loop_turn(l, 0);
	loop_turn(l, 0);
	assert_int_equal(ends[0].called + ends[1].called, 1);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(close(fds[i][0]), closes ? -1 : 0);
		close(fds[i][1]);
	}
	loop_free(l);
}

static void
a_descriptor_may_delete_another_of_the_same_batch_and_itself(void **state)
{
	first_to_be_called_ends_both(end_deletes_both, false);
}

static void
a_descriptor_may_close_another_of_the_same_batch_and_itself(void **state)
{
	first_to_be_called_ends_both(end_closes_both, true);
}

/*
 * If this end is called first, loop_catch_up() calls the other one: for the rest of the batch, and
 * for later events.
 */
static void
end_catches_up(struct loop_fd *w, uint32_t events)
{
	struct end *e = container_of(w, struct end, w);
	unsigned before;
	char c;

	if (e->called++ > 0 || e->other->called > 0)
		return;
	loop_catch_up(e->loop, w);
	before = e->other->called;
	assert_true(before > 0);
	assert_int_equal(read(e->other->w.fd, &c, 1), 1);
	loop_catch_up(e->loop, w);
	assert_int_equal(e->other->called, before);
	assert_int_equal(e->called, 1);
}

static void
a_descriptor_may_have_the_others_called_first(void **state)
{
	struct loop *l = new_loop();
	struct end ends[2];
	int fds[2][2];

	for (int i = 0; i < 2; i++) {
		assert_int_equal(pipe(fds[i]), 0);
		assert_int_equal(write(fds[i][1], "x", 1), 1);
		ends[i] = (struct end){.w = {.fd = fds[i][0], .events = EPOLLIN, .fn = end_catches_up},
		    .loop = l,
		    .other = &ends[1 - i]};
		assert_int_equal(loop_add(l, &ends[i].w), 0);
	}
	loop_turn(l, 0);
	assert_true(ends[0].called > 0 && ends[1].called > 0);
	for (int i = 0; i < 2; i++) {
		loop_del(l, &ends[i].w);
		close(fds[i][0]);
		close(fds[i][1]);
	}
	loop_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(deadlines_end_a_sleep_by_epoll_pwait2),
	    cmocka_unit_test(deadlines_end_a_sleep_by_timerfd_where_pwait2_is_missing),
	    cmocka_unit_test(a_source_may_delete_the_one_after_it),
	    cmocka_unit_test(a_descriptor_may_delete_another_of_the_same_batch_and_itself),
	    cmocka_unit_test(a_descriptor_may_close_another_of_the_same_batch_and_itself),
	    cmocka_unit_test(a_descriptor_may_have_the_others_called_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
