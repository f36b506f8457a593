/*
 * run/answer/recv.c - answers recvfrom(2) with an address, recvmsg(2) and recvmmsg(2). The filter
 * cannot see whether a struct msghdr has an address.
 *
 * On a connected stream without an address recvmsg() is left to the kernel: the proxy socket does
 * the same, and so does any file that another thread may have put in its place.
 */
#include "core/errq.h"
#include "run/answer/answer.h"
#include "run/answer/netlink.h"
#include "run/answer/recv_rights.h"
#include "run/call/address.h"
#include "run/call/blocked.h"
#include "run/call/cmsg.h"
#include "run/call/message.h"
#include "run/dgram/dgram.h"
#include "run/dgram/error.h"
#include "run/dgram/tagged.h"

#include <errno.h>
#include <stddef.h>
#include <sys/un.h>
#include <unistd.h>

enum { NATIVE_FLAGS = MSG_PEEK | MSG_TRUNC | MSG_WAITALL | MSG_CMSG_CLOEXEC };

/* Writes the sender's name to @at, with its length to @len_at. */
static int
write_source(const struct call *c, const struct dgram_tag *came, uint64_t at, uint64_t len_at)
{
	struct endpoint from = came->peer;
	socklen_t none = 0;

	if (!at)
		return 0;
	if (c->rec->kind == SOCKREC_NETLINK)
		return netlink_write_source(c, at, len_at);
	if (c->rec->kind != SOCKREC_STREAM && (came->known || sockrec_remote(c->rec, &from) == 0))
		return call_write_endpoint(c, at, len_at, &from);
	return caller_write(&c->caller, len_at, &none, sizeof none); /* tcp(7): no name */
}

static long
receive_urgent(struct call *c, int flags)
{
	ssize_t n = recv(c->fd, c->message->octets, 1, MSG_OOB | MSG_DONTWAIT | (flags & MSG_PEEK));

	if (n < 0)
		return -errno;
	return n > 0 && message_scatter(c, 0, c->message->octets, (size_t)n) ? -EFAULT : n;
}

/*
 * Returns the error of receiving from the proxy socket. The kernel's is always ECONNRESET; the
 * record has the true one.
 */
static long
receive_error(struct call *c, int error)
{
	int own = c->rec->error;

	if (error == EINVAL && c->rec->kind == SOCKREC_STREAM) { /* what AF_UNIX returns for ENOTCONN */
		own = call_take_error(c);
		return own ? -own : -ENOTCONN;
	}
	if (error != ECONNRESET || !own)
		return -error;
	c->rec->error = 0;
	return -own;
}

/*
 * Receives a datagram. The pending error comes first. The kernel's error only causes POLLERR, and
 * is shown again.
 */
static ssize_t
receive_dgram(struct call *c, struct msghdr *h, int flags, struct dgram_tag *came)
{
	struct dgram_rec *d = dgram_of(c->rec);
	int error = dgram_error_take(d, c->fd);
	ssize_t n;

	if (error)
		return -error;
	n = dgram_take(c->fd, h, flags, came);
	if (n < 0 && errno == ECONNRESET) {
		n = dgram_take(c->fd, h, flags, came);
		n = n < 0 ? -errno : n;
		dgram_error_show(d, c->fd);
		return n;
	}
	return n < 0 ? -errno : n;
}

static ssize_t
receive_stream(struct call *c, struct msghdr *h, int flags, struct dgram_tag *came)
{
	ssize_t n = dgram_take(c->fd, h, flags, came);

	return n < 0 ? receive_error(c, errno) : n;
}

/*
 * Receives into c->message. The caller wants the sender's name at @name and its length at @len_at.
 * *@out becomes the flags of msghdr. Waits by @again where the call may.
 */
static long
receive_message(struct call *c, call_fn *again, int flags, uint64_t name, uint64_t len_at, int *out,
    struct dgram_tag *came)
{
	struct iovec iov = {c->message->octets, message_room(c->message)};
	struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t n;
	int native, rc;

	if (flags & MSG_ERRQUEUE)
		return -EAGAIN;
	if ((flags & MSG_OOB) && c->rec->kind == SOCKREC_STREAM) /* udp(7) ignores it */
		return receive_urgent(c, flags);
	native = (flags & NATIVE_FLAGS & ~MSG_WAITALL) | MSG_DONTWAIT;
	n = (is_dgram(c->rec) ? receive_dgram : receive_stream)(c, &h, native, came);
	/*
	 * A datagram socket that is shut returns, as on Linux, 0 if the call may wait, and
	 * otherwise EAGAIN.
	 */
	if (n == -EAGAIN && c->rec->shut_rd && call_may_wait(c, flags))
		return name ? caller_write(&c->caller, len_at, &(socklen_t){0}, sizeof(socklen_t)) : 0;
	if (n == -EAGAIN && call_may_wait(c, flags))
		return blocked_wait(c, again, SO_RCVTIMEO, -EAGAIN);
	if (n < 0)
		return n;
	*out = h.msg_flags & MSG_TRUNC;
	if (c->rec->kind == SOCKREC_STREAM && (flags & MSG_TRUNC)) /* tcp(7): discarded */
		rc = 0;
	else
		rc = message_scatter(
		    c, 0, c->message->octets, (size_t)n < iov.iov_len ? (size_t)n : iov.iov_len);
	if (!rc)
		rc = write_source(c, came, name, len_at);
	/* The program's end has room again. */
	if (is_dgram(c->rec) && !list_empty(&dgram_of(c->rec)->held))
		dgram_deliver(dgram_of(c->rec));
	return rc ? rc : n;
}

