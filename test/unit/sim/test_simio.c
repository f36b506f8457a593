/*
 * Worlds in virtual time keep the rules of io/io.h; and what a test can script them to do.
 */
#include "io/simworld.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

/* What an object's owner was notified of. */
struct heard {
	unsigned calls, events, last;
};

static void
hear(struct io_stream *s, unsigned events, void *arg)
{
	struct heard *h = arg;

	h->calls++;
	h->events |= events;
	h->last = events;
}

static void
hear_dgram(struct io_dgram *d, unsigned events, void *arg)
{
	hear(NULL, events, arg);
}

static void
hear_listener(struct io_listener *l, void *arg)
{
	hear(NULL, IO_READABLE, arg);
}

static struct endpoint
at_port(const struct simworld *w, uint16_t port)
{
	struct endpoint at = w->conform.at;

	at.port = port;
	return at;
}

static struct io_listener *
listening(struct simworld *w, uint16_t port, struct heard *h)
{
	struct endpoint at = at_port(w, port);
	struct io_listener *l;

	assert_int_equal(io_listen(w->conform.server, &at, 4, hear_listener, h, &l), 0);
	return l;
}

static struct io_stream *
connecting(struct simworld *w, uint16_t port, struct heard *h)
{
	struct endpoint at = at_port(w, port);
	struct io_stream *s;

	assert_int_equal(io_connect(w->conform.client, &at, hear, h, &s), 0);
	return s;
}

static struct io_stream *
accepted(struct io_listener *l)
{
	struct io_stream *s;

	assert_int_equal(l->ops->accept(l, &s), 0);
	return s;
}

