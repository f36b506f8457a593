/*
 * sim/simio_dgram.h - a datagram socket in virtual time, as simio_dgram.c (its calls and events)
 * and simio_flight.c (datagrams on their way) share it. For these only.
 */
#ifndef SIM_SIMIO_DGRAM_H
#define SIM_SIMIO_DGRAM_H

#include "sim/simio_impl.h"

enum {
	DGRAM_QUEUE = 212992, /* what waits at a socket, in octets; Linux's default */
	DGRAM_COST = 768,     /* what a datagram counts there beside its octets */
};

/* A datagram, or what was said of one: @error instead of octets. */
struct simio_flight {
	struct list node;
	struct timer arrival;
	struct simio_net *net;
	struct simio_host *host; /* where it goes */
	struct endpoint from, to;
	nsec_t back; /* how long a reply to it is under way */
	int error;
	size_t len;
	uint8_t octets[];
};

struct simio_dgram {
	struct io_dgram io;
	struct list node;
	struct simio_host *host;
	struct endpoint at, peer;
	bool connected, dual; /* dual: named neither @at nor @peer, it has both families */
	bool echo;            /* its octets are ICMP messages, and its port is their identifier */
	struct list waiting;  /* of flights */
	size_t held;
	int error; /* to be said once */
	unsigned want;
	struct simio_notifier notifier;
};

/* Has the owner notified of what holds. */
void simio_dgram_poke(struct simio_dgram *d);

/* Frees a datagram, wherever it is. */
void simio_flight_free(struct simio_flight *f);

/* Sends @buf to @to, an address of @host. Returns @len, or a negative LEAT_E. */
ssize_t simio_fly(
    struct simio_dgram *d, const void *buf, size_t len, const struct endpoint *to, struct simio_host *host);

/*
 * Sends the echo request @buf, whose reply comes after the delays of @rule, or its error. Returns
 * @len, or a negative LEAT_E.
 */
ssize_t simio_fly_echo(struct simio_dgram *d, const void *buf, size_t len, const struct simio_rule *rule);

#endif
