/*
 * base/wheel.h - a hierarchical timing wheel: arming and cancelling cost the same however many
 * timers there are.
 *
 * It reads no clock. Timers fire from wheel_advance(), never before their time, in the order of
 * their times, and those of one instant in the order in which they were armed, so that a run
 * repeats exactly.
 */
#ifndef BASE_WHEEL_H
#define BASE_WHEEL_H

#include "base/list.h" /* container_of, for the owners */
#include "base/nsec.h"

#include <stdbool.h>
#include <stdint.h>

struct timer;
typedef void timer_fn(struct timer *t);

/* Embedded in its owner; less than a cache line. Only @when is for others to read. */
struct timer {
	struct timer *child, *next, *prev; /* its place in the heap of its slot; see wheel.c */
	nsec_t when;                       /* meaningful while armed */
	timer_fn *fire;
	uint64_t
	    armed; /* which of one instant goes first, and below that where in the wheel; 0 = not armed */
};

struct wheel;

/* A wheel whose time begins at @now; NULL without memory. */
struct wheel *wheel_new(nsec_t now);

/* Every timer must have been cancelled or must be given up: the wheel does not touch them again. */
void wheel_free(struct wheel *w);

void timer_init(struct timer *t, timer_fn *fire);

static inline bool
timer_armed(const struct timer *t)
{
	return t->armed != 0;
}

/*
 * To fire once at @when (at the next advance if that has passed). Arming an armed timer moves it.
 */
void timer_arm(struct wheel *w, struct timer *t, nsec_t when);

/* For timer_cancel() alone. */
void timer_take_out(struct wheel *w, struct timer *t);

/* Harmless on a timer that is not armed. */
static inline void
timer_cancel(struct wheel *w, struct timer *t)
{
	if (timer_armed(t))
		timer_take_out(w, t);
}

/* When the next timer is due, exactly; NSEC_NEVER when none is armed. */
nsec_t wheel_next(struct wheel *w);

/*
 * Fires all that is due at @now, those included that a firing timer arms for @now. Time never runs
 * backwards: an earlier @now fires nothing.
 */
void wheel_advance(struct wheel *w, nsec_t now);

/* How many are armed. */
uint64_t wheel_count(const struct wheel *w);

#endif
