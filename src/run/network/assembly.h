/*
 * run/network/assembly.h - the network inside: the program's host, the emulated link, the gateway
 * on its other side, the machine's sockets behind it.
 *
 * It knows nothing of system calls; what drives it is a loop.
 */
#ifndef RUN_NETWORK_ASSEMBLY_H
#define RUN_NETWORK_ASSEMBLY_H

#include "host/fd_room.h"
#include "host/loop.h"
#include "run/network/closed_dgram.h"
#include "run/network/config.h"
#include "run/network/nameservers.h"

struct assembly {
	struct loop *loop;
	struct fd_room *room;
	struct pkt_pool *pool;
	struct run_parts parts;
	struct iface *iface[2];
	struct hostsock *outside;
	struct nameservers nameservers;
	struct loop_source source;
	const struct run_config *config;
	struct iface *program_iface; /* of the program's stack, on the link */
	uint64_t unserved; /* publications that clients found unserved, a bit for each; see publish.c */
	bool explained;    /* the reason why it could not begin is on stderr */
	struct fd_wait room_wait; /* for what waits in the gateway */
	struct closed_dgrams closed;
};

/*
 * @room is the budget of what the gateway opens. Returns 0; or a negative error, with everything
 * taken down. If the reason is on stderr already, `explained` is set.
 */
int assembly_begin(
    struct assembly *a, const struct run_config *config, struct loop *loop, struct fd_room *room);
void assembly_end(struct assembly *a);

/* Both stacks' time is the loop's. */
void assembly_enter(struct assembly *a);

/* The program's datagram socket @sk is about to be closed. */
void assembly_dgram_closed(struct assembly *a, const struct sock *sk);

/* All that the network does in no time is done when this returns. */
void assembly_settle(struct assembly *a);

/* Is anything of the program's still on its way: unacknowledged, on the link, or in the gateway? */
bool assembly_busy(const struct assembly *a);

#endif
