/*
 * run/call/notif.c - sends answers and descriptors through the seccomp listener
 * (seccomp_unotify(2)). It does not know what a call does.
 */
#include "run/call/notif.h"

#include "run/call/call.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>

bool
notif_valid(const struct calls *calls, uint64_t id)
{
	return ioctl(calls->listener.fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

void
notif_answer(struct calls *calls, uint64_t id, long answer)
{
	struct seccomp_notif_resp resp = {.id = id};

	if (answer == CALL_CONTINUE)
		resp.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	else if (answer < 0)
		resp.error = (int)answer;
	else
		resp.val = answer;
	/* Fails with ENOENT if the caller was killed or a signal has ended its call. */
	ioctl(calls->listener.fd, SECCOMP_IOCTL_NOTIF_SEND, &resp);
}

long
notif_add_fd(struct calls *calls, uint64_t id, int fd, bool cloexec)
{
	struct seccomp_notif_addfd add = {.id = id,
	    .flags = SECCOMP_ADDFD_FLAG_SEND,
	    .srcfd = (unsigned)fd,
	    .newfd_flags = cloexec ? O_CLOEXEC : 0};
	int got;

	if (calls->kernel->addfd_send) {
		got = ioctl(calls->listener.fd, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
		if (got >= 0)
			return CALL_ANSWERED;
		if (errno != EINVAL)
			return -errno;
		calls->kernel->addfd_send = false;
	}
	return notif_install_fd(calls, id, fd, cloexec);
}

int
notif_install_fd(struct calls *calls, uint64_t id, int fd, bool cloexec)
{
	struct seccomp_notif_addfd add = {
	    .id = id, .srcfd = (unsigned)fd, .newfd_flags = cloexec ? O_CLOEXEC : 0};
	int got = ioctl(calls->listener.fd, SECCOMP_IOCTL_NOTIF_ADDFD, &add);

	return got < 0 ? -errno : got;
}

int
notif_replace_fd(struct calls *calls, uint64_t id, int fd, int at, bool cloexec)
{
	struct seccomp_notif_addfd add = {.id = id,
	    .flags = SECCOMP_ADDFD_FLAG_SETFD,
	    .srcfd = (unsigned)fd,
	    .newfd = (unsigned)at,
	    .newfd_flags = cloexec ? O_CLOEXEC : 0};

	return ioctl(calls->listener.fd, SECCOMP_IOCTL_NOTIF_ADDFD, &add) < 0 ? -errno : 0;
}
