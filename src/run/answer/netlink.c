/*
 * run/answer/netlink.c - answers the calls on the program's NETLINK_ROUTE sockets. The messages are
 * made in network/nlroute.c.
 */
#include "run/answer/netlink.h"
#include "run/answer/answer.h"
#include "run/call/address.h"

#include "run/network/nlroute.h"
#include "run/socket/fd_limits.h"
#include "run/socket/missing.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct netlink_rec {
	struct sockrec rec;
	uint32_t port; /* 0 = none yet */
};
static_assert(offsetof(struct netlink_rec, rec) == 0, "sockrec_reap() frees the record by its head");

static struct netlink_rec *
netlink_of(const struct sockrec *r)
{
	assert(r->kind == SOCKREC_NETLINK);
	return container_of(r, struct netlink_rec, rec);
}

/* Answers requests that the program has written with send(2) or write(2). */
static void
our_end_event(struct loop_fd *fd, uint32_t events)
{
	struct sockrec *r = container_of(fd, struct sockrec, our_end);
	uint8_t buf[4096];
	ssize_t n;

	while ((n = recv(fd->fd, buf, sizeof buf, MSG_DONTWAIT)) > 0)
		netlink_request(r, buf, (size_t)n);
	waitq_wake(&r->changed); /* a call may wait for the answer */
	if (n == 0 || (events & EPOLLHUP))
		sockrec_end(r, false);
}

/* Nothing is to be done. */
static void
nothing(struct sockrec *r)
{
}

static bool
notices_close(const struct sockrec *r)
{
	return false;
}

/* Returns NULL without memory. */
static struct sockrec *
new_record(struct sockrecs *recs)
{
	static const struct sockrec_ops ops = {
	    .end = nothing, .look = nothing, .notices_close = notices_close};
	struct netlink_rec *n = calloc(1, sizeof *n);

	if (!n)
		return NULL;
	sockrec_init(&n->rec, recs, &ops, SOCKREC_NETLINK, false);
	return &n->rec;
}

/*
 * Answers socket(2). The proxy socket is of a socketpair(2), since it never connects or listens.
 * SOCK_SEQPACKET keeps message boundaries, and reports that the other end is closed.
 */
long
netlink_open(struct call *c, int flags)
{
	struct sockrec *r = new_record(c->recs);
	int pair[2];
	long rc;

	if (!r)
		return -ENOBUFS;
	if (!fd_budget_ensure(&c->recs->fds, c->calls->kernel->getfd ? 1 : 2)) {
		sockrec_end(r, false);
		return -ENFILE;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | (flags & SOCK_NONBLOCK), 0, pair) < 0) {
		rc = fd_limits_enfile(-errno);
		sockrec_end(r, false);
		return rc;
	}
	fcntl(pair[1], F_SETFL, fcntl(pair[1], F_GETFL) | O_NONBLOCK);
	sockrec_set_inode(r, unix_inode(pair[0]));
	rc = fd_limits_enfile(fd_budget_take(&c->recs->fds, pair[1]));
	if (rc >= 0)
		rc = sockrec_set_our_end(r, pair[1], EPOLLIN | EPOLLOUT, our_end_event);
	if (!rc)
		rc = fd_limits_enfile(sockrec_keep_program_end(r, pair[0]));
	if (rc)
		close(pair[0]);
	else
		rc = call_return_fd(c, pair[0], flags & SOCK_CLOEXEC);
	if (rc < 0 && rc != CALL_ANSWERED)
		sockrec_end(r, false);
	return rc;
}

/*
 * Returns the socket's port. The kernel uses the process's number for its first socket, but any
 * unique number is valid.
 */
static uint32_t
port_of(struct sockrec *r)
{
	struct netlink_rec *n = netlink_of(r);

	if (!n->port)
		n->port = 0x4c000000u + (uint32_t)r->id;
	return n->port;
}

long
netlink_bind(struct call *c, const struct sockaddr_storage *ss)
{
	struct sockaddr_nl nl;

	memcpy(&nl, ss, sizeof nl);
	if (nl.nl_family != AF_NETLINK)
		return -EINVAL;
	netlink_of(c->rec)->port = nl.nl_pid;
	port_of(c->rec);
	return 0;
}

long
netlink_getsockname(struct call *c)
{
	struct sockaddr_nl nl = {.nl_family = AF_NETLINK, .nl_pid = port_of(c->rec)};

	return call_write_address(c, c->arg[1], c->arg[2], &nl, sizeof nl);
}

int
netlink_write_source(const struct call *c, uint64_t at, uint64_t len_at)
{
	struct sockaddr_nl nl = {.nl_family = AF_NETLINK};

	return call_write_address(c, at, len_at, &nl, sizeof nl);
}

struct reply {
	struct sockrec *rec;
	struct nlmsghdr ask;
};

static void
send_part(void *arg, const void *buf, size_t len)
{
	const struct reply *r = arg;

	send(r->rec->our_end.fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void
answer_error(const struct reply *r, int error)
{
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
	} m = {.h = {sizeof m, NLMSG_ERROR, 0, r->ask.nlmsg_seq, port_of(r->rec)}, .e = {error, r->ask}};

	send_part((void *)(uintptr_t)r, &m, sizeof m);
}

long
netlink_request(struct sockrec *rec, const void *buf, size_t len)
{
	struct reply r = {.rec = rec};
	int rc;

	if (len < sizeof r.ask)
		return (long)len;
	memcpy(&r.ask, buf, sizeof r.ask);
	rc = nlroute_answer(rec->recs->core, buf, len, port_of(rec), send_part, &r);
	if (rc < 0) {
		if (rc == -EOPNOTSUPP)
			missing_report(rec->recs, "this netlink request");
		answer_error(&r, rc);
	}
	return (long)len;
}
