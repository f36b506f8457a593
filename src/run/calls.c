/*
 * run/calls.c - the table of the system calls that Leat answers, what each of them does first and
 * last, and how addresses are read from and written to the caller. The answers are in the files
 * call_*.c.
 */
#include "run/calls.h"

#include "host/sockaddr.h"
#include "run/notif.h"
#include "run/owner.h"
#include "run/process/procfd.h"
#include "run/room.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

static const struct call_row rows[] = {
    {SYS_socket, "socket", call_socket, true, true},
    {SYS_socketpair, "socketpair", call_socketpair, true, true},
    {SYS_bind, "bind", call_bind, false, false},
    {SYS_connect, "connect", call_connect, true, false},
    {SYS_listen, "listen", call_listen, false, false},
    {SYS_accept, "accept", call_accept, false, false},
    {SYS_accept4, "accept4", call_accept, false, false},
    {SYS_getsockname, "getsockname", call_getsockname, false, false},
    {SYS_getpeername, "getpeername", call_getpeername, false, false},
    {SYS_setsockopt, "setsockopt", call_setsockopt, false, false},
    {SYS_getsockopt, "getsockopt", call_getsockopt, false, false},
    {SYS_shutdown, "shutdown", call_shutdown, false, false},
    {SYS_sendto, "sendto", call_sendto, false, false},
    {SYS_recvfrom, "recvfrom", call_recvfrom, false, false},
    {SYS_sendmsg, "sendmsg", call_sendmsg, false, false},
    {SYS_recvmsg, "recvmsg", call_recvmsg, true, false},
    {SYS_sendmmsg, "sendmmsg", call_sendmmsg, false, false},
    {SYS_recvmmsg, "recvmmsg", call_recvmmsg, true, false},
    {SYS_ioctl, "ioctl", call_ioctl, true, false},
    {SYS_unshare, "unshare", call_unshare, true, true},
    {SYS_setns, "setns", call_setns, true, false},
    {SYS_io_uring_setup, "io_uring_setup", call_io_uring, true, true},
    {SYS_io_uring_enter, "io_uring_enter", call_io_uring, true, true},
    {SYS_io_uring_register, "io_uring_register", call_io_uring, true, true},
};

const struct call_row *
call_row(int nr)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].nr == nr)
			return &rows[i];
	return NULL;
}

/* The process may not be looked into: the program changed its user, or forbade dumps. */
static long
unreachable(struct call *c, int error)
{
	if (error == -EPERM || error == -EACCES)
		worker_unreachable(c->w, &c->caller);
	return error;
}

static int
take_duplicate(struct call *c)
{
	int fd = caller_fd(&c->caller, (int)c->arg[0]);

	if (fd < 0)
		return fd;
	c->fd = fd;
	c->d = desc_of_fd(c->w, fd);
	return 0;
}

/*
 * Without duplicates from the kernel (kernel.getfd), finds the record through /proc, and the
 * duplicate that the record may hold.
 */
static int
take_by_inode(struct call *c)
{
	int rc = procfd_socket(c->caller.tid, (int)c->arg[0], &c->inode);

	c->caller.found = true;
	if (rc || !c->inode)
		return rc;
	c->d = desc_by_inode(c->w, c->inode);
	if (!c->d || c->d->own < 0)
		return 0;
	c->fd = fcntl(c->d->own, F_DUPFD_CLOEXEC, 0);
	return c->fd < 0 ? -errno : 0;
}

/* Take the descriptor once; act on what was taken, whatever its number means by now. */
static long
take_descriptor(struct call *c, const struct call_row *row)
{
	int rc = c->w->kernel.getfd ? take_duplicate(c) : take_by_inode(c);

	if (rc)
		return rc == -EBADF ? rc : unreachable(c, rc);
	if (c->caller.found && !notif_valid(c->w, c->id)) {
		call_done(c);
		return CALL_ANSWERED;
	}
	if (!c->d && !row->foreign)
		return CALL_CONTINUE;
	if (c->d) {
		c->d->tid = c->caller.tid;
		c->d->tid_fd = (int)c->arg[0];
	}
	return 0;
}

