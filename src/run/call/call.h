/*
 * run/call/call.h - a system call that Leat answers.
 *
 * The answer is what the kernel would return. If the descriptor is foreign it is CONTINUE, and the
 * kernel carries out the call. A call may also be blocked (blocked.h). A call on a proxy socket is
 * never answered with CONTINUE if the proxy socket would act differently: another thread may have
 * put another file in its place since it was looked at.
 */
#ifndef RUN_CALL_CALL_H
#define RUN_CALL_CALL_H

#include "run/call/calls.h"
#include "run/process/caller.h"
#include "run/socket/sockrec.h"

#include <linux/seccomp.h>
#include <sys/socket.h>

/* Answers besides what a system call returns. */
enum { CALL_CONTINUE = INT32_MIN, CALL_BLOCKED, CALL_ANSWERED }; /* all below any -errno */

struct call {
	struct calls *calls;
	struct sockrecs *recs;
	struct message *message; /* its message; only while the call is being answered */
	uint64_t id;
	int nr;
	uint32_t arch; /* as AUDIT_ARCH_... has it */
	uint64_t arg[6];
	struct caller caller;
	int fd; /* a duplicate of descriptor arg[0]; -1: none can be taken (kernel.getfd), and the record has none */
	uint64_t inode;      /* of the socket, if no duplicate can be taken; 0 = no socket */
	struct sockrec *rec; /* the socket's record; NULL: a foreign descriptor */
	bool retried;        /* it has been blocked */
	size_t done;         /* octets that have been sent or received; the answer if the wait ends early */
	/*
	 * Called if a signal or the time limit ends the wait of a blocked call. It gets the answer
	 * to that, and returns the answer that the caller gets. NULL: they are the same.
	 */
	long (*left)(struct call *c, long answer);
};

typedef long call_fn(struct call *c);

/* Releases the descriptor and the process that a call holds. */
void call_done(struct call *c);

/* Returns true if the call may wait; false if it is to return EAGAIN. */
bool call_may_wait(const struct call *c, int flags);
bool call_is_nonblocking(const struct call *c);

/* Returns true if the descriptor is a socket of any kind. */
bool call_on_socket(const struct call *c);

/* Returns -EPIPE. Sends SIGPIPE to the caller, unless @flags have MSG_NOSIGNAL. */
long call_broken_pipe(const struct call *c, int flags);

/*
 * Installs @fd in the program as the call's return value, and closes it here. Returns the answer.
 */
long call_return_fd(struct call *c, int fd, bool cloexec);

#endif
