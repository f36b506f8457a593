/*
 * test/sim/failing.h - memory that is refused at the wanted moment: every allocation of the library, and what is taken from the pool of packets, which would
 * otherwise hide most of them. For programs that are linked with failing.c and --wrap.
 */
#ifndef TEST_SIM_FAILING_H
#define TEST_SIM_FAILING_H

#include <stdbool.h>

struct failing {
	unsigned long count;          /* while armed */
	unsigned long fail_at, burst; /* the first that is refused, and how many in a row */
	bool armed, failed;           /* failed: at least one was */
	long live;                    /* not freed yet */
};

extern struct failing mem;

#endif
