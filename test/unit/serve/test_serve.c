/*
 * test/unit/serve/test_serve.c - a server in virtual time, and clients that write octets by hand.
 */
#include "io/simworld.h"
#include "serve/impl.h"
#include "serve/site/folder_rig.h"

#include <string.h>

struct client {
	struct io_stream *s;
	char got[8192];
	size_t len;
	bool ended, reset;
};

struct rig {
	struct simworld *world;
	struct serve_settings set;
	struct serve *serve;
	struct endpoint at;
	struct client client[3];
};

static nsec_t
wall(void)
{
	return 784111777 * SEC;
}

static void
on_client(struct io_stream *s, unsigned events, void *arg)
{
	struct client *c = arg;
	ssize_t n = -LEAT_EAGAIN;

	if (events & IO_CONNECTED)
		io_want(s, IO_READABLE);
	if (!(events & (IO_READABLE | IO_FAILED)))
		return;
	while (
	    c->len < sizeof c->got - 1 && (n = io_read(s, c->got + c->len, sizeof c->got - 1 - c->len)) > 0)
		c->len += (size_t)n;
	c->got[c->len] = '\0';
	c->ended |= n == 0;
	c->reset |= n == -LEAT_ECONNRESET;
	if (n != -LEAT_EAGAIN)
		io_want(s, 0);
}

static void
begin(struct rig *r, struct folder_rig *folder)
{
	static const struct simworld_config config = {.seed = 1, .rule = {.there = MSEC, .back = MSEC}};
	enum serve_part part;

	r->world = simworld_new(&config);
	r->set.site = folder->set;
	r->set.wall = wall;
	assert_int_equal(serve_new(r->world->conform.server, &r->set, &r->serve, &part), 0);
	r->at = r->world->conform.at;
	assert_int_equal(serve_listen(r->serve, &r->at), 0);
}

static void
end(struct rig *r)
{
	serve_free(r->serve);
	for (size_t i = 0; i < 3; i++) {
		if (r->client[i].s)
			io_close(r->client[i].s, true);
	}
	simworld_pass(r->world, SEC);
	simworld_free(r->world);
}

static void
settings(struct rig *r)
{
	memset(r, 0, sizeof *r);
	serve_settings_usual(&r->set);
}

static struct client *
join(struct rig *r, unsigned i)
{
	struct client *c = &r->client[i];

	assert_int_equal(io_connect(r->world->conform.client, &r->at, on_client, c, &c->s), 0);
	simworld_pass(r->world, 10 * MSEC);
	return c;
}

static void
say(struct rig *r, struct client *c, const char *text, nsec_t then)
{
	assert_int_equal(io_write(c->s, text, strlen(text), 0), strlen(text));
	simworld_pass(r->world, then);
}

