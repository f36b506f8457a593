/* The peer's window: shut, opened a little, taken back. */
#include "script.h"

#include "tcp/conn.h"

/* RFC 9293, 3.8.6.2.1: the override timer runs from the moment when the window opened too little, not from the last probe's backoff. */
static void
small_window_after_long_shut_is_used_soon(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, ". 1:1(0) ack 1 win 0");
	send_octets(s, 3000);
	expect_nothing(s);
	for (unsigned i = 0; i < 7;
	     i++) { /* probes, ever farther apart: the next would be half a minute away */
		elapse(s, (200 * MSEC << i) + 10 * MSEC);
		ignore_output(s);
		inject(s, ". 1:1(0) ack 1 win 0");
	}
	inject(s, ". 1:1(0) ack 1 win 100");
	expect_nothing(s);
	elapse(s, 200 * MSEC);
	expect(s, ". 1:101(100) ack 1");
	script_end(s);
}

/* RFC 6429: without a user, a shut window is not waited for without end, though the peer answers each probe. */
static void
shut_window_does_not_keep_an_orphan(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, ". 1:1(0) ack 1 win 0");
	send_octets(s, 3000);
	tcp_close(s->c);
	for (unsigned i = 0; i < 600 && s->tcp->conns_count > 0; i++) {
		elapse(s, SEC);
		if (!list_empty(&s->out) && s->tcp->conns_count > 0)
			inject(s, ". 1:1(0) ack 1 win 0");
		if (s->tcp->conns_count > 0)
			ignore_output(s);
	}
	assert_int_equal(s->tcp->conns_count, 0);
	expect(s, "R. 1:1(0) ack 1");
	script_end(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(small_window_after_long_shut_is_used_soon),
	    cmocka_unit_test(shut_window_does_not_keep_an_orphan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
