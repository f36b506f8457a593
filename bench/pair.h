/*
 * bench/pair.h - two hosts in one process, back to back on a wire that is nothing but two queues: what a segment costs, and nothing else.
 *
 * A frame that arrives is what a device would have brought: its checksum is not known to be good, and its headers have not been looked at. A wire with
 * offloads takes super-segments whole, as two stacks in one memory do.
 */
#ifndef BENCH_PAIR_H
#define BENCH_PAIR_H

#include "pkt/queue.h"
#include "stack/stack.h"

#include <stdbool.h>
#include <stdint.h>

struct pair_end {
	struct wire wire; /* what this end sends goes to the other's inbox */
	struct pair *pair;
	unsigned number;
	struct stack *stack;
	struct iface *iface;
	struct pkt_queue inbox;
	uint64_t frames; /* that arrived, in segments of the wire */
};

struct pair {
	struct pkt_pool *pool;
	struct pair_end end[2];
	nsec_t now;
	bool super;
	uint32_t conns;
};

/* Two hosts, 10.0.0.1 and 10.0.0.2 (fd00::1 and fd00::2), of MTU @mtu, which may have @conns connections. Ends the program if there is no memory. */
void pair_init(struct pair *p, uint32_t mtu, bool super, uint32_t conns);

/* No more than @most of those connections wait in TIME-WAIT at each host; 16,384 if nobody says so. */
void pair_limit_time_waits(struct pair *p, uint32_t most);
void pair_fini(struct pair *p);

/* Hand what has arrived at @end to its stack, all that is there now and no more. False when there was nothing. */
bool pair_deliver(struct pair *p, unsigned end);

/* The clock is read, and both stacks look at it. */
void pair_tick(struct pair *p);

/* The clock is read, once; then until nothing is on its way in either direction. */
void pair_settle(struct pair *p);

/* What @end's address is, with @port. */
struct endpoint pair_name(unsigned end, bool v6, uint16_t port);

/* One connected pair of streams: sk[0] is host 0's, which opened. Listens at @listener (see pair_listen()). Buffers of @window octets each; 0 = they grow. */
void pair_connect(struct pair *p, bool v6, struct sock *listener, struct sock *sk[2], uint32_t window);
struct sock *pair_listen(struct pair *p, bool v6, uint16_t port, uint32_t window);

/* Programs that cannot go on say why and end with 1. */
void pair_check(int err, const char *what);

#endif
