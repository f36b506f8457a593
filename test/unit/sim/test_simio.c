/*
 * Tests that worlds in virtual time keep the rules of io/io.h, and that the rules of a net control
 * their streams.
 */
#include "sim/simio_calls.h"

/* Octets arrive after the delay of their direction, and not earlier. */
static void
each_direction_has_its_own_delay(void **state)
{
	struct simworld *w =
	    simworld_new(&(struct simworld_config){.rule = {.there = 30 * MSEC, .back = 10 * MSEC}});
	struct notified h = {0}, lh = {0};
	struct io_listener *l = listening(w, 80, &lh);
	struct io_stream *s = connecting(w, 80, &h), *t;
	char buf[8];

	simworld_pass(w, 29 * MSEC);
	assert_int_equal(lh.calls, 0);
	simworld_pass(w, 2 * MSEC);
	assert_true(lh.calls > 0);
	t = accepted(l);
	simworld_pass(w, 7 * MSEC);
	assert_int_equal(h.events, 0);
	simworld_pass(w, 3 * MSEC);
	assert_int_equal(h.events, IO_CONNECTED);
	assert_int_equal(h.calls, 1);
	assert_int_equal(io_write(s, "there", 5, 0), 5);
	simworld_pass(w, 29 * MSEC);
	assert_int_equal(io_read(t, buf, sizeof buf), -LEAT_EAGAIN);
	simworld_pass(w, MSEC);
	assert_int_equal(io_read(t, buf, sizeof buf), 5);
	assert_int_equal(io_write(t, "back", 4, 0), 4);
	simworld_pass(w, 9 * MSEC);
	assert_int_equal(io_read(s, buf, sizeof buf), -LEAT_EAGAIN);
	simworld_pass(w, MSEC);
	assert_int_equal(io_read(s, buf, sizeof buf), 4);
	io_close(s, false);
	io_close(t, false);
	l->ops->close(l);
	simworld_free(w);
}

/*
 * A pipe holds at most the window. It has room again when the writer knows that octets were read.
 */
static void
window_is_what_a_pipe_holds(void **state)
{
	struct simworld *w =
	    simworld_new(&(struct simworld_config){.rule = {.there = MSEC, .back = MSEC, .window = 1000}});
	struct notified h = {0}, lh = {0};
	struct io_listener *l = listening(w, 80, &lh);
	struct io_stream *s = connecting(w, 80, &h), *t;
	char buf[2000] = {0};

	simworld_pass(w, 3 * MSEC);
	t = accepted(l);
	assert_int_equal(io_write(s, buf, sizeof buf, 0), 1000);
	assert_int_equal(io_write(s, buf, 1, 0), -LEAT_EAGAIN);
	simworld_pass(w, 2 * MSEC);
	assert_int_equal(io_read(t, buf, sizeof buf), 1000);
	assert_int_equal(io_write(s, buf, 1, 0), -LEAT_EAGAIN);
	simworld_pass(w, MSEC);
	assert_int_equal(io_write(s, buf, sizeof buf, 0), 1000);
	io_close(s, true);
	io_close(t, true);
	l->ops->close(l);
	simworld_free(w);
}

/* If the delay becomes shorter while octets are in flight, later octets do not overtake them. */
static void
changed_delay_keeps_the_order(void **state)
{
	struct simworld_config config = {.rule = {.there = 30 * MSEC}};
	struct simworld *w = simworld_new(&config);
	struct notified h = {0}, lh = {0};
	struct io_listener *l = listening(w, 80, &lh);
	struct io_stream *s = connecting(w, 80, &h), *t;
	char buf[8] = {0};

	simworld_pass(w, 40 * MSEC);
	t = accepted(l);
	assert_int_equal(io_write(s, "first", 5, 0), 5);
	config.rule.there = 0;
	assert_int_equal(io_write(s, "2nd", 3, 0), 3);
	simworld_pass(w, 20 * MSEC);
	assert_int_equal(io_read(t, buf, sizeof buf), -LEAT_EAGAIN);
	simworld_pass(w, 10 * MSEC);
	assert_int_equal(io_read(t, buf, sizeof buf), 8);
	assert_memory_equal(buf, "first2nd", 8);
	io_close(s, false);
	io_close(t, false);
	l->ops->close(l);
	simworld_free(w);
}

