/*
 * Which connections a server in virtual time keeps, for how long, and what they get.
 */
#include "serve_rig.h"

#include <stdio.h>
#include <string.h>

static void
a_request_in_single_octets_is_answered_as_in_one_piece(void **state)
{
	struct folder_rig *folder = *state;
	struct client *a, *b;
	struct serve_rig r;

	rig_write(folder, "site/file", "content");
	server_settings(&r);
	server_begin(&r, folder);
	a = server_join(&r, 0);
	server_say(&r, a, GET("/file"), SEC);
	b = server_join(&r, 1);
	for (const char *p = GET("/file"); *p; p++)
		server_say(&r, b, (char[]){*p, '\0'}, MSEC);
	simworld_pass(r.world, SEC);
	assert_true(
	    client_begins(a, "HTTP/1.1 200 OK\r\nServer: leat\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
	assert_non_null(strstr(a->got, "Content-Length: 7\r\n\r\ncontent"));
	assert_string_equal(a->got, b->got);
	server_end(&r);
}

/* Ten thousand idle browsers must not cost ten thousand buffers. */
static void
an_idle_connection_holds_no_buffers(void **state)
{
	struct folder_rig *folder = *state;
	struct client *c;
	struct serve_rig r;

	rig_write(folder, "site/file", "content");
	server_settings(&r);
	server_begin(&r, folder);
	c = server_join(&r, 0);
	server_say(&r, c, GET("/file"), SEC);
	assert_int_equal(serve_conns(r.serve), 1);
	assert_null(list_first(&r.serve->conns, struct serve_conn, node)->work);
	server_say(&r, c, "GET /fi", SEC);
	assert_non_null(list_first(&r.serve->conns, struct serve_conn, node)->work);
	server_say(&r, c, "le HTTP/1.1\r\nHost: a\r\n\r\n", SEC);
	assert_null(list_first(&r.serve->conns, struct serve_conn, node)->work);
	assert_int_equal(serve_counts(r.serve)->requests, 2);
	server_end(&r);
}

/* RFC 9110, 15.5.9; octets that trickle in gain no time (slowloris). */
static void
a_head_that_trickles_in_is_cut_after_the_head_time(void **state)
{
	struct client *c;
	struct serve_rig r;

	server_settings(&r);
	server_begin(&r, *state);
	c = server_join(&r, 0);
	server_say(&r, c, "GET / HTTP/1.1\r\n", 0);
	for (nsec_t t = 0; t < r.set.head_time - SEC; t += SEC)
		server_say(&r, c, "A: b\r\n", SEC);
	assert_false(c->ended);
	simworld_pass(r.world, 2 * SEC);
	assert_true(client_begins(c, "HTTP/1.1 408 "));
	assert_true(c->ended);
	assert_int_equal(serve_counts(r.serve)->timeouts, 1);
	server_end(&r);
}

static void
an_idle_connection_is_closed_after_the_idle_time_and_a_new_one_after_the_head_time(void **state)
{
	struct folder_rig *folder = *state;
	struct client *a, *b;
	struct serve_rig r;

	rig_write(folder, "site/file", "content");
	server_settings(&r);
	server_begin(&r, folder);
	a = server_join(&r, 0);
	b = server_join(&r, 1);
	server_say(&r, a, GET("/file"), r.set.head_time + SEC);
	assert_true(b->ended && b->len == 0);
	assert_false(a->ended);
	server_say(&r, a, GET("/file"), r.set.idle_time - SEC);
	assert_false(a->ended);
	simworld_pass(r.world, 2 * SEC);
	assert_true(a->ended && !a->reset);
	assert_int_equal(serve_conns(r.serve), 0);
	server_end(&r);
}

static void
big_file(struct folder_rig *folder)
{
	static char text[400000];

	memset(text, 'x', sizeof text - 1);
	rig_write(folder, "site/big", text);
}

/* A slow reader holds its place only as long as it moves. */
static void
a_client_that_reads_nothing_is_reset_after_the_moving_time(void **state)
{
	struct client *c;
	struct serve_rig r;

	big_file(*state);
	server_settings(&r);
	server_begin(&r, *state);
	c = server_join(&r, 0);
	io_want(c->s, 0);
	server_say(&r, c, GET("/big"), r.set.moving_time - SEC);
	assert_int_equal(serve_conns(r.serve), 1);
	simworld_pass(r.world, 2 * SEC);
	assert_int_equal(serve_conns(r.serve), 0);
	assert_int_equal(serve_counts(r.serve)->broken, 1);
	server_end(&r);
}

/* Takes @n octets, and lets them go. */
static void
take(struct serve_rig *r, struct client *c, size_t n)
{
	char octets[16384];

	for (ssize_t got; n > 0; n -= (size_t)got) {
		got = io_read(c->s, octets, n < sizeof octets ? n : sizeof octets);
		if (got <= 0)
			break;
	}
	simworld_pass(r->world, r->set.moving_time / 2);
}

static void
a_client_that_reads_slowly_but_enough_is_served(void **state)
{
	struct client *c;
	struct serve_rig r;

	big_file(*state);
	server_settings(&r);
	server_begin(&r, *state);
	c = server_join(&r, 0);
	io_want(c->s, 0);
	server_say(&r, c, GET("/big"), MSEC);
	for (int i = 0; i < 40 && serve_counts(r.serve)->requests == 0; i++)
		take(&r, c, 20000);
	assert_int_equal(serve_counts(r.serve)->requests, 1);
	assert_int_equal(serve_counts(r.serve)->broken, 0);
	server_end(&r);
}

/* A folder whose page is longer than what a stream holds for a reader that does not read. */
static void
large_folder(struct folder_rig *folder)
{
	char path[200];

	for (int i = 0; i < 500; i++) {
		snprintf(path, sizeof path, "site/many/%0150d", i);
		rig_write(folder, path, "");
	}
}

static void
listings_that_wait_for_slow_readers_leave_memory_for_others(void **state)
{
	struct client *slow, *late, *more;
	struct serve_rig r;

	rig_folder(*state, "site/many");
	large_folder(*state);
	server_settings(&r);
	r.set.listings_most = 160000;
	server_begin(&r, *state);
	slow = server_join(&r, 0);
	io_want(slow->s, 0);
	server_say(&r, slow, GET("/many/"), SEC);
	late = server_join(&r, 1);
	server_say(&r, late, GET("/many/"), SEC);
	assert_true(client_begins(late, "HTTP/1.1 503 Service Unavailable\r\n"));
	assert_non_null(strstr(late->got, "\r\nRetry-After: "));
	io_close(slow->s, true);
	slow->s = NULL;
	more = server_join(&r, 2);
	server_say(&r, more, GET("/many/"), SEC);
	assert_true(client_begins(more, "HTTP/1.1 200 OK\r\n"));
	server_end(&r);
}

static void
one_client_cannot_have_all_places(void **state)
{
	struct client *c;
	struct serve_rig r;

	server_settings(&r);
	r.set.conns_per_client_most = 2;
	server_begin(&r, *state);
	server_join(&r, 0);
	server_join(&r, 1);
	c = server_join(&r, 2);
	assert_true(client_begins(c, "HTTP/1.1 429 ") && c->ended);
	assert_int_equal(serve_counts(r.serve)->refused_client, 1);
	assert_int_equal(r.serve->conns_now, 2);
	server_end(&r);
}

static void
drain_ends_idle_connections_and_finishes_the_others(void **state)
{
	struct client *idle, *busy;
	struct serve_rig r;

	big_file(*state);
	server_settings(&r);
	r.set.drain_time = 3600 * SEC;
	server_begin(&r, *state);
	idle = server_join(&r, 0);
	busy = server_join(&r, 1);
	io_want(busy->s, 0);
	server_say(&r, busy, GET("/big"), MSEC * 10);
	serve_drain(r.serve);
	simworld_pass(r.world, SEC);
	assert_true(idle->ended && !busy->ended);
	assert_int_equal(serve_conns(r.serve), 1);
	for (int i = 0; i < 40 && serve_conns(r.serve) > 0; i++)
		take(&r, busy, 20000);
	assert_int_equal(serve_conns(r.serve), 0);
	assert_int_equal(serve_counts(r.serve)->broken, 0);
	server_end(&r);
}

/* A successor serves already: what a client sends on its idle connection now is still answered. */
static void
retiring_answers_one_more_request_on_each_connection(void **state)
{
	struct client *asks, *idle;
	struct serve_rig r;

	rig_write(*state, "site/file", "content");
	server_settings(&r);
	r.set.drain_time = 10 * SEC;
	server_begin(&r, *state);
	asks = server_join(&r, 0);
	idle = server_join(&r, 1);
	server_say(&r, asks, GET("/file"), SEC);
	assert_null(strstr(asks->got, "Connection: close"));
	serve_retire(r.serve);
	simworld_pass(r.world, SEC);
	assert_true(!asks->ended && !idle->ended);
	server_say(&r, asks, GET("/file"), SEC);
	assert_true(asks->ended && !asks->reset && !idle->ended);
	assert_non_null(strstr(asks->got, "Connection: close"));
	assert_int_equal(serve_counts(r.serve)->requests, 2);
	simworld_pass(r.world, 10 * SEC);
	assert_true(idle->ended && !idle->reset);
	assert_int_equal(serve_conns(r.serve), 0);
	server_end(&r);
}

/* The bounds and counters of several workers are one, and a worker that died holds no place. */
static void
bounds_hold_over_all_servers_of_a_share(void **state)
{
	static const struct siphash_key key = {{1, 2}};
	struct client *c;
	struct serve_rig r;
	struct serve *other;
	enum serve_part part;
	struct endpoint at;
	struct serve_settings set;

	server_settings(&r);
	r.set.conns_per_client_most = 2;
	r.set.share = share_new(2, 100, &key);
	share_vacate(r.set.share, 0);
	share_vacate(r.set.share, 1);
	server_begin(&r, *state);
	set = r.set;
	set.slot = 1;
	at = (struct endpoint){.addr = r.at.addr, .port = 81};
	assert_int_equal(serve_new(r.world->conform.server, &set, &other, &part), 0);
	assert_int_equal(serve_listen(other, &at), 0);
	server_join(&r, 0);
	r.at = at;
	server_join(&r, 1);
	c = server_join(&r, 2);
	assert_true(client_begins(c, "HTTP/1.1 429 "));
	assert_int_equal(share_conns_all(r.set.share), 2);
	assert_int_equal(
	    share_sum(r.set.share, offsetof(struct serve_counts, accepted) / sizeof(uint64_t)), 3);
	io_close(c->s, true);
	*c = (struct client){.s = NULL};
	share_vacate(r.set.share, 0);
	c = server_join(&r, 2);
	assert_int_equal(c->len, 0);
	assert_int_equal(serve_conns(other), 2);
	serve_free(other);
	server_end(&r);
	share_free(r.set.share);
}

/* A client that takes just enough not to be reset cannot keep a server from its end. */
static void
drain_ends_after_its_time_whatever_a_client_does(void **state)
{
	struct client *busy;
	struct serve_rig r;

	big_file(*state);
	server_settings(&r);
	r.set.drain_time = 5 * SEC;
	server_begin(&r, *state);
	busy = server_join(&r, 0);
	io_want(busy->s, 0);
	server_say(&r, busy, GET("/big"), MSEC * 10);
	serve_drain(r.serve);
	simworld_pass(r.world, 4 * SEC);
	assert_int_equal(serve_conns(r.serve), 1);
	simworld_pass(r.world, 2 * SEC);
	assert_int_equal(serve_conns(r.serve), 0);
	assert_int_equal(serve_counts(r.serve)->broken, 1);
	server_end(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FOLDER_TEST(a_request_in_single_octets_is_answered_as_in_one_piece),
	    FOLDER_TEST(an_idle_connection_holds_no_buffers),
	    FOLDER_TEST(a_head_that_trickles_in_is_cut_after_the_head_time),
	    FOLDER_TEST(an_idle_connection_is_closed_after_the_idle_time_and_a_new_one_after_the_head_time),
	    FOLDER_TEST(a_client_that_reads_nothing_is_reset_after_the_moving_time),
	    FOLDER_TEST(a_client_that_reads_slowly_but_enough_is_served),
	    FOLDER_TEST(listings_that_wait_for_slow_readers_leave_memory_for_others),
	    FOLDER_TEST(one_client_cannot_have_all_places),
	    FOLDER_TEST(drain_ends_idle_connections_and_finishes_the_others),
	    FOLDER_TEST(retiring_answers_one_more_request_on_each_connection),
	    FOLDER_TEST(bounds_hold_over_all_servers_of_a_share),
	    FOLDER_TEST(drain_ends_after_its_time_whatever_a_client_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
