/*
 * sim/simio_dgram.h - a datagram socket in virtual time, and a datagram in flight. Only
 * simio_dgram.c and simio_flight.c include this header.
 */
#ifndef SIM_SIMIO_DGRAM_H
#define SIM_SIMIO_DGRAM_H

#include "sim/simio_impl.h"

enum {
	DGRAM_QUEUE = 212992, /* octets that may wait at a socket; Linux's default */
	DGRAM_COST = 768,     /* what each datagram counts there, in addition to its octets */
};

/* A datagram in flight; or, if @error is not 0, the error that a datagram has caused. */
struct simio_flight {
	struct list node;
	struct timer arrival;
	struct simio_net *net;
	struct simio_host *host; /* where it arrives */
	struct endpoint from, to;
	nsec_t back; /* the delay of a reply to it */
	int error;
	size_t len;
	uint8_t octets[];
};

struct simio_dgram {
	struct io_dgram io;
	struct list node;
	struct simio_host *host;
	struct endpoint at, peer;
	bool connected, dual; /* dual: opened without an address or a peer, for both families */
	bool echo;            /* octets are ICMP messages, and the port is their identifier */
	struct list waiting;  /* of flights */
	size_t held;
	int error; /* to be returned once */
	unsigned want;
	struct simio_notifier notifier;
};

/* Starts the notifier if the owner must be notified of something. */
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
