/*
 * test/unit/io/conform_dgram.c - datagrams: whom they are from, where they begin and end, and what
 * was said of them.
 *
 * A datagram may be lost, so what is waited for is sent again and again.
 */
#include "conform_impl.h"

enum { DGRAM_MOST = 1000, TRIES = 40 };

struct spot {
	struct conform *c;
	struct io_dgram *d; /* NULL once closed */
	struct endpoint at;
	unsigned want, got, told;
};

static void
on_dgram(struct io_dgram *d, unsigned events, void *arg)
{
	struct spot *s = arg;

	assert_int_equal(s->c->calls, 0);
	assert_ptr_equal(s->d, d);
	assert_int_not_equal(events, 0);
	assert_int_equal(events & ~s->want, 0);
	s->told++;
	s->got |= events;
	s->want &= ~events;
	s->c->calls++;
	d->ops->want(d, s->want);
	s->c->calls--;
}

static void
spot_want(struct spot *s, unsigned events)
{
	s->want = events;
	s->got = 0;
	s->c->calls++;
	s->d->ops->want(s->d, events);
	s->c->calls--;
}

static void
spot_open(struct spot *s, struct conform *c, struct io_world *w, const struct endpoint *local,
    const struct endpoint *peer)
{
	*s = (struct spot){.c = c};
	c->calls++;
	assert_int_equal(w->ops->dgram(w, local, peer, on_dgram, s, &s->d), 0);
	assert_int_equal(s->d->ops->local(s->d, &s->at), 0);
	c->calls--;
	assert_int_not_equal(s->at.port, 0);
}

static void
spot_close(struct spot *s)
{
	s->c->calls++;
	s->d->ops->close(s->d);
	s->c->calls--;
	s->d = NULL;
}

static ssize_t
spot_send(struct spot *s, const void *buf, size_t len, const struct endpoint *to)
{
	ssize_t n;

	s->c->calls++;
	n = s->d->ops->send_to(s->d, buf, len, to);
	s->c->calls--;
	return n;
}

static ssize_t
spot_recv(struct spot *s, void *buf, size_t len, struct endpoint *from)
{
	ssize_t n;

	s->c->calls++;
	n = s->d->ops->recv_from(s->d, buf, len, from);
	s->c->calls--;
	assert_true(n <= (ssize_t)len);
	return n;
}

/* Sends the datagram until it arrives at @to; what recv_from() says with @room for it. */
static ssize_t
carry(struct spot *s, struct spot *to, const void *buf, size_t len, bool named, void *in, size_t room,
    struct endpoint *from)
{
	for (unsigned i = 0; i < TRIES; i++) {
		assert_int_equal(spot_send(s, buf, len, named ? &to->at : NULL), len);
		spot_want(to, IO_READABLE);
		rest(s->c);
		spot_want(to, 0);
		ssize_t n = spot_recv(to, in, room, from);

		if (n != -LEAT_EAGAIN)
			return n;
	}
	fail_msg("the datagram did not arrive");
	return -1;
}

/* Whatever else has arrived is thrown away. */
static void
clear(struct spot *s)
{
	uint8_t buf[DGRAM_MOST];

	rest(s->c);
	while (spot_recv(s, buf, sizeof buf, NULL) >= 0)
		;
}

struct spots {
	struct spot client, server;
};

/*
 * A server at the address of conform.at, and a client with any name (or with that server as its
 * peer).
 */
static bool
spots_open(struct spots *s, struct conform *c, bool connected)
{
	if (c->no_dgram)
		return false;
	spot_open(&s->server, c, c->server, &c->at, NULL);
	spot_open(&s->client, c, c->client, NULL, connected ? &s->server.at : NULL);
	return true;
}

static void
spots_close(struct spots *s)
{
	if (s->client.d)
		spot_close(&s->client);
	if (s->server.d)
		spot_close(&s->server);
}

