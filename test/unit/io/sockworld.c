/*
 * test/unit/io/sockworld.c - two hosts of a simulation and the link between them.
 */
#include "io/sockworld.h"

#include "io/sockio.h"
#include "pkt/pool.h"
#include "sim/sim.h"

#include <stdlib.h>

static void
turn(struct conform *c)
{
	sim_step(((struct sockworld *)c)->sim);
}

static void
make_hosts(struct sockworld *f, const struct sockworld_kind *kind)
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

int
sockworld_setup(void **state)
{
	const struct sockworld_kind *kind = *state;
	struct sockworld *f = calloc(1, sizeof *f);

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

int
sockworld_teardown(void **state)
{
	struct sockworld *f = *state;

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
