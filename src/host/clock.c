/*
 * host/clock.c - reads the machine's monotonic and wall clocks, and asks the kernel for exact
 * timers.
 */
#include "host/clock.h"

#include <sys/prctl.h>
#include <time.h>

static nsec_t
clock_read(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * SEC + ts.tv_nsec;
}

nsec_t
clock_monotonic(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

nsec_t
clock_wall(void)
{
	return clock_read(CLOCK_REALTIME);
}

void
clock_be_exact(void)
{
	prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}
