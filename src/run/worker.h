/*
 * run/worker.h - the worker: what all of its parts share.
 *
 * One thread. System calls come in through the seccomp listener (notif.c), are answered from one
 * table (calls.c), and act on records of sockets (desc.h). Octets move between the program's
 * AF_UNIX sockets and the stack's in pump.c and dgram.c.
 */
#ifndef RUN_WORKER_H
#define RUN_WORKER_H

#include "base/list.h"
#include "base/table.h"
#include "core/core.h"
#include "host/fd_room.h"
#include "host/loop.h"
#include "run/process/caller.h"
#include "run/process/kernel.h"
#include "run/proxy/dgram_tag.h"
#include "run/proxy/unixsock.h"
#include "run/run.h"
#include "sock/sock.h"

#include <sys/types.h>

struct nameservers;

struct worker {
	const struct run_config *config;
	struct nameservers *nameservers;
	struct kernel kernel;
	struct callers callers;
	struct loop *loop;
	struct fd_room room; /* what connections and datagram sockets may hold, see room.h */
	struct fd_wait room_wait;
	nsec_t relieve_at; /* when to look for closed sockets again, though the last look found none */
	struct gate *gate;
	struct stack *stack; /* the program's */
	struct core *core;
	struct socks *socks;

	struct loop_fd listener; /* seccomp's */
	struct unixsock unixsock;

	struct table by_inode, by_id; /* of struct desc */
	struct list descs;            /* all, the youngest last */
	struct list buried;           /* to be freed at the end of the turn */
	struct list named;            /* descs that may be meant by 127.0.0.1 */
	uint64_t next_id;
	nsec_t sweep_at, sweep_cost; /* when to look next, and how long the last look took */
	nsec_t full_at;              /* when to look at listeners whose queues are full */

	struct dgram_tags tags; /* what datagrams of one source share */

	struct list parked; /* calls that wait, see park.h */
	unsigned nparked;
	nsec_t signals_at;     /* when to look for signals next, */
	nsec_t signals_all_at; /* and when to look at every call that waits */

	char seen_names[192][48]; /* what was reported as missing, see missing.h */
	unsigned nseen;           /* one more than there is room for: no more are reported */
	bool entered_host;        /* that one may not enter a namespace of the host's, */
	bool sent_host;   /* it was reported that a process was sent a descriptor of the host's network */
	bool unreachable; /* it was told that a process forbids looking into it */
};

/* The stack's time is the loop's: call it before sockets are touched in a callback of the loop. */
void worker_enter(struct worker *w);

/* All that the network does in no time has been done when this returns. */
void worker_settle(struct worker *w);

/*
 * From the listener's callback: ... and all that has happened to our ends of the program's sockets
 * until now.
 */
void worker_catch_up(struct worker *w);

/* The program's datagram socket @sk is about to be closed. */
void worker_gone(struct worker *w, const struct sock *sk);

/* Nobody is under the filter any more: the worker's work ends when its children are reaped. */
void worker_last_ended(struct worker *w);

/* A process that forbids looking into it: one line on stderr for the first. */
void worker_unreachable(struct worker *w, struct caller *c);

#endif
