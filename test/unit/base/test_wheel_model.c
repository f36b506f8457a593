/*
 * The timing wheel compared with a model: the same timers in an array, which is searched in full
 * for the earliest. Operations are random, at distances of every magnitude, so that every level and
 * every boundary between levels is reached. Then a million timers at once.
 */
#include "base/rng.h"
#include "base/wheel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

struct probe {
	struct timer timer;
	int number;
};

enum { MODEL_TIMERS = 200 };

struct model {
	struct probe probe[MODEL_TIMERS];
	nsec_t when[MODEL_TIMERS];
	uint64_t order[MODEL_TIMERS]; /* 0 = not armed */
	uint64_t orders, armed;
	nsec_t now;
	struct wheel *wheel;
	struct rng rng;
	bool meddle; /* firing timers arm and cancel others */
};

static struct model model;

static void
model_arm(int i, nsec_t when)
{
	model.armed += !model.order[i];
	model.when[i] = when;
	model.order[i] = ++model.orders;
	timer_arm(model.wheel, &model.probe[i].timer, when);
}

static void
model_cancel(int i)
{
	model.armed -= model.order[i] != 0;
	model.order[i] = 0;
	timer_cancel(model.wheel, &model.probe[i].timer);
}

/* Returns the earliest timer by time, then by order of arming; -1 if none is armed. */
static int
model_first(void)
{
	int first = -1;

	for (int i = 0; i < MODEL_TIMERS; i++) {
		if (!model.order[i])
			continue;
		if (first < 0 || model.when[i] < model.when[first] ||
		    (model.when[i] == model.when[first] && model.order[i] < model.order[first]))
			first = i;
	}
	return first;
}

/* Returns a time near or far, sometimes before now, often at a boundary between slots. */
static nsec_t
model_draw_when(void)
{
	nsec_t distance = (nsec_t)(rng_u64(&model.rng) >> rng_below(&model.rng, 62) >> 2), slot;

	switch (rng_below(&model.rng, 8)) {
	case 0:
		return model.now;
	case 1:
		return model.now - (distance & 0xfffff);
	case 2: /* the first or last nanosecond of a slot of some level */
		slot = 1ll << (16 + 6 * rng_below(&model.rng, 6));
		return ((nsec_add(model.now, distance) & ~(slot - 1)) - (nsec_t)rng_below(&model.rng, 2));
	default:
		return nsec_add(model.now, distance);
	}
}

static void
model_fire(struct timer *t)
{
	int i = container_of(t, struct probe, timer)->number;

	assert_int_equal(i, model_first());
	assert_int_equal(t->when, model.when[i]);
	assert_true(t->when <= model.now);
	model.order[i] = 0;
	model.armed--;
	if (!model.meddle)
		return;
	if (rng_chance(&model.rng, 300000000))
		model_cancel((int)rng_below(&model.rng, MODEL_TIMERS));
	/* rearms itself or another timer, for now or later, less and less often */
	if (rng_chance(&model.rng, 300000000))
		model_arm(rng_chance(&model.rng, 500000000) ? i : (int)rng_below(&model.rng, MODEL_TIMERS),
		    model_draw_when());
}

static void
model_check(void)
{
	int first = model_first();

	assert_int_equal(wheel_count(model.wheel), model.armed);
	assert_int_equal(wheel_next(model.wheel), first < 0 ? NSEC_NEVER : model.when[first]);
}

static void
model_advance(nsec_t to)
{
	int first;

	model.now = nsec_max(model.now, to);
	wheel_advance(model.wheel, to);
	first = model_first();
	assert_true(first < 0 || model.when[first] > model.now);
}

static void
model_run(uint64_t seed, nsec_t begin, bool meddle)
{
	model = (struct model){.now = begin, .wheel = wheel_new(begin), .meddle = meddle};
	rng_seed(&model.rng, seed);
	for (int i = 0; i < MODEL_TIMERS; i++) {
		timer_init(&model.probe[i].timer, model_fire);
		model.probe[i].number = i;
	}
	for (int step = 0; step < 3000; step++) {
		int i = (int)rng_below(&model.rng, MODEL_TIMERS);
		nsec_t next = wheel_next(model.wheel);

		switch (rng_below(&model.rng, 10)) {
		case 0:
		case 1:
			model_cancel(i);
			break;
		case 2: /* to exactly that instant, at which it fires, */
			if (next < model.now + 3600 * SEC)
				model_advance(nsec_max(next, model.now));
			break;
		case 3: /* or to just before it, at which it does not */
			if (next > model.now + 1 && next < model.now + 3600 * SEC)
				model_advance(next - 1);
			break;
		case 4:
			model_advance(
			    model.now + (nsec_t)(rng_u64(&model.rng) >> (24 + rng_below(&model.rng, 40))));
			break;
		default:
			model_arm(i, model_draw_when());
		}
		model_check();
	}
	for (int i = 0; i < MODEL_TIMERS; i++)
		model_cancel(i);
	model_check();
	wheel_free(model.wheel);
}

static void
does_what_the_model_does(void **state)
{
	for (uint64_t seed = 1; seed <= 8; seed++)
		model_run(seed, (nsec_t)(seed * 12345678901), false);
	model_run(100, -3600 * SEC, false); /* time may begin below 0 and pass 0 */
}

static void
does_what_the_model_does_while_timers_meddle(void **state)
{
	for (uint64_t seed = 1; seed <= 8; seed++)
		model_run(seed, 0, true);
}

/* A million timers: each fires once, in order, and at every step the next time is known. */
static struct {
	nsec_t last, now;
	uint64_t count;
} crowd;

static void
crowd_fire(struct timer *t)
{
	assert_true(t->when >= crowd.last && t->when <= crowd.now);
	crowd.last = t->when;
	crowd.count++;
}

static void
a_million_timers(void **state)
{
	enum { N = 1000000, CANCELLED = N / 4 };
	struct timer *t = malloc(N * sizeof *t);
	struct wheel *w = wheel_new(0);
	struct rng r;

	rng_seed(&r, 8);
	crowd.last = crowd.now = 0;
	crowd.count = 0;
	for (int i = 0; i < N; i++) {
		timer_init(&t[i], crowd_fire);
		timer_arm(w, &t[i], (nsec_t)rng_below(&r, 20 * SEC));
	}
	for (int i = 0; i < CANCELLED; i++)
		timer_cancel(w, &t[4 * i]);
	for (int i = 0; i < N / 2; i++) /* as acknowledgements move retransmission timers */
		timer_arm(w, &t[4 * (i % CANCELLED) + 1], (nsec_t)rng_below(&r, 20 * SEC));
	assert_int_equal(wheel_count(w), N - CANCELLED);
	for (crowd.now = 0; wheel_next(w) != NSEC_NEVER; crowd.now += 5 * MSEC) {
		assert_true(wheel_next(w) >= crowd.last);
		wheel_advance(w, crowd.now);
		assert_true(wheel_next(w) > crowd.now);
	}
	assert_int_equal(crowd.count, N - CANCELLED);
	wheel_free(w);
	free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(does_what_the_model_does),
	    cmocka_unit_test(does_what_the_model_does_while_timers_meddle),
	    cmocka_unit_test(a_million_timers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
