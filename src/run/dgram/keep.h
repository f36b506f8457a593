/*
 * run/dgram/keep.h - datagrams that wait here, not in the program's end of the AF_UNIX socket: one
 * that did not fit there, and those that had arrived without a tag from a peer that is another now.
 */
#ifndef RUN_DGRAM_KEEP_H
#define RUN_DGRAM_KEEP_H

#include "run/dgram/dgram_rec.h"

struct dgram_kept {
	struct list node;
	struct sock_msg msg; /* its peer as the program is to know it */
	size_t len;
	uint8_t data[];
};

/* Adds it after those that wait. Returns false without memory. */
bool dgram_keep(struct list *to, const struct sock_msg *msg, const void *buf, size_t len);

/*
 * Takes what is unread at the program's end @fd into @to, in order. A datagram without a tag is
 * from the current peer.
 */
void dgram_keep_unread(struct dgram_rec *d, int fd, struct list *to);

void dgram_keep_free(struct dgram_kept *k);
void dgram_keep_forget(struct list *all);

#endif
