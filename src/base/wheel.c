/*
 * base/wheel.c - a timing wheel whose slots are heaps, so that no timer is ever moved between
 * levels.
 *
 * Level 0 has slots of 2^16 ns (65 us). Each level above it has slots 64 times as wide, and eight
 * levels cover all of nsec_t. A timer goes into the lowest level whose next 64 slots reach its
 * time, and stays there until it fires or is cancelled.
 *
 * A classic wheel instead sorts a wide slot into the level below when its time comes (the cascade),
 * and must look through a whole slot to find its next timer. Here each slot keeps its timers as a
 * pairing heap (Fredman, Sedgewick, Sleator and Tarjan, 1986), ordered by time and then by order of
 * arming:
 *
 *   - Arming compares the timer with the first timer of its slot, once.
 *   - Cancelling unlinks the timer. If it is or was the first of its slot, its children are
 *     paired, which is O(log n) amortised for the n timers of that slot.
 *   - The next timer is the earliest of the first timers of at most eight slots, which bit maps
 *     find.
 *
 * The bit maps suffice because of an invariant: on each level, the slot of every timer is one of
 * the 64 slots that begin with the slot of `now`. `now` never passes an armed timer, so only arming
 * could break the invariant, and place() keeps it.
 */
#include "base/wheel.h"

#include <assert.h>
#include <stdlib.h>

enum { LEVELS = 8, SLOT_BITS = 6, SLOTS = 1 << SLOT_BITS, TICK_BITS = 16 };
/* timer.armed holds the order of arming above these bits, and the slot in them */
enum { ORDER_ONE = LEVELS * SLOTS };

struct wheel {
	nsec_t now;
	/* no timer is due before this time, so most calls of wheel_advance() return at once */
	nsec_t none_before;
	struct timer *first; /* the timer that is due at none_before; NULL = not known, or none */
	uint64_t order;      /* of the last timer armed, shifted as in timer.armed */
	uint64_t count;
	uint32_t levels;         /* bit n: level n has timers */
	uint64_t filled[LEVELS]; /* bit n: slot n has timers */
	struct timer *slot[LEVELS * SLOTS];
};

struct wheel *
wheel_new(nsec_t now)
{
	struct wheel *w = calloc(1, sizeof *w);

	if (w) {
		w->now = now;
		w->none_before = NSEC_NEVER;
	}
	return w;
}

void
wheel_free(struct wheel *w)
{
	free(w);
}

void
timer_init(struct timer *t, timer_fn *fire)
{
	*t = (struct timer){.fire = fire};
}

static bool
before(const struct timer *a, const struct timer *b)
{
	return a->when < b->when || (a->when == b->when && a->armed < b->armed);
}

/* Merges two heaps, either of which may be empty, into one. */
static struct timer *
meld(struct timer *a, struct timer *b)
{
	struct timer *first, *second;

	if (!a || !b)
		return a ? a : b;
	first = before(a, b) ? a : b;
	second = first == a ? b : a;
	second->prev = first;
	second->next = first->child;
	if (first->child)
		first->child->prev = second;
	first->child = second;
	return first;
}

/*
 * Merges a row of siblings into one heap: first in pairs from the left, then all pairs from the
 * right. This order gives the removal its O(log n) amortised cost.
 */
static struct timer *
meld_row(struct timer *row)
{
	struct timer *pairs = NULL, *all = NULL;

	while (row) {
		struct timer *a = row, *b = row->next, *pair;

		row = b ? b->next : NULL;
		a->next = a->prev = NULL;
		if (b)
			b->next = b->prev = NULL;
		pair = meld(a, b);
		pair->next = pairs;
		pairs = pair;
	}
	while (pairs) {
		struct timer *pair = pairs;

		pairs = pair->next;
		pair->next = NULL;
		all = meld(all, pair);
	}
	return all;
}

