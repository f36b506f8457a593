/*
 * run/proxy/dgram_tag.h - what is known of a datagram that waits at the program's end: its source
 * and its destination.
 *
 * A tag travels with its datagram as a passed descriptor, a small file in memory. Calls that the
 * worker answers read it; every other way of receiving makes the kernel drop it. If only the source
 * is recorded, the datagrams of one source share a tag.
 */
#ifndef RUN_PROXY_DGRAM_TAG_H
#define RUN_PROXY_DGRAM_TAG_H

#include "base/ipaddr.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct fd_room;
struct sock_msg;

enum dgram_known { KNOWN_NOTHING, KNOWN_PEER, KNOWN_ALL };

struct dgram_tag {
	enum dgram_known known; /* KNOWN_PEER: the peer alone */
	struct endpoint peer;   /* as the program is to see it */
	struct endpoint local;
	uint8_t ttl, tos;
	struct timespec at; /* when it came */
};

/* The tags that datagrams share, by source. */
enum { DGRAM_TAGS = 64 };
struct dgram_tags {
	struct dgram_shared {
		bool open;
		struct endpoint peer;
		int fd;
	} shared[DGRAM_TAGS];
	unsigned held; /* how many are open */
};

/* A tag that says all, to be closed by the caller. Its descriptor or the negative errno. */
int dgram_tag_new(const struct sock_msg *msg);

/*
 * Returns the tag of a source, which stays @tags'; or the negative errno. If descriptors are short
 * it closes another source's.
 */
int dgram_tag_shared(struct dgram_tags *tags, struct fd_room *room, const struct endpoint *peer);

/* Closes all that are shared. True if there were any. */
bool dgram_tags_close(struct dgram_tags *tags, struct fd_room *room);

/* Reads the tag @fd, and closes it. */
struct dgram_tag dgram_tag_read(int fd);

#endif
