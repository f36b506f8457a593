/*
 * run/call/rights.h - the control messages on an AF_UNIX socket of the program's own, and the
 * descriptors in them.
 *
 * A descriptor that leads to the host's network (hostfd.h) is refused, as a security module of the
 * kernel would refuse it: the descriptors before it arrive, it and those after it do not, and
 * MSG_CTRUNC is set.
 */
#ifndef RUN_CALL_RIGHTS_H
#define RUN_CALL_RIGHTS_H

#include "run/call/cmsg_writer.h"

enum { RIGHTS_MOST = 253 /* SCM_MAX_FD */, RIGHTS_ROOM = 2048 };

/*
 * A message as the worker has received it. Its descriptors are open in the worker until
 * rights_close().
 */
struct rights {
	struct msghdr h;
	struct sockaddr_storage name;
	struct iovec iov;
	_Alignas(struct cmsghdr) uint8_t control[RIGHTS_ROOM];
};

/*
 * Receives a message from @fd into @buf without waiting. Returns its octets or the negative errno.
 */
ssize_t rights_receive(struct rights *r, int fd, void *buf, size_t len, int flags);

/* Returns true if the message has descriptors. */
bool rights_any(const struct rights *r);

/*
 * Returns true if only the kernel can deliver this message to the caller of @c. There are two
 * cases. The message has a descriptor opened with O_PATH, and none that is refused. Or it has
 * credentials, and the caller is in another PID or user namespace.
 */
bool rights_native(const struct rights *r, const struct call *c);

/*
 * Writes the control messages into @w, and installs the descriptors in the caller; with @cloexec
 * close-on-exec.
 */
void rights_hand_on(const struct rights *r, struct call *c, bool cloexec, struct cmsg_writer *w);

void rights_close(struct rights *r);

#endif