static void
a_datagram_says_whom_it_is_from_and_can_be_answered(void **state)
{
	struct endpoint from = {0}, back = {0};
	struct spots s;
	uint8_t buf[DGRAM_MOST];

	if (!spots_open(&s, conform_of(state), false))
		return;
	assert_int_equal(carry(&s.client, &s.server, "ask", 3, true, buf, sizeof buf, &from), 3);
	assert_memory_equal(buf, "ask", 3);
	assert_int_equal(from.port, s.client.at.port);
	s.client.at = from;
	assert_int_equal(carry(&s.server, &s.client, "answer", 6, true, buf, sizeof buf, &back), 6);
	assert_memory_equal(buf, "answer", 6);
	assert_true(ipaddr_eq(&back.addr, &s.server.at.addr));
	assert_int_equal(back.port, s.server.at.port);
	spots_close(&s);
}

static void
a_socket_with_a_peer_needs_no_name_to_send_to(void **state)
{
	struct endpoint from;
	struct spots s;
	uint8_t buf[DGRAM_MOST];

	if (!spots_open(&s, conform_of(state), true))
		return;
	assert_int_equal(carry(&s.client, &s.server, "hello", 5, false, buf, sizeof buf, &from), 5);
	assert_true(ipaddr_eq(&from.addr, &s.client.at.addr));
	assert_int_equal(from.port, s.client.at.port);
	spots_close(&s);
}

static void
an_empty_datagram_is_a_datagram(void **state)
{
	struct endpoint from = {0};
	struct spots s;
	uint8_t buf[DGRAM_MOST];

	if (!spots_open(&s, conform_of(state), false))
		return;
	assert_int_equal(carry(&s.client, &s.server, "", 0, true, buf, sizeof buf, &from), 0);
	assert_int_equal(from.port, s.client.at.port);
	spots_close(&s);
}

static void
a_datagram_is_cut_off_at_the_room_there_is_for_it(void **state)
{
	struct conform *c = conform_of(state);
	struct spots s;
	uint8_t buf[DGRAM_MOST] = {0};

	if (!spots_open(&s, c, false))
		return;
	assert_int_equal(carry(&s.client, &s.server, "0123456789", 10, true, buf, 4, NULL), 4);
	assert_memory_equal(buf, "0123\0", 5);
	clear(&s.server);
	assert_int_equal(carry(&s.client, &s.server, "next", 4, true, buf, sizeof buf, NULL), 4);
	assert_memory_equal(buf, "next", 4); /* the rest of the one before has gone */
	spots_close(&s);
}

static void
a_datagram_that_is_too_long_is_refused(void **state)
{
	struct spots s;
	uint8_t *buf = calloc(1, 70000);

	if (spots_open(&s, conform_of(state), false)) {
		assert_int_equal(spot_send(&s.client, buf, 70000, &s.server.at), -LEAT_EMSGSIZE);
		assert_int_equal(spot_recv(&s.server, buf, 10, NULL), -LEAT_EAGAIN);
		spots_close(&s);
	}
	free(buf);
}

static void
a_peer_without_a_socket_is_known_to_a_connected_one(void **state)
{
	struct conform *c = conform_of(state);
	struct spots s;
	uint8_t buf[16];
	ssize_t n = -LEAT_EAGAIN;

	if (!spots_open(&s, c, true))
		return;
	spot_close(&s.server);
	for (unsigned i = 0; i < TRIES && n == -LEAT_EAGAIN; i++) {
		assert_int_equal(spot_send(&s.client, "x", 1, NULL), 1);
		spot_want(&s.client, IO_READABLE);
		rest(c);
		n = spot_recv(&s.client, buf, sizeof buf, NULL);
		assert_int_equal(n == -LEAT_EAGAIN, !(s.client.got & IO_READABLE));
	}
	assert_int_equal(n, -LEAT_ECONNREFUSED);
	assert_int_equal(spot_recv(&s.client, buf, sizeof buf, NULL), -LEAT_EAGAIN); /* once */
	spots_close(&s);
}

/* Until the error has been received, what is sent is sent: no send gives the error away. */
static void
the_error_of_a_datagram_is_said_to_who_receives(void **state)
{
	struct conform *c = conform_of(state);
	struct spots s;
	uint8_t buf[16];

	if (!spots_open(&s, c, true))
		return;
	spot_close(&s.server);
	for (unsigned i = 0; i < TRIES / 4; i++) {
		assert_int_equal(spot_send(&s.client, "x", 1, NULL), 1);
		rest(c);
	}
	assert_int_equal(spot_recv(&s.client, buf, sizeof buf, NULL), -LEAT_ECONNREFUSED);
	spots_close(&s);
}

