/*
 * Sending and receiving with an address, or by struct msghdr, where the filter cannot see whether there is one.
 *
 * On a connected stream without an address sendmsg() and recvmsg() are left to the kernel: the stand-in does what is meant, and whatever
 * another thread may have put in the descriptor's place would do what that thread meant.
 */
#include "core/errq.h"
#include "host/sockaddr.h"
#include "run/calls.h"
#include "run/control.h"
#include "run/dgram.h"
#include "run/dgram_error.h"
#include "run/netlink.h"
#include "run/park.h"
#include "run/pump.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	MSG_ROOM = 65536,
	IOV_MOST = 1024,
	NATIVE_FLAGS = MSG_PEEK | MSG_TRUNC | MSG_WAITALL | MSG_CMSG_CLOEXEC
};

/* A message of the caller's: the header copied once, with its vector. */
struct message {
	uint64_t at; /* of the msghdr; 0 for sendto() and recvfrom() */
	struct msghdr h;
	struct iovec iov[IOV_MOST];
};

/* One call is dealt with at a time. */
static struct message message;
static uint8_t octets[MSG_ROOM];

static int
read_message(const struct call *c, uint64_t at)
{
	int rc = caller_read(&c->caller, at, &message.h, sizeof message.h);

	if (rc)
		return rc;
	if (message.h.msg_iovlen > IOV_MOST)
		return -EMSGSIZE;
	message.at = at;
	return caller_read(&c->caller, (uint64_t)(uintptr_t)message.h.msg_iov, message.iov,
	    message.h.msg_iovlen * sizeof message.iov[0]);
}

/* sendto() and recvfrom() as a message of one part. */
static void
single_message(const struct call *c)
{
	message.at = 0;
	message.h = (struct msghdr){.msg_name = (void *)(uintptr_t)c->arg[4], .msg_iovlen = 1};
	message.iov[0] = (struct iovec){(void *)(uintptr_t)c->arg[1], c->arg[2]};
}

static size_t
message_room(void)
{
	size_t room = 0;

	for (size_t i = 0; i < message.h.msg_iovlen && room < MSG_ROOM; i++)
		room += message.iov[i].iov_len < MSG_ROOM ? message.iov[i].iov_len : MSG_ROOM;
	return room < MSG_ROOM ? room : MSG_ROOM;
}

/* All that the caller gives, whether or not there is room for it. */
static size_t
message_total(void)
{
	size_t total = 0;

	for (size_t i = 0; i < message.h.msg_iovlen; i++)
		total += message.iov[i].iov_len;
	return total;
}

/* Octets gathered; a stream's may be only the first of them. */
static ssize_t
gather(const struct call *c, bool whole)
{
	size_t len = 0;

	for (size_t i = 0; i < message.h.msg_iovlen; i++) {
		size_t n = message.iov[i].iov_len;
		int rc;

		if (n > MSG_ROOM - len) {
			if (whole)
				return -EMSGSIZE;
			n = MSG_ROOM - len;
		}
		rc = caller_read(&c->caller, (uint64_t)(uintptr_t)message.iov[i].iov_base, octets + len, n);
		if (rc)
			return rc;
		len += n;
	}
	return (ssize_t)len;
}

static int
scatter(const struct call *c, size_t len)
{
	size_t done = 0;

	for (size_t i = 0; i < message.h.msg_iovlen && done < len; i++) {
		size_t n = message.iov[i].iov_len < len - done ? message.iov[i].iov_len : len - done;
		int rc =
		    caller_write(&c->caller, (uint64_t)(uintptr_t)message.iov[i].iov_base, octets + done, n);

		if (rc)
			return rc;
		done += n;
	}
	return 0;
}

/* Urgent data overtakes nothing: what was written before it is carried first. */
static long
send_urgent(struct call *c, size_t len)
{
	int before = 0;

	if (c->d->shut_wr)
		return -EPIPE;
	pump(c->d);
	if (c->d->state != DESC_CONNECTED || c->d->buried)
		return -EPIPE;
	if (c->d->peer.fd >= 0 && ioctl(c->d->peer.fd, FIONREAD, &before) == 0 && before > 0)
		return -EAGAIN;
	return sock_send(c->d->sk, octets, len, SOCK_OOB, NULL);
}

