/*
 * run/answer/intake.c - receives system calls from the seccomp listener, in batches, and answers
 * them (seccomp_unotify(2)). It knows only which calls send data and which ask for a socket's
 * state.
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

/* TAKES_MOST: descriptors that one call takes at most, see connect.c. */
enum { BATCH = 32, TAKES_MOST = 3 };

/*
 * Returns true if the call asks for a socket's state. What a thread has done before by a call that
 * is not intercepted, such as close(2), has to take effect first.
 */
static bool
asks(int nr)
{
	return nr == SYS_getpeername || nr == SYS_getsockopt;
}

/*
 * Returns true if the call may take descriptors and there may be too few. Sockets that the program
 * has closed before it must have given back theirs first. A program that makes one call after the
 * other keeps the worker here, where it does not look at other events.
 */
static bool
lacks_descriptors(const struct calls *calls, int nr)
{
	bool takes = nr == SYS_socket || nr == SYS_bind || nr == SYS_connect || nr == SYS_listen;

	return takes && !fd_budget_allows(&calls->recs->fds, TAKES_MOST);
}

/* Handles all pending events of our ends of the proxy sockets, and settles the network. */
static void
catch_up(struct calls *calls)
{
	loop_catch_up(calls->recs->loop, &calls->listener);
	assembly_settle(calls->recs->network);
}

/* Receives and answers one call. Returns its number, or -1 if there was none. */
static int
take_one(struct calls *calls)
{
	/* A newer kernel may write more than the header's structure. */
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
	if (asks(c.nr) || lacks_descriptors(calls, c.nr))
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

/*
 * Receives and answers all calls that wait, up to a batch. What one call has sent arrives before
 * the next is answered.
 */
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
	 * If the caller has died since then there is nothing to receive, and the kernel does not
	 * wait.
	 */
	if (events & EPOLLIN)
		take_all(calls);
	/* No process is under the filter any more. */
	if (events & EPOLLHUP)
		calls->last_ended(calls);
}

int
intake_start(struct calls *calls, int fd)
{
	uint64_t flags = SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP;

	/*
	 * Since Linux 6.6 an answer can hand this CPU to the caller: 12 us for a call instead of
	 * 60.
	 */
	if (calls->kernel->sync_wakeup && ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, flags) < 0)
		calls->kernel->sync_wakeup = false;
	calls->listener = (struct loop_fd){.fd = fd, .events = EPOLLIN, .fn = listener_event};
	return loop_add(calls->recs->loop, &calls->listener);
}
