/*
 * gate/gate_stream.c - one TCP flow through the gateway: the other side's answer, octets both ways
 * (io/relay.h), and the end, which each side sees in the form that it had on the other.
 */
#include "gate/stream.h"

#include "base/err.h"
#include "core/core.h"
#include "io/sockio.h"
#include "sock/sock.h"

#include <stdlib.h>

/* How long a reset waits until the octets before it are acknowledged, and how often it looks. */
#define RESET_WAIT  (3 * SEC)
#define RESET_CHECK (20 * MSEC)

static struct gate_stream *
stream_of_work(struct gate_work *w)
{
	return container_of(w, struct gate_stream, work);
}

struct gate_flow_info
stream_info(const struct gate_stream *s)
{
	struct gate_flow_info info = s->info;

	info.octets_up = s->relay.flow[INSIDE].octets;
	info.octets_down = s->relay.flow[OUTSIDE].octets;
	return info;
}

/* Frees a stream whose sides are closed or given back. */
static void
stream_free(struct gate_stream *s)
{
	struct gate_flow_info info = stream_info(s);
	struct gate *g = s->gate;

	timer_cancel(g->core->wheel, &s->timer);
	list_del(&s->work.node);
	list_del(&s->wait);
	list_del(&s->node);
	g->streams.count--;
	gate_flow_ended(g, &info);
	free(s->tries);
	slab_give(&g->streams.slab, s);
}

static void
stream_close(struct gate_stream *s, enum stream_side side, bool reset)
{
	if (s->side[side])
		io_close(s->side[side], reset);
	s->side[side] = NULL;
}

/*
 * Ends a stream of which both directions have ended. Each side's stack delivers what is still in
 * its buffers.
 */
static void
stream_end(struct gate_stream *s)
{
	stream_close(s, OUTSIDE, false);
	stream_close(s, INSIDE, false);
	stream_free(s);
}

void
stream_discard(struct gate_stream *s, int error)
{
	s->info.error = error;
	stream_close(s, OUTSIDE, true);
	stream_close(s, INSIDE, true);
	stream_free(s);
}

void
stream_reset(struct gate_stream *s, int error)
{
	s->gate->count.streams_reset++;
	stream_discard(s, error);
}

void
stream_refuse(struct gate_stream *s, int error)
{
	s->info.error = error;
	s->gate->count.streams_refused++;
	stream_close(s, OUTSIDE, false);
	sock_answer(sockio_release(s->side[INSIDE]), gate_refusal(error));
	stream_free(s);
}

/* Returns why a side has failed, as a positive LEAT_E. */
static int
side_error(const struct gate_stream *s, enum stream_side side)
{
	int e = -io_error(s->side[side]);

	return e ? e : LEAT_ECONNRESET;
}

static bool
is_acked(const struct io_stream *io)
{
	return !io->ops->unacked || io->ops->unacked(io) == 0;
}

/*
 * One side has failed and is closed. The other one is reset when everything written to it is
 * acknowledged.
 */
static void
run_resetting(struct gate_stream *s)
{
	const struct io_stream *left = s->side[s->side[INSIDE] ? INSIDE : OUTSIDE];
	nsec_t now = s->gate->core->now;

	if (is_acked(left) || now >= s->give_up || io_error(left))
		stream_reset(s, s->info.error);
	else
		timer_arm(s->gate->core->wheel, &s->timer, nsec_min(s->give_up, now + RESET_CHECK));
}

/*
 * Handles the failure of @side. What it had sent before still goes to the other side, for
 * RESET_WAIT at most: on Linux, too, a reset leaves the peer what it has not read. Then the other
 * side is reset.
 */
static void
run_failed(struct gate_stream *s, enum stream_side side)
{
	nsec_t now = s->gate->core->now;

	if (s->relay.error[!side]) {
		stream_reset(s, s->relay.error[side]);
		return;
	}
	if (s->give_up == 0) {
		s->give_up = now + RESET_WAIT;
		timer_arm(s->gate->core->wheel, &s->timer, s->give_up);
	}
	if (!s->relay.flow[side].ended && now < s->give_up)
		return; /* the relay continues when there is room */
	s->info.error = s->relay.error[side];
	stream_close(s, side, true);
	io_want(s->side[!side], 0);
	s->state = STREAM_RESETTING;
	run_resetting(s);
}

static void
take_events(struct gate_stream *s)
{
	for (unsigned i = 0; i < 2; i++) {
		if (s->events[i])
			relay_event(&s->relay, i, s->events[i]);
		s->events[i] = 0;
	}
}

