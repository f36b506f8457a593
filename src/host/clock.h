/*
 * host/clock.h - the machine's clocks. Only host/ and what stands above it may ask them.
 */
#ifndef HOST_CLOCK_H
#define HOST_CLOCK_H

#include "base/nsec.h"

/* CLOCK_MONOTONIC: never runs backwards. The time of stacks and links. */
nsec_t clock_monotonic(void);

/* CLOCK_REALTIME, since 1970: what captures and logs show. */
nsec_t clock_wall(void);

/*
 * Let this thread's sleeps end when they should, rather than up to 50 us later (PR_SET_TIMERSLACK):
 * a link's delays depend on it.
 */
void clock_be_exact(void);

#endif
