/*
 * run/dgram/keep.h - holds datagrams outside the program's end: one that did not fit there, and
 * those without a tag that were there when the peer changed.
 */
#ifndef RUN_DGRAM_KEEP_H
#define RUN_DGRAM_KEEP_H

#include "run/dgram/dgram_rec.h"

struct dgram_kept {
	struct list node;
	struct sock_msg msg; /* with the peer's name as the program knows it */
	size_t len;
	uint8_t data[];
};

/* Adds a copy of the datagram at the end of @to. Returns false without memory. */
bool dgram_keep(struct list *to, const struct sock_msg *msg, const void *buf, size_t len);

/*
 * Moves what is unread at the program's end @fd to @to, in order. A datagram without a tag is from
 * the current peer.
 */
void dgram_keep_unread(struct dgram_rec *d, int fd, struct list *to);

void dgram_keep_free(struct dgram_kept *k);
void dgram_keep_forget(struct list *all);

#endif