/*
 * Chooses the error of a call that was short of a descriptor here. What socket() and accept()
 * return may be about the program's own table.
 */
static long
in_words(const struct call_row *row, long rc)
{
	return row->fn == call_socket || row->fn == call_accept ? rc : room_no_buffers((int)rc);
}

long
call_dispatch(struct call *c)
{
	const struct call_row *row = call_row(c->nr);
	long rc;

	c->fd = -1;
	if (call_is_other_abi(c))
		return call_other_abi(c);
	if (!row)
		return -ENOSYS;
	if (!row->plain) {
		rc = take_descriptor(c, row);
		if (rc)
			return row->fn == call_accept ? room_words(rc) : in_words(row, rc);
	}
	rc = row->fn(c);
	if (c->d)
		owner_note(c->d, &c->caller);
	return in_words(row, rc);
}

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
	long rc = notif_add_fd(c->w, c->id, fd, cloexec);

	close(fd);
	return rc;
}

long
call_broken_pipe(const struct call *c, int flags)
{
	if (!(flags & MSG_NOSIGNAL) && notif_valid(c->w, c->id))
		syscall(SYS_tkill, c->caller.tid, SIGPIPE);
	return -EPIPE;
}

int
call_read_address(const struct call *c, uint64_t at, uint64_t len, struct sockaddr_storage *ss)
{
	memset(ss, 0, sizeof *ss);
	if ((int)len < 0 || len > sizeof *ss)
		return -EINVAL;
	return caller_read(&c->caller, at, ss, len);
}

int
call_write_address(const struct call *c, uint64_t at, uint64_t len_at, const void *sa, socklen_t len)
{
	int room = 0;
	int rc = caller_read(&c->caller, len_at, &room, sizeof room);

	if (rc)
		return rc;
	if (room < 0)
		return -EINVAL;
	return caller_write_sized(
	    &c->caller, at, sa, (socklen_t)room < len ? (socklen_t)room : len, len_at, (int)len);
}

socklen_t
call_endpoint_sockaddr(const struct desc *d, const struct endpoint *e, struct sockaddr_storage *ss)
{
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6, .sin6_port = htons(e->port)};

	if (!d->v6)
		return sockaddr_from_endpoint(ss, e);
	/* An IPv6 socket spells IPv4 addresses as mapped ones, except that "any" is "::". */
	if (!(ipaddr_is4(&e->addr) && ipaddr_is_any(&e->addr)))
		memcpy(&sin6.sin6_addr, ipaddr_octets(&e->addr), 16);
	sin6.sin6_scope_id = e->ifindex;
	memset(ss, 0, sizeof *ss);
	memcpy(ss, &sin6, sizeof sin6);
	return sizeof sin6;
}

int
call_write_endpoint(const struct call *c, uint64_t at, uint64_t len_at, const struct endpoint *e)
{
	struct sockaddr_storage ss;
	socklen_t len = call_endpoint_sockaddr(c->d, e, &ss);

	return call_write_address(c, at, len_at, &ss, len);
}

int
call_sockaddr_endpoint(
    const struct desc *d, const struct sockaddr_storage *ss, socklen_t len, struct endpoint *e)
{
	size_t least = ss->ss_family == AF_INET6 ? offsetof(struct sockaddr_in6, sin6_scope_id)
						 : sizeof(struct sockaddr_in);

	if (len < sizeof ss->ss_family)
		return -EINVAL;
	if (ss->ss_family != (d->v6 ? AF_INET6 : AF_INET))
		return -EAFNOSUPPORT;
	if (len < least)
		return -EINVAL;
	endpoint_from_sockaddr(e, (const struct sockaddr *)ss);
	return 0;
}
