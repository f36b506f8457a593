/*
 * run/call/cmsg.c - writes control messages for recvmsg(2), from a datagram's tag, an entry of the
 * error queue, or the socket.
 */
#include "run/call/cmsg.h"
#include "run/call/address.h"
#include "run/dgram/tagged.h"

#include "core/errq.h"
#include "run/call/cmsg_writer.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static void
put_int(struct cmsg_writer *w, int level, int type, int v)
{
	cmsg_put(w, level, type, &v, sizeof v);
}

static void
put4(struct cmsg_writer *w, unsigned wants, const struct dgram_tag *t)
{
	struct in_addr addr = {htonl(ipaddr_v4_number(&t->local.addr))};
	struct in_pktinfo info = {(int)t->local.ifindex, addr, addr};
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(t->local.port), .sin_addr = addr};

	if (wants & 1u << WANT_PKTINFO4)
		cmsg_put(w, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
	if (wants & 1u << WANT_TTL4)
		put_int(w, IPPROTO_IP, IP_TTL, t->ttl);
	if (wants & 1u << WANT_TOS4)
		cmsg_put(w, IPPROTO_IP, IP_TOS, &t->tos, sizeof t->tos);
	if (wants & 1u << WANT_DESTINATION4)
		cmsg_put(w, IPPROTO_IP, IP_ORIGDSTADDR, &sin, sizeof sin);
}

/*
 * As on Linux, an IPv4 datagram at an IPv6 socket has its destination as a mapped address, and no
 * hop limit or traffic class.
 */
static void
put6(struct cmsg_writer *w, unsigned wants, const struct dgram_tag *t)
{
	struct in6_pktinfo info = {.ipi6_ifindex = t->local.ifindex};

	memcpy(&info.ipi6_addr, ipaddr_octets(&t->local.addr), 16);
	if (wants & 1u << WANT_PKTINFO6)
		cmsg_put(w, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
	if (ipaddr_is4(&t->local.addr))
		return;
	if (wants & 1u << WANT_HOPLIMIT6)
		put_int(w, IPPROTO_IPV6, IPV6_HOPLIMIT, t->ttl);
	if (wants & 1u << WANT_TCLASS6)
		put_int(w, IPPROTO_IPV6, IPV6_TCLASS, t->tos);
}

/* Writes the software's time stamp. The two of the hardware are 0. */
static void
put_times(struct cmsg_writer *w, const struct timespec *at)
{
	struct timespec all[3] = {*at};

	cmsg_put(w, SOL_SOCKET, SCM_TIMESTAMPING, all, sizeof all);
}

static void
put_time(struct cmsg_writer *w, unsigned wants, const struct timespec *at)
{
	struct timeval us = {at->tv_sec, at->tv_nsec / 1000};

	if (wants & 1u << WANT_TIME_NS)
		cmsg_put(w, SOL_SOCKET, SCM_TIMESTAMPNS, at, sizeof *at);
	else if (wants & 1u << WANT_TIME_US)
		cmsg_put(w, SOL_SOCKET, SCM_TIMESTAMP, &us, sizeof us);
	if (wants & 1u << WANT_TIMES)
		put_times(w, at);
}

int
cmsg_write(
    const struct call *c, const struct msghdr *theirs, const struct dgram_tag *came, size_t *len, int *flags)
{
	struct cmsg_writer w;
	unsigned wants;

	*len = 0;
	if (came->known != KNOWN_ALL || !is_dgram(c->rec))
		return 0;
	wants = dgram_of(c->rec)->wants;
	cmsg_begin(&w, theirs);
	put_time(&w, wants, &came->at);
	if (c->rec->v6)
		put6(&w, wants, came);
	if (ipaddr_is4(&came->local.addr))
		put4(&w, wants, came);
	return cmsg_end(&w, c, theirs, len, flags);
}

bool
cmsg_wants_inq(const struct sockrec *r)
{
	int on = 0;
	size_t len = sizeof on;

	return r->kind == SOCKREC_STREAM && r->sk && !sock_getopt(r->sk, IPPROTO_TCP, TCP_INQ, &on, &len) &&
	       on;
}

int
cmsg_write_inq(const struct call *c, const struct msghdr *theirs, size_t *len, int *flags)
{
	struct pollfd p = {.fd = c->fd, .events = POLLRDHUP};
	struct cmsg_writer w;
	int left = 0;

	ioctl(c->fd, FIONREAD, &left);
	left += poll(&p, 1, 0) == 1 && (p.revents & POLLRDHUP); /* the FIN, which Linux counts */
	cmsg_begin(&w, theirs);
	put_int(&w, IPPROTO_TCP, TCP_CM_INQ, left);
	return cmsg_end(&w, c, theirs, len, flags);
}

/*
 * ip(7), IP_RECVERR: the offender's address follows the error. Its port means nothing. A local
 * error has no offender.
 */
int
cmsg_write_error(
    const struct call *c, const struct msghdr *theirs, const struct queued_error *t, size_t *len, int *flags)
{
	const struct dgram_error *e = &t->error;
	struct {
		struct sock_extended_err ee;
		struct sockaddr_storage offender;
	} entry = {.ee = {.ee_errno = (uint32_t)e->error,
		       .ee_origin = e->origin,
		       .ee_type = e->type,
		       .ee_code = e->code,
		       .ee_info = e->info,
		       .ee_data = t->data}};
	struct endpoint offender = {.addr = e->offender};
	size_t address = c->rec->v6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	struct timespec now;
	struct cmsg_writer w;

	/* For a time stamp with its datagram Linux names the source, over IPv6 only. */
	if (e->origin == ERRQ_ICMP4 || e->origin == ERRQ_ICMP6 ||
	    (e->origin == ERRQ_TIMESTAMPING && c->rec->v6 && !ipaddr_is_any(&e->offender)))
		call_endpoint_sockaddr(c->rec, &offender, &entry.offender);
	cmsg_begin(&w, theirs);
	clock_gettime(CLOCK_REALTIME, &now);
	if (e->origin != ERRQ_ZEROCOPY)
		put_time(&w, dgram_of(c->rec)->wants & ~(t->stamped ? 1u << WANT_TIMES : 0),
		    t->stamped ? &t->at : &now);
	if (t->stamped)
		put_times(&w, &t->at);
	cmsg_put(&w, c->rec->v6 ? IPPROTO_IPV6 : IPPROTO_IP, c->rec->v6 ? IPV6_RECVERR : IP_RECVERR, &entry,
	    sizeof entry.ee + address);
	return cmsg_end(&w, c, theirs, len, flags);
}
