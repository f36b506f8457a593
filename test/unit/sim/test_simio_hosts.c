/*
 * Tests hosts in virtual time: their addresses, limits, datagrams and seed.
 */
#include "sim/simio_calls.h"

#include <string.h>

/*
 * At its limit, a host opens nothing more. Connections stay in the accept queue, and the listener
 * is notified when the host may open one more.
 */
static void
host_opens_as_many_as_it_may(void **state)
{
	struct simworld *w = simworld_new(&(struct simworld_config){0});
	struct notified h = {0}, lh = {0};
	struct io_listener *l = listening(w, 80, &lh);
	struct io_stream *s[2], *t;
	struct endpoint at = at_port(w, 80);
	struct io_dgram *d;

	simio_host_limit(w->client, 2);
	simio_host_limit(w->server, 1);
	s[0] = connecting(w, 80, &h);
	s[1] = connecting(w, 80, &h);
	assert_int_equal(io_connect(w->conform.client, &at, on_stream, NULL, &t), -LEAT_EMFILE);
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

/* One host can have all other addresses and all ports. It knows the address that a client used. */
static void
host_that_is_everywhere_has_every_address(void **state)
{
	struct simworld *w = simworld_new(&(struct simworld_config){0});
	struct notified h = {0}, lh = {0};
	struct endpoint at = {.port = 443}, name;
	struct io_listener *l;
	struct io_stream *s, *t;

	simio_host_everywhere(w->server);
	assert_int_equal(ipaddr_parse("192.0.2.7", &at.addr), 0);
	assert_int_equal(simio_listen_rest(w->server, 1, on_listener, &lh, &l), 0);
	assert_int_equal(io_connect(w->conform.client, &at, on_stream, &h, &s), 0);
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

static void
datagrams_take_the_delays_and_errors_of_rules(void **state)
{
	struct simworld_config config = {.rule = {.at = {.port = 53}, .there = 30 * MSEC, .back = 10 * MSEC}};
	struct simworld *w = simworld_new(&config);
	struct endpoint at = at_port(w, 53), from;
	struct io_world *c = w->conform.client, *s = w->conform.server;
	struct notified h = {0}, sh = {0};
	struct io_dgram *d, *e;
	char buf[8];

	assert_int_equal(c->ops->dgram(c, NULL, &at, on_dgram, &h, &d), 0);
	assert_int_equal(s->ops->dgram(s, &at, NULL, on_dgram, &sh, &e), 0);
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

/* Each host has its own loopback address, which no other host can reach. */
static void
loopback_is_a_hosts_own(void **state)
{
	struct simworld *w = simworld_new(&(struct simworld_config){0});
	struct endpoint at = {.addr = IPADDR_LOOPBACK4, .port = 80}, name;
	struct notified h[2] = {{0}}, lh = {0};
	struct io_listener *l;
	struct io_stream *s[2], *t;

	assert_int_equal(io_listen(w->conform.server, &at, 1, on_listener, &lh, &l), 0);
	assert_int_equal(io_connect(w->conform.client, &at, on_stream, &h[0], &s[0]), 0);
	assert_int_equal(io_connect(w->conform.server, &at, on_stream, &h[1], &s[1]), 0);
	simworld_pass(w, MSEC);
	assert_int_equal(io_error(s[0]), -LEAT_ECONNREFUSED);
	assert_int_equal(h[1].events, IO_CONNECTED);
	t = accepted(l);
	assert_int_equal(t->ops->remote(t, &name), 0);
	assert_true(ipaddr_eq(&name.addr, &IPADDR_LOOPBACK4));
	io_close(s[0], false);
	io_close(s[1], false);
	io_close(t, false);
	l->ops->close(l);
	simworld_free(w);
}

/* A socket holds a limited number of octets. Datagrams beyond that are lost; earlier ones stay. */
static void
datagrams_that_wait_are_bounded(void **state)
{
	enum { SENT = 1000, LEN = 1000 };
	struct simworld *w = simworld_new(&(struct simworld_config){0});
	struct io_world *c = w->conform.client, *s = w->conform.server;
	struct endpoint at = at_port(w, 53), from;
	struct io_dgram *d, *e;
	unsigned got = 0;
	uint16_t number;
	char buf[LEN] = {0};

	assert_int_equal(c->ops->dgram(c, NULL, &at, NULL, NULL, &d), 0);
	assert_int_equal(s->ops->dgram(s, &at, NULL, NULL, NULL, &e), 0);
	for (unsigned i = 0; i < SENT; i++) {
		number = (uint16_t)i;
		memcpy(buf, &number, sizeof number);
		assert_int_equal(d->ops->send_to(d, buf, LEN, NULL), LEN);
	}
	simworld_pass(w, MSEC);
	while (e->ops->recv_from(e, buf, LEN, &from) == LEN) {
		memcpy(&number, buf, sizeof number);
		assert_int_equal(number, got);
		got++;
	}
	assert_in_range(got, 50, SENT / 2);
	for (unsigned i = 0; i < got; i++) { /* all of the room is free again */
		assert_int_equal(d->ops->send_to(d, buf, LEN, NULL), LEN);
		simworld_pass(w, MSEC);
		assert_int_equal(e->ops->recv_from(e, buf, LEN, &from), LEN);
	}
	d->ops->close(d);
	e->ops->close(e);
	simworld_free(w);
}

/* Only a connected socket gets ECONNREFUSED if no socket is at the other end, as on Linux. */
static void
socket_without_a_peer_is_not_refused(void **state)
{
	struct simworld *w = simworld_new(&(struct simworld_config){0});
	struct io_world *c = w->conform.client;
	struct endpoint at = at_port(w, 53), from;
	struct io_dgram *d, *e;
	char buf[8];

	assert_int_equal(c->ops->dgram(c, NULL, NULL, NULL, NULL, &d), 0);
	assert_int_equal(c->ops->dgram(c, NULL, &at, NULL, NULL, &e), 0);
	assert_int_equal(d->ops->send_to(d, "x", 1, &at), 1);
	assert_int_equal(e->ops->send_to(e, "x", 1, NULL), 1);
	simworld_pass(w, MSEC);
	assert_int_equal(d->ops->recv_from(d, buf, sizeof buf, &from), -LEAT_EAGAIN);
	assert_int_equal(e->ops->recv_from(e, buf, sizeof buf, &from), -LEAT_ECONNREFUSED);
	d->ops->close(d);
	e->ops->close(e);
	simworld_free(w);
}

/* Two runs with the same seed have the same random octets and ports. */
static void
same_seed_gives_the_same_world(void **state)
{
	uint8_t random[3][2][16];
	uint16_t port[3];

	for (unsigned i = 0; i < 3; i++) {
		struct simworld *w = simworld_new(&(struct simworld_config){.seed = i == 2});
		struct notified h = {0};
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

/* Messages and datagrams that are in flight when all sockets are closed are freed with the net. */
static void
messages_in_flight_are_freed_with_the_net(void **state)
{
	struct simworld *w = simworld_new(&(struct simworld_config){.rule = {.there = SEC, .back = SEC}});
	struct endpoint at = at_port(w, 53);
	struct io_world *c = w->conform.client;
	struct notified h = {0}, lh = {0};
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
	s->ops->commit(s, 0, 0);
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
	    cmocka_unit_test(host_opens_as_many_as_it_may),
	    cmocka_unit_test(host_that_is_everywhere_has_every_address),
	    cmocka_unit_test(datagrams_take_the_delays_and_errors_of_rules),
	    cmocka_unit_test(loopback_is_a_hosts_own),
	    cmocka_unit_test(datagrams_that_wait_are_bounded),
	    cmocka_unit_test(socket_without_a_peer_is_not_refused),
	    cmocka_unit_test(same_seed_gives_the_same_world),
	    cmocka_unit_test(messages_in_flight_are_freed_with_the_net),
	};

	return cmocka_run_group_tests_name("simio, hosts", tests, NULL, NULL);
}