/* Octets arrive after the delay there and not before, and what comes back takes the other. */
static void
delays_are_of_each_direction(void **state)
{
	struct simworld *w =
	    simworld_new(&(struct simworld_config){.rule = {.there = 30 * MSEC, .back = 10 * MSEC}});
	struct heard h = {0}, lh = {0};
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
 * A pipe holds the window and no more, and has room again when the writer knows that octets were
 * read.
 */
static void
window_is_what_a_pipe_holds(void **state)
{
	struct simworld *w =
	    simworld_new(&(struct simworld_config){.rule = {.there = MSEC, .back = MSEC, .window = 1000}});
	struct heard h = {0}, lh = {0};
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

static void
rule_decides_how_a_connect_fares(void **state)
{
	struct simworld_config config = {.rule = {.at = {.addr = IPADDR_ANY4, .port = 81},
					     .error = LEAT_EHOSTUNREACH,
					     .there = MSEC,
					     .back = MSEC}};
	struct simio_rule silent = {.at = {.port = 82}, .there = NSEC_NEVER},
			  barred = {.at = {.port = 83}, .error = LEAT_EACCES, .at_once = true};
	struct simworld *w = simworld_new(&config);
	struct heard h[3] = {{0}};
	struct io_stream *s[3];
	struct endpoint at = at_port(w, 83);

	simio_net_rule(w->net, &silent);
	simio_net_rule(w->net, &barred);
	s[0] = connecting(w, 80, &h[0]);
	s[1] = connecting(w, 81, &h[1]);
	s[2] = connecting(w, 82, &h[2]);
	assert_int_equal(io_connect(w->conform.client, &at, hear, NULL, &s[0]), -LEAT_EACCES);
	simworld_pass(w, 1000 * SEC);
	assert_int_equal(h[0].events, IO_FAILED);
	assert_int_equal(io_error(s[0]), -LEAT_ECONNREFUSED);
	assert_int_equal(io_error(s[1]), -LEAT_EHOSTUNREACH);
	assert_int_equal(h[2].calls, 0);
	for (unsigned i = 0; i < 3; i++)
		io_close(s[i], false);
	assert_int_equal(ipaddr_parse("10.9.9.9", &at.addr), 0);
	at.port = 80;
	assert_int_equal(io_connect(w->conform.client, &at, hear, NULL, &s[0]), -LEAT_ENETUNREACH);
	simworld_free(w);
}

/*
 * At its limit a host opens nothing; what waits to be accepted waits on, and is notified when there
 * is room.
 */
static void
host_opens_as_many_as_it_may(void **state)
{
	struct simworld *w = simworld_new(&(struct simworld_config){0});
	struct heard h = {0}, lh = {0};
	struct io_listener *l = listening(w, 80, &lh);
	struct io_stream *s[2], *t;
	struct endpoint at = at_port(w, 80);
	struct io_dgram *d;

	simio_host_limit(w->client, 2);
	simio_host_limit(w->server, 1);
	s[0] = connecting(w, 80, &h);
	s[1] = connecting(w, 80, &h);
	assert_int_equal(io_connect(w->conform.client, &at, hear, NULL, &t), -LEAT_EMFILE);
	assert_int_equal(
	    w->conform.client->ops->dgram(w->conform.client, NULL, NULL, NULL, NULL, &d), -LEAT_EMFILE);
	simworld_pass(w, MSEC);
	t = accepted(l);
	simworld_pass(w, MSEC);
	lh.calls = 0;
	simworld_pass(w, MSEC);
	assert_int_equal(lh.calls, 0);
	assert_int_equal(l->ops->accept(l, &t), -LEAT_EAGAIN);
	io_close(t, false);
	simworld_pass(w, MSEC);
	assert_true(lh.calls > 0);
	t = accepted(l);
	io_close(t, false);
	io_close(s[0], false);
	io_close(s[1], false);
	l->ops->close(l);
	simworld_free(w);
}

/* One host can be the rest of the Internet, at every port, and knows whom its clients meant. */
static void
host_that_is_everywhere_has_every_name(void **state)
{
	struct simworld *w = simworld_new(&(struct simworld_config){0});
	struct heard h = {0}, lh = {0};
	struct endpoint at = {.port = 443}, name;
	struct io_listener *l;
	struct io_stream *s, *t;

	simio_host_everywhere(w->server);
	assert_int_equal(ipaddr_parse("192.0.2.7", &at.addr), 0);
	assert_int_equal(simio_listen_rest(w->server, 1, hear_listener, &lh, &l), 0);
	assert_int_equal(io_connect(w->conform.client, &at, hear, &h, &s), 0);
	simworld_pass(w, MSEC);
	t = accepted(l);
	assert_int_equal(t->ops->local(t, &name), 0);
	assert_int_equal(name.port, 443);
	assert_true(ipaddr_eq(&name.addr, &at.addr));
	assert_int_equal(s->ops->remote(s, &name), 0);
	assert_true(ipaddr_eq(&name.addr, &at.addr));
	io_close(s, false);
	io_close(t, false);
	l->ops->close(l);
	simworld_free(w);
}

/* The accept queue is full: the client is not refused; it gets in when there is room. */
static void
full_accept_queue_makes_the_client_try_again(void **state)
{
	struct simworld *w = simworld_new(&(struct simworld_config){0});
	struct heard h[2] = {{0}}, lh = {0};
	struct endpoint at = at_port(w, 80);
	struct io_listener *l;
	struct io_stream *s[2], *t[2];

	assert_int_equal(io_listen(w->conform.server, &at, 1, hear_listener, &lh, &l), 0);
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
 * A client that gives up before the server heard of it leaves no trace; later, a connection that is
 * reset.
 */
static void
client_that_gives_up_is_reset_or_never_seen(void **state)
{
	struct simworld *w =
	    simworld_new(&(struct simworld_config){.rule = {.there = 10 * MSEC, .back = 10 * MSEC}});
	struct heard h = {0}, lh = {0};
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

static void
datagrams_take_the_delays_and_errors_of_rules(void **state)
{
	struct simworld_config config = {.rule = {.at = {.port = 53}, .there = 30 * MSEC, .back = 10 * MSEC}};
	struct simworld *w = simworld_new(&config);
	struct endpoint at = at_port(w, 53), from;
	struct io_world *c = w->conform.client, *s = w->conform.server;
	struct heard h = {0}, sh = {0};
	struct io_dgram *d, *e;
	char buf[8];

	assert_int_equal(c->ops->dgram(c, NULL, &at, hear_dgram, &h, &d), 0);
	assert_int_equal(s->ops->dgram(s, &at, NULL, hear_dgram, &sh, &e), 0);
	d->ops->want(d, IO_READABLE);
	e->ops->want(e, IO_READABLE);
	assert_int_equal(d->ops->send_to(d, "ask", 3, NULL), 3);
	simworld_pass(w, 29 * MSEC);
	assert_int_equal(sh.calls, 0);
	simworld_pass(w, 2 * MSEC);
	assert_true(sh.calls > 0);
	assert_int_equal(e->ops->recv_from(e, buf, sizeof buf, &from), 3);
	assert_int_equal(e->ops->send_to(e, "answer", 6, &from), 6);
	simworld_pass(w, 9 * MSEC);
	assert_int_equal(h.calls, 0);
	simworld_pass(w, 2 * MSEC);
	assert_int_equal(d->ops->recv_from(d, buf, 3, &from), 3);
	assert_memory_equal(buf, "ans", 3);
	assert_int_equal(d->ops->recv_from(d, buf, 3, &from), -LEAT_EAGAIN);
	config.rule.error = LEAT_EHOSTUNREACH;
	assert_int_equal(d->ops->send_to(d, "ask", 3, NULL), 3);
	simworld_pass(w, 41 * MSEC);
	assert_int_equal(d->ops->recv_from(d, buf, 3, &from), -LEAT_EHOSTUNREACH);
	assert_int_equal(d->ops->send_to(d, "lost", 4, NULL), 4);
	d->ops->close(d);
	e->ops->close(e);
	simworld_free(w);
}

/* Two runs with one seed: the same random octets and ports. */
static void
same_seed_gives_the_same_world(void **state)
{
	uint8_t random[3][2][16];
	uint16_t port[3];

	for (unsigned i = 0; i < 3; i++) {
		struct simworld *w = simworld_new(&(struct simworld_config){.seed = i == 2});
		struct heard h = {0};
		struct io_stream *s = connecting(w, 80, &h);
		struct endpoint name;

		w->conform.client->ops->random(w->conform.client, random[i][0], 16);
		w->conform.server->ops->random(w->conform.server, random[i][1], 16);
		assert_int_equal(s->ops->local(s, &name), 0);
		port[i] = name.port;
		io_close(s, false);
		simworld_free(w);
	}
	assert_memory_equal(random[0], random[1], sizeof random[0]);
	assert_memory_not_equal(random[0], random[2], sizeof random[0]);
	assert_memory_not_equal(random[0][0], random[0][1], 16);
	assert_int_equal(port[0], port[1]);
	assert_true(port[0] >= 49152);
}

/* What is under way when all owners have left is freed with the net. */
static void
nothing_is_left_of_what_was_under_way(void **state)
{
	struct simworld *w = simworld_new(&(struct simworld_config){.rule = {.there = SEC, .back = SEC}});
	struct endpoint at = at_port(w, 53);
	struct io_world *c = w->conform.client;
	struct heard h = {0}, lh = {0};
	struct io_listener *l = listening(w, 80, &lh);
	struct io_stream *s = connecting(w, 80, &h), *t;
	struct io_dgram *d;
	void *room;

	assert_int_equal(c->ops->dgram(c, NULL, &at, NULL, NULL, &d), 0);
	assert_int_equal(d->ops->send_to(d, "x", 1, NULL), 1);
	d->ops->close(d);
	simworld_pass(w, 3 * SEC);
	t = accepted(l);
	assert_int_equal(io_write(s, "unread", 6, 0), 6);
	assert_true(s->ops->reserve(s, 10, &room) > 0);
	s->ops->commit(s, 0);
	io_close(s, false);
	io_close(t, false);
	l->ops->close(l);
	io_close(connecting(w, 80, &h), true);
	simworld_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(delays_are_of_each_direction),
	    cmocka_unit_test(window_is_what_a_pipe_holds),
	    cmocka_unit_test(rule_decides_how_a_connect_fares),
	    cmocka_unit_test(host_opens_as_many_as_it_may),
	    cmocka_unit_test(host_that_is_everywhere_has_every_name),
	    cmocka_unit_test(full_accept_queue_makes_the_client_try_again),
	    cmocka_unit_test(client_that_gives_up_is_reset_or_never_seen),
	    cmocka_unit_test(datagrams_take_the_delays_and_errors_of_rules),
	    cmocka_unit_test(same_seed_gives_the_same_world),
	    cmocka_unit_test(nothing_is_left_of_what_was_under_way),
	};
	struct simworld_config v4 = {0}, v6 = {.v6 = true, .seed = 1},
			       far = {.rule = {.there = 20 * MSEC, .back = 5 * MSEC}},
			       narrow = {.v6 = true, .rule = {.there = MSEC, .back = MSEC, .window = 500}};
	int failed = cmocka_run_group_tests_name("simio", tests, NULL, NULL);

	failed += conform_run("simio, IPv4", simworld_setup, simworld_teardown, &v4);
	failed += conform_run("simio, IPv6", simworld_setup, simworld_teardown, &v6);
	failed += conform_run("simio, far", simworld_setup, simworld_teardown, &far);
	failed += conform_run("simio, narrow", simworld_setup, simworld_teardown, &narrow);
	return failed;
}
