/*
 * fuzz/hosts.h - a client's host and a server's in virtual time, without a network between them.
 */
#ifndef FUZZ_HOSTS_H
#define FUZZ_HOSTS_H

#include "sim/simio.h"

#include <stdlib.h>

struct hosts {
	struct wheel *wheel;
	nsec_t now;
	struct simio_net *net;
	struct io_world *client, *server;
	struct endpoint at; /* of the server, port 80 */
};

static inline void
check(bool good)
{
	if (!good)
		abort();
}

/* The time of day at all times. */
static inline nsec_t
hosts_wall(void)
{
	return 1700000000 * SEC;
}

/* @h keeps its place until hosts_end(). */
static inline void
hosts_begin(struct hosts *h)
{
	struct simio_host *client, *server;

	*h = (struct hosts){.wheel = wheel_new(0), .at.port = 80};
	h->net = simio_net_new(h->wheel, &h->now, 1);
	check(h->net != NULL);
	client = simio_host_new(h->net);
	server = simio_host_new(h->net);
	check(client && server);
	check(simio_host_address(client, "10.0.0.1") == 0 && simio_host_address(server, "10.0.0.2") == 0);
	h->client = simio_host_world(client);
	h->server = simio_host_world(server);
	check(ipaddr_parse("10.0.0.2", &h->at.addr) == 0);
}

/* Lets @len of virtual time pass. */
static inline void
hosts_pass(struct hosts *h, nsec_t len)
{
	nsec_t until = h->now + len, next;

	while ((next = wheel_next(h->wheel)) <= until) {
		h->now = nsec_max(next, h->now);
		wheel_advance(h->wheel, h->now);
	}
	h->now = until;
}

/* Everything was closed: a second later no stream is open and no timer is armed. */
static inline void
hosts_end(struct hosts *h)
{
	hosts_pass(h, SEC);
	check(simio_net_open(h->net) == 0);
	simio_net_free(h->net);
	check(wheel_count(h->wheel) == 0);
	wheel_free(h->wheel);
}

#endif
