/*
 * test/unit/simnet.c - one or two hosts in virtual time, their links and addresses.
 */
#include "simnet.h"

#include "pkt/pool.h"

#include <stdio.h>

void
simnet_start(struct simnet *n, uint64_t seed, unsigned hosts)
{
	struct sim_config config = {.seed = seed};

	*n = (struct simnet){.sim = sim_new(&config)};
	assert_non_null(n->sim);
	for (unsigned who = 0; who < hosts; who++)
		n->host[who] = sim_host(n->sim);
}

void
simnet_link(struct simnet *n, const struct emu_impair *impair)
{
	struct sim_link_config config = {.host = {n->host[0], n->host[1]}};
	struct iface **iface = n->iface[n->links];
	struct sim_link *link;

	assert_true(n->links < SIMNET_LINKS);
	if (impair)
		config.dir[EMU_UP] = config.dir[EMU_DOWN] = *impair;
	link = sim_link(n->sim, &config);
	assert_non_null(link);
	for (unsigned who = 0; who < 2; who++) {
		char v4[16], v6[24];

		iface[who] = sim_link_iface(link, who);
		snprintf(v4, sizeof v4, "10.%u.0.%u", n->links, who + 1);
		snprintf(v6, sizeof v6, "fd00:%u::%u", n->links, who + 1);
		assert_int_equal(sim_address(iface[who], v4, 24), 0);
		assert_int_equal(sim_address(iface[who], v6, 64), 0);
	}
	n->links++;
}

void
simnet_pass(struct simnet *n, nsec_t span)
{
	sim_run(n->sim, sim_now(n->sim) + span, NULL, NULL);
}

void
simnet_end(struct simnet *n)
{
	assert_true(sim_run(n->sim, sim_now(n->sim) + 3600 * SEC, NULL, NULL));
	assert_int_equal(pkt_pool_in_use(sim_pool(n->sim)), 0);
	sim_free(n->sim);
}
