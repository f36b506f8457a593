/*
 * test/unit/io/conform_world.c - what a world itself gives: time, timers, random octets.
 */
#include "conform_impl.h"

struct alarm {
	struct timer timer;
	struct conform *c;
	struct io_world *world;
	nsec_t fired; /* 0 = not yet */
};

static void
on_alarm(struct timer *t)
{
	struct alarm *a = container_of(t, struct alarm, timer);

	assert_int_equal(a->c->calls, 0);
	a->fired = io_now(a->world);
}

static bool
has_fired(void *arg)
{
	return ((struct alarm *)arg)->fired != 0;
}

static void
check_alarm(struct conform *c, struct io_world *world)
{
	struct alarm a = {.c = c, .world = world};
	nsec_t at = io_now(world) + 30 * MSEC;

	timer_init(&a.timer, on_alarm);
	timer_arm(world->wheel, &a.timer, at);
	assert_true(until(c, has_fired, &a));
	assert_true(a.fired >= at);
	assert_true(io_now(world) >= a.fired);
}

static void
a_timer_fires_in_a_turn_and_no_earlier_than_its_time(void **state)
{
	struct conform *c = conform_of(state);

	check_alarm(c, c->client);
	check_alarm(c, c->server);
}

static void
a_cancelled_timer_does_not_fire(void **state)
{
	struct conform *c = conform_of(state);
	struct alarm a = {.c = c, .world = c->client};

	timer_init(&a.timer, on_alarm);
	timer_arm(c->client->wheel, &a.timer, io_now(c->client) + MSEC);
	timer_cancel(c->client->wheel, &a.timer);
	rest(c);
	assert_int_equal(a.fired, 0);
}

static void
random_octets_differ_from_call_to_call(void **state)
{
	struct conform *c = conform_of(state);
	uint8_t a[37] = {0}, b[37] = {0}, zero[37] = {0};

	c->client->ops->random(c->client, a, sizeof a - 1);
	c->client->ops->random(c->client, b, sizeof b - 1);
	assert_memory_not_equal(a, zero, 16);
	assert_memory_not_equal(a + 20, zero, 16);
	assert_memory_not_equal(a, b, 36);
	assert_int_equal(a[36] | b[36], 0); /* no more than was asked for */
	c->client->ops->random(c->client, a, 0);
}

const struct conform_test conform_world_tests[] = {
    CONFORM_TEST(a_timer_fires_in_a_turn_and_no_earlier_than_its_time),
    CONFORM_TEST(a_cancelled_timer_does_not_fire),
    CONFORM_TEST(random_octets_differ_from_call_to_call),
    {NULL, NULL},
};
