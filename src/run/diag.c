#include "run/diag.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static uint64_t
peer_of(const struct unix_diag_msg *m, unsigned len)
{
	const struct rtattr *a = (const void *)(m + 1);
	uint32_t peer = 0;

	for (len -= (unsigned)NLMSG_ALIGN(sizeof *m); RTA_OK(a, len); a = RTA_NEXT(a, len))
		if (a->rta_type == UNIX_DIAG_PEER)
			memcpy(&peer, RTA_DATA(a), sizeof peer);
	return peer;
}

/* True at the end of the dump. */
static bool
part(const void *buf, size_t n, void (*fn)(void *arg, uint64_t inode, uint64_t peer), void *arg, int *rc)
{
	const struct nlmsghdr *h = buf;

	for (; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
		const struct unix_diag_msg *m = NLMSG_DATA(h);

		if (h->nlmsg_type == NLMSG_ERROR)
			*rc = ((const struct nlmsgerr *)NLMSG_DATA(h))->error;
		if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE)
			return true;
		if (m->udiag_ino)
			fn(arg, m->udiag_ino, peer_of(m, NLMSG_PAYLOAD(h, 0)));
	}
	return false;
}

int
diag_each(void (*fn)(void *arg, uint64_t inode, uint64_t peer), void *arg)
{
	struct {
		struct nlmsghdr h;
		struct unix_diag_req r;
	} ask = {.h = {sizeof ask, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, 1, 0},
	    .r = {.sdiag_family = AF_UNIX, .udiag_states = ~0U, .udiag_show = UDIAG_SHOW_PEER}};
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
			done = part(buf, (size_t)n, fn, arg, &rc);
	}
	close(fd);
	return rc;
}

bool
diag_alive(uint64_t inode)
{
	struct {
		struct nlmsghdr h;
		struct unix_diag_req r;
	} ask = {.h = {sizeof ask, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 1, 0},
	    .r = {.sdiag_family = AF_UNIX,
		.udiag_states = ~0U,
		.udiag_ino = (uint32_t)inode,
		.udiag_cookie = {~0U, ~0U}}};
	union {
		struct nlmsghdr h;
		char room[4096];
	} answer;
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	bool dead = false;

	if (fd < 0)
		return true;
	if (send(fd, &ask, sizeof ask, 0) == (ssize_t)sizeof ask &&
	    recv(fd, &answer, sizeof answer, 0) >= (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr)))
		dead = answer.h.nlmsg_type == NLMSG_ERROR &&
		       ((const struct nlmsgerr *)NLMSG_DATA(&answer.h))->error == -ENOENT;
	close(fd);
	return !dead;
}