static void
run_open(struct gate_stream *s)
{
	take_events(s);
	if (relay_run(&s->relay))
		gate_mark(s->gate, &s->work);
	if (s->relay.error[INSIDE])
		run_failed(s, INSIDE);
	else if (s->relay.error[OUTSIDE])
		run_failed(s, OUTSIDE);
	else if (relay_is_over(&s->relay))
		stream_end(s);
}

/* Begins to relay: both sides are connected. */
static void
stream_open(struct gate_stream *s)
{
	s->state = STREAM_OPEN;
	relay_begin(&s->relay, s->side[INSIDE], s->side[OUTSIDE]);
	run_open(s);
}

/*
 * The connection outside has failed with @error. If there are several name servers, the next one is
 * tried.
 */
static void
connect_failed(struct gate_stream *s, int error)
{
	int e = -error;

	s->events[OUTSIDE] = 0;
	if (s->tries) {
		stream_close(s, OUTSIDE, false);
		e = gate_names_connect(s);
	}
	if (e < 0 && gate_ran_out(e))
		stream_await(s);
	else if (e < 0)
		stream_refuse(s, -e);
}

/*
 * While the SYN waits, IO_READABLE and IO_FAILED are the only events of the inside. Both mean that
 * the connection is gone.
 */
static bool
program_gave_up(const struct gate_stream *s)
{
	return s->events[INSIDE] != 0;
}

/* Ends a waiting stream if the program has given up or the time is over. */
static void
run_out_waiting(struct gate_stream *s)
{
	if (program_gave_up(s))
		stream_reset(s, side_error(s, INSIDE));
	else if (!timer_armed(&s->timer))
		stream_refuse(s, LEAT_ETIMEDOUT);
}

static void
run_out_connecting(struct gate_stream *s)
{
	if (program_gave_up(s)) {
		stream_reset(s, side_error(s, INSIDE));
	} else if (s->events[OUTSIDE] & IO_CONNECTED) {
		timer_cancel(s->gate->core->wheel, &s->timer);
		sock_answer(sockio_sock(s->side[INSIDE]), 0);
		stream_open(s);
	} else if (s->events[OUTSIDE] & IO_FAILED) {
		connect_failed(s, side_error(s, OUTSIDE));
	} else if (!timer_armed(&s->timer)) { /* the timer has fired */
		connect_failed(s, LEAT_ETIMEDOUT);
	}
}

static void
run_in_connecting(struct gate_stream *s)
{
	if (s->events[INSIDE] & IO_CONNECTED) {
		stream_open(s);
	} else if (s->events[INSIDE] & IO_FAILED) {
		int error = side_error(s, INSIDE);

		if (error == LEAT_ECONNREFUSED)
			gate_unserved(s->gate, false, s->info.inside.port);
		stream_reset(s, error);
	} else if (s->events[OUTSIDE] & IO_FAILED) { /* the client has ended */
		stream_reset(s, side_error(s, OUTSIDE));
	}
}

void
stream_run(struct gate_work *w)
{
	struct gate_stream *s = stream_of_work(w);

	list_del(&w->node);
	switch (s->state) {
	case STREAM_OUT_WAITING:
		run_out_waiting(s);
		break;
	case STREAM_OUT_CONNECTING:
		run_out_connecting(s);
		break;
	case STREAM_IN_CONNECTING:
		run_in_connecting(s);
		break;
	case STREAM_OPEN:
		run_open(s);
		break;
	case STREAM_RESETTING:
		run_resetting(s);
		break;
	}
}

void
stream_on_inside(struct io_stream *io, unsigned events, void *arg)
{
	struct gate_stream *s = arg;

	s->events[INSIDE] |= events;
	stream_run(&s->work);
}

void
stream_on_outside(struct io_stream *io, unsigned events, void *arg)
{
	struct gate_stream *s = arg;

	s->events[OUTSIDE] |= events;
	gate_mark(s->gate, &s->work);
}

static void
stream_timer(struct timer *t)
{
	struct gate_stream *s = container_of(t, struct gate_stream, timer);

	gate_mark(s->gate, &s->work);
}

struct gate_stream *
stream_new(struct gate *g, enum stream_state state)
{
	struct gate_stream *s = g->streams.count < g->config.max_streams ? slab_take(&g->streams.slab) : NULL;

	if (!s) {
		g->count.streams_limit++;
		drop_note(g->core, NULL, DROP_GATE_LIMIT);
		return NULL;
	}
	s->gate = g;
	s->state = state;
	s->info.proto = GATE_TCP;
	s->info.since = g->core->now;
	list_init(&s->wait);
	gate_work_init(&s->work, stream_run);
	timer_init(&s->timer, stream_timer);
	list_push(&g->streams.all, &s->node);
	g->streams.count++;
	g->count.streams++;
	return s;
}
