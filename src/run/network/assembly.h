/*
 * run/network/assembly.h - the network inside: the program's stack, the emulated link, the
 * gateway's stack at its other end, and the machine's sockets that the gateway uses. It knows
 * nothing of system calls; a loop drives it.
 */
#ifndef RUN_NETWORK_ASSEMBLY_H
#define RUN_NETWORK_ASSEMBLY_H

#include "host/fd_budget.h"
#include "host/loop.h"
#include "io/io.h"
#include "run/network/closed_dgram.h"
#include "run/network/config.h"
#include "run/network/nameservers.h"

struct assembly {
	struct loop *loop;
	struct fd_budget *fds;
	struct pkt_pool *pool;
	struct run_parts parts;
	struct iface *iface[2];
	struct io_world *outside;
	struct nameservers nameservers;
	struct loop_source source;
	const struct run_config *config;
	struct iface *program_iface; /* the interface of the program's stack on the link */
	/* A bit for each published port that a client found without a listener; see publish.c. */
	uint64_t unserved;
	bool explained;         /* the reason why it could not begin was printed */
	struct fd_wait fd_wait; /* wakes the gateway when a descriptor becomes free */
	struct closed_dgrams closed;
};

/*
 * Builds the network and adds it to @loop. @fds is the budget of descriptors that the gateway may
 * open. Returns 0; or a negative error with everything undone. Sets `explained` if the reason is on
 * stderr already.
 */
int assembly_begin(
    struct assembly *a, const struct run_config *config, struct loop *loop, struct fd_budget *fds);

/* Frees the network. May be called again, and after assembly_begin() has failed. */
void assembly_end(struct assembly *a);

/* Sets the time of both stacks to that of the loop. Call it before any other call into a stack. */
void assembly_enter(struct assembly *a);

/* Notes that the program's datagram socket @sk is about to be closed. */
void assembly_dgram_closed(struct assembly *a, const struct sock *sk);

/* Runs everything that is due now: delivers frames and handles events until none is left. */
void assembly_settle(struct assembly *a);

/* Returns true if data of the program is still unacknowledged, on the link, or in the gateway. */
bool assembly_busy(const struct assembly *a);

#endif
