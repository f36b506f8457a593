/*
 * get/transfer/pace.c - a transfer's speed: no more than it is allowed, and an end if it is too
 * slow for too long.
 */
#include "get/transfer/impl.h"

/* How much may be taken at once after a pause: a tenth of a second's share. */
enum { SHARES = 10 };

static void
on_in(struct timer *timer)
{
	struct transfer *t = container_of(timer, struct transfer, pace.in.resume);

	if (t->conn)
		get_conn_resume(t->conn);
}

static void
on_out(struct timer *timer)
{
	struct transfer *t = container_of(timer, struct transfer, pace.out.resume);

	if (t->conn)
		get_conn_write_on(t->conn);
}

static uint64_t
moved(const struct transfer *t)
{
	return t->info.received + t->info.sent;
}

static void
on_look(struct timer *timer)
{
	struct transfer *t = container_of(timer, struct transfer, pace.look);
	const struct get_settings *set = t->get->set;
	uint64_t now = moved(t);

	t->pace.slow = now - t->pace.moved < set->slow_rate ? t->pace.slow + SEC : 0;
	t->pace.moved = now;
	if (t->pace.slow >= set->slow_time) {
		transfer_fail(t, GET_TIMEOUT,
		    "Operation too slow. Less than %llu bytes/sec transferred the last %lld seconds",
		    (unsigned long long)set->slow_rate, (long long)(set->slow_time / SEC));
		return;
	}
	timer_arm(t->get->world->wheel, timer, nsec_add(timer->when, SEC));
}

void
pace_begin(struct transfer *t)
{
	const struct get_settings *set = t->get->set;
	nsec_t now = io_now(t->get->world);

	t->pace = (struct transfer_pace){.in.since = now, .out.since = now};
	timer_init(&t->pace.in.resume, on_in);
	timer_init(&t->pace.out.resume, on_out);
	timer_init(&t->pace.look, on_look);
	if (set->slow_rate > 0)
		timer_arm(t->get->world->wheel, &t->pace.look, nsec_add(now, SEC));
}

void
pace_end(struct transfer *t)
{
	timer_cancel(t->get->world->wheel, &t->pace.in.resume);
	timer_cancel(t->get->world->wheel, &t->pace.out.resume);
	timer_cancel(t->get->world->wheel, &t->pace.look);
}

/* @octets at @rate, as a time. */
static nsec_t
time_for(uint64_t octets, uint64_t rate)
{
	return (nsec_t)(octets / rate) * SEC + (nsec_t)((octets % rate) * (uint64_t)SEC / rate);
}

static nsec_t
next_due(const struct pace_flow *f, uint64_t rate)
{
	return nsec_add(f->since, time_for(f->moved, rate));
}

/* How many of @n octets may move now. If not all, the flow is resumed by itself. */
static size_t
allow(struct transfer *t, struct pace_flow *f, size_t n)
{
	uint64_t rate = t->get->set->rate, share = rate / SHARES + 1;
	nsec_t now = io_now(t->get->world), due;
	size_t may = n < share ? n : (size_t)share;

	if (rate == 0)
		return n;
	if (now - next_due(f, rate) > SEC) { /* what was not used is not saved up */
		f->since = now;
		f->moved = 0;
	}
	due = next_due(f, rate);
	if (due > now)
		may = 0;
	if (may < n)
		timer_arm(t->get->world->wheel, &f->resume, nsec_add(due, time_for(may, rate)));
	return may;
}

size_t
pace_allow(struct transfer *t, size_t n)
{
	size_t may = allow(t, &t->pace.in, n);

	t->pace.in.moved += may;
	return may;
}

size_t
pace_allow_out(struct transfer *t, size_t n)
{
	return allow(t, &t->pace.out, n);
}

void
pace_sent(struct transfer *t, uint64_t n)
{
	t->pace.out.moved += n;
}
