/*
 * The adapter over Leat's own sockets in virtual time, by IPv4 and by IPv6: one host that talks to
 * itself, two hosts on a clean link and on bad ones; and what is this adapter's alone.
 */
#include "io/conform.h"
#include "io/sockio.h"
#include "pkt/pool.h"
#include "sim/sim.h"

#include <stdlib.h>
#include <string.h>

struct kind {
	const char *what;
	const char *at;
	uint64_t seed;
	struct emu_impair impair;
	nsec_t rest;
};

struct fixture {
	struct conform conform; /* first */
	struct sim *sim;
	struct stack *client, *server;
};

static void
turn(struct conform *c)
{
	sim_step(((struct fixture *)c)->sim);
}

static void
make_hosts(struct fixture *f, const struct kind *kind)
{
	struct sim_config config = {.seed = kind->seed};
	struct sim_link_config link = {.dir = {kind->impair, kind->impair}};
	struct sim_link *l;

	f->sim = sim_new(&config);
	f->client = link.host[0] = sim_host(f->sim);
	f->server = link.host[1] = sim_host(f->sim);
	l = sim_link(f->sim, &link);
	assert_int_equal(sim_address(sim_link_iface(l, 0), "10.0.0.1", 24), 0);
	assert_int_equal(sim_address(sim_link_iface(l, 1), "10.0.0.2", 24), 0);
	assert_int_equal(sim_address(sim_link_iface(l, 0), "fd00::1", 64), 0);
	assert_int_equal(sim_address(sim_link_iface(l, 1), "fd00::2", 64), 0);
}

static int
setup(void **state)
{
	const struct kind *kind = *state;
	struct fixture *f = calloc(1, sizeof *f);

	make_hosts(f, kind);
	f->conform = (struct conform){.client = sockio_new(f->client),
	    .at.port = 80,
	    .turn = turn,
	    .patience = 600 * SEC,
	    .rest = kind->rest,
	    .lossy = kind->impair.loss > 0};
	assert_int_equal(ipaddr_parse(kind->at, &f->conform.at.addr), 0);
	f->conform.server =
	    ipaddr_is_loopback(&f->conform.at.addr) ? f->conform.client : sockio_new(f->server);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(sockio_open(f->conform.client), 0);
	assert_int_equal(sockio_open(f->conform.server), 0);
	if (f->conform.server != f->conform.client)
		sockio_free(f->conform.server);
	sockio_free(f->conform.client);
	/* Connections end by themselves, and leave nothing behind. */
	assert_true(sim_run(f->sim, sim_now(f->sim) + 3600 * SEC, NULL, NULL));
	assert_int_equal(pkt_pool_in_use(sim_pool(f->sim)), 0);
	sim_free(f->sim);
	free(f);
	return 0;
}

/* What two worlds of hosts that @seed made draw first. */
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

/*
 * io/io.h: a peek shows where octets lie; here that is where they arrived, so peeking again shows
 * the same place.
 */
static void
peek_copies_nothing(void **state)
{
	struct fixture *f = *state;
	struct pkt_span first, again;
	struct io_listener *l;
	struct io_stream *client, *server;

	assert_int_equal(io_listen(f->conform.server, &f->conform.at, 1, NULL, NULL, &l), 0);
	assert_int_equal(io_connect(f->conform.client, &f->conform.at, NULL, NULL, &client), 0);
	sim_run(f->sim, sim_now(f->sim) + SEC, NULL, NULL);
	assert_int_equal(l->ops->accept(l, &server), 0);
	assert_int_equal(io_write(client, "octets", 6, 0), 6);
	sim_run(f->sim, sim_now(f->sim) + SEC, NULL, NULL);
	assert_int_equal(io_peek(server, &first, 1), 1);
	io_consume(server, 2);
	assert_int_equal(io_peek(server, &again, 1), 1);
	assert_ptr_equal(again.at, first.at + 2);
	io_consume(server, 4);
	io_close(client, false);
	io_close(server, false);
	l->ops->close(l);
}

#define BAD                                                                                                  \
	{                                                                                                    \
		.delay = 20 * MSEC, .loss = 20000000                                                         \
	}

static const struct kind KINDS[] = {
    {"sock, one world, IPv4", "127.0.0.1", 7, {0}, 300 * MSEC},
    {"sock, one world, IPv6", "::1", 8, {0}, 300 * MSEC},
    {"sock, IPv4", "10.0.0.2", 1, {.delay = 100 * USEC}, 300 * MSEC},
    {"sock, IPv6", "fd00::2", 2, {.delay = 100 * USEC}, 300 * MSEC},
    {"sock, IPv4, bad link, seed 3", "10.0.0.2", 3, BAD, 4 * SEC},
    {"sock, IPv6, bad link, seed 4", "fd00::2", 4, BAD, 4 * SEC},
    {"sock, IPv4, bad link, seed 5", "10.0.0.2", 5, BAD, 4 * SEC},
    {"sock, IPv6, bad link, seed 6", "fd00::2", 6, BAD, 4 * SEC},
};

int
main(void)
{
	static const struct kind clean = {"", "10.0.0.2", 1, {.delay = 100 * USEC}, 0};
	const struct CMUnitTest own[] = {
	    cmocka_unit_test(the_seed_gives_the_random_octets_of_each_world),
	    cmocka_unit_test_prestate_setup_teardown(peek_copies_nothing, setup, teardown, (void *)&clean),
	};
	int failed = cmocka_run_group_tests(own, NULL, NULL);

	for (unsigned i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
		struct kind kind = KINDS[i];

		failed += conform_run(kind.what, setup, teardown, &kind);
	}
	return failed;
}
