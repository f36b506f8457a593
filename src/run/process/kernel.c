/*
 * run/process/kernel.c - tries pidfd_getfd(2), and notes which newer features of the kernel may be
 * used: all that LEAT_DISABLE does not name. It does not know what replaces a missing one.
 */
#include "run/process/kernel.h"

#include "host/feature.h"

#include <errno.h>

int
kernel_try_getfd(void)
{
	int pidfd = kernel_pidfd_open(getpid(), 0), fd, error = errno;

	if (pidfd < 0)
		return error;
	fd = kernel_pidfd_getfd(pidfd, pidfd);
	error = fd < 0 ? errno : 0;
	if (fd >= 0)
		close(fd);
	close(pidfd);
	return error;
}

void
kernel_features(struct kernel *k)
{
	k->pidfd_thread = !feature_disabled("pidfd_thread");
	k->sync_wakeup = !feature_disabled("sync_wakeup");
	k->wait_killable = !feature_disabled("wait_killable");
	k->addfd_send = !feature_disabled("addfd_send");
	k->process_vm = !feature_disabled("process_vm");
	k->hold = !feature_disabled("hold");
	k->getfd = !feature_disabled("getfd") && kernel_try_getfd() == 0;
}
