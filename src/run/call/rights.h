/*
 * run/call/rights.h - the control messages of an AF_UNIX socket that is the program's own, and the
 * descriptors among them.
 *
 * A descriptor that leads to the host's network (hostfd.h) is not handed on, as if a security
 * module of the kernel had refused it: the descriptors before it arrive, those from it on do not,
 * and MSG_CTRUNC is set.
 */
#ifndef RUN_CALL_RIGHTS_H
#define RUN_CALL_RIGHTS_H

#include "run/call/cmsg_writer.h"

enum { RIGHTS_MOST = 253 /* SCM_MAX_FD */, RIGHTS_ROOM = 2048 };

/*
 * A message as the worker has received it. What it holds in descriptors is the worker's until
 * rights_close().
 */
struct rights {
	struct msghdr h;
	struct sockaddr_storage name;
	struct iovec iov;
	_Alignas(struct cmsghdr) uint8_t control[RIGHTS_ROOM];
};

/* Receives from @fd into @buf without waiting. Returns the octets, or the negative errno. */
ssize_t rights_receive(struct rights *r, int fd, void *buf, size_t len, int flags);

/* Returns true if descriptors came with it. */
bool rights_any(const struct rights *r);

/*
 * Returns true if only the kernel can hand this message to the caller of @c: it has a descriptor
 * that was opened with O_PATH and none of the host's network; or it has credentials, and the
 * caller's namespaces number processes or users differently.
 */
bool rights_native(const struct rights *r, const struct call *c);

/*
 * Writes the control messages into @w, and installs the descriptors in the caller; @cloexec as
 * MSG_CMSG_CLOEXEC says.
 */
void rights_hand_on(const struct rights *r, struct call *c, bool cloexec, struct cmsg_writer *w);

void rights_close(struct rights *r);

#endif
