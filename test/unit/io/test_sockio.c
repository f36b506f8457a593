/*
 * The adapter over Leat's own sockets in virtual time keeps the rules of io/io.h: over IPv4 and IPv6, on
 * one host that talks to itself, and on two hosts with a clean link and with bad ones. And the rules
 * of this adapter alone.
 */
#include "io/sockio.h"
#include "io/sockworld.h"
#include "sim/sim.h"

/* The first random octets of two worlds on a host with @seed. */
static void
draw(uint64_t seed, uint64_t out[2])
{
	struct sim_config config = {.seed = seed};
	struct sim *sim = sim_new(&config);
	struct stack *host = sim_host(sim);
	struct io_world *w[2] = {sockio_new(host), sockio_new(host)};

	for (unsigned i = 0; i < 2; i++) {
		w[i]->ops->random(w[i], &out[i], sizeof out[i]);
		sockio_free(w[i]);
	}
	sim_free(sim);
}

static void
the_seed_gives_the_random_octets_of_each_world(void **state)
{
	uint64_t a[2], again[2], other[2];

	draw(1, a);
	draw(1, again);
	draw(2, other);
	assert_memory_equal(a, again, sizeof a);
	assert_true(a[0] != a[1]);
	assert_true(a[0] != other[0] && a[1] != other[1]);
}

/* A peek shows the place where the octets arrived, so the next peek shows the same place. */
static void
peek_copies_nothing(void **state)
{
	struct sockworld *f = *state;
	struct pkt_span first, again;
	struct io_listener *l;
	struct io_stream *client, *server;

	assert_int_equal(io_listen(f->conform.server, &f->conform.at, 1, NULL, NULL, &l), 0);
	assert_int_equal(io_connect(f->conform.client, &f->conform.at, NULL, NULL, &client), 0);
	simnet_pass(&f->net, SEC);
	assert_int_equal(l->ops->accept(l, &server), 0);
	assert_int_equal(io_write(client, "octets", 6, 0), 6);
	simnet_pass(&f->net, SEC);
	assert_int_equal(io_peek(server, &first, 1), 1);
	io_consume(server, 2);
	assert_int_equal(io_peek(server, &again, 1), 1);
	assert_ptr_equal(again.at, first.at + 2);
	io_consume(server, 4);
	io_close(client, false);
	io_close(server, false);
	l->ops->close(l);
}

static void
both_families_can_listen_at_one_port(void **state)
{
	struct sockworld *f = *state;
	struct io_listener *l4, *l6;
	struct endpoint at = {IPADDR_ANY6, 80, 0};

	assert_int_equal(io_listen(f->conform.server, &at, 1, NULL, NULL, &l6), 0);
	at.addr = IPADDR_ANY4;
	assert_int_equal(io_listen(f->conform.server, &at, 1, NULL, NULL, &l4), 0);
	l4->ops->close(l4);
	l6->ops->close(l6);
}

/* RFC 9293, 3.7.4: with Nagle's algorithm the second would wait for the first one's ACK. */
static void
short_writes_wait_for_no_acknowledgement(void **state)
{
	struct sockworld *f = *state;
	struct io_listener *l;
	struct io_stream *client, *server;
	uint8_t buf[8];

	assert_int_equal(io_listen(f->conform.server, &f->conform.at, 1, NULL, NULL, &l), 0);
	assert_int_equal(io_connect(f->conform.client, &f->conform.at, NULL, NULL, &client), 0);
	simnet_pass(&f->net, SEC);
	assert_int_equal(l->ops->accept(l, &server), 0);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(io_write(client, "ab", 2, 0), 2);
	simnet_pass(&f->net, 150 * USEC); /* the delay is 100 us each way */
	assert_int_equal(io_read(server, buf, sizeof buf), 8);
	io_close(client, false);
	io_close(server, false);
	l->ops->close(l);
}

static const struct sockworld_kind KINDS[] = {
    {"sock, one world, IPv4", "127.0.0.1", 7, {0}, 300 * MSEC},
    {"sock, one world, IPv6", "::1", 8, {0}, 300 * MSEC},
    {"sock, IPv4", "10.0.0.2", 1, {.delay = 100 * USEC}, 300 * MSEC},
    {"sock, IPv6", "fd00::2", 2, {.delay = 100 * USEC}, 300 * MSEC},
    {"sock, IPv4, bad link, seed 3", "10.0.0.2", 3, SOCKWORLD_BAD, 4 * SEC},
    {"sock, IPv6, bad link, seed 4", "fd00::2", 4, SOCKWORLD_BAD, 4 * SEC},
    {"sock, IPv4, bad link, seed 5", "10.0.0.2", 5, SOCKWORLD_BAD, 4 * SEC},
    {"sock, IPv6, bad link, seed 6", "fd00::2", 6, SOCKWORLD_BAD, 4 * SEC},
};

int
main(void)
{
	static const struct sockworld_kind clean = {"", "10.0.0.2", 1, {.delay = 100 * USEC}, 0};
	const struct CMUnitTest own[] = {
	    cmocka_unit_test(the_seed_gives_the_random_octets_of_each_world),
	    cmocka_unit_test_prestate_setup_teardown(
		peek_copies_nothing, sockworld_setup, sockworld_teardown, (void *)&clean),
	    cmocka_unit_test_prestate_setup_teardown(
		both_families_can_listen_at_one_port, sockworld_setup, sockworld_teardown, (void *)&clean),
	    cmocka_unit_test_prestate_setup_teardown(short_writes_wait_for_no_acknowledgement,
		sockworld_setup, sockworld_teardown, (void *)&clean),
	};
	int failed = cmocka_run_group_tests(own, NULL, NULL);

	for (unsigned i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
		struct sockworld_kind kind = KINDS[i];

		failed += conform_run(kind.what, sockworld_setup, sockworld_teardown, &kind);
	}
	return failed;
}