static long
send_stream(struct call *c, call_fn *again, int flags)
{
	ssize_t n;

	if (c->d->state == DESC_CONNECTING)
		return -EAGAIN;
	n = c->d->state == DESC_CONNECTED ? gather(c, false) : -call_take_error(c);
	if (n < 0)
		return n == -EPIPE ? call_broken_pipe(c, flags) : n;
	if (c->d->state != DESC_CONNECTED)
		return call_broken_pipe(c, flags);
	if (flags & MSG_OOB) {
		n = send_urgent(c, (size_t)n);
	} else {
		n = send(c->fd, octets, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
		n = n < 0 ? -errno : n;
	}
	if (n == -EAGAIN && call_may_wait(c, flags))
		return park(c, again, SO_SNDTIMEO, -EAGAIN);
	return n == -EPIPE ? call_broken_pipe(c, flags) : n;
}

/* As udp_sendmsg() and udpv6_sendmsg() of Linux read an address, which differs from connect(2)'s way and between the families. */
static int
destination(const struct desc *d, const struct sockaddr_storage *ss, socklen_t len, struct endpoint *to)
{
	struct sockaddr_storage in = *ss;

	if (d->kind != DESC_DGRAM && ss->ss_family == AF_UNSPEC)
		return 0;
	if (d->kind != DESC_DGRAM)
		return call_sockaddr_endpoint(d, ss, len, to);
	if (!d->v6) {
		if (len < sizeof(struct sockaddr_in))
			return -EINVAL;
		in.ss_family = ss->ss_family == AF_UNSPEC ? (sa_family_t)AF_INET : ss->ss_family;
		return call_sockaddr_endpoint(d, &in, len, to);
	}
	if (len < sizeof ss->ss_family)
		return -EINVAL;
	if (ss->ss_family == AF_UNSPEC) /* no address */
		return 0;
	if (ss->ss_family == AF_INET && len >= sizeof(struct sockaddr_in)) {
		endpoint_from_sockaddr(to, (const struct sockaddr *)ss);
		return 0;
	}
	return ss->ss_family == AF_INET6 ? call_sockaddr_endpoint(d, ss, len, to) : -EINVAL;
}

static long
send_dgram(struct call *c, int flags, const struct sockaddr_storage *ss, socklen_t namelen)
{
	struct sock_msg msg = {0};
	ssize_t n = gather(c, true);
	int rc;

	if (n == -EMSGSIZE) /* the stack says so, too, and perhaps more */
		n = (ssize_t)message_total();
	if (n < 0)
		return n;
	if ((flags & MSG_OOB) && !c->d->v6) /* IPv6's does not look at it */
		return -EOPNOTSUPP;
	rc = control_read(c, &message.h, &msg);
	if (!rc && namelen)
		rc = destination(c->d, ss, namelen, &msg.peer);
	return rc ? rc : dgram_send(c->d, c->fd, octets, (size_t)n, &msg);
}

/* What stands in `message`, to the name that was read from the caller. */
static long
send_message(struct call *c, call_fn *again, int flags, uint64_t name, socklen_t namelen)
{
	struct sockaddr_storage ss = {0};
	int rc = namelen ? call_read_address(c, name, namelen, &ss) : 0;

	if (rc)
		return rc;
	switch (c->d->kind) {
	case DESC_STREAM:
		if (flags & MSG_FASTOPEN) {
			worker_missing(c->w, "TCP Fast Open");
			return -EOPNOTSUPP;
		}
		return send_stream(c, again, flags);
	case DESC_NETLINK: {
		ssize_t n = gather(c, true);

		return n < 0 ? n : netlink_request(c->d, octets, (size_t)n);
	}
	default:
		return send_dgram(c, flags, &ss, namelen);
	}
}

long
call_sendto(struct call *c)
{
	single_message(c);
	return send_message(c, call_sendto, (int)c->arg[3], c->arg[4], c->arg[4] ? (socklen_t)c->arg[5] : 0);
}

long
call_sendmsg(struct call *c)
{
	int flags = (int)c->arg[2], rc = read_message(c, c->arg[1]);

	if (rc)
		return rc;
	if (c->d->kind == DESC_STREAM && !message.h.msg_namelen && !(flags & (MSG_OOB | MSG_FASTOPEN)) &&
	    c->d->state == DESC_CONNECTED)
		return CALL_CONTINUE;
	return send_message(c, call_sendmsg, flags, (uint64_t)(uintptr_t)message.h.msg_name,
	    message.h.msg_name ? message.h.msg_namelen : 0);
}

/* How many went; the error only if none did. */
long
call_sendmmsg(struct call *c)
{
	unsigned most = (unsigned)c->arg[2] < IOV_MOST ? (unsigned)c->arg[2] : IOV_MOST, i;
	int flags = (int)c->arg[3];
	long rc = 0;

	for (i = 0; i < most; i++) {
		uint64_t at = c->arg[1] + i * sizeof(struct mmsghdr);
		unsigned len;

		rc = read_message(c, at);
		if (!rc)
			rc = send_message(c, call_sendmmsg, flags, (uint64_t)(uintptr_t)message.h.msg_name,
			    message.h.msg_name ? message.h.msg_namelen : 0);
		if (rc < 0)
			break;
		len = (unsigned)rc;
		caller_write(&c->caller, at + offsetof(struct mmsghdr, msg_len), &len, sizeof len);
	}
	return i ? (long)i : rc;
}

/* Whose datagram it was, as the program is told. */
static int
write_source(const struct call *c, const struct sockaddr_un *un, socklen_t len, uint64_t at, uint64_t len_at)
{
	struct endpoint from;
	socklen_t none = 0;

	if (!at)
		return 0;
	if (c->d->kind == DESC_NETLINK)
		return netlink_write_source(c, at, len_at);
	if (c->d->kind != DESC_STREAM && unix_name_source(&c->w->unixdir, un, len, &from))
		return call_write_endpoint(c, at, len_at, &from);
	return caller_write(&c->caller, len_at, &none, sizeof none); /* tcp(7) names nobody */
}

static long
receive_urgent(struct call *c, int flags)
{
	ssize_t n = recv(c->fd, octets, 1, MSG_OOB | MSG_DONTWAIT | (flags & MSG_PEEK));

	if (n < 0)
		return -errno;
	return n > 0 && scatter(c, (size_t)n) ? -EFAULT : n;
}

/* The kernel's error on the stand-in is always ECONNRESET; ours says why. */
static long
receive_error(struct call *c, int error)
{
	int own = c->d->error;

	if (error == EINVAL && c->d->kind == DESC_STREAM) { /* AF_UNIX's word for not connected */
		own = call_take_error(c);
		return own ? -own : -ENOTCONN;
	}
	if (error != ECONNRESET || !own)
		return -error;
	c->d->error = 0;
	return -own;
}

/* A datagram into `octets`. The pending error first; the kernel's own only holds POLLERR, and is put back. */
static ssize_t
receive_dgram(struct call *c, struct msghdr *h, int flags, int *tag)
{
	int error = dgram_error_take(c->d, c->fd);
	ssize_t n;

	if (error)
		return -error;
	n = control_receive(c->fd, h, flags, tag);
	if (n < 0 && errno == ECONNRESET) {
		n = control_receive(c->fd, h, flags, tag);
		n = n < 0 ? -errno : n;
		dgram_error_show(c->d, c->fd);
		return n;
	}
	return n < 0 ? -errno : n;
}

static ssize_t
receive_stream(struct call *c, struct msghdr *h, int flags, int *tag)
{
	ssize_t n = control_receive(c->fd, h, flags, tag);

	return n < 0 ? receive_error(c, errno) : n;
}

/* Receive into what stands in `message`; name and its length lie at @name, @len_at. *@out: the flags. */
static long
receive_message(struct call *c, call_fn *again, int flags, uint64_t name, uint64_t len_at, int *out, int *tag)
{
	struct sockaddr_un un;
	struct iovec iov = {octets, message_room()};
	struct msghdr h = {.msg_name = &un, .msg_namelen = sizeof un, .msg_iov = &iov, .msg_iovlen = 1};
	ssize_t n;
	int native, rc;

	*tag = -1;
	if (flags & MSG_ERRQUEUE)
		return -EAGAIN;
	if ((flags & MSG_OOB) && c->d->kind == DESC_STREAM) /* udp(7) does not know it */
		return receive_urgent(c, flags);
	native = (flags & NATIVE_FLAGS & ~MSG_WAITALL) | MSG_DONTWAIT;
	n = (c->d->kind == DESC_DGRAM || c->d->kind == DESC_PING ? receive_dgram : receive_stream)(
	    c, &h, native, tag);
	if (n == -EAGAIN && call_may_wait(c, flags))
		return park(c, again, SO_RCVTIMEO, -EAGAIN);
	if (n < 0)
		return n;
	*out = h.msg_flags & MSG_TRUNC;
	if (c->d->kind == DESC_STREAM && (flags & MSG_TRUNC)) /* tcp(7): thrown away */
		rc = 0;
	else
		rc = scatter(c, (size_t)n < iov.iov_len ? (size_t)n : iov.iov_len);
	if (!rc)
		rc = write_source(c, &un, h.msg_namelen, name, len_at);
	/* There is room in the kernel's queue again. */
	if (!list_empty(&c->d->held))
		dgram_deliver(c->d);
	return rc ? rc : n;
}

/* MSG_ERRQUEUE (recv(2)): never waits. *@told is to be written as control message. */
static long
receive_queued_error(struct call *c, uint64_t name, uint64_t len_at, int *out, struct dgram_error *told)
{
	size_t room = message_room(), full = 0;
	ssize_t n = c->d->kind == DESC_DGRAM || c->d->kind == DESC_PING
			? dgram_error_queued(c->d, c->fd, octets, room, told, &full)
			: -EAGAIN;
	int rc;

	if (n < 0)
		return n;
	*out = MSG_ERRQUEUE | (full > room ? MSG_TRUNC : 0);
	rc = scatter(c, (size_t)n);
	if (!rc && name)
		rc = call_write_endpoint(c, name, len_at, &told->peer);
	return rc ? rc : n;
}

long
call_recvfrom(struct call *c)
{
	struct dgram_error told;
	int flags, tag;
	long n;

	single_message(c);
	if ((int)c->arg[3] & MSG_ERRQUEUE)
		return receive_queued_error(c, c->arg[4], c->arg[5], &flags, &told);
	n = receive_message(c, call_recvfrom, (int)c->arg[3], c->arg[4], c->arg[5], &flags, &tag);
	if (tag >= 0)
		close(tag);
	return n;
}

static long
receive_at(struct call *c, call_fn *again, int flags, uint64_t at)
{
	uint64_t name = (uint64_t)(uintptr_t)message.h.msg_name;
	uint64_t len_at = at + offsetof(struct msghdr, msg_namelen);
	struct dgram_error told;
	size_t control = 0;
	int out = 0, tag = -1, rc;
	long n = flags & MSG_ERRQUEUE ? receive_queued_error(c, name, len_at, &out, &told)
				      : receive_message(c, again, flags, name, len_at, &out, &tag);

	if (n < 0) /* CALL_PARKED among them */
		return n;
	rc = flags & MSG_ERRQUEUE ? control_write_error(c, &message.h, &told, &control, &out)
				  : control_write(c, &message.h, tag, &control, &out);
	if (tag >= 0)
		close(tag);
	if (rc)
		return rc;
	caller_write(&c->caller, at + offsetof(struct msghdr, msg_controllen), &control, sizeof control);
	caller_write(&c->caller, at + offsetof(struct msghdr, msg_flags), &out, sizeof out);
	return n;
}

long
call_recvmsg(struct call *c)
{
	int flags = (int)c->arg[2], rc = read_message(c, c->arg[1]);

	if (rc)
		return rc;
	if (c->d->kind == DESC_STREAM && !message.h.msg_name && !(flags & (MSG_ERRQUEUE | MSG_TRUNC)) &&
	    c->d->state == DESC_CONNECTED)
		return CALL_CONTINUE;
	return receive_at(c, call_recvmsg, flags, c->arg[1]);
}

/* Waits for the first at most: fewer than asked for is a fair answer. */
long
call_recvmmsg(struct call *c)
{
	unsigned most = (unsigned)c->arg[2] < IOV_MOST ? (unsigned)c->arg[2] : IOV_MOST, i;
	int flags = (int)c->arg[3] & ~MSG_WAITFORONE;
	long rc = 0;

	for (i = 0; i < most; i++) {
		uint64_t at = c->arg[1] + i * sizeof(struct mmsghdr);
		unsigned len;

		rc = read_message(c, at);
		if (!rc)
			rc = receive_at(c, call_recvmmsg, i ? flags | MSG_DONTWAIT : flags, at);
		if (rc < 0) /* CALL_PARKED among them */
			break;
		len = (unsigned)rc;
		caller_write(&c->caller, at + offsetof(struct mmsghdr, msg_len), &len, sizeof len);
	}
	return i ? (long)i : rc;
}
