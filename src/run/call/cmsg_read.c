/*
 * run/call/cmsg_read.c - reads the control messages of a datagram that the program sends: its
 * source address, how it is sent, and which reports are wanted.
 */
#include "run/call/cmsg.h"

#include <errno.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>

enum { CONTROL_ROOM = 4096 };

static int
read_int(const struct cmsghdr *h, const void *data, size_t len, int least, int most, int *out)
{
	if (len == sizeof *out)
		memcpy(out, data, sizeof *out);
	else if (len == 1 && h->cmsg_type == IP_TOS && h->cmsg_level == IPPROTO_IP)
		*out = *(const uint8_t *)data;
	else
		return -EINVAL;
	return *out < least || *out > most ? -EINVAL : 0;
}

static int
read4(const struct cmsghdr *h, const void *data, size_t len, struct sock_msg *msg)
{
	struct in_pktinfo info;
	int v = 0, rc;

	switch (h->cmsg_type) {
	case IP_PKTINFO:
		if (len != sizeof info)
			return -EINVAL;
		memcpy(&info, data, sizeof info);
		msg->local.addr = ipaddr_v4(ntohl(info.ipi_spec_dst.s_addr));
		msg->local.ifindex = (uint32_t)info.ipi_ifindex;
		return 0;
	case IP_TTL:
		rc = read_int(h, data, len, 1, 255, &v);
		msg->ttl = (uint8_t)v;
		return rc;
	case IP_TOS:
		rc = read_int(h, data, len, 0, 255, &v);
		msg->tos = (uint8_t)v;
		return rc;
	default:
		return -EINVAL;
	}
}

static int
read6(const struct cmsghdr *h, const void *data, size_t len, struct sock_msg *msg)
{
	struct in6_pktinfo info;
	int v = 0, rc;

	switch (h->cmsg_type) {
	case IPV6_PKTINFO:
		if (len != sizeof info)
			return -EINVAL;
		memcpy(&info, data, sizeof info);
		msg->local.addr = ipaddr_from16((const uint8_t *)&info.ipi6_addr);
		msg->local.ifindex = info.ipi6_ifindex;
		return 0;
	case IPV6_HOPLIMIT:
		rc = read_int(h, data, len, -1, 255, &v);
		msg->ttl = (uint8_t)(v < 0 ? 0 : v);
		return rc;
	case IPV6_TCLASS:
		rc = read_int(h, data, len, -1, 255, &v);
		msg->tos = (uint8_t)(v < 0 ? 0 : v);
		return rc;
	default:
		return -EINVAL;
	}
}

/*
 * Reads SO_TIMESTAMPING: which time stamps are wanted for this datagram, in place of the socket's
 * option.
 */
static int
read_stamping(const void *data, size_t len, struct dgram_wish *wish)
{
	static const uint32_t record = SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_TX_SOFTWARE |
				       SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_TX_ACK;
	uint32_t flags;

	if (len != sizeof flags)
		return -EINVAL;
	memcpy(&flags, data, sizeof flags);
	if (flags & ~record)
		return -EINVAL;
	wish->stamping = (wish->stamping & ~record) | flags;
	return 0;
}

/*
 * Reads one message. As on Linux, messages of the socket layer and of protocols that the socket
 * does not have are ignored.
 */
static int
read_one(const struct call *c, const struct cmsghdr *h, const void *data, size_t len, struct sock_msg *msg,
    struct dgram_wish *wish)
{
	if (h->cmsg_level == SOL_SOCKET && h->cmsg_type == SO_TIMESTAMPING)
		return read_stamping(data, len, wish);
	if (h->cmsg_level == IPPROTO_IP)
		return read4(h, data, len, msg);
	if (h->cmsg_level == IPPROTO_IPV6 && c->rec->v6)
		return read6(h, data, len, msg);
	if (h->cmsg_level == SOL_UDP) {
		if (h->cmsg_type != UDP_SEGMENT || len != sizeof msg->seg_size)
			return -EINVAL;
		memcpy(&msg->seg_size, data, sizeof msg->seg_size);
	}
	return 0;
}

int
cmsg_read(const struct call *c, const struct msghdr *theirs, struct sock_msg *msg, struct dgram_wish *wish)
{
	_Alignas(struct cmsghdr) uint8_t room[CONTROL_ROOM] = {0};
	size_t len = theirs->msg_control ? theirs->msg_controllen : 0, at = 0;
	int rc;

	if (len > sizeof room)
		return -ENOBUFS;
	rc = caller_read(&c->caller, (uint64_t)(uintptr_t)theirs->msg_control, room, len);
	while (!rc && len - at >= sizeof(struct cmsghdr)) {
		struct cmsghdr h;

		memcpy(&h, room + at, sizeof h);
		if (h.cmsg_len < sizeof h || h.cmsg_len > len - at)
			return -EINVAL;
		rc = read_one(c, &h, room + at + sizeof h, h.cmsg_len - sizeof h, msg, wish);
		if (CMSG_ALIGN(h.cmsg_len) > len - at)
			break;
		at += CMSG_ALIGN(h.cmsg_len);
	}
	return rc;
}
