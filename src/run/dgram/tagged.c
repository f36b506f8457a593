/*
 * run/dgram/tagged.c - sends datagrams to the program's end with a tag, and receives them there. It
 * notes which control messages the program asks for, but does not make them.
 */
#include "run/dgram/tagged.h"

#include <errno.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

/* The options that ask for control messages; in the order of enum dgram_want. */
static const struct {
	int level, name;
} asking[] = {{IPPROTO_IP, IP_PKTINFO}, {IPPROTO_IP, IP_RECVTTL}, {IPPROTO_IP, IP_RECVTOS},
    {IPPROTO_IP, IP_RECVORIGDSTADDR}, {IPPROTO_IPV6, IPV6_RECVPKTINFO}, {IPPROTO_IPV6, IPV6_RECVHOPLIMIT},
    {IPPROTO_IPV6, IPV6_RECVTCLASS}, {SOL_SOCKET, SO_TIMESTAMP}, {SOL_SOCKET, SO_TIMESTAMPNS},
    {SOL_SOCKET, SO_TIMESTAMPING}};

void
dgram_note_options(struct dgram_rec *d)
{
	d->wants = 0;
	for (unsigned i = 0; i < WANTS; i++) {
		int on = 0;
		size_t len = sizeof on;

		sock_getopt(d->rec.sk, asking[i].level, asking[i].name, &on, &len);
		d->wants |= on ? 1u << i : 0;
	}
	dgram_report_options(d);
	if (~d->reports.stamping & (SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE))
		d->wants &= ~(1u << WANT_TIMES);
}

union tag_message {
	struct cmsghdr h;
	char room[CMSG_SPACE(sizeof(int))];
};

/* Returns true if @from is the peer. Then the datagram needs no tag. */
static bool
from_peer(struct dgram_rec *d, const struct endpoint *from)
{
	struct endpoint peer;

	return d->rec.state == SOCKREC_CONNECTED && sockrec_remote(&d->rec, &peer) == 0 &&
	       peer.port == from->port && ipaddr_eq(&peer.addr, &from->addr);
}

static int
send_tagged(int fd, int tag, const void *buf, size_t len)
{
	union tag_message rights = {.h = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	struct iovec iov = {(void *)(uintptr_t)buf, len};
	struct msghdr h = {
	    .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &rights, .msg_controllen = sizeof rights};

	memcpy(CMSG_DATA(&rights.h), &tag, sizeof tag);
	return sendmsg(fd, &h, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int
dgram_pass(struct dgram_rec *d, const struct sock_msg *msg, const void *buf, size_t len)
{
	int fd = d->rec.our_end.fd, tag, rc;

	if (!d->wants && from_peer(d, &msg->peer))
		return send(fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
	tag = d->wants ? dgram_tag_new(msg)
		       : dgram_tag_shared(&d->rec.recs->tags, &d->rec.recs->fds, &msg->peer);
	if (tag < 0)
		return tag;
	rc = send_tagged(fd, tag, buf, len);
	if (d->wants)
		close(tag);
	return rc;
}

ssize_t
dgram_take(int fd, struct msghdr *h, int flags, struct dgram_tag *came)
{
	union tag_message rights = {.h = {0}};
	struct msghdr own = *h;
	ssize_t n;
	int tag;

	*came = (struct dgram_tag){.known = KNOWN_NOTHING};
	own.msg_control = &rights;
	own.msg_controllen = sizeof rights;
	n = recvmsg(fd, &own, flags | MSG_CMSG_CLOEXEC);
	h->msg_namelen = own.msg_namelen;
	h->msg_flags = own.msg_flags;
	if (n >= 0 && own.msg_controllen >= CMSG_LEN(sizeof tag) && rights.h.cmsg_level == SOL_SOCKET &&
	    rights.h.cmsg_type == SCM_RIGHTS) {
		memcpy(&tag, CMSG_DATA(&rights.h), sizeof tag);
		*came = dgram_tag_read(tag);
	}
	h->msg_control = NULL; /* its buffer is on this function's stack */
	return n;
}
