/*
 * run/answer/answer.c - the table of the system calls that Leat answers, and what is common to
 * them: the descriptor is duplicated before, the error is chosen afterwards.
 */
#include "run/answer/answer.h"

#include "run/call/netns.h"
#include "run/call/notif.h"
#include "run/process/procfd.h"
#include "run/socket/fd_limits.h"
#include "run/stream/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>

struct answer_row {
	int nr;
	call_fn *fn;
	bool foreign; /* it answers for foreign descriptors too */
	bool plain;   /* its first argument is not a descriptor */
};

static const struct answer_row rows[] = {
    {SYS_socket, call_socket, true, true},
    {SYS_socketpair, call_socketpair, true, true},
    {SYS_bind, call_bind, false, false},
    {SYS_connect, call_connect, true, false},
    {SYS_listen, call_listen, false, false},
    {SYS_accept, call_accept, false, false},
    {SYS_accept4, call_accept, false, false},
    {SYS_getsockname, call_getsockname, false, false},
    {SYS_getpeername, call_getpeername, false, false},
    {SYS_setsockopt, call_setsockopt, false, false},
    {SYS_getsockopt, call_getsockopt, false, false},
    {SYS_shutdown, call_shutdown, false, false},
    {SYS_sendto, call_sendto, false, false},
    {SYS_recvfrom, call_recvfrom, false, false},
    {SYS_sendmsg, call_sendmsg, false, false},
    {SYS_recvmsg, call_recvmsg, true, false},
    {SYS_sendmmsg, call_sendmmsg, false, false},
    {SYS_recvmmsg, call_recvmmsg, true, false},
    {SYS_ioctl, call_ioctl, true, false},
    {SYS_unshare, call_unshare, true, true},
    {SYS_setns, call_setns, true, false},
    {SYS_io_uring_setup, call_io_uring, true, true},
    {SYS_io_uring_enter, call_io_uring, true, true},
    {SYS_io_uring_register, call_io_uring, true, true},
};

static const struct answer_row *
row_of(int nr)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].nr == nr)
			return &rows[i];
	return NULL;
}

/* Reports on stderr the first process that may not be looked into. */
static void
report_unreachable(struct call *c)
{
	char comm[CALLER_COMM];
	pid_t pid = caller_name(&c->caller, comm);

	if (c->calls->reported_unreachable)
		return;
	c->calls->reported_unreachable = true;
	fprintf(stderr,
	    "leat: %s[%d] forbids looking into it (not dumpable): its socket calls fail with EPERM\n", comm,
	    pid);
}

/*
 * Returns @error. Reports it if the process may not be looked into: it has changed its user, or
 * forbidden dumps.
 */
static long
unreachable(struct call *c, int error)
{
	if (error == -EPERM || error == -EACCES)
		report_unreachable(c);
	return error;
}

static int
take_duplicate(struct call *c)
{
	int fd = caller_fd(&c->caller, (int)c->arg[0]);

	if (fd < 0)
		return fd;
	c->fd = fd;
	c->rec = sockrec_of_fd(c->recs, fd);
	return 0;
}

/*
 * If no duplicates can be taken (kernel.getfd), finds the record through /proc, and uses the
 * duplicate that the record may hold.
 */
static int
take_by_inode(struct call *c)
{
	int rc = procfd_socket(c->caller.tid, (int)c->arg[0], &c->inode);

	c->caller.found = true;
	if (rc || !c->inode)
		return rc;
	c->rec = sockrec_by_inode(c->recs, c->inode);
	if (!c->rec || c->rec->program_end < 0)
		return 0;
	c->fd = fcntl(c->rec->program_end, F_DUPFD_CLOEXEC, 0);
	return c->fd < 0 ? -errno : 0;
}

/*
 * Takes the descriptor once. The call then acts on what was taken, whatever its number means by
 * then. Returns 0 or the answer.
 */
static long
take_descriptor(struct call *c, const struct answer_row *row)
{
	int rc = c->calls->kernel->getfd ? take_duplicate(c) : take_by_inode(c);

	if (rc)
		return rc == -EBADF ? rc : unreachable(c, rc);
	if (c->caller.found && !notif_valid(c->calls, c->id)) {
		call_done(c);
		return CALL_ANSWERED;
	}
	if (!c->rec && !row->foreign)
		return CALL_CONTINUE;
	if (c->rec) {
		c->rec->place.tid = c->caller.tid;
		c->rec->place.fd = (int)c->arg[0];
	}
	return 0;
}

/*
 * Chooses the error of a call for which the worker had no descriptor. socket() and accept() choose
 * it themselves, for their error may be about the program's own table.
 */
static long
choose_errno(const struct answer_row *row, long rc)
{
	return row->fn == call_socket || row->fn == call_accept ? rc : fd_limits_enobufs((int)rc);
}

long
answer_call(struct call *c)
{
	const struct answer_row *row = row_of(c->nr);
	long rc;

	c->fd = -1;
	if (call_is_other_abi(c))
		return call_other_abi(c);
	if (!row)
		return -ENOSYS;
	if (!row->plain) {
		rc = take_descriptor(c, row);
		if (rc)
			return row->fn == call_accept ? fd_limits_enfile(rc) : choose_errno(row, rc);
	}
	rc = row->fn(c);
	if (c->rec && c->rec->kind == SOCKREC_STREAM)
		owner_note(stream_of(c->rec), &c->caller);
	return choose_errno(row, rc);
}
