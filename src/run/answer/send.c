/*
 * run/answer/send.c - answers sendto(2) with an address, sendmsg(2) and sendmmsg(2). The filter
 * cannot see whether a struct msghdr has an address.
 *
 * On a connected stream without an address sendmsg() is left to the kernel: the proxy socket does
 * the same, and so does any file that another thread may have put in its place.
 */
#include "host/sockaddr.h"
#include "run/answer/answer.h"
#include "run/answer/netlink.h"
#include "run/call/address.h"
#include "run/call/blocked.h"
#include "run/call/cmsg.h"
#include "run/call/message.h"
#include "run/dgram/dgram.h"
#include "run/socket/missing.h"
#include "run/stream/pump.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>

/*
 * Sends the message's first @len octets straight to the stack, after what the program has written
 * before. That is for SOCK_OOB and SOCK_MORE, and if no duplicate of the program's end can be taken
 * (kernel.getfd). Returns as sock_send() does.
 */
static long
send_flagged(struct call *c, size_t len, unsigned flags)
{
	struct stream_rec *s = stream_of(c->rec);

	if (s->rec.shut_wr)
		return -EPIPE;
	pump(s);
	if (s->rec.state != SOCKREC_CONNECTED || s->rec.ended)
		return -EPIPE;
	if (pump_unread(s) > 0)
		return -EAGAIN;
	return sock_send(s->rec.sk, c->message->octets, len, flags, NULL);
}

/*
 * Sends one piece of a stream's message, from octet c->done on. Returns how many octets were sent,
 * or the negative errno.
 */
