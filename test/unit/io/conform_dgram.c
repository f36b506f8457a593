/*
 * test/unit/io/conform_dgram.c - datagrams: their sender, their bounds, their errors and events.
 *
 * A datagram may be lost, so a test sends it until it arrives.
 */
#include "conform_impl.h"

enum { DGRAM_MOST = 1000, TRIES = 40 };

struct dgram_end {
	struct conform *c;
	struct io_dgram *d; /* NULL once closed */
	struct endpoint at;
	unsigned want, got;
	unsigned reports; /* callbacks so far */
};

static void
on_dgram(struct io_dgram *d, unsigned events, void *arg)
{
	struct dgram_end *s = arg;

	assert_int_equal(s->c->calls, 0);
	assert_ptr_equal(s->d, d);
	assert_int_not_equal(events, 0);
	assert_int_equal(events & ~s->want, 0);
	s->reports++;
	s->got |= events;
	s->want &= ~events;
	s->c->calls++;
	d->ops->want(d, s->want);
	s->c->calls--;
}

static void
dgram_want(struct dgram_end *s, unsigned events)
{
	s->want = events;
	s->got = 0;
	s->c->calls++;
	s->d->ops->want(s->d, events);
	s->c->calls--;
}

static void
dgram_open(struct dgram_end *s, struct conform *c, struct io_world *w, const struct endpoint *local,
    const struct endpoint *peer)
{
	*s = (struct dgram_end){.c = c};
	c->calls++;
	assert_int_equal(w->ops->dgram(w, local, peer, on_dgram, s, &s->d), 0);
	assert_int_equal(s->d->ops->local(s->d, &s->at), 0);
	c->calls--;
	assert_int_not_equal(s->at.port, 0);
}

static void
dgram_close(struct dgram_end *s)
{
	s->c->calls++;
	s->d->ops->close(s->d);
	s->c->calls--;
	s->d = NULL;
}

static ssize_t
dgram_send(struct dgram_end *s, const void *buf, size_t len, const struct endpoint *to)
{
	ssize_t n;

	s->c->calls++;
	n = s->d->ops->send_to(s->d, buf, len, to);
	s->c->calls--;
	return n;
}

static ssize_t
dgram_recv(struct dgram_end *s, void *buf, size_t len, struct endpoint *from)
{
	ssize_t n;

	s->c->calls++;
	n = s->d->ops->recv_from(s->d, buf, len, from);
	s->c->calls--;
	assert_true(n <= (ssize_t)len);
	return n;
}

/* Sends the datagram until it arrives at @to; returns what recv_from() does with @room octets. */
static ssize_t
send_until_received(struct dgram_end *s, struct dgram_end *to, const void *buf, size_t len, bool with_address,
    void *in, size_t room, struct endpoint *from)
{
	for (unsigned i = 0; i < TRIES; i++) {
		assert_int_equal(dgram_send(s, buf, len, with_address ? &to->at : NULL), len);
		dgram_want(to, IO_READABLE);
		rest(s->c);
		dgram_want(to, 0);
		ssize_t n = dgram_recv(to, in, room, from);

		if (n != -LEAT_EAGAIN)
			return n;
	}
	fail_msg("the datagram did not arrive");
	return -1;
}

/* Discards what has arrived. */
static void
discard_arrived(struct dgram_end *s)
{
	uint8_t buf[DGRAM_MOST];

	rest(s->c);
	while (dgram_recv(s, buf, sizeof buf, NULL) >= 0)
		;
}

struct dgram_pair {
	struct dgram_end client, server;
};

/*
 * Opens a server socket at conform.at, and a client socket with that server as its peer if
 * @connected. Returns false if the worlds have no datagrams.
 */
static bool
dgram_pair_open(struct dgram_pair *s, struct conform *c, bool connected)
{
	if (c->no_dgram)
		return false;
	dgram_open(&s->server, c, c->server, &c->at, NULL);
	dgram_open(&s->client, c, c->client, NULL, connected ? &s->server.at : NULL);
	return true;
}

static void
dgram_pair_close(struct dgram_pair *s)
{
	if (s->client.d)
		dgram_close(&s->client);
	if (s->server.d)
		dgram_close(&s->server);
}

