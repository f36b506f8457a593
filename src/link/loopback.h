/*
 * link/loopback.h - the wire whose both ends are one host. Its link is rawip_ops.
 *
 * What is sent waits here until whoever drives the stack takes it, so that a packet to oneself
 * never comes in from within its own sending. It takes super-segments whole and checksums
 * unfinished.
 */
#ifndef LINK_LOOPBACK_H
#define LINK_LOOPBACK_H

#include "base/nsec.h"
#include "core/iface.h"

enum { LOOPBACK_MTU = 65535, LOOPBACK_QUEUE = 1000 };

struct loopback;

/* NULL without memory. @core's counters get what the queue has no room for. */
struct loopback *loopback_new(struct core *core);

/* Packets that still wait are freed. */
void loopback_free(struct loopback *lo);

struct wire *loopback_wire(struct loopback *lo);

/* When the first packet that waits was sent: a time that has come. NSEC_NEVER when none waits. */
nsec_t loopback_next(const struct loopback *lo);

/* The first packet that waits, for iface_input(); NULL when there is none. */
struct pkt *loopback_receive(struct loopback *lo);

/*
 * How many wait: what a turn takes, so that an endless exchange with oneself does not hold up
 * everything else.
 */
uint32_t loopback_waiting(const struct loopback *lo);

#endif