static ssize_t
send_piece(struct call *c, size_t total, int flags)
{
	ssize_t n = message_gather(c, c->done, false);
	bool last = n >= 0 && c->done + (size_t)n == total;

	if (n < 0)
		return n;
	if (c->fd < 0 || flags & (MSG_OOB | MSG_MORE))
		return send_flagged(c, (size_t)n,
		    (flags & MSG_OOB && last ? SOCK_OOB : 0) | (flags & MSG_MORE || !last ? SOCK_MORE : 0));
	n = send(c->fd, c->message->octets, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
	return n < 0 ? -errno : n;
}

/* Sends the rest of the message, until there is no room or the connection ends. */
static long
send_pieces(struct call *c, int flags)
{
	size_t total = message_total(c->message);
	ssize_t n;

	do {
		n = send_piece(c, total, flags);
		if (n > 0)
			c->done += (size_t)n;
	} while (n > 0 && c->done < total);
	return n;
}

/* The wait for room ends early. The answer is what has been sent. */
static long
left_sending(struct call *c, long answer)
{
	unsigned len = (unsigned)c->done;

	if (!c->done)
		return answer;
	if (c->nr != SYS_sendmmsg)
		return (long)c->done;
	caller_write(&c->caller, c->arg[1] + offsetof(struct mmsghdr, msg_len), &len, sizeof len);
	return 1;
}

static long
send_stream(struct call *c, call_fn *again, int flags)
{
	long n = 0;

	if (c->rec->state == SOCKREC_CONNECTING)
		return -EAGAIN;
	if (c->rec->state == SOCKREC_CONNECTED)
		n = send_pieces(c, flags);
	else if (!c->done)
		n = -call_take_error(c);
	c->left = left_sending;
	if (n == -EAGAIN && call_may_wait(c, flags))
		return blocked_wait(c, again, SO_SNDTIMEO, -EAGAIN);
	if (c->done)
		return (long)c->done;
	if (n == -EPIPE || (n >= 0 && c->rec->state != SOCKREC_CONNECTED))
		return call_broken_pipe(c, flags);
	return n;
}

/*
 * Reads a destination as Linux's udp_sendmsg() and udpv6_sendmsg() do. They differ from connect(2),
 * and from each other.
 */
static int
destination(const struct sockrec *r, const struct sockaddr_storage *ss, socklen_t len, struct endpoint *to)
{
	struct sockaddr_storage in = *ss;

	if (r->kind != SOCKREC_DGRAM && ss->ss_family == AF_UNSPEC)
		return 0;
	if (r->kind != SOCKREC_DGRAM)
		return call_sockaddr_endpoint(r, ss, len, to);
	if (!r->v6) {
		if (len < sizeof(struct sockaddr_in))
			return -EINVAL;
		in.ss_family = ss->ss_family == AF_UNSPEC ? (sa_family_t)AF_INET : ss->ss_family;
		return call_sockaddr_endpoint(r, &in, len, to);
	}
	if (len < sizeof ss->ss_family)
		return -EINVAL;
	if (ss->ss_family == AF_UNSPEC) /* no address */
		return 0;
	if (ss->ss_family == AF_INET && len >= sizeof(struct sockaddr_in)) {
		endpoint_from_sockaddr(to, (const struct sockaddr *)ss);
		return 0;
	}
	return ss->ss_family == AF_INET6 ? call_sockaddr_endpoint(r, ss, len, to) : -EINVAL;
}

static long
send_dgram(struct call *c, int flags, const struct sockaddr_storage *ss, socklen_t namelen)
{
	struct dgram_rec *d = dgram_of(c->rec);
	struct dgram_wish wish = dgram_report_wish(d);
	struct sock_msg msg = {0};
	ssize_t n = message_gather(c, 0, true);
	int rc;

	wish.zerocopy = flags & MSG_ZEROCOPY;
	wish.more = flags & MSG_MORE;
	if (n == -EMSGSIZE) /* the stack chooses the error */
		n = (ssize_t)message_total(c->message);
	if (n < 0)
		return n;
	if ((flags & MSG_OOB) && !c->rec->v6) /* udpv6_sendmsg() ignores it */
		return -EOPNOTSUPP;
	rc = cmsg_read(c, &c->message->h, &msg, &wish);
	if (!rc && namelen)
		rc = destination(c->rec, ss, namelen, &msg.peer);
	return rc ? rc : dgram_send(d, c->fd, c->message->octets, (size_t)n, &msg, &wish);
}

/* Sends c->message to the address of @namelen octets at @name in the caller's memory; 0 = none. */
static long
send_message(struct call *c, call_fn *again, int flags, uint64_t name, socklen_t namelen)
{
	struct sockaddr_storage ss = {0};
	int rc = namelen ? call_read_address(c, name, namelen, &ss) : 0;

	if (rc)
		return rc;
	switch (c->rec->kind) {
	case SOCKREC_STREAM:
		if (flags & MSG_FASTOPEN) {
			missing_report(c->recs, "TCP Fast Open");
			return -EOPNOTSUPP;
		}
		return send_stream(c, again, flags);
	case SOCKREC_NETLINK: {
		ssize_t n = message_gather(c, 0, true);

		return n < 0 ? n : netlink_request(c->rec, c->message->octets, (size_t)n);
	}
	default:
		return send_dgram(c, flags, &ss, namelen);
	}
}

long
call_sendto(struct call *c)
{
	message_single(c);
	return send_message(c, call_sendto, (int)c->arg[3], c->arg[4], c->arg[4] ? (socklen_t)c->arg[5] : 0);
}

long
call_sendmsg(struct call *c)
{
	int flags = (int)c->arg[2], rc = message_read(c, c->arg[1]);

	if (rc)
		return rc;
	if (c->rec->kind == SOCKREC_STREAM && !c->message->h.msg_namelen &&
	    !(flags & (MSG_OOB | MSG_MORE | MSG_FASTOPEN)) && c->rec->state == SOCKREC_CONNECTED)
		return CALL_CONTINUE;
	return send_message(c, call_sendmsg, flags, (uint64_t)(uintptr_t)c->message->h.msg_name,
	    c->message->h.msg_name ? c->message->h.msg_namelen : 0);
}

/* Waits for the first message only. Returns how many were sent; the error only if none was. */
long
call_sendmmsg(struct call *c)
{
	unsigned most = (unsigned)c->arg[2] < MESSAGE_IOV_MOST ? (unsigned)c->arg[2] : MESSAGE_IOV_MOST, i;
	int flags = (int)c->arg[3];
	long rc = 0;

	for (i = 0; i < most; i++) {
		uint64_t at = c->arg[1] + i * sizeof(struct mmsghdr);
		unsigned len;

		rc = message_read(c, at);
		if (!rc)
			rc = send_message(c, call_sendmmsg, i ? flags | MSG_DONTWAIT : flags,
			    (uint64_t)(uintptr_t)c->message->h.msg_name,
			    c->message->h.msg_name ? c->message->h.msg_namelen : 0);
		if (rc < 0)
			break;
		len = (unsigned)rc;
		c->done = 0;
		caller_write(&c->caller, at + offsetof(struct mmsghdr, msg_len), &len, sizeof len);
	}
	return i ? (long)i : rc;
}
