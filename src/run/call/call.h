/*
 * run/call/call.h - a system call that Leat answers.
 *
 * A call is answered with what the kernel would return, or with CONTINUE where its descriptor is
 * none of ours (the kernel then does it), or it waits (blocked.h). Descriptors of ours are never
 * answered CONTINUE where the proxy socket would act differently: another thread may have put it
 * there since it was looked at.
 */
#ifndef RUN_CALL_CALL_H
#define RUN_CALL_CALL_H

#include "run/call/calls.h"
#include "run/process/caller.h"
#include "run/socket/sockrec.h"

#include <linux/seccomp.h>
#include <sys/socket.h>

/* Answers beyond what a system call returns. */
enum { CALL_CONTINUE = INT32_MIN, CALL_BLOCKED, CALL_ANSWERED }; /* all below any -errno */

struct call {
	struct calls *calls;
	struct sockrecs *recs;
	struct message *message; /* what is read of the caller's; only while the call is being answered */
	uint64_t id;
	int nr;
	uint32_t arch; /* as AUDIT_ARCH_... has it */
	uint64_t arg[6];
	struct caller caller;
	int fd; /* a duplicate of arg[0]; -1: none can be taken (kernel.getfd) and the record holds none */
	uint64_t inode;      /* where none can be taken: which socket it is; 0 = none */
	struct sockrec *rec; /* its record; NULL: foreign */
	bool retried;        /* has waited */
	size_t
	    done; /* octets that a send which waits for room has placed; they are its answer if it ends early */
	/*
	 * Waiting: called when a signal or the time limit ends the wait, with the answer that is
	 * due; returns the answer that is given. NULL: leaves it as it is.
	 */
	long (*left)(struct call *c, long answer);
};

typedef long call_fn(struct call *c);

/* Lets go of the descriptor and of the process that a call has taken. */
void call_done(struct call *c);

/* Returns true if the call may wait; false if it says EAGAIN. */
bool call_may_wait(const struct call *c, int flags);
bool call_is_nonblocking(const struct call *c);

/* Returns true if the descriptor is a socket, of ours or of another family. */
bool call_on_socket(const struct call *c);

/* Returns -EPIPE, after SIGPIPE to the caller unless MSG_NOSIGNAL is among @flags. */
long call_broken_pipe(const struct call *c, int flags);

/* Installs @fd in the program, closes it here, and returns what the call returns. */
long call_return_fd(struct call *c, int fd, bool cloexec);

#endif
