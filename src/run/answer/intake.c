/*
 * run/answer/intake.c - receives system calls from the seccomp listener, in batches, and has them
 * answered (seccomp_unotify(2)). It does not know what a call does, only which calls send and which
 * ask.
 */
#include "run/answer/intake.h"

#include "run/answer/answer.h"
#include "run/call/notif.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

enum { BATCH = 32 };

/*
 * Does it ask how the socket is? Then what any thread has done before, though not by a call of ours
 * (a close(2), say), has been done when it is answered.
 */
static bool
asks(int nr)
{
	return nr == SYS_getpeername || nr == SYS_getsockopt;
}

/*
 * All that has happened to our ends of the proxy sockets, and in the network, is done when this
 * returns.
 */
static void
catch_up(struct calls *calls)
{
	loop_catch_up(calls->recs->loop, &calls->listener);
	assembly_settle(calls->recs->network);
}

/* Which it was; -1: there was none. */
static int
take_one(struct calls *calls)
{
	/* A newer kernel may write more than our header's struct. */
	union {
		struct seccomp_notif n;
		char room[512];
	} req;
	struct call c = {.calls = calls, .recs = calls->recs, .message = &calls->message};
	long answer;

	memset(&req, 0, sizeof req);
	if (ioctl(calls->listener.fd, SECCOMP_IOCTL_NOTIF_RECV, &req.n) < 0)
		return -1;
	c.id = req.n.id;
	c.nr = req.n.data.nr;
	c.arch = req.n.data.arch;
	if (asks(c.nr))
		catch_up(calls);
	for (int i = 0; i < 6; i++)
		c.arg[i] = req.n.data.args[i];
	caller_init(&c.caller, calls->recs->callers, (pid_t)req.n.pid);
	answer = answer_call(&c);
	if (answer == CALL_BLOCKED) /* blocked.c has it now */
		return c.nr;
	if (answer != CALL_ANSWERED)
		notif_answer(calls, c.id, answer);
	call_done(&c);
	return c.nr;
}

static bool
more(const struct calls *calls)
{
	struct pollfd p = {.fd = calls->listener.fd, .events = POLLIN};

	return poll(&p, 1, 0) == 1 && (p.revents & POLLIN);
}

static bool
sends(int nr)
{
	return nr == SYS_sendto || nr == SYS_sendmsg || nr == SYS_sendmmsg;
}

/* What one call has sent has arrived when the next is answered. */
static void
take_all(struct calls *calls)
{
	for (int i = 0, nr; i < BATCH && (nr = take_one(calls)) >= 0 && more(calls); i++)
		if (sends(nr))
			assembly_settle(calls->recs->network);
}

static void
listener_event(struct loop_fd *fd, uint32_t events)
{
	struct calls *calls = container_of(fd, struct calls, listener);

	assembly_enter(calls->recs->network);
	/*
	 * One that died between the poll and the receiving leaves nothing to receive: the kernel
	 * says so and does not wait.
	 */
	if (events & EPOLLIN)
		take_all(calls);
	/* Nobody is under the filter any more. */
	if (events & EPOLLHUP)
		calls->last_ended(calls);
}

int
intake_start(struct calls *calls, int fd)
{
	uint64_t flags = SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP;

	/* Since 6.6: our answer hands this CPU to the caller, 12 us for a call rather than 60. */
	if (calls->kernel->sync_wakeup && ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, flags) < 0)
		calls->kernel->sync_wakeup = false;
	calls->listener = (struct loop_fd){.fd = fd, .events = EPOLLIN, .fn = listener_event};
	return loop_add(calls->recs->loop, &calls->listener);
}
