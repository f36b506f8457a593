/*
 * The adapter over Leat's own sockets: two hosts in virtual time, on a clean link and on bad ones, by IPv4 and by IPv6;
 * and what is this adapter's alone.
 */
#include "io/conform.h"
#include "io/sockio.h"
#include "pkt/pool.h"
#include "sim/sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kind {
	const char *what;
	bool v6;
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
	    .server = sockio_new(f->server),
	    .at.port = 80,
	    .turn = turn,
	    .patience = 600 * SEC,
	    .rest = kind->rest};
	assert_int_equal(ipaddr_parse(kind->v6 ? "fd00::2" : "10.0.0.2", &f->conform.at.addr), 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(sockio_open(f->conform.client), 0);
	assert_int_equal(sockio_open(f->conform.server), 0);
	sockio_free(f->conform.client);
	sockio_free(f->conform.server);
	/* Connections end by themselves, and leave nothing behind. */
	assert_true(sim_run(f->sim, sim_now(f->sim) + 3600 * SEC, NULL, NULL));
	assert_int_equal(pkt_pool_in_use(sim_pool(f->sim)), 0);
	sim_free(f->sim);
	free(f);
	return 0;
}

#define BAD                                                                                                  \
	{                                                                                                    \
		.delay = 20 * MSEC, .loss = 20000000                                                         \
	}

static const struct kind KINDS[] = {
    {"sock, IPv4", false, 1, {.delay = 100 * USEC}, 300 * MSEC},
    {"sock, IPv6", true, 2, {.delay = 100 * USEC}, 300 * MSEC},
    {"sock, IPv4, bad link, seed 3", false, 3, BAD, 4 * SEC},
    {"sock, IPv6, bad link, seed 4", true, 4, BAD, 4 * SEC},
    {"sock, IPv4, bad link, seed 5", false, 5, BAD, 4 * SEC},
    {"sock, IPv6, bad link, seed 6", true, 6, BAD, 4 * SEC},
};

int
main(void)
{
	int failed = 0;

	for (unsigned i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
		struct kind kind = KINDS[i];

		failed += conform_run(kind.what, setup, teardown, &kind);
	}
	return failed;
}
