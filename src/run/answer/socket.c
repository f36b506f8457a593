/*
 * run/answer/socket.c - answers socket(2) and socketpair(2). A socket that is not made here cannot
 * be used by the program.
 */
#include "run/answer/answer.h"

#include "run/answer/netlink.h"
#include "run/call/netns.h"
#include "run/dgram/dgram.h"
#include "run/socket/fd_limits.h"
#include "run/socket/missing.h"
#include "run/stream/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * Linux's SOCK_MAX, IPPROTO_MAX and NPROTO. Numbers beyond them are errors, not missing features.
 */
enum { TYPE_MASK = 0xf, TYPES = 11, PROTOCOLS = 263, FAMILIES = 46 };

/* Returns the kind of socket, or the negative errno that the kernel would return. */
static int
kind_of(int type, int protocol, bool v6)
{
	switch (type) {
	case SOCK_STREAM:
		return protocol == 0 || protocol == IPPROTO_TCP ? (int)SOCKREC_STREAM : -EPROTONOSUPPORT;
	case SOCK_DGRAM:
		if (protocol == (v6 ? (int)IPPROTO_ICMPV6 : (int)IPPROTO_ICMP))
			return SOCKREC_PING;
		return protocol == 0 || protocol == IPPROTO_UDP ? (int)SOCKREC_DGRAM : -EPROTONOSUPPORT;
	case SOCK_RAW: /* as without CAP_NET_RAW */
		return protocol == 0 ? -EPROTONOSUPPORT : -EPERM;
	case SOCK_PACKET:
		return v6 ? -ESOCKTNOSUPPORT : -EPERM;
	default:
		return -ESOCKTNOSUPPORT;
	}
}

static enum sock_type
sock_type_of(enum sockrec_kind kind)
{
	return kind == SOCKREC_STREAM  ? SOCK_TYPE_STREAM
	       : kind == SOCKREC_DGRAM ? SOCK_TYPE_DGRAM
				       : SOCK_TYPE_PING;
}

/*
 * Makes the proxy socket of @r and returns it to the program. It is unconnected and unnamed, and
 * stays the same file as long as the program has it.
 */
static long
hand_over(struct call *c, struct sockrec *r, int type, int flags)
{
	static const int longest4 = (65507 + 1 + 32) / 2, longest6 = (65527 + 1 + 32) / 2;
	int fd;
	long rc;

	if (!c->recs->kernel->getfd &&
	    !fd_budget_ensure(&c->recs->fds, 1)) /* see sockrec_keep_program_end() */
		return -ENFILE;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC | (flags & SOCK_NONBLOCK), 0);
	if (fd < 0)
		return fd_limits_enfile(-errno);
	if (type ==
	    SOCK_DGRAM) /* so that the kernel refuses what is too long for a datagram; it adds 32 octets itself */
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, r->v6 ? &longest6 : &longest4, sizeof longest4);
	sockrec_set_inode(r, unix_any_inode(&c->recs->unixsock, fd));
	rc = fd_limits_enfile(sockrec_keep_program_end(r, fd));
	if (rc) {
		close(fd);
		return rc;
	}
	return call_return_fd(c, fd, flags & SOCK_CLOEXEC);
}

/*
 * Reports that @name is missing, unless the machine's kernel refuses that socket to this user too.
 */
static void
report_missing(struct sockrecs *recs, int family, int type, int protocol, const char *name)
{
	int fd = recs->config->quiet ? -1 : socket(family, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return;
	close(fd);
	missing_report(recs, name);
}

static const char *
transport_name(int type, int protocol)
{
	if (type == SOCK_RAW || type == SOCK_PACKET)
		return "raw sockets";
	return protocol == IPPROTO_MPTCP     ? "MPTCP"
	       : protocol == IPPROTO_SCTP    ? "SCTP"
	       : protocol == IPPROTO_UDPLITE ? "UDP-Lite"
					     : "this transport protocol";
}

/* Returns NULL without memory. */
static struct sockrec *
new_record(struct sockrecs *recs, enum sockrec_kind kind, bool v6)
{
	struct stream_rec *s = kind == SOCKREC_STREAM ? stream_rec_new(recs, v6) : NULL;
	struct dgram_rec *d = kind == SOCKREC_STREAM ? NULL : dgram_rec_new(recs, kind, v6);

	return s ? &s->rec : d ? &d->rec : NULL;
}

static long
inet_socket(struct call *c, bool v6, int type, int flags, int protocol)
{
	int kind;
	struct sockrec *r;
	long rc;

	if (protocol < 0 || protocol >= PROTOCOLS)
		return -EINVAL;
	kind = kind_of(type, protocol, v6);
	if (kind < 0) {
		report_missing(
		    c->recs, v6 ? AF_INET6 : AF_INET, type, protocol, transport_name(type, protocol));
		return kind;
	}
	r = new_record(c->recs, (enum sockrec_kind)kind, v6);
	if (!r)
		return -ENOBUFS;
	rc = sock_open(c->recs->socks, v6, sock_type_of(r->kind), &r->sk);
	if (!rc)
		rc = hand_over(c, r, type, flags);
	if (rc < 0 && rc != CALL_ANSWERED)
		sockrec_end(r, false);
	return rc;
}

/*
 * Returns true if sockets of @family reach only their network namespace. Those of AF_VSOCK reach
 * the host.
 */
static bool
is_of_namespaces(int family)
{
	return family == AF_INET || family == AF_INET6 || family == AF_NETLINK || family == AF_PACKET;
}

long
call_socket(struct call *c)
{
	int family = (int)c->arg[0], type = (int)c->arg[1], protocol = (int)c->arg[2];
	int flags = type & (SOCK_NONBLOCK | SOCK_CLOEXEC);
	char name[24];

	if (family == AF_UNIX)
		return CALL_CONTINUE;
	if (is_of_namespaces(family) && netns_own(c))
		return CALL_CONTINUE;
	if (type & ~(TYPE_MASK | flags))
		return -EINVAL;
	type &= TYPE_MASK;
	if (family <= AF_UNSPEC || family >= FAMILIES)
		return -EAFNOSUPPORT;
	if (type >= TYPES)
		return -EINVAL;
	switch (family) {
	case AF_INET:
	case AF_INET6:
		return inet_socket(c, family == AF_INET6, type, flags, protocol);
	case AF_NETLINK:
		if (protocol == NETLINK_ROUTE)
			return netlink_open(c, flags);
		report_missing(c->recs, family, type, protocol, "netlink but for routes");
		return -EPROTONOSUPPORT;
	default:
		snprintf(name, sizeof name, "address family %d", family);
		report_missing(c->recs, family, type, protocol, name);
		return -EAFNOSUPPORT;
	}
}

/* The kernel itself refuses pairs of IP and netlink sockets. */
long
call_socketpair(struct call *c)
{
	int family = (int)c->arg[0];
	char name[24];

	if (family <= AF_UNIX || family >= FAMILIES || is_of_namespaces(family))
		return CALL_CONTINUE;
	snprintf(name, sizeof name, "address family %d", family);
	report_missing(c->recs, family, (int)c->arg[1] & TYPE_MASK, (int)c->arg[2], name);
	return -EAFNOSUPPORT;
}
