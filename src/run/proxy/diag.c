/*
 * run/proxy/diag.c - asks the kernel about AF_UNIX sockets with sock_diag(7): all of them, or one
 * by its inode. It does not know whose they are.
 */
#include "run/proxy/diag.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Copies the attribute of @type to *@value, which stays unchanged if @m has no such attribute. */
static void
attribute(const struct unix_diag_msg *m, unsigned len, int type, void *value, size_t size)
{
	const struct rtattr *a = (const void *)(m + 1);

	for (len -= (unsigned)NLMSG_ALIGN(sizeof *m); RTA_OK(a, len); a = RTA_NEXT(a, len))
		if (a->rta_type == type && RTA_PAYLOAD(a) >= size)
			memcpy(value, RTA_DATA(a), size);
}

static uint64_t
peer_of(const struct unix_diag_msg *m, unsigned len)
{
	uint32_t peer = 0;

	attribute(m, len, UNIX_DIAG_PEER, &peer, sizeof peer);
	return peer;
}

/*
 * Calls @fn for each socket in one part of the dump. Returns true at the end of the dump; sets *@rc
 * if the kernel reports an error.
 */
static bool
read_part(const void *buf, size_t n, void (*fn)(void *arg, uint64_t inode), void *arg, int *rc)
{
	const struct nlmsghdr *h = buf;

	for (; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
		const struct unix_diag_msg *m = NLMSG_DATA(h);

		if (h->nlmsg_type == NLMSG_ERROR)
			*rc = ((const struct nlmsgerr *)NLMSG_DATA(h))->error;
		if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE)
			return true;
		if (m->udiag_ino)
			fn(arg, m->udiag_ino);
	}
	return false;
}

int
diag_each(void (*fn)(void *arg, uint64_t inode), void *arg)
{
	struct {
		struct nlmsghdr h;
		struct unix_diag_req r;
	} ask = {.h = {sizeof ask, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, 1, 0},
	    .r = {.sdiag_family = AF_UNIX, .udiag_states = ~0U}};
	_Alignas(8) char buf[32768];
	int rc = 0, fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	bool done = false;

	if (fd < 0)
		return -errno;
	if (send(fd, &ask, sizeof ask, 0) < 0)
		rc = -errno;
	while (!done && !rc) {
		ssize_t n = recv(fd, buf, sizeof buf, 0);

		if (n <= 0)
			rc = n < 0 ? -errno : -EIO;
		else
			done = read_part(buf, (size_t)n, fn, arg, &rc);
	}
	close(fd);
	return rc;
}

union answer {
	struct nlmsghdr h;
	char buf[4096];
};

/* Asks about one socket. Returns false if there is no answer. */
static bool
ask_one(uint64_t inode, uint32_t show, union answer *answer)
{
	struct {
		struct nlmsghdr h;
		struct unix_diag_req r;
	} ask = {.h = {sizeof ask, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 1, 0},
	    .r = {.sdiag_family = AF_UNIX,
		.udiag_states = ~0U,
		.udiag_ino = (uint32_t)inode,
		.udiag_show = show,
		.udiag_cookie = {~0U, ~0U}}};
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	bool answered;

	if (fd < 0)
		return false;
	answered = send(fd, &ask, sizeof ask, 0) == (ssize_t)sizeof ask &&
		   recv(fd, answer, sizeof *answer, 0) >= (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr));
	close(fd);
	return answered;
}

bool
diag_alive(uint64_t inode)
{
	union answer a;

	return !ask_one(inode, 0, &a) || a.h.nlmsg_type != NLMSG_ERROR ||
	       ((const struct nlmsgerr *)NLMSG_DATA(&a.h))->error != -ENOENT;
}

uint64_t
diag_peer(uint64_t inode)
{
	union answer a;

	if (!ask_one(inode, UDIAG_SHOW_PEER, &a) || a.h.nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return 0;
	return peer_of(NLMSG_DATA(&a.h), NLMSG_PAYLOAD(&a.h, 0));
}

unsigned
diag_waiting(uint64_t inode)
{
	union answer a;
	struct unix_diag_rqlen len = {0};

	if (ask_one(inode, UDIAG_SHOW_RQLEN, &a) && a.h.nlmsg_type == SOCK_DIAG_BY_FAMILY)
		attribute(NLMSG_DATA(&a.h), NLMSG_PAYLOAD(&a.h, 0), UNIX_DIAG_RQLEN, &len, sizeof len);
	return len.udiag_rqueue;
}
