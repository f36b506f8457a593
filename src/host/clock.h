/*
 * host/clock.h - reads the machine's clocks. Only this layer and those above it may do so; the
 * layers below get the time as an argument.
 */
#ifndef HOST_CLOCK_H
#define HOST_CLOCK_H

#include "base/nsec.h"

/* Returns CLOCK_MONOTONIC, which never runs backwards. Stacks and links use this time. */
nsec_t clock_monotonic(void);

/* Returns CLOCK_REALTIME, the time since 1970. Captures and logs show this time. */
nsec_t clock_wall(void);

/*
 * Makes the sleeps of this thread end at their deadlines. By default, the kernel may end them up to
 * 50 us later (PR_SET_TIMERSLACK), and an emulated link's delays would be wrong by that much.
 */
void clock_be_exact(void);

#endif
