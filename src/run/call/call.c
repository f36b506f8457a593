/*
 * run/call/call.c - what answers have in common: they release what a call holds, decide whether it
 * may wait, and return descriptors. The answers are in answer/.
 */
#include "run/call/call.h"

#include "run/call/notif.h"
#include "run/process/procfd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>

void
call_done(struct call *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	caller_done(&c->caller);
}

bool
call_is_nonblocking(const struct call *c)
{
	int flags = c->fd >= 0 ? fcntl(c->fd, F_GETFL) : (int)procfd_flags(c->caller.tid, (int)c->arg[0]);

	return flags & O_NONBLOCK;
}

bool
call_may_wait(const struct call *c, int flags)
{
	return !(flags & MSG_DONTWAIT) && !call_is_nonblocking(c);
}

bool
call_on_socket(const struct call *c)
{
	return c->fd >= 0 ? unix_inode(c->fd) != 0 : c->inode != 0;
}

long
call_return_fd(struct call *c, int fd, bool cloexec)
{
	long rc = notif_add_fd(c->calls, c->id, fd, cloexec);

	close(fd);
	return rc;
}

long
call_broken_pipe(const struct call *c, int flags)
{
	if (!(flags & MSG_NOSIGNAL) && notif_valid(c->calls, c->id))
		syscall(SYS_tkill, c->caller.tid, SIGPIPE);
	return -EPIPE;
}