/*
 * Receives from the error queue (MSG_ERRQUEUE, recv(2)). Does not wait. The caller writes *@queued
 * as a control message.
 */
static long
receive_queued_error(struct call *c, uint64_t name, uint64_t len_at, int *out, struct queued_error *queued)
{
	size_t room = message_room(c->message), full = 0;
	ssize_t n = is_dgram(c->rec) ? dgram_error_take_queued(
					   dgram_of(c->rec), c->fd, c->message->octets, room, queued, &full)
				     : -EAGAIN;
	int rc;

	if (n < 0)
		return n;
	*out = MSG_ERRQUEUE | (full > room ? MSG_TRUNC : 0);
	rc = message_scatter(c, 0, c->message->octets, (size_t)n);
	if (!rc && name && queued->error.origin >= ERRQ_TIMESTAMPING) /* it concerns no other host */
		rc = caller_write(&c->caller, len_at, &(socklen_t){0}, sizeof(socklen_t));
	else if (!rc && name)
		rc = call_write_endpoint(c, name, len_at, &queued->error.peer);
	return rc ? rc : n;
}

/*
 * Returns true if no duplicate of the connected stream's end can be taken, so that only the program
 * can receive from it.
 */
static bool
is_kernels(const struct call *c, int flags)
{
	return c->fd < 0 && !(flags & MSG_ERRQUEUE);
}

long
call_recvfrom(struct call *c)
{
	struct queued_error queued;
	struct dgram_tag came;
	int flags;

	if (is_kernels(c, (int)c->arg[3]))
		return CALL_CONTINUE;
	message_single(c);
	if ((int)c->arg[3] & MSG_ERRQUEUE)
		return receive_queued_error(c, c->arg[4], c->arg[5], &flags, &queued);
	return receive_message(c, call_recvfrom, (int)c->arg[3], c->arg[4], c->arg[5], &flags, &came);
}

static long
receive_at(struct call *c, call_fn *again, int flags, uint64_t at)
{
	uint64_t name = (uint64_t)(uintptr_t)c->message->h.msg_name;
	uint64_t len_at = at + offsetof(struct msghdr, msg_namelen);
	struct queued_error queued;
	struct dgram_tag came = {.known = KNOWN_NOTHING};
	size_t control = 0;
	int out = 0, rc;
	long n = flags & MSG_ERRQUEUE ? receive_queued_error(c, name, len_at, &out, &queued)
				      : receive_message(c, again, flags, name, len_at, &out, &came);

	if (n < 0) /* also CALL_BLOCKED */
		return n;
	if (flags & MSG_ERRQUEUE)
		rc = cmsg_write_error(c, &c->message->h, &queued, &control, &out);
	else if (cmsg_wants_inq(c->rec))
		rc = cmsg_write_inq(c, &c->message->h, &control, &out);
	else
		rc = cmsg_write(c, &c->message->h, &came, &control, &out);
	if (rc)
		return rc;
	caller_write(&c->caller, at + offsetof(struct msghdr, msg_controllen), &control, sizeof control);
	caller_write(&c->caller, at + offsetof(struct msghdr, msg_flags), &out, sizeof out);
	return n;
}

long
call_recvmsg(struct call *c)
{
	int flags = (int)c->arg[2], rc;

	if (!c->rec)
		return call_recvmsg_foreign(c, call_recvmsg);
	rc = message_read(c, c->arg[1]);
	if (rc)
		return rc;
	if (is_kernels(c, flags))
		return CALL_CONTINUE;
	if (c->rec->kind == SOCKREC_STREAM && !c->message->h.msg_name &&
	    !(flags & (MSG_ERRQUEUE | MSG_TRUNC)) && c->rec->state == SOCKREC_CONNECTED &&
	    !cmsg_wants_inq(c->rec))
		return CALL_CONTINUE;
	return receive_at(c, call_recvmsg, flags, c->arg[1]);
}

/* Waits for the first message only: fewer than asked for may be returned. */
long
call_recvmmsg(struct call *c)
{
	unsigned most = (unsigned)c->arg[2] < MESSAGE_IOV_MOST ? (unsigned)c->arg[2] : MESSAGE_IOV_MOST, i;
	int flags = (int)c->arg[3] & ~MSG_WAITFORONE;
	long rc = 0;

	if (!c->rec)
		return call_recvmmsg_foreign(c, call_recvmmsg);
	if (is_kernels(c, flags))
		return CALL_CONTINUE;
	for (i = 0; i < most; i++) {
		uint64_t at = c->arg[1] + i * sizeof(struct mmsghdr);
		unsigned len;

		rc = message_read(c, at);
		if (!rc)
			rc = receive_at(c, call_recvmmsg, i ? flags | MSG_DONTWAIT : flags, at);
		if (rc < 0) /* also CALL_BLOCKED */
			break;
		len = (unsigned)rc;
		caller_write(&c->caller, at + offsetof(struct mmsghdr, msg_len), &len, sizeof len);
	}
	return i ? (long)i : rc;
}
