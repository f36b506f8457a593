/*
 * test/unit/api/pair.h - two hosts driven by hand through leat.h alone, and the cable between them.
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
	unsigned frames;  /* that it has sent */
	size_t longest;   /* of them, in octets */
	unsigned runs;    /* the most runs of memory that one had */
	unsigned waiting; /* on the way to the other */
	uint8_t *frame[CABLE_FRAMES];
	size_t len[CABLE_FRAMES];
};

struct pair {
	int64_t now;
	struct pair_end end[2];
};

/* 10.0.0.1 and 10.0.0.2; flags of both interfaces, and of the second stack. */
struct pair *pair_new(uint32_t iface_flags, uint32_t stack_flags);
void pair_free(struct pair *p);

/* Carry frames and let time pass until nothing is under way; @span nanoseconds at most. */
void pair_run(struct pair *p, int64_t span);

/* A stream from end 0 to end 1, established: its two sockets. */
void pair_connect(struct pair *p, struct leat_sock *sock[2]);

#endif
