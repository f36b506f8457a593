/*
 * bench/pair.h - two hosts in one process, connected by a wire that is only two queues. So a
 * measurement contains the cost of a segment and nothing else.
 *
 * A received frame is as a device would deliver it: its checksum is unknown, and its headers have
 * not been read. A wire with offloads takes super-segments whole, as between two stacks in one
 * memory.
 */
#ifndef BENCH_PAIR_H
#define BENCH_PAIR_H

#include "pkt/queue.h"
#include "stack/stack.h"

#include <stdbool.h>
#include <stdint.h>

struct pair_end {
	struct wire wire; /* what this end sends goes to the inbox of the other */
	struct pair *pair;
	unsigned number;
	struct stack *stack;
	struct iface *iface;
	struct pkt_queue inbox;
	uint64_t frames; /* frames received, counted as segments on the wire */
};

struct pair {
	struct pkt_pool *pool;
	struct pair_end end[2];
	nsec_t now;
	bool super;
	uint32_t conns;
};

/*
 * Makes two hosts, 10.0.0.1 and 10.0.0.2 (fd00::1 and fd00::2), with MTU @mtu and at most @conns
 * connections. Ends the program if there is no memory.
 */
void pair_init(struct pair *p, uint32_t mtu, bool super, uint32_t conns);

/* The same, with @now as the time instead of the clock's. */
void pair_init_at(struct pair *p, uint32_t mtu, bool super, uint32_t conns, nsec_t now);

/* Limits the connections in TIME-WAIT at each host to @most. The default is 16,384. */
void pair_limit_time_waits(struct pair *p, uint32_t most);
void pair_fini(struct pair *p);

/*
 * Passes to its stack all frames that have arrived at @end by now. Returns false if there were
 * none.
 */
bool pair_deliver(struct pair *p, unsigned end);

/* Reads the clock and runs both stacks. */
void pair_tick(struct pair *p);

/* Reads the clock once, then runs until no frame is in flight in either direction. */
void pair_settle(struct pair *p);

/* Returns the address of @end with @port. */
struct endpoint pair_name(unsigned end, bool v6, uint16_t port);

/*
 * Opens a connected pair of streams. sk[0] belongs to host 0, which connects. Listens at @listener
 * (see pair_listen()). Each buffer has @window octets; 0 = it grows.
 */
void pair_connect(struct pair *p, bool v6, struct sock *listener, struct sock *sk[2], uint32_t window);
struct sock *pair_listen(struct pair *p, bool v6, uint16_t port, uint32_t window);

/* Ends the program with a message and status 1 if @err is an error. */
void pair_check(int err, const char *what);

#endif