/* Counts, and goes on wanting. */
static void
count_dgram(struct io_dgram *d, unsigned events, void *arg)
{
	struct spot *s = arg;

	assert_int_equal(s->c->calls, 0);
	assert_ptr_equal(s->d, d);
	if (++s->told == 3)
		spot_close(s);
}

static void
events_of_datagram_sockets_are_levels_and_end_with_close(void **state)
{
	struct conform *c = conform_of(state);
	struct spots s;

	if (!spots_open(&s, c, false))
		return;
	s.client.d->fn = count_dgram;
	spot_want(&s.client, IO_WRITABLE);
	rest(c); /* another callback would find no socket */
	assert_int_equal(s.client.told, 3);
	assert_null(s.client.d);
	spots_close(&s);
}

static void
a_datagram_socket_is_readable_only_while_something_is_there(void **state)
{
	struct conform *c = conform_of(state);
	struct spots s;
	uint8_t buf[16];

	if (!spots_open(&s, c, false))
		return;
	assert_int_equal(spot_recv(&s.server, buf, sizeof buf, NULL), -LEAT_EAGAIN);
	spot_want(&s.server, IO_READABLE);
	spot_want(&s.client, IO_READABLE | IO_WRITABLE);
	assert_int_equal(s.client.told, 0);
	rest(c);
	assert_int_equal(s.server.told, 0);
	assert_int_equal(s.client.got, IO_WRITABLE);
	assert_int_equal(carry(&s.client, &s.server, "x", 1, true, buf, sizeof buf, NULL), 1);
	assert_true(s.server.told >= 1);
	clear(&s.server);
	s.server.told = 0;
	spot_want(&s.server, IO_READABLE);
	rest(c);
	assert_int_equal(s.server.told, 0);
	spots_close(&s);
}

static void
a_connected_socket_hears_its_peer_alone(void **state)
{
	struct conform *c = conform_of(state);
	struct spot other;
	struct spots s;
	uint8_t buf[16];

	if (!spots_open(&s, c, true))
		return;
	spot_open(&other, c, c->server, &(struct endpoint){.addr = c->at.addr}, NULL);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(spot_send(&other, "stranger", 8, &s.client.at), 8);
	rest(c);
	assert_int_equal(spot_recv(&s.client, buf, sizeof buf, NULL), -LEAT_EAGAIN);
	assert_int_equal(carry(&s.server, &s.client, "friend", 6, true, buf, sizeof buf, NULL), 6);
	spot_close(&other);
	spots_close(&s);
}

static void
a_name_is_taken_by_one_datagram_socket(void **state)
{
	struct conform *c = conform_of(state);
	struct io_dgram *d = NULL;
	struct spots s;

	if (!spots_open(&s, c, false))
		return;
	assert_int_equal(
	    c->server->ops->dgram(c->server, &s.server.at, NULL, NULL, NULL, &d), -LEAT_EADDRINUSE);
	assert_null(d);
	spots_close(&s);
}

const struct conform_test conform_dgram_tests[] = {
    CONFORM_TEST(a_datagram_says_whom_it_is_from_and_can_be_answered),
    CONFORM_TEST(a_socket_with_a_peer_needs_no_name_to_send_to),
    CONFORM_TEST(an_empty_datagram_is_a_datagram),
    CONFORM_TEST(a_datagram_is_cut_off_at_the_room_there_is_for_it),
    CONFORM_TEST(a_datagram_that_is_too_long_is_refused),
    CONFORM_TEST(a_peer_without_a_socket_is_known_to_a_connected_one),
    CONFORM_TEST(the_error_of_a_datagram_is_said_to_who_receives),
    CONFORM_TEST(events_of_datagram_sockets_are_levels_and_end_with_close),
    CONFORM_TEST(a_datagram_socket_is_readable_only_while_something_is_there),
    CONFORM_TEST(a_connected_socket_hears_its_peer_alone),
    CONFORM_TEST(a_name_is_taken_by_one_datagram_socket),
    {NULL, NULL},
};
