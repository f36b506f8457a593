/*
 * run/dgram/keep.c - holds datagrams that the program's end has no room for, and those that are
 * taken out of it. It does not decide when they are delivered.
 */
#include "run/dgram/keep.h"

#include "run/dgram/tagged.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

bool
dgram_keep(struct list *to, const struct sock_msg *msg, const void *buf, size_t len)
{
	struct dgram_kept *k = malloc(sizeof *k + len);

	if (!k)
		return false;
	k->msg = *msg;
	k->len = len;
	memcpy(k->data, buf, len);
	list_push(to, &k->node);
	return true;
}

void
dgram_keep_unread(struct dgram_rec *d, int fd, struct list *to)
{
	uint8_t *buf = d->rec.recs->buffers.unread;
	struct iovec iov = {buf, DGRAM_MAX};

	for (;;) {
		struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1};
		struct dgram_tag came;
		ssize_t n = dgram_take(fd, &h, MSG_DONTWAIT, &came);
		struct sock_msg msg = {
		    .peer = came.peer, .local = came.local, .ttl = came.ttl, .tos = came.tos};

		if (n < 0)
			return;
		if (came.known || sockrec_remote(&d->rec, &msg.peer) == 0)
			(void)dgram_keep(to, &msg, buf, (size_t)n);
	}
}

void
dgram_keep_free(struct dgram_kept *k)
{
	list_del(&k->node);
	free(k);
}

void
dgram_keep_forget(struct list *all)
{
	while (!list_empty(all))
		dgram_keep_free(list_first(all, struct dgram_kept, node));
}