static void
recv_from_gives_a_sender_that_can_be_answered(void **state)
{
	struct endpoint from = {0}, back = {0};
	struct dgram_pair s;
	uint8_t buf[DGRAM_MOST];

	if (!dgram_pair_open(&s, conform_of(state), false))
		return;
	assert_int_equal(
	    send_until_received(&s.client, &s.server, "ask", 3, true, buf, sizeof buf, &from), 3);
	assert_memory_equal(buf, "ask", 3);
	assert_int_equal(from.port, s.client.at.port);
	s.client.at = from;
	assert_int_equal(
	    send_until_received(&s.server, &s.client, "answer", 6, true, buf, sizeof buf, &back), 6);
	assert_memory_equal(buf, "answer", 6);
	assert_true(ipaddr_eq(&back.addr, &s.server.at.addr));
	assert_int_equal(back.port, s.server.at.port);
	dgram_pair_close(&s);
}

static void
a_connected_socket_sends_to_its_peer_without_an_address(void **state)
{
	struct endpoint from;
	struct dgram_pair s;
	uint8_t buf[DGRAM_MOST];

	if (!dgram_pair_open(&s, conform_of(state), true))
		return;
	assert_int_equal(
	    send_until_received(&s.client, &s.server, "hello", 5, false, buf, sizeof buf, &from), 5);
	assert_true(ipaddr_eq(&from.addr, &s.client.at.addr));
	assert_int_equal(from.port, s.client.at.port);
	dgram_pair_close(&s);
}

static void
an_empty_datagram_is_received(void **state)
{
	struct endpoint from = {0};
	struct dgram_pair s;
	uint8_t buf[DGRAM_MOST];

	if (!dgram_pair_open(&s, conform_of(state), false))
		return;
	assert_int_equal(send_until_received(&s.client, &s.server, "", 0, true, buf, sizeof buf, &from), 0);
	assert_int_equal(from.port, s.client.at.port);
	dgram_pair_close(&s);
}

static void
a_long_datagram_is_cut_off_at_the_length_of_the_buffer(void **state)
{
	struct conform *c = conform_of(state);
	struct dgram_pair s;
	uint8_t buf[DGRAM_MOST] = {0};

	if (!dgram_pair_open(&s, c, false))
		return;
	assert_int_equal(send_until_received(&s.client, &s.server, "0123456789", 10, true, buf, 4, NULL), 4);
	assert_memory_equal(buf, "0123\0", 5);
	discard_arrived(&s.server);
	assert_int_equal(
	    send_until_received(&s.client, &s.server, "next", 4, true, buf, sizeof buf, NULL), 4);
	assert_memory_equal(buf, "next", 4); /* the rest of the first one is lost */
	dgram_pair_close(&s);
}

static void
sending_too_long_a_datagram_gives_emsgsize(void **state)
{
	struct dgram_pair s;
	uint8_t *buf = calloc(1, 70000);

	if (dgram_pair_open(&s, conform_of(state), false)) {
		assert_int_equal(dgram_send(&s.client, buf, 70000, &s.server.at), -LEAT_EMSGSIZE);
		assert_int_equal(dgram_recv(&s.server, buf, 10, NULL), -LEAT_EAGAIN);
		dgram_pair_close(&s);
	}
	free(buf);
}

static void
a_connected_socket_receives_a_refusal_once(void **state)
{
	struct conform *c = conform_of(state);
	struct dgram_pair s;
	uint8_t buf[16];
	ssize_t n = -LEAT_EAGAIN;

	if (!dgram_pair_open(&s, c, true))
		return;
	dgram_close(&s.server);
	for (unsigned i = 0; i < TRIES && n == -LEAT_EAGAIN; i++) {
		assert_int_equal(dgram_send(&s.client, "x", 1, NULL), 1);
		dgram_want(&s.client, IO_READABLE);
		rest(c);
		n = dgram_recv(&s.client, buf, sizeof buf, NULL);
		assert_int_equal(n == -LEAT_EAGAIN, !(s.client.got & IO_READABLE));
	}
	assert_int_equal(n, -LEAT_ECONNREFUSED);
	assert_int_equal(dgram_recv(&s.client, buf, sizeof buf, NULL), -LEAT_EAGAIN); /* once */
	dgram_pair_close(&s);
}

static void
a_refusal_is_returned_by_recv_from_and_not_by_send_to(void **state)
{
	struct conform *c = conform_of(state);
	struct dgram_pair s;
	uint8_t buf[16];

	if (!dgram_pair_open(&s, c, true))
		return;
	dgram_close(&s.server);
	for (unsigned i = 0; i < TRIES / 4; i++) {
		assert_int_equal(dgram_send(&s.client, "x", 1, NULL), 1);
		rest(c);
	}
	assert_int_equal(dgram_recv(&s.client, buf, sizeof buf, NULL), -LEAT_ECONNREFUSED);
	dgram_pair_close(&s);
}

