/*
 * run/answer/netlink.c - answers the calls on the program's NETLINK_ROUTE sockets. The messages are
 * made in network/nlroute.c.
 */
#include "run/answer/netlink.h"
#include "run/answer/answer.h"
#include "run/call/address.h"

#include "run/network/nlroute.h"
#include "run/socket/fd_budget.h"
#include "run/socket/missing.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* What the program wrote with a plain send() or write(). */
static void
our_end_event(struct loop_fd *fd, uint32_t events)
{
	struct sockrec *d = container_of(fd, struct sockrec, our_end);
	uint8_t buf[4096];
	ssize_t n;

	while ((n = recv(fd->fd, buf, sizeof buf, MSG_DONTWAIT)) > 0)
		netlink_request(d, buf, (size_t)n);
	waitq_wake(&d->changed); /* who asked may be waiting for the answer already */
	if (n == 0 || (events & EPOLLHUP))
		sockrec_end(d, false);
}

/* There is nothing beside the record. */
static void
nothing(struct sockrec *d)
{
}

static bool
notices_close(const struct sockrec *d)
{
	return false;
}

static const struct sockrec_ops netlink_ops = {
    .end = nothing, .look = nothing, .notices_close = notices_close};

/*
 * A pair of our own will do: such a socket is never connected or listened on. SEQPACKET keeps
 * messages apart, and tells when it is closed.
 */
long
netlink_open(struct call *c, int flags)
{
	struct sockrec *d = sockrec_new(c->recs, &netlink_ops, SOCKREC_NETLINK, false);
	int pair[2];
	long rc;

	if (!d)
		return -ENOBUFS;
	if (!fd_room_for(&c->recs->room, c->calls->kernel->getfd ? 1 : 2)) {
		sockrec_end(d, false);
		return -ENFILE;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | (flags & SOCK_NONBLOCK), 0, pair) < 0) {
		rc = fd_budget_enfile(-errno);
		sockrec_end(d, false);
		return rc;
	}
	fcntl(pair[1], F_SETFL, fcntl(pair[1], F_GETFL) | O_NONBLOCK);
	sockrec_set_inode(d, unix_inode(pair[0]));
	rc = fd_budget_enfile(fd_room_take(&c->recs->room, pair[1]));
	if (rc >= 0)
		rc = sockrec_set_our_end(d, pair[1], EPOLLIN | EPOLLOUT, our_end_event);
	if (!rc)
		rc = fd_budget_enfile(sockrec_keep_program_end(d, pair[0]));
	if (rc)
		close(pair[0]);
	else
		rc = call_return_fd(c, pair[0], flags & SOCK_CLOEXEC);
	if (rc < 0 && rc != CALL_ANSWERED)
		sockrec_end(d, false);
	return rc;
}

/*
 * The kernel gives the process's number to its first socket; any number that is unique here serves.
 */
static uint32_t
port_of(struct sockrec *d)
{
	if (!d->nl_port)
		d->nl_port = 0x4c000000u + (uint32_t)d->id;
	return d->nl_port;
}

long
netlink_bind(struct call *c, const struct sockaddr_storage *ss)
{
	struct sockaddr_nl nl;

	memcpy(&nl, ss, sizeof nl);
	if (nl.nl_family != AF_NETLINK)
		return -EINVAL;
	c->d->nl_port = nl.nl_pid;
	port_of(c->d);
	return 0;
}

long
netlink_getsockname(struct call *c)
{
	struct sockaddr_nl nl = {.nl_family = AF_NETLINK, .nl_pid = port_of(c->d)};

	return call_write_address(c, c->arg[1], c->arg[2], &nl, sizeof nl);
}

int
netlink_write_source(const struct call *c, uint64_t at, uint64_t len_at)
{
	struct sockaddr_nl nl = {.nl_family = AF_NETLINK};

	return call_write_address(c, at, len_at, &nl, sizeof nl);
}

struct reply {
	struct sockrec *d;
	struct nlmsghdr ask;
};

static void
send_part(void *arg, const void *buf, size_t len)
{
	const struct reply *r = arg;

	send(r->d->our_end.fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void
answer_error(const struct reply *r, int error)
{
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
	} m = {.h = {sizeof m, NLMSG_ERROR, 0, r->ask.nlmsg_seq, port_of(r->d)}, .e = {error, r->ask}};

	send_part((void *)(uintptr_t)r, &m, sizeof m);
}

long
netlink_request(struct sockrec *d, const void *buf, size_t len)
{
	struct reply r = {.d = d};
	int rc;

	if (len < sizeof r.ask)
		return (long)len;
	memcpy(&r.ask, buf, sizeof r.ask);
	rc = nlroute_answer(d->recs->core, buf, len, port_of(d), send_part, &r);
	if (rc < 0) {
		if (rc == -EOPNOTSUPP)
			missing_report(d->recs, "this netlink request");
		answer_error(&r, rc);
	}
	return (long)len;
}
