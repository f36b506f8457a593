/*
 * test/sim/failing.h - makes a chosen allocation of the library fail. What is taken from the pool
 * of packets counts as an allocation too, because the pool would hide most of them. For programs
 * that are linked with failing.c and --wrap.
 */
#ifndef TEST_SIM_FAILING_H
#define TEST_SIM_FAILING_H

#include <stdbool.h>

struct failing {
	unsigned long count;          /* while armed */
	unsigned long fail_at, burst; /* the first allocation that fails, and how many in a row */
	bool armed, failed;           /* failed: at least one was */
	long live;                    /* not freed yet */
};

extern struct failing mem;

#endif