static bool
begins(const struct client *c, const char *text)
{
	return strncmp(c->got, text, strlen(text)) == 0;
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

static void
a_request_in_single_octets_is_answered_as_in_one_piece(void **state)
{
	struct folder_rig *folder = *state;
	struct client *a, *b;
	struct rig r;

	rig_write(folder, "site/file", "content");
	settings(&r);
	begin(&r, folder);
	a = join(&r, 0);
	say(&r, a, GET("/file"), SEC);
	b = join(&r, 1);
	for (const char *p = GET("/file"); *p; p++)
		say(&r, b, (char[]){*p, '\0'}, MSEC);
	simworld_pass(r.world, SEC);
	assert_true(begins(a, "HTTP/1.1 200 OK\r\nServer: leat\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
	assert_non_null(strstr(a->got, "Content-Length: 7\r\n\r\ncontent"));
	assert_string_equal(a->got, b->got);
	end(&r);
}

/* Ten thousand idle browsers must not cost ten thousand buffers. */
static void
an_idle_connection_holds_no_buffers(void **state)
{
	struct folder_rig *folder = *state;
	struct client *c;
	struct rig r;

	rig_write(folder, "site/file", "content");
	settings(&r);
	begin(&r, folder);
	c = join(&r, 0);
	say(&r, c, GET("/file"), SEC);
	assert_int_equal(serve_conns(r.serve), 1);
	assert_null(list_first(&r.serve->conns, struct serve_conn, node)->work);
	say(&r, c, "GET /fi", SEC);
	assert_non_null(list_first(&r.serve->conns, struct serve_conn, node)->work);
	say(&r, c, "le HTTP/1.1\r\nHost: a\r\n\r\n", SEC);
	assert_null(list_first(&r.serve->conns, struct serve_conn, node)->work);
	assert_int_equal(serve_counts(r.serve)->requests, 2);
	end(&r);
}

/* RFC 9110, 15.5.9; octets that trickle in gain no time (slowloris). */
static void
a_head_that_trickles_in_is_cut_after_the_head_time(void **state)
{
	struct client *c;
	struct rig r;

	settings(&r);
	begin(&r, *state);
	c = join(&r, 0);
	say(&r, c, "GET / HTTP/1.1\r\n", 0);
	for (nsec_t t = 0; t < r.set.head_time - SEC; t += SEC)
		say(&r, c, "A: b\r\n", SEC);
	assert_false(c->ended);
	simworld_pass(r.world, 2 * SEC);
	assert_true(begins(c, "HTTP/1.1 408 "));
	assert_true(c->ended);
	assert_int_equal(serve_counts(r.serve)->timeouts, 1);
	end(&r);
}

static void
an_idle_connection_is_closed_after_the_idle_time_and_a_new_one_after_the_head_time(void **state)
{
	struct folder_rig *folder = *state;
	struct client *a, *b;
	struct rig r;

	rig_write(folder, "site/file", "content");
	settings(&r);
	begin(&r, folder);
	a = join(&r, 0);
	b = join(&r, 1);
	say(&r, a, GET("/file"), r.set.head_time + SEC);
	assert_true(b->ended && b->len == 0);
	assert_false(a->ended);
	say(&r, a, GET("/file"), r.set.idle_time - SEC);
	assert_false(a->ended);
	simworld_pass(r.world, 2 * SEC);
	assert_true(a->ended && !a->reset);
	assert_int_equal(serve_conns(r.serve), 0);
	end(&r);
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
	struct rig r;

	big_file(*state);
	settings(&r);
	begin(&r, *state);
	c = join(&r, 0);
	io_want(c->s, 0);
	say(&r, c, GET("/big"), r.set.moving_time - SEC);
	assert_int_equal(serve_conns(r.serve), 1);
	simworld_pass(r.world, 2 * SEC);
	assert_int_equal(serve_conns(r.serve), 0);
	assert_int_equal(serve_counts(r.serve)->broken, 1);
	end(&r);
}

/* Takes @n octets, and lets them go. */
static void
take(struct rig *r, struct client *c, size_t n)
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
	struct rig r;

	big_file(*state);
	settings(&r);
	begin(&r, *state);
	c = join(&r, 0);
	io_want(c->s, 0);
	say(&r, c, GET("/big"), MSEC);
	for (int i = 0; i < 40 && serve_counts(r.serve)->requests == 0; i++)
		take(&r, c, 20000);
	assert_int_equal(serve_counts(r.serve)->requests, 1);
	assert_int_equal(serve_counts(r.serve)->broken, 0);
	end(&r);
}

static void
one_client_cannot_have_all_places(void **state)
{
	struct client *c;
	struct rig r;

	settings(&r);
	r.set.conns_per_client_most = 2;
	begin(&r, *state);
	join(&r, 0);
	join(&r, 1);
	c = join(&r, 2);
	assert_true(begins(c, "HTTP/1.1 429 ") && c->ended);
	assert_int_equal(serve_counts(r.serve)->refused_client, 1);
	assert_int_equal(serve_conns(r.serve), 2);
	end(&r);
}

static void
drain_ends_idle_connections_and_finishes_the_others(void **state)
{
	struct client *idle, *busy;
	struct rig r;

	big_file(*state);
	settings(&r);
	r.set.drain_time = 3600 * SEC;
	begin(&r, *state);
	idle = join(&r, 0);
	busy = join(&r, 1);
	io_want(busy->s, 0);
	say(&r, busy, GET("/big"), MSEC * 10);
	serve_drain(r.serve);
	simworld_pass(r.world, SEC);
	assert_true(idle->ended && !busy->ended);
	assert_int_equal(serve_conns(r.serve), 1);
	for (int i = 0; i < 40 && serve_conns(r.serve) > 0; i++)
		take(&r, busy, 20000);
	assert_int_equal(serve_conns(r.serve), 0);
	assert_int_equal(serve_counts(r.serve)->broken, 0);
	end(&r);
}

/* A successor serves already: what a client sends on its idle connection now is still answered. */
static void
retiring_answers_one_more_request_on_each_connection(void **state)
{
	struct client *asks, *idle;
	struct rig r;

	rig_write(*state, "site/file", "content");
	settings(&r);
	r.set.drain_time = 10 * SEC;
	begin(&r, *state);
	asks = join(&r, 0);
	idle = join(&r, 1);
	say(&r, asks, GET("/file"), SEC);
	assert_null(strstr(asks->got, "Connection: close"));
	serve_retire(r.serve);
	simworld_pass(r.world, SEC);
	assert_true(!asks->ended && !idle->ended);
	say(&r, asks, GET("/file"), SEC);
	assert_true(asks->ended && !asks->reset && !idle->ended);
	assert_non_null(strstr(asks->got, "Connection: close"));
	assert_int_equal(serve_counts(r.serve)->requests, 2);
	simworld_pass(r.world, 10 * SEC);
	assert_true(idle->ended && !idle->reset);
	assert_int_equal(serve_conns(r.serve), 0);
	end(&r);
}

/* The bounds and counters of several workers are one, and a worker that died holds no place. */
static void
bounds_hold_over_all_servers_of_a_share(void **state)
{
	static const struct siphash_key key = {{1, 2}};
	struct client *c;
	struct rig r;
	struct serve *other;
	enum serve_part part;
	struct endpoint at;
	struct serve_settings set;

	settings(&r);
	r.set.conns_per_client_most = 2;
	r.set.share = share_new(2, 100, &key);
	share_vacate(r.set.share, 0);
	share_vacate(r.set.share, 1);
	begin(&r, *state);
	set = r.set;
	set.slot = 1;
	at = (struct endpoint){.addr = r.at.addr, .port = 81};
	assert_int_equal(serve_new(r.world->conform.server, &set, &other, &part), 0);
	assert_int_equal(serve_listen(other, &at), 0);
	join(&r, 0);
	r.at = at;
	join(&r, 1);
	c = join(&r, 2);
	assert_true(begins(c, "HTTP/1.1 429 "));
	assert_int_equal(share_conns_all(r.set.share), 2);
	assert_int_equal(
	    share_sum(r.set.share, offsetof(struct serve_counts, accepted) / sizeof(uint64_t)), 3);
	io_close(c->s, true);
	*c = (struct client){.s = NULL};
	share_vacate(r.set.share, 0);
	c = join(&r, 2);
	assert_int_equal(c->len, 0);
	assert_int_equal(serve_conns(other), 2);
	serve_free(other);
	end(&r);
	share_free(r.set.share);
}

/* A client that takes just enough not to be reset cannot keep a server from its end. */
static void
drain_ends_after_its_time_whatever_a_client_does(void **state)
{
	struct client *busy;
	struct rig r;

	big_file(*state);
	settings(&r);
	r.set.drain_time = 5 * SEC;
	begin(&r, *state);
	busy = join(&r, 0);
	io_want(busy->s, 0);
	say(&r, busy, GET("/big"), MSEC * 10);
	serve_drain(r.serve);
	simworld_pass(r.world, 4 * SEC);
	assert_int_equal(serve_conns(r.serve), 1);
	simworld_pass(r.world, 2 * SEC);
	assert_int_equal(serve_conns(r.serve), 0);
	assert_int_equal(serve_counts(r.serve)->broken, 1);
	end(&r);
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
	    FOLDER_TEST(one_client_cannot_have_all_places),
	    FOLDER_TEST(drain_ends_idle_connections_and_finishes_the_others),
	    FOLDER_TEST(retiring_answers_one_more_request_on_each_connection),
	    FOLDER_TEST(bounds_hold_over_all_servers_of_a_share),
	    FOLDER_TEST(drain_ends_after_its_time_whatever_a_client_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
