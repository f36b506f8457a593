/*
 * test/unit/api/pair.h - two hosts that a test drives through leat.h alone, and the cable between
 * them.
 */
#ifndef TEST_API_PAIR_H
#define TEST_API_PAIR_H

#include "leat.h"

#include <stdbool.h>

enum { CABLE_FRAMES = 512, CABLE_FRAME_MAX = 66000 };

struct pair_end {
	struct pair *pair;
	struct leat_stack *stack;
	struct leat_iface *iface;
	struct leat_addr addr;
	unsigned frames;  /* frames that it has sent */
	size_t longest;   /* octets of the longest */
	unsigned runs;    /* the largest number of memory areas of a frame */
	unsigned waiting; /* frames that the other has not received yet */
	uint8_t *frame[CABLE_FRAMES];
	size_t len[CABLE_FRAMES];
};

struct pair {
	int64_t now;
	struct pair_end end[2];
};

/*
 * Makes hosts 10.0.0.1 and 10.0.0.2. The flags are those of both interfaces, and of the second
 * stack.
 */
struct pair *pair_new(uint32_t iface_flags, uint32_t stack_flags);
void pair_free(struct pair *p);

/*
 * Carries frames and lets time pass until nothing is under way, or for @span nanoseconds at most.
 */
void pair_run(struct pair *p, int64_t span);

/* Connects a stream from end 0 to end 1. Returns both sockets. */
void pair_connect(struct pair *p, struct leat_sock *sock[2]);

#endif
