/*
 * run/call/calls.h - what all answers to system calls share: the seccomp listener, the message that
 * is being moved, and the blocked calls.
 */
#ifndef RUN_CALL_CALLS_H
#define RUN_CALL_CALLS_H

#include "base/list.h"
#include "host/loop.h"
#include "run/call/message.h"
#include "run/process/kernel.h"
#include "run/socket/sockrecs.h"

struct calls {
	struct sockrecs *recs;
	struct kernel *kernel;
	/* Called when no process is under the filter any more. */
	void (*last_ended)(struct calls *calls);

	struct loop_fd listener; /* of seccomp */
	struct message message;  /* of the call that is being answered */

	struct list blocked; /* see blocked.h */
	unsigned nblocked;
	nsec_t signals_at;     /* when to look for signals next, */
	nsec_t signals_all_at; /* and when to look at every blocked call */

	ino_t net; /* our network namespace; 0 = not looked at yet */

	/* What has been reported on stderr, since it is reported once. */
	bool reported_host_netns;  /* a process tried to enter a namespace of the host's */
	bool reported_host_fd;     /* a process outside sent a descriptor of the host's network */
	bool reported_unreachable; /* a process forbids looking into it */
};

#endif