/* Unlinks @t with its children from its parent's row of children. */
static void
cut(struct timer *t)
{
	if (t->prev->child == t)
		t->prev->child = t->next;
	else
		t->prev->next = t->next;
	if (t->next)
		t->next->prev = t->prev;
	t->next = t->prev = NULL;
}

/* Returns @when as a number that begins at 0, in slots of @level. */
static uint64_t
slot_time(nsec_t when, unsigned level)
{
	return ((uint64_t)when ^ UINT64_C(1) << 63) >> (TICK_BITS + SLOT_BITS * level);
}

/*
 * Returns the slot for @when, on the lowest level that reaches it. A time in the past gets the slot
 * of `now`.
 */
static unsigned
place(const struct wheel *w, nsec_t when)
{
	nsec_t at = nsec_max(when, w->now);
	unsigned level = 0;

	while (slot_time(at, level) - slot_time(w->now, level) >= SLOTS)
		level++;
	return level * SLOTS + (unsigned)(slot_time(at, level) % SLOTS);
}

void
timer_take_out(struct wheel *w, struct timer *t)
{
	unsigned slot = (unsigned)(t->armed % ORDER_ONE), level = slot / SLOTS;
	struct timer *rest = t->child ? meld_row(t->child) : NULL;

	if (w->slot[slot] == t) {
		w->slot[slot] = rest;
	} else {
		cut(t);
		if (rest)
			w->slot[slot] = meld(w->slot[slot], rest);
	}
	if (!w->slot[slot]) {
		w->filled[level] &= ~(UINT64_C(1) << slot % SLOTS);
		if (!w->filled[level])
			w->levels &= ~(1u << level);
	}
	if (w->first == t)
		w->first = NULL;
	t->child = NULL;
	t->armed = 0;
	w->count--;
}

void
timer_arm(struct wheel *w, struct timer *t, nsec_t when)
{
	unsigned slot;

	assert(t->fire);
	timer_cancel(w, t);
	slot = place(w, when);
	t->when = when;
	w->order += ORDER_ONE;
	t->armed = w->order + slot;
	w->slot[slot] = meld(w->slot[slot], t);
	w->filled[slot / SLOTS] |= UINT64_C(1) << slot % SLOTS;
	w->levels |= 1u << slot / SLOTS;
	if (when < w->none_before) {
		w->none_before = when;
		w->first = t;
	}
	w->count++;
}

/*
 * Returns the first timer of @level, which must have one. Searches the slots in a circle, beginning
 * with the slot of `now`.
 */
static struct timer *
first_of_level(const struct wheel *w, unsigned level)
{
	unsigned now = (unsigned)(slot_time(w->now, level) % SLOTS);
	uint64_t turned = w->filled[level] >> now | w->filled[level] << (SLOTS - now) % SLOTS;

	return w->slot[level * SLOTS + (now + (unsigned)__builtin_ctzll(turned)) % SLOTS];
}

static struct timer *
first_of_all(const struct wheel *w)
{
	struct timer *first = NULL;

	for (uint32_t levels = w->levels; levels; levels &= levels - 1) {
		struct timer *t = first_of_level(w, (unsigned)__builtin_ctz(levels));

		if (!first || before(t, first))
			first = t;
	}
	return first;
}

/* Returns the first timer of all, and notes that no timer is due before it. */
static struct timer *
look(struct wheel *w)
{
	if (!w->first) {
		w->first = first_of_all(w);
		w->none_before = w->first ? w->first->when : NSEC_NEVER;
	}
	return w->first;
}

nsec_t
wheel_next(struct wheel *w)
{
	look(w);
	return w->none_before;
}

void
wheel_advance(struct wheel *w, nsec_t now)
{
	struct timer *t;

	if (now < w->now)
		return;
	while (w->none_before <= now && (t = look(w)) && t->when <= now) {
		timer_take_out(w, t);
		t->fire(t);
	}
	w->now = now;
}

uint64_t
wheel_count(const struct wheel *w)
{
	return w->count;
}