/* Counts, and closes the socket the third time. */
static void
count_dgram(struct io_dgram *d, unsigned events, void *arg)
{
	struct dgram_end *s = arg;

	assert_int_equal(s->c->calls, 0);
	assert_ptr_equal(s->d, d);
	if (++s->reports == 3)
		dgram_close(s);
}

static void
datagram_events_repeat_in_each_turn_until_close(void **state)
{
	struct conform *c = conform_of(state);
	struct dgram_pair s;

	if (!dgram_pair_open(&s, c, false))
		return;
	s.client.d->fn = count_dgram;
	dgram_want(&s.client, IO_WRITABLE);
	rest(c); /* a fourth callback would find no socket */
	assert_int_equal(s.client.reports, 3);
	assert_null(s.client.d);
	dgram_pair_close(&s);
}

static void
a_datagram_socket_is_readable_only_while_a_datagram_waits(void **state)
{
	struct conform *c = conform_of(state);
	struct dgram_pair s;
	uint8_t buf[16];

	if (!dgram_pair_open(&s, c, false))
		return;
	assert_int_equal(dgram_recv(&s.server, buf, sizeof buf, NULL), -LEAT_EAGAIN);
	dgram_want(&s.server, IO_READABLE);
	dgram_want(&s.client, IO_READABLE | IO_WRITABLE);
	assert_int_equal(s.client.reports, 0);
	rest(c);
	assert_int_equal(s.server.reports, 0);
	assert_int_equal(s.client.got, IO_WRITABLE);
	assert_int_equal(send_until_received(&s.client, &s.server, "x", 1, true, buf, sizeof buf, NULL), 1);
	assert_true(s.server.reports >= 1);
	discard_arrived(&s.server);
	s.server.reports = 0;
	dgram_want(&s.server, IO_READABLE);
	rest(c);
	assert_int_equal(s.server.reports, 0);
	dgram_pair_close(&s);
}

static void
a_connected_socket_receives_from_its_peer_alone(void **state)
{
	struct conform *c = conform_of(state);
	struct dgram_end other;
	struct dgram_pair s;
	uint8_t buf[16];

	if (!dgram_pair_open(&s, c, true))
		return;
	dgram_open(&other, c, c->server, &(struct endpoint){.addr = c->at.addr}, NULL);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(dgram_send(&other, "stranger", 8, &s.client.at), 8);
	rest(c);
	assert_int_equal(dgram_recv(&s.client, buf, sizeof buf, NULL), -LEAT_EAGAIN);
	assert_int_equal(
	    send_until_received(&s.server, &s.client, "friend", 6, true, buf, sizeof buf, NULL), 6);
	dgram_close(&other);
	dgram_pair_close(&s);
}

static void
an_address_has_one_datagram_socket(void **state)
{
	struct conform *c = conform_of(state);
	struct io_dgram *d = NULL;
	struct dgram_pair s;

	if (!dgram_pair_open(&s, c, false))
		return;
	assert_int_equal(
	    c->server->ops->dgram(c->server, &s.server.at, NULL, NULL, NULL, &d), -LEAT_EADDRINUSE);
	assert_null(d);
	dgram_pair_close(&s);
}

const struct conform_test conform_dgram_tests[] = {
    CONFORM_TEST(recv_from_gives_a_sender_that_can_be_answered),
    CONFORM_TEST(a_connected_socket_sends_to_its_peer_without_an_address),
    CONFORM_TEST(an_empty_datagram_is_received),
    CONFORM_TEST(a_long_datagram_is_cut_off_at_the_length_of_the_buffer),
    CONFORM_TEST(sending_too_long_a_datagram_gives_emsgsize),
    CONFORM_TEST(a_connected_socket_receives_a_refusal_once),
    CONFORM_TEST(a_refusal_is_returned_by_recv_from_and_not_by_send_to),
    CONFORM_TEST(datagram_events_repeat_in_each_turn_until_close),
    CONFORM_TEST(a_datagram_socket_is_readable_only_while_a_datagram_waits),
    CONFORM_TEST(a_connected_socket_receives_from_its_peer_alone),
    CONFORM_TEST(an_address_has_one_datagram_socket),
    {NULL, NULL},
};
