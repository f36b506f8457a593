/*
 * run/call/rights.c - receives control messages on the program's own AF_UNIX sockets, and installs
 * their descriptors in the caller. It refuses descriptors that lead to the host's network.
 */
#include "run/call/rights.h"

#include "run/call/netns.h"
#include "run/call/notif.h"
#include "run/process/hostfd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { SCM_PIDFD_TYPE = 4 /* SCM_PIDFD, since Linux 6.5 */ };

ssize_t
rights_receive(struct rights *r, int fd, void *buf, size_t len, int flags)
{
	ssize_t n;

	r->iov = (struct iovec){buf, len};
	r->h = (struct msghdr){.msg_name = &r->name,
	    .msg_namelen = sizeof r->name,
	    .msg_iov = &r->iov,
	    .msg_iovlen = 1,
	    .msg_control = r->control,
	    .msg_controllen = sizeof r->control};
	n = recvmsg(fd, &r->h, flags | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n >= 0)
		return n;
	r->h.msg_controllen = 0;
	return -errno;
}

static bool
holds_fds(const struct cmsghdr *h)
{
	return h->cmsg_level == SOL_SOCKET && (h->cmsg_type == SCM_RIGHTS || h->cmsg_type == SCM_PIDFD_TYPE);
}

/* Returns the next descriptor; -1 after the last. *@h is NULL before the first. */
static int
next_fd(const struct rights *r, struct cmsghdr **h, size_t *at)
{
	struct msghdr *m = (struct msghdr *)(uintptr_t)&r->h;
	int fd;

	if (!*h) {
		*h = CMSG_FIRSTHDR(m);
		*at = 0;
	}
	while (*h && (!holds_fds(*h) || CMSG_LEN((*at + 1) * sizeof fd) > (*h)->cmsg_len)) {
		*h = CMSG_NXTHDR(m, *h);
		*at = 0;
	}
	if (!*h)
		return -1;
	memcpy(&fd, CMSG_DATA(*h) + (*at)++ * sizeof fd, sizeof fd);
	return fd;
}

bool
rights_any(const struct rights *r)
{
	struct cmsghdr *h = NULL;
	size_t at;

	return next_fd(r, &h, &at) >= 0;
}

static bool
other_namespace(const struct call *c, const char *kind)
{
	struct stat ours, theirs;
	char path[48];

	snprintf(path, sizeof path, "/proc/self/ns/%s", kind);
	if (stat(path, &ours) < 0)
		return false;
	snprintf(path, sizeof path, "/proc/%d/ns/%s", c->caller.tid, kind);
	return stat(path, &theirs) == 0 && theirs.st_ino != ours.st_ino;
}

static bool
has_credentials(const struct rights *r)
{
	struct msghdr *m = (struct msghdr *)(uintptr_t)&r->h;

	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h))
		if (h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_CREDENTIALS)
			return true;
	return false;
}

/* Returns what @fd is, if it is refused; NULL if it may be installed. */
static const char *
refused(const struct call *c, int fd)
{
	const char *kind = hostfd_kind(fd);

	return kind && !netns_made_inside(c->calls, fd) ? kind : NULL;
}

bool
rights_native(const struct rights *r, const struct call *c)
{
	bool only_path = false;
	struct cmsghdr *h = NULL;
	size_t at;

	for (int fd; (fd = next_fd(r, &h, &at)) >= 0;) {
		if (refused(c, fd))
			return false;
		only_path |= (fcntl(fd, F_GETFL) & O_PATH) != 0;
	}
	return only_path || (has_credentials(r) && (other_namespace(c, "pid") || other_namespace(c, "user")));
}

static void
report(struct call *c, const char *kind)
{
	char comm[CALLER_COMM];
	pid_t pid = caller_name(&c->caller, comm);

	if (c->recs->config->quiet || c->calls->reported_host_fd)
		return;
	c->calls->reported_host_fd = true;
	fprintf(stderr, "leat: a process outside sent %s to %s[%d]; it was refused\n", kind, comm, pid);
}

/*
 * Installs @fd in the caller. Returns its number there; negative if it was refused or that failed.
 */
static long
install(struct call *c, int fd, bool cloexec)
{
	const char *kind = refused(c, fd);

	if (!kind)
		return notif_install_fd(c->calls, c->id, fd, cloexec);
	report(c, kind);
	return -EACCES;
}

static void
hand_on_fds(struct call *c, const struct cmsghdr *h, bool cloexec, struct cmsg_writer *w)
{
	size_t have = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int), most = cmsg_fds(w), n = 0;
	int theirs[RIGHTS_MOST];

	while (n < have && n < most && n < RIGHTS_MOST) {
		int fd;
		long at;

		memcpy(&fd, CMSG_DATA(h) + n * sizeof fd, sizeof fd);
		at = install(c, fd, cloexec);
		if (at < 0)
			break;
		theirs[n++] = (int)at;
	}
	if (n)
		cmsg_put(w, h->cmsg_level, h->cmsg_type, theirs, n * sizeof theirs[0]);
	w->cut |= n < have;
}

void
rights_hand_on(const struct rights *r, struct call *c, bool cloexec, struct cmsg_writer *w)
{
	struct msghdr *m = (struct msghdr *)(uintptr_t)&r->h;

	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
		if (holds_fds(h))
			hand_on_fds(c, h, cloexec, w);
		else
			cmsg_put(w, h->cmsg_level, h->cmsg_type, CMSG_DATA(h), h->cmsg_len - CMSG_LEN(0));
	}
	w->cut |= (r->h.msg_flags & MSG_CTRUNC) != 0;
}

void
rights_close(struct rights *r)
{
	struct cmsghdr *h = NULL;
	size_t at;

	for (int fd; (fd = next_fd(r, &h, &at)) >= 0;)
		close(fd);
	r->h.msg_controllen = 0;
}
