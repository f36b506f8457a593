/*
 * test/unit/io/conform.c - runs the tests of all rules of io/io.h, each on worlds of its own.
 */
#include "conform_impl.h"

#include <stdio.h>

enum { TESTS_MOST = 128, NAME_MOST = 160 };

struct group {
	struct CMUnitTest test[TESTS_MOST];
	char name[TESTS_MOST][NAME_MOST];
	size_t n;
};

static void
add_tests(struct group *g, const char *what, const struct conform_test *t)
{
	for (; t->name; t++, g->n++) {
		assert_true(g->n < TESTS_MOST);
		snprintf(g->name[g->n], NAME_MOST, "%s: %s", what, t->name);
		g->test[g->n].name = g->name[g->n];
		g->test[g->n].test_func = t->run;
	}
}

int
conform_run(const char *what, CMFixtureFunction setup, CMFixtureFunction teardown, void *initial)
{
	static const struct conform_test *const all[] = {conform_world_tests, conform_open_tests,
	    conform_data_tests, conform_bulk_tests, conform_end_tests, conform_event_tests,
	    conform_urgent_tests, conform_optional_tests, conform_dgram_tests, conform_owner_tests};
	struct group *g = calloc(1, sizeof *g);
	int failed;

	for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
		add_tests(g, what, all[i]);
	for (size_t i = 0; i < g->n; i++) {
		g->test[i].setup_func = setup;
		g->test[i].teardown_func = teardown;
		g->test[i].initial_state = initial;
	}
	failed = _cmocka_run_group_tests(what, g->test, g->n, NULL, NULL);
	free(g);
	return failed;
}

struct conform *
conform_of(void **state)
{
	return *state;
}

static void
time_is_up(struct timer *t)
{
}

/* Turns until @done() is true or @limit has passed; returns whether it is true. */
static bool
turn_for(struct conform *c, nsec_t limit, bool (*done)(void *arg), void *arg)
{
	static struct timer end; /* static: a test that fails leaves this function by longjmp() */
	nsec_t last = io_now(c->client);
	bool is_done = done && done(arg);

	timer_init(&end, time_is_up);
	timer_arm(c->client->wheel, &end, last + limit);
	while (!is_done && timer_armed(&end)) {
		assert_int_equal(c->calls, 0);
		c->turn(c);
		c->turns++;
		assert_true(io_now(c->client) >= last);
		last = io_now(c->client);
		is_done = done && done(arg);
	}
	timer_cancel(c->client->wheel, &end);
	return is_done;
}

bool
until(struct conform *c, bool (*done)(void *arg), void *arg)
{
	return turn_for(c, c->patience ? c->patience : 10 * SEC, done, arg);
}

void
rest(struct conform *c)
{
	turn_for(c, c->rest ? c->rest : 50 * MSEC, NULL, NULL);
}

void
expect_sleep(struct conform *c)
{
	enum { TURNS_MOST = 500 };
	unsigned before;

	rest(c);
	before = c->turns;
	rest(c);
	assert_in_range(c->turns - before, 0, TURNS_MOST);
}

uint8_t
octet_at(size_t i)
{
	return (uint8_t)(i * 131 + (i >> 8) * 31 + (i >> 16) * 7 + 3);
}

void
fill_pattern(uint8_t *buf, size_t from, size_t len)
{
	for (size_t i = 0; i < len; i++)
		buf[i] = octet_at(from + i);
}

void
check_pattern(const uint8_t *buf, size_t from, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (buf[i] != octet_at(from + i))
			fail_msg("octet %zu is not the one that was sent", from + i);
}
