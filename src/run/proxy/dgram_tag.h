/*
 * run/proxy/dgram_tag.h - records the source and the destination of a datagram that waits at the
 * proxy socket. It does not know who receives the datagram.
 *
 * A tag travels with its datagram as a passed descriptor of a small file in memory. Calls that the
 * worker answers read the tag; any other call that receives the datagram makes the kernel drop the
 * tag. The datagrams of one source share a tag if only the source is recorded.
 */
#ifndef RUN_PROXY_DGRAM_TAG_H
#define RUN_PROXY_DGRAM_TAG_H

#include "base/ipaddr.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct fd_budget;
struct sock_msg;

enum dgram_known { KNOWN_NOTHING, KNOWN_PEER, KNOWN_ALL };

struct dgram_tag {
	enum dgram_known known; /* KNOWN_PEER: only @peer is set */
	struct endpoint peer;   /* the source, as the program is to see it */
	struct endpoint local;
	uint8_t ttl, tos;
	struct timespec at; /* when the datagram arrived */
};

/* The shared tags, one for each source. */
enum { DGRAM_TAGS = 64 };
struct dgram_tags {
	struct dgram_shared {
		bool open;
		struct endpoint peer;
		int fd;
	} shared[DGRAM_TAGS];
	unsigned held; /* number of open tags */
};

/*
 * Makes a tag with all that @msg says. Returns its descriptor, which the caller closes; or the
 * negative errno.
 */
int dgram_tag_new(const struct sock_msg *msg);

/*
 * Returns the shared tag of source @peer, made if there is none; @tags owns the descriptor. If no
 * descriptor is free, closes the tags of other sources first. Returns the negative errno on
 * failure.
 */
int dgram_tag_shared(struct dgram_tags *tags, struct fd_budget *fds, const struct endpoint *peer);

/* Closes all shared tags. Returns true if there were any. */
bool dgram_tags_close(struct dgram_tags *tags, struct fd_budget *fds);

/* Reads the tag @fd, and closes it. */
struct dgram_tag dgram_tag_read(int fd);

#endif
