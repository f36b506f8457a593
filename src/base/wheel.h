/*
 * base/wheel.h - a hierarchical timing wheel: the cost of arming and cancelling does not depend on
 * the number of timers.
 *
 * It reads no clock. Timers fire in wheel_advance(), never before their time, in the order of their
 * times. Timers of one instant fire in the order in which they were armed, so a run repeats
 * exactly.
 */
#ifndef BASE_WHEEL_H
#define BASE_WHEEL_H

#include "base/list.h" /* container_of, for the owners of timers */
#include "base/nsec.h"

#include <stdbool.h>
#include <stdint.h>

struct timer;
typedef void timer_fn(struct timer *t);

/*
 * A timer is a member of its owner and smaller than a cache line. Other code may read only @when.
 */
struct timer {
	struct timer *child, *next, *prev; /* its place in the heap of its slot; see wheel.c */
	nsec_t when;                       /* valid while the timer is armed */
	timer_fn *fire;
	/* 0 = not armed; otherwise the order of arming in the high bits and the slot in the low */
	uint64_t armed;
};

struct wheel;

/* Returns a wheel whose time begins at @now, or NULL without memory. */
struct wheel *wheel_new(nsec_t now);

/* Frees the wheel. Timers that are still armed are not touched and never fire. */
void wheel_free(struct wheel *w);

void timer_init(struct timer *t, timer_fn *fire);

static inline bool
timer_armed(const struct timer *t)
{
	return t->armed != 0;
}

/*
 * Arms @t to fire once at @when, or at the next advance if @when has passed. Arming an armed timer
 * moves it.
 */
void timer_arm(struct wheel *w, struct timer *t, nsec_t when);

/* For timer_cancel() only. */
void timer_take_out(struct wheel *w, struct timer *t);

/* Cancels @t. Does nothing if @t is not armed. */
static inline void
timer_cancel(struct wheel *w, struct timer *t)
{
	if (timer_armed(t))
		timer_take_out(w, t);
}

/* Returns exactly when the next timer is due, or NSEC_NEVER if none is armed. */
nsec_t wheel_next(struct wheel *w);

/*
 * Fires all timers that are due at @now, including those that a firing timer arms for @now. Time
 * never runs backwards: an earlier @now fires nothing.
 */
void wheel_advance(struct wheel *w, nsec_t now);

/* Returns the number of armed timers. */
uint64_t wheel_count(const struct wheel *w);

#endif
