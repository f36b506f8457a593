/*
 * test/unit/io/simworld.c - two hosts of sim/simio.h in virtual time; each turn jumps to the next timer.
 */
#include "io/simworld.h"

#include <stdlib.h>

static void
turn(struct conform *c)
{
	struct simworld *w = container_of(c, struct simworld, conform);
	nsec_t next = wheel_next(w->wheel);

	assert_true(next != NSEC_NEVER);
	w->now = nsec_max(next, w->now);
	wheel_advance(w->wheel, w->now);
}

void
simworld_pass(struct simworld *w, nsec_t len)
{
	nsec_t until = w->now + len, next;

	while ((next = wheel_next(w->wheel)) <= until) {
		w->now = nsec_max(next, w->now);
		wheel_advance(w->wheel, w->now);
	}
	w->now = until;
}

struct simworld *
simworld_new(const struct simworld_config *config)
{
	struct simworld *w = calloc(1, sizeof *w);

	assert_non_null(w);
	w->wheel = wheel_new(0);
	w->net = simio_net_new(w->wheel, &w->now, config->seed);
	assert_non_null(w->net);
	w->client = simio_host_new(w->net);
	w->server = simio_host_new(w->net);
	assert_int_equal(simio_host_address(w->client, config->v6 ? "fd00::1" : "10.0.0.1"), 0);
	assert_int_equal(simio_host_address(w->server, config->v6 ? "fd00::2" : "10.0.0.2"), 0);
	assert_int_equal(simio_net_rule(w->net, &config->rule), 0);
	w->conform = (struct conform){
	    .client = simio_host_world(w->client), .server = simio_host_world(w->server), .turn = turn};
	assert_int_equal(ipaddr_parse(config->v6 ? "fd00::2" : "10.0.0.2", &w->conform.at.addr), 0);
	if (config->alone) {
		w->conform.server = w->conform.client;
		w->conform.at.addr = config->v6 ? IPADDR_LOOPBACK6 : IPADDR_LOOPBACK4;
	}
	return w;
}

void
simworld_free(struct simworld *w)
{
	assert_int_equal(simio_net_open(w->net), 0);
	simio_net_free(w->net);
	assert_int_equal(wheel_count(w->wheel), 0);
	wheel_free(w->wheel);
	free(w);
}

int
simworld_setup(void **state)
{
	struct simworld *w = simworld_new(*state);

	*state = &w->conform;
	return 0;
}

int
simworld_teardown(void **state)
{
	struct conform *c = *state;

	simworld_free(container_of(c, struct simworld, conform));
	return 0;
}
