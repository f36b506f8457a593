/*
 * One handler and one connection, driven by calls that wait, by an event loop over the machine's
 * sockets, and in virtual time.
 */
#include "blocking.h"
#include "demo.h"
#include "evented.h"
#include "host/hostio_rig.h"
#include "io/simworld.h"
#include "script.h"
#include "wire.h"

#include "base/err.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TEXT = 200000 };

/* A server of one connection. */
struct site {
	struct demo demo;
	struct http_service service;
	struct http_server s;
	char in[WIRE_IN], out[WIRE_OUT];
	struct http_field field[WIRE_FIELDS];
	struct evented driver;
	unsigned over;
};

static struct site *
site_new(void)
{
	struct site *site = calloc(1, sizeof *site);
	struct http_buffers b;

	assert_non_null(site);
	b = (struct http_buffers){
	    site->in, sizeof site->in, site->out, sizeof site->out, site->field, WIRE_FIELDS};
	demo_init(&site->demo, &site->service);
	http_server_init(&site->s, &site->service, &b);
	return site;
}

static void
site_free(struct site *site)
{
	demo_fini(&site->demo);
	free(site);
}

/* What the script is answered with, in memory. */
static void
expected(char *text)
{
	static struct wire w;
	struct site *site = site_new();
	struct http_buffers b;

	w = (struct wire){.c = &site->s.conn};
	b = wire_buffers(&w);
	http_server_init(&site->s, &site->service, &b);
	assert_int_equal(wire_say(&w, script_of_all), HTTP_WANT_CLOSE);
	script_join_chunks(wire_heard(&w), text);
	wire_free(&w);
	site_free(site);
}

static void
expect_answers(const char *heard)
{
	static char should[TEXT], is[TEXT];

	expected(should);
	script_join_chunks(heard, is);
	assert_string_equal(is, should);
}

struct blocking_side {
	struct site *site;
	int fd;
};

static void *
serve_blocking(void *arg)
{
	struct blocking_side *side = arg;

	side->site->over = blocking_drive(&side->site->s.conn, side->fd);
	close(side->fd);
	return NULL;
}

static void
handler_runs_under_blocking_calls(void **state)
{
	static char heard[TEXT];
	struct blocking_side side = {site_new(), -1};
	pthread_t thread;
	int fd[2];
	size_t len = 0;
	ssize_t n;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	side.fd = fd[1];
	assert_int_equal(pthread_create(&thread, NULL, serve_blocking, &side), 0);
	assert_int_equal(write(fd[0], script_of_all, strlen(script_of_all)), strlen(script_of_all));
	while ((n = read(fd[0], heard + len, sizeof heard - 1 - len)) > 0)
		len += (size_t)n;
	assert_int_equal(n, 0);
	pthread_join(thread, NULL);
	close(fd[0]);
	assert_int_equal(side.site->over, HTTP_WANT_CLOSE);
	expect_answers(heard);
	site_free(side.site);
}

/* The two sides in a pair of worlds. */
struct pair {
	struct conform *worlds;
	struct site *site;
	struct io_listener *listener;
	struct io_stream *client;
	const char *script;
	size_t left;
	char heard[TEXT];
	size_t len;
	bool eof;
};

static void
on_over(struct evented *e, unsigned wants)
{
	container_of(e, struct site, driver)->over = wants;
}

static void
on_accept(struct io_listener *l, void *arg)
{
	struct pair *p = arg;
	struct evented *e = &p->site->driver;

	if (l->ops->accept(l, &e->s) != 0)
		return;
	e->c = &p->site->s.conn;
	e->world = p->worlds->server;
	e->patience = 10 * SEC;
	e->over = on_over;
	evented_begin(e);
}

static void
client_writes(struct pair *p)
{
	ssize_t n = io_write(p->client, p->script, p->left, 0);

	assert_true(n > 0 || n == -LEAT_EAGAIN);
	if (n < 0)
		return;
	p->script += n;
	p->left -= (size_t)n;
}

static void
client_reads(struct pair *p)
{
	ssize_t n = io_read(p->client, p->heard + p->len, sizeof p->heard - 1 - p->len);

	assert_true(n >= 0 || n == -LEAT_EAGAIN);
	p->eof |= n == 0;
	p->len += n > 0 ? (size_t)n : 0;
}

static void
on_client(struct io_stream *s, unsigned events, void *arg)
{
	struct pair *p = arg;

	assert_false(events & IO_FAILED);
	if ((events & IO_WRITABLE) && p->left > 0)
		client_writes(p);
	if (events & IO_READABLE)
		client_reads(p);
	io_want(s, (p->eof ? 0u : IO_READABLE) | (p->left > 0 ? IO_WRITABLE : 0u));
}

/* Connects, says @script, and turns the worlds until the server has ended the stream. */
static struct pair *
play(struct conform *worlds, const char *script)
{
	struct pair *p = calloc(1, sizeof *p);
	struct endpoint at;

	assert_non_null(p);
	p->worlds = worlds;
	p->site = site_new();
	p->script = script;
	p->left = strlen(script);
	assert_int_equal(io_listen(worlds->server, &worlds->at, 1, on_accept, p, &p->listener), 0);
	assert_int_equal(p->listener->ops->local(p->listener, &at), 0);
	assert_int_equal(io_connect(worlds->client, &at, on_client, p, &p->client), 0);
	io_want(p->client, IO_WRITABLE | IO_READABLE);
	while (!p->eof)
		worlds->turn(worlds);
	io_close(p->client, false);
	while (!p->site->over)
		worlds->turn(worlds);
	p->listener->ops->close(p->listener);
	return p;
}

static void
pair_free(struct pair *p)
{
	site_free(p->site);
	free(p);
}

static void
expect_script_over(struct conform *worlds)
{
	struct pair *p = play(worlds, script_of_all);

	assert_int_equal(p->site->over, HTTP_WANT_CLOSE);
	expect_answers(p->heard);
	pair_free(p);
}

static void
handler_runs_in_an_event_loop(void **state)
{
	struct rig *r = *state;

	expect_script_over(&r->conform);
}

static void
handler_runs_in_virtual_time(void **state)
{
	expect_script_over(*state);
}

/* RFC 9110, 15.5.9, by the timer of the driver. */
static void
slow_request_is_answered_in_virtual_time(void **state)
{
	struct conform *worlds = *state;
	nsec_t begin = io_now(worlds->client);
	struct pair *p = play(worlds, "GET / HTTP/1.1\r\nHo");

	assert_memory_equal(p->heard, "HTTP/1.1 408 ", 13);
	assert_in_range(io_now(worlds->client) - begin, 10 * SEC, 21 * SEC);
	assert_int_equal(p->site->over, HTTP_WANT_CLOSE);
	pair_free(p);
}

static void
idle_connection_ends_in_virtual_time(void **state)
{
	struct conform *worlds = *state;
	struct pair *p = play(worlds, GET("/hello"));

	assert_string_equal(p->heard, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n");
	pair_free(p);
}

static struct simworld_config sim = {.seed = 1, .rule = {.there = 5 * MSEC, .back = 7 * MSEC, .window = 500}};

#define SIM_TEST(f)                                                                                          \
	{                                                                                                    \
#f, f, simworld_setup, simworld_teardown, &sim                                               \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(handler_runs_under_blocking_calls),
	    RIG_TEST(handler_runs_in_an_event_loop),
	    SIM_TEST(handler_runs_in_virtual_time),
	    SIM_TEST(slow_request_is_answered_in_virtual_time),
	    SIM_TEST(idle_connection_ends_in_virtual_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
