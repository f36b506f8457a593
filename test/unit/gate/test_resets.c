/*
 * test/unit/gate/test_resets.c - resets of streams through the gateway, in virtual time.
 */
#include "talking.h"

static const struct emu_impair BAD = {
    .delay = 10 * MSEC, .jitter = 3 * MSEC, .loss = 30000000, .dup = 5000000, .reorder = 10000000};
static const struct emu_impair PLAIN = {.delay = 5 * MSEC};

static bool
inside_done(void *arg)
{
	struct talker *t = arg;

	talker_go(t);
	return t->error || (t->shut && t->eof);
}

static bool
never(void *arg)
{
	return false;
}

/* Octets that were sent before a reset arrive before it. */
static void
a_reset_outside_comes_after_its_octets(void **state)
{
	struct world *w = world_new(&BAD, 6, NULL);
	struct talker inside = {.recv_seed = 2, .shut = true};
	struct talking s;

	talking_init(&s, "192.0.2.1", 80, 60000);
	s.t.shut = true;
	talking_serve(w, &s);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &inside.sk), 0);
	assert_int_equal(s.t.sent, 60000);
	talking_close(&s, true);
	assert_true(world_run(w, 100 * SEC, inside_done, &inside));
	assert_int_equal(inside.error, LEAT_ECONNRESET);
	assert_int_equal(inside.received, 60000);
	assert_int_equal(inside.wrong, 0);
	sock_close(inside.sk);
	assert_int_equal(w->last.error, LEAT_ECONNRESET);
	world_free(w);
}

/* A program that does not read cannot hold a reset back for ever. */
static void
a_reset_outside_does_not_wait_for_a_reader_that_sleeps(void **state)
{
	struct world *w = world_new(&PLAIN, 7, NULL);
	struct talker inside = {.recv_seed = 2, .shut = true, .paused = true};
	struct talking s;

	talking_init(&s, "192.0.2.1", 80, 64 << 20);
	talking_serve(w, &s);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &inside.sk), 0);
	world_run(w, 5 * SEC, never, NULL);
	assert_true(s.t.sent < 64 << 20);
	talking_close(&s, true);
	world_run(w, 5 * SEC, never, NULL);
	assert_true(sock_ready(inside.sk) & LEAT_ERR);
	assert_int_equal(w->ended, 1);
	sock_close(inside.sk);
	world_free(w);
}

static void
a_reset_inside_is_a_reset_outside(void **state)
{
	struct world *w = world_new(&PLAIN, 8, NULL);
	struct talking s;
	struct sock *sk;

	talking_init(&s, "192.0.2.1", 80, 0);
	s.t.shut = true;
	talking_serve(w, &s);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &sk), 0);
	sock_abort(sk);
	world_run(w, 1 * SEC, never, NULL);
	assert_true(s.failed);
	assert_int_equal(w->ended, 1);
	talking_close(&s, false);
	world_free(w);
}

static bool
heard_or_failed(void *arg)
{
	struct talking *s = arg;

	talker_go(&s->t);
	return s->t.error || s->t.eof;
}

/*
 * Octets that arrived before a reset stay readable on Linux. So they are sent before the reset,
 * even if the outside is slow.
 */
static void
a_reset_inside_comes_after_its_octets(void **state)
{
	struct world *w = world_new(&PLAIN, 12, NULL);
	struct talker inside = {.send_seed = 1, .to_send = 60000, .shut = true, .paused = true};
	struct talking s;

	talking_init(&s, "192.0.2.1", 80, 0);
	s.t.shut = s.t.paused = true;
	s.rule.window = 8192;
	talking_serve(w, &s);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &inside.sk), 0);
	talker_go(&inside);
	assert_int_equal(inside.sent, 60000);
	world_run(w, 1 * SEC, never, NULL);
	sock_abort(inside.sk);
	world_run(w, 1 * SEC, never, NULL);
	assert_int_equal(w->ended, 0);
	s.t.paused = false;
	assert_true(world_run(w, 10 * SEC, heard_or_failed, &s));
	assert_int_equal(s.t.received, 60000);
	assert_int_equal(s.t.wrong, 0);
	assert_int_equal(s.t.error, LEAT_ECONNRESET);
	assert_int_equal(w->ended, 1);
	talking_close(&s, false);
	world_free(w);
}

/* An outside that does not read cannot hold it back for ever, either. */
static void
a_reset_inside_does_not_wait_for_an_outside_that_sleeps(void **state)
{
	struct world *w = world_new(&PLAIN, 13, NULL);
	struct talker inside = {.send_seed = 1, .to_send = 60000, .shut = true, .paused = true};
	struct talking s;

	talking_init(&s, "192.0.2.1", 80, 0);
	s.t.shut = s.t.paused = true;
	s.rule.window = 8192;
	talking_serve(w, &s);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &inside.sk), 0);
	talker_go(&inside);
	world_run(w, 1 * SEC, never, NULL);
	sock_abort(inside.sk);
	world_run(w, 5 * SEC, never, NULL);
	assert_int_equal(w->ended, 1);
	assert_int_equal(w->last.error, LEAT_ECONNRESET);
	assert_true(s.failed);
	talking_close(&s, false);
	world_free(w);
}

/*
 * The outside sends at the same time. Whichever call of the gateway meets the error, the outside
 * learns of it.
 */
static void
a_reset_inside_stops_an_outside_that_floods(void **state)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct world *w = world_new(&PLAIN, seed, NULL);
		struct talking s;
		struct sock *sk;

		talking_init(&s, "192.0.2.1", 80, 1 << 30);
		talking_serve(w, &s);
		assert_int_equal(world_connect_wait(w, &s.rule.at, &sk), 0);
		world_run(w, 100 * MSEC + seed * 3 * MSEC, never, NULL);
		sock_close(sk); /* with unread octets: a reset (RFC 2525, 2.17) */
		world_run(w, 1 * SEC, never, NULL);
		assert_true(s.failed);
		assert_int_equal(w->ended, 1);
		talking_close(&s, false);
		world_free(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_reset_outside_comes_after_its_octets),
	    cmocka_unit_test(a_reset_outside_does_not_wait_for_a_reader_that_sleeps),
	    cmocka_unit_test(a_reset_inside_is_a_reset_outside),
	    cmocka_unit_test(a_reset_inside_comes_after_its_octets),
	    cmocka_unit_test(a_reset_inside_does_not_wait_for_an_outside_that_sleeps),
	    cmocka_unit_test(a_reset_inside_stops_an_outside_that_floods),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
