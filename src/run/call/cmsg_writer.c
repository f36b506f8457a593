/*
 * run/call/cmsg_writer.c - writes control messages into a bounded buffer, and cuts what does not
 * fit as the kernel does. It does not know what a message means.
 */
#include "run/call/cmsg_writer.h"

#include <string.h>

void
cmsg_begin(struct cmsg_writer *w, const struct msghdr *theirs)
{
	size_t room = theirs->msg_control ? theirs->msg_controllen : 0;

	w->len = 0;
	w->most = room < CMSG_ROOM ? room : CMSG_ROOM;
	w->cut = false;
}

void
cmsg_put(struct cmsg_writer *w, int level, int type, const void *data, size_t len)
{
	struct cmsghdr h = {.cmsg_level = level, .cmsg_type = type};
	size_t left = w->most - w->len, whole = CMSG_LEN(len), space = CMSG_SPACE(len);

	if (left < sizeof h) {
		w->cut = true;
		return;
	}
	if (left < whole) {
		w->cut = true;
		whole = left;
	}
	h.cmsg_len = whole;
	memcpy(w->room + w->len, &h, sizeof h);
	memcpy(w->room + w->len + sizeof h, data, whole - sizeof h);
	w->len += space < left ? space : left;
}

size_t
cmsg_fds(const struct cmsg_writer *w)
{
	size_t left = w->most - w->len;

	return left > sizeof(struct cmsghdr) ? (left - sizeof(struct cmsghdr)) / sizeof(int) : 0;
}

int
cmsg_end(
    const struct cmsg_writer *w, const struct call *c, const struct msghdr *theirs, size_t *len, int *flags)
{
	*len = w->len;
	*flags |= w->cut ? MSG_CTRUNC : 0;
	return caller_write(&c->caller, (uint64_t)(uintptr_t)theirs->msg_control, w->room, w->len);
}