static void
rule_decides_the_result_of_a_connect(void **state)
{
	struct simworld_config config = {.rule = {.at = {.addr = IPADDR_ANY4, .port = 81},
					     .error = LEAT_EHOSTUNREACH,
					     .there = MSEC,
					     .back = MSEC}};
	struct simio_rule silent = {.at = {.port = 82}, .there = NSEC_NEVER},
			  barred = {.at = {.port = 83}, .error = LEAT_EACCES, .at_once = true};
	struct simworld *w = simworld_new(&config);
	struct notified h[3] = {{0}};
	struct io_stream *s[3];
	struct endpoint at = at_port(w, 83);

	simio_net_rule(w->net, &silent);
	simio_net_rule(w->net, &barred);
	s[0] = connecting(w, 80, &h[0]);
	s[1] = connecting(w, 81, &h[1]);
	s[2] = connecting(w, 82, &h[2]);
	assert_int_equal(io_connect(w->conform.client, &at, on_stream, NULL, &s[0]), -LEAT_EACCES);
	simworld_pass(w, 1000 * SEC);
	assert_int_equal(h[0].events, IO_FAILED);
	assert_int_equal(io_error(s[0]), -LEAT_ECONNREFUSED);
	assert_int_equal(io_error(s[1]), -LEAT_EHOSTUNREACH);
	assert_int_equal(h[2].calls, 0);
	for (unsigned i = 0; i < 3; i++)
		io_close(s[i], false);
	assert_int_equal(ipaddr_parse("10.9.9.9", &at.addr), 0);
	at.port = 80;
	assert_int_equal(io_connect(w->conform.client, &at, on_stream, NULL, &s[0]), -LEAT_ENETUNREACH);
	simworld_free(w);
}

/* If the accept queue is full, the client is not refused. It connects when there is room. */
static void
full_accept_queue_makes_the_client_try_again(void **state)
{
	struct simworld *w = simworld_new(&(struct simworld_config){0});
	struct notified h[2] = {{0}}, lh = {0};
	struct endpoint at = at_port(w, 80);
	struct io_listener *l;
	struct io_stream *s[2], *t[2];

	assert_int_equal(io_listen(w->conform.server, &at, 1, on_listener, &lh, &l), 0);
	s[0] = connecting(w, 80, &h[0]);
	s[1] = connecting(w, 80, &h[1]);
	simworld_pass(w, 10 * MSEC);
	assert_int_equal(h[0].events, IO_CONNECTED);
	assert_int_equal(h[1].events, 0);
	t[0] = accepted(l);
	simworld_pass(w, 2 * SEC);
	assert_int_equal(h[1].events, IO_CONNECTED);
	t[1] = accepted(l);
	for (unsigned i = 0; i < 2; i++) {
		io_close(s[i], false);
		io_close(t[i], false);
	}
	l->ops->close(l);
	simworld_free(w);
}

/*
 * If a client closes before OPEN has arrived, the server never sees the connection. If it closes
 * later, the server gets a connection that is reset.
 */
static void
client_that_gives_up_is_reset_or_never_seen(void **state)
{
	struct simworld *w =
	    simworld_new(&(struct simworld_config){.rule = {.there = 10 * MSEC, .back = 10 * MSEC}});
	struct notified h = {0}, lh = {0};
	struct io_listener *l = listening(w, 80, &lh);
	struct io_stream *t;

	io_close(connecting(w, 80, &h), false);
	simworld_pass(w, SEC);
	assert_int_equal(lh.calls, 0);
	t = connecting(w, 80, &h);
	simworld_pass(w, 15 * MSEC);
	io_close(t, false);
	simworld_pass(w, SEC);
	t = accepted(l);
	assert_int_equal(io_error(t), -LEAT_ECONNRESET);
	io_close(t, false);
	assert_int_equal(h.calls, 0);
	l->ops->close(l);
	simworld_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_direction_has_its_own_delay),
	    cmocka_unit_test(window_is_what_a_pipe_holds),
	    cmocka_unit_test(changed_delay_keeps_the_order),
	    cmocka_unit_test(rule_decides_the_result_of_a_connect),
	    cmocka_unit_test(full_accept_queue_makes_the_client_try_again),
	    cmocka_unit_test(client_that_gives_up_is_reset_or_never_seen),
	};
	struct simworld_config v4 = {0}, v6 = {.v6 = true, .seed = 1}, alone = {.v6 = true, .alone = true},
			       far = {.rule = {.there = 20 * MSEC, .back = 5 * MSEC}},
			       narrow = {.v6 = true, .rule = {.there = MSEC, .back = MSEC, .window = 500}};
	int failed = cmocka_run_group_tests_name("simio", tests, NULL, NULL);

	failed += conform_run("simio, IPv4", simworld_setup, simworld_teardown, &v4);
	failed += conform_run("simio, IPv6", simworld_setup, simworld_teardown, &v6);
	failed += conform_run("simio, alone", simworld_setup, simworld_teardown, &alone);
	failed += conform_run("simio, far", simworld_setup, simworld_teardown, &far);
	failed += conform_run("simio, narrow", simworld_setup, simworld_teardown, &narrow);
	return failed;
}
