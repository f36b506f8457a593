/*
 * link/loopback.h - the wire from a host to itself. Its link is rawip_ops.
 *
 * Sent packets wait here until the driver of the stack takes them. So a packet to this host never
 * arrives during the call that sends it. The wire takes super-segments whole and checksums partial.
 */
#ifndef LINK_LOOPBACK_H
#define LINK_LOOPBACK_H

#include "base/nsec.h"
#include "core/iface.h"

enum { LOOPBACK_MTU = 65535, LOOPBACK_QUEUE = 1000 };

struct loopback;

/* Returns NULL without memory. Packets that do not fit the queue are counted in @core. */
struct loopback *loopback_new(struct core *core);

/* Frees it, and the packets that still wait. */
void loopback_free(struct loopback *lo);

struct wire *loopback_wire(struct loopback *lo);

/*
 * Returns when the first waiting packet was sent, a time in the past, or NSEC_NEVER if none waits.
 */
nsec_t loopback_next(const struct loopback *lo);

/* Returns the first waiting packet, for iface_input(), or NULL. */
struct pkt *loopback_receive(struct loopback *lo);

/*
 * Returns how many packets wait. The driver takes that many in one turn, so that an endless
 * exchange with itself does not block everything else.
 */
uint32_t loopback_waiting(const struct loopback *lo);

#endif
