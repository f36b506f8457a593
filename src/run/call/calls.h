/*
 * run/call/calls.h - what all system calls that are being answered share: the seccomp listener, and
 * the calls that wait.
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
	/* No process is under the filter any more. */
	void (*last_ended)(struct calls *calls);

	struct loop_fd listener; /* seccomp's */
	struct message message;  /* of the call that is being answered */

	struct list blocked; /* see blocked.h */
	unsigned nblocked;
	nsec_t signals_at;     /* when to look for signals next, */
	nsec_t signals_all_at; /* and when to look at every call that waits */

	ino_t net; /* our network namespace; 0 = not looked at yet */

	/* What is on stderr already, for it is reported once. */
	bool reported_host_netns;  /* a namespace of the host's may not be entered */
	bool reported_host_fd;     /* a process was sent a descriptor of the host's network */
	bool reported_unreachable; /* a process forbids looking into it */
};

#endif
