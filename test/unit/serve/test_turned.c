/*
 * Connections that are too many: each gets its answer whatever it sends, and none stays for long.
 */
#include "serve_rig.h"

#include <string.h>

enum { FULL = 2 }; /* connections that the server of these tests takes */

static struct serve_rig r; /* it has hundreds of clients */

/* A server that has all the connections that it takes. */
static void
begin_full(void **state)
{
	server_settings(&r);
	r.set.conns_most = FULL;
	server_begin(&r, *state);
	for (unsigned i = 0; i < FULL; i++)
		server_join(&r, i);
}

/* RFC 9112, 9.6: closing with octets unread would reset the connection, and lose the answer. */
static void
a_request_that_comes_after_the_answer_does_not_lose_it(void **state)
{
	struct client *c;

	begin_full(state);
	c = server_join(&r, FULL);
	assert_true(client_begins(c, "HTTP/1.1 503 Service Unavailable\r\nServer: leat\r\nDate: "));
	assert_non_null(strstr(c->got, "\r\nRetry-After: 5\r\n"));
	assert_non_null(strstr(c->got, "\r\n\r\ntoo many connections\n"));
	server_say(&r, c, GET("/file"), 100 * MSEC);
	server_say(&r, c, GET("/file"), 100 * MSEC);
	assert_true(c->ended && !c->reset);
	assert_int_equal(r.serve->turned_now, 1);
	io_close(c->s, false);
	c->s = NULL;
	simworld_pass(r.world, 100 * MSEC);
	assert_int_equal(r.serve->turned_now, 0);
	assert_int_equal(serve_counts(r.serve)->refused_full, 1);
	server_end(&r);
}

static void
one_that_does_not_close_is_closed_after_two_seconds(void **state)
{
	struct client *c;

	begin_full(state);
	c = server_join(&r, FULL);
	simworld_pass(r.world, 1900 * MSEC);
	assert_int_equal(r.serve->turned_now, 1);
	server_say(&r, c, "GET", 200 * MSEC);
	assert_int_equal(r.serve->turned_now, 0);
	server_end(&r);
}

static void
one_that_sends_without_end_is_closed_after_a_bound(void **state)
{
	static char many[20000];
	struct client *c;

	begin_full(state);
	memset(many, 'x', sizeof many - 1);
	c = server_join(&r, FULL);
	for (int i = 0; i < 3; i++)
		server_say(&r, c, many, 50 * MSEC);
	assert_int_equal(r.serve->turned_now, 1);
	server_say(&r, c, many, 50 * MSEC);
	assert_int_equal(r.serve->turned_now, 0);
	server_end(&r);
}

static void
beyond_256_that_linger_the_oldest_goes_and_each_has_its_answer(void **state)
{
	begin_full(state);
	for (unsigned i = FULL; i < RIG_CLIENTS; i++)
		io_connect(r.world->conform.client, &r.at, r.client[0].s->fn, &r.client[i], &r.client[i].s);
	simworld_pass(r.world, 100 * MSEC);
	assert_int_equal(r.serve->turned_now, 256);
	assert_int_equal(serve_conns(r.serve), FULL + 256);
	for (unsigned i = FULL; i < RIG_CLIENTS; i++)
		assert_true(client_begins(&r.client[i], "HTTP/1.1 503 ") && !r.client[i].reset);
	server_end(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FOLDER_TEST(a_request_that_comes_after_the_answer_does_not_lose_it),
	    FOLDER_TEST(one_that_does_not_close_is_closed_after_two_seconds),
	    FOLDER_TEST(one_that_sends_without_end_is_closed_after_a_bound),
	    FOLDER_TEST(beyond_256_that_linger_the_oldest_goes_and_each_has_its_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
