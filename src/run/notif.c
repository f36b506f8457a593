/*
 * run/notif.c - receives system calls from the seccomp listener, in batches, and sends their
 * answers (seccomp_unotify(2)). It does not know what a call does, only which calls send and which
 * ask.
 */
#include "run/notif.h"

#include "run/calls.h"
#include "run/park.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

enum { NOTIF_BATCH = 32 };

bool
notif_valid(const struct worker *w, uint64_t id)
{
	return ioctl(w->listener.fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

void
notif_answer(struct worker *w, uint64_t id, long answer)
{
	struct seccomp_notif_resp resp = {.id = id};

	if (answer == CALL_CONTINUE)
		resp.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	else if (answer < 0)
		resp.error = (int)answer;
	else
		resp.val = answer;
	/* ENOENT: the caller was killed, or a signal took it away. */
	ioctl(w->listener.fd, SECCOMP_IOCTL_NOTIF_SEND, &resp);
}

long
notif_add_fd(struct worker *w, uint64_t id, int fd, bool cloexec)
{
	struct seccomp_notif_addfd add = {.id = id,
	    .flags = SECCOMP_ADDFD_FLAG_SEND,
	    .srcfd = (unsigned)fd,
	    .newfd_flags = cloexec ? O_CLOEXEC : 0};
	int got;

	if (w->kernel.addfd_send) {
		got = ioctl(w->listener.fd, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
		if (got >= 0)
			return CALL_ANSWERED;
		if (errno != EINVAL)
			return -errno;
		w->kernel.addfd_send = false;
	}
	return notif_install_fd(w, id, fd, cloexec);
}

int
notif_install_fd(struct worker *w, uint64_t id, int fd, bool cloexec)
{
	struct seccomp_notif_addfd add = {
	    .id = id, .srcfd = (unsigned)fd, .newfd_flags = cloexec ? O_CLOEXEC : 0};
	int got = ioctl(w->listener.fd, SECCOMP_IOCTL_NOTIF_ADDFD, &add);

	return got < 0 ? -errno : got;
}

int
notif_replace_fd(struct worker *w, uint64_t id, int fd, int at, bool cloexec)
{
	struct seccomp_notif_addfd add = {.id = id,
	    .flags = SECCOMP_ADDFD_FLAG_SETFD,
	    .srcfd = (unsigned)fd,
	    .newfd = (unsigned)at,
	    .newfd_flags = cloexec ? O_CLOEXEC : 0};

	return ioctl(w->listener.fd, SECCOMP_IOCTL_NOTIF_ADDFD, &add) < 0 ? -errno : 0;
}

/*
 * Does it ask how the socket is? Then what any thread has done before, though not by a call of ours
 * (a close(2), say), has been done when it is answered.
 */
static bool
asks(int nr)
{
	return nr == SYS_getpeername || nr == SYS_getsockopt;
}

/* Which it was; -1: there was none. */
static int
take_one(struct worker *w)
{
	/* A newer kernel may write more than our header's struct. */
	union {
		struct seccomp_notif n;
		char room[512];
	} req;
	struct call c = {.w = w};
	long answer;

	memset(&req, 0, sizeof req);
	if (ioctl(w->listener.fd, SECCOMP_IOCTL_NOTIF_RECV, &req.n) < 0)
		return -1;
	c.id = req.n.id;
	c.nr = req.n.data.nr;
	c.arch = req.n.data.arch;
	if (asks(c.nr))
		worker_catch_up(w);
	for (int i = 0; i < 6; i++)
		c.arg[i] = req.n.data.args[i];
	caller_init(&c.caller, &w->callers, (pid_t)req.n.pid);
	answer = call_dispatch(&c);
	if (answer == CALL_PARKED) /* park.c has it now */
		return c.nr;
	if (answer != CALL_ANSWERED)
		notif_answer(w, c.id, answer);
	call_done(&c);
	return c.nr;
}

static bool
more(const struct worker *w)
{
	struct pollfd p = {.fd = w->listener.fd, .events = POLLIN};

	return poll(&p, 1, 0) == 1 && (p.revents & POLLIN);
}

static bool
sends(int nr)
{
	return nr == SYS_sendto || nr == SYS_sendmsg || nr == SYS_sendmmsg;
}

/* What one call has sent has arrived when the next is answered. */
static void
take_all(struct worker *w)
{
	for (int i = 0, nr; i < NOTIF_BATCH && (nr = take_one(w)) >= 0 && more(w); i++)
		if (sends(nr))
			worker_settle(w);
}

static void
listener_news(struct loop_fd *fd, uint32_t events)
{
	struct worker *w = container_of(fd, struct worker, listener);

	worker_enter(w);
	/*
	 * One that died between the poll and the receiving leaves nothing to receive: the kernel
	 * says so and does not wait.
	 */
	if (events & EPOLLIN)
		take_all(w);
	/* Nobody is under the filter any more. */
	if (events & EPOLLHUP)
		worker_last_ended(w);
}

int
notif_start(struct worker *w, int fd)
{
	uint64_t flags = SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP;

	/* Since 6.6: our answer hands this CPU to the caller, 12 us for a call rather than 60. */
	if (w->kernel.sync_wakeup && ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, flags) < 0)
		w->kernel.sync_wakeup = false;
	w->listener = (struct loop_fd){.fd = fd, .events = EPOLLIN, .fn = listener_news};
	return loop_add(w->loop, &w->listener);
}
