/*
 * run/call/cmsg_writer.h - writes control messages into the buffer of a caller of recvmsg(2). What
 * does not fit is cut as the kernel cuts it.
 */
#ifndef RUN_CALL_CMSG_WRITER_H
#define RUN_CALL_CMSG_WRITER_H

#include "run/call/call.h"

enum { CMSG_ROOM = 4096 };

struct cmsg_writer {
	_Alignas(struct cmsghdr) uint8_t room[CMSG_ROOM];
	size_t len, most;
	bool cut; /* MSG_CTRUNC is to be set */
};

/* Begins to write for the buffer that @theirs gives. */
void cmsg_begin(struct cmsg_writer *w, const struct msghdr *theirs);

/* Adds a message of @len octets (the kernel's put_cmsg()). */
void cmsg_put(struct cmsg_writer *w, int level, int type, const void *data, size_t len);

/* Returns how many descriptors a message of SCM_RIGHTS could hold. */
size_t cmsg_fds(const struct cmsg_writer *w);

/*
 * Copies the messages into the caller's memory. Returns 0 with their length in *@len, and with
 * MSG_CTRUNC in *@flags if something was cut; or -EFAULT.
 */
int cmsg_end(
    const struct cmsg_writer *w, const struct call *c, const struct msghdr *theirs, size_t *len, int *flags);

#endif
