/*
 * One TCP flow through the gateway, from the moment that one side has it: the other side's answer,
 * octets both ways (gate_pump.c), and its end, which each side learns as the other had it.
 */
#include "base/err.h"
#include "core/core.h"
#include "gate/stream.h"
#include "sock/sock.h"

#include <stdlib.h>
#include <sys/socket.h>

/* A reset waits so long for the octets before it to be acknowledged, and looks so often. */
#define RESET_WAIT  (3 * SEC)
#define RESET_CHECK (20 * MSEC)

static struct gate_stream *
stream_of_work(struct gate_work *w)
{
	return container_of(w, struct gate_stream, work);
}

/* The end of a stream whose both sides are gone or handed back. */
static void
stream_free(struct gate_stream *s)
{
	struct gate *g = s->gate;

	timer_cancel(g->core->wheel, &s->timer);
	list_del(&s->work.node);
	list_del(&s->wait);
	list_del(&s->node);
	g->nstreams--;
	gate_flow_ended(g, &s->info);
	free(s->tries);
	free(s);
}

static void
stream_close_out(struct gate_stream *s, bool reset)
{
	if (s->out)
		s->gate->out->close(s->out, reset);
	s->out = NULL;
}

/*
 * Both directions are over and passed on. Each side's stack sees to what is still in its buffers.
 */
static void
stream_end(struct gate_stream *s)
{
	stream_close_out(s, false);
	sock_close(s->in);
	stream_free(s);
}

void
stream_discard(struct gate_stream *s, int error)
{
	s->info.error = error;
	stream_close_out(s, true);
	if (s->in)
		sock_close(s->in);
	stream_free(s);
}

void
stream_reset(struct gate_stream *s, int error)
{
	s->info.error = error;
	s->gate->count.streams_reset++;
	stream_close_out(s, true);
	sock_abort(s->in);
	stream_free(s);
}

void
stream_refuse(struct gate_stream *s, int error)
{
	s->info.error = error;
	s->gate->count.streams_refused++;
	stream_close_out(s, false);
	sock_answer(s->in, gate_refusal(error));
	stream_free(s);
}

static int
sock_error(struct sock *sk)
{
	int e = 0;
	size_t len = sizeof e;

	if (sock_getopt(sk, SOL_SOCKET, SO_ERROR, &e, &len) < 0 || e == 0)
		return LEAT_ECONNRESET;
	return e;
}

static void
run_resetting(struct gate_stream *s)
{
	struct gate *g = s->gate;
	nsec_t now = g->core->now;

	if (sock_unacked(s->in) == 0 || now >= s->give_up || sock_ready(s->in) & LEAT_ERR)
		stream_reset(s, s->failed);
	else
		timer_arm(g->core->wheel, &s->timer, nsec_min(s->give_up, now + RESET_CHECK));
}

/*
 * The outside has failed. What it sent before that still goes to the program, if that takes it
 * soon; then the reset.
 */
static void
stream_outside_failed(struct gate_stream *s)
{
	nsec_t now = s->gate->core->now;

	if (s->give_up == 0) {
		s->give_up = now + RESET_WAIT;
		timer_arm(s->gate->core->wheel, &s->timer, s->give_up);
	}
	if (!s->down_done && now < s->give_up)
		return; /* the pump goes on as there is room */
	stream_close_out(s, false);
	s->state = STREAM_RESETTING;
	run_resetting(s);
}

/*
 * The program has reset the connection. What had arrived from it before goes out first, if the
 * outside takes it soon: on Linux a reset leaves the peer what it has not read yet.
 */
static void
stream_inside_failed(struct gate_stream *s)
{
	nsec_t now = s->gate->core->now;

	if (!s->in_failed)
		s->in_failed = sock_error(s->in);
	if (s->give_up == 0) {
		s->give_up = now + RESET_WAIT;
		timer_arm(s->gate->core->wheel, &s->timer, s->give_up);
	}
	if (s->failed || sock_unread(s->in) == 0 || now >= s->give_up)
		stream_reset(s, s->in_failed);
}

static void
run_open(struct gate_stream *s)
{
	stream_pump(s);
	if (s->in_failed || sock_ready(s->in) & LEAT_ERR)
		stream_inside_failed(s);
	else if (s->failed)
		stream_outside_failed(s);
	else if (s->up_done && s->down_done)
		stream_end(s);
}

/* The connection outside has failed with @error. Of several name servers the next is tried. */
static void
connect_failed(struct gate_stream *s, int error)
{
	int e = -error;

	s->news = 0;
	if (s->tries) {
		stream_close_out(s, false);
		e = gate_names_connect(s);
	}
	if (e < 0 && gate_ran_out(e)) {
		stream_await(s);
	} else if (e < 0) {
		stream_refuse(s, -e);
	} else if (e > 0) {
		s->news = OUT_CONNECTED;
		gate_mark(s->gate, &s->work);
	}
}

/* The program gave up meanwhile, or the time is up. */
static void
run_out_waiting(struct gate_stream *s)
{
	if (sock_ready(s->in) & (LEAT_ERR | LEAT_HUP))
		stream_reset(s, sock_error(s->in));
	else if (!timer_armed(&s->timer))
		stream_refuse(s, LEAT_ETIMEDOUT);
}

static void
run_out_connecting(struct gate_stream *s)
{
	unsigned news = s->news;

	s->news = 0;
	if (sock_ready(s->in) & (LEAT_ERR | LEAT_HUP)) { /* the program gave up meanwhile */
		stream_reset(s, sock_error(s->in));
	} else if (news & OUT_FAILED) {
		connect_failed(s, s->gate->out->error(s->out));
	} else if (news & OUT_CONNECTED) {
		timer_cancel(s->gate->core->wheel, &s->timer);
		s->state = STREAM_OPEN;
		s->writable = true;
		sock_answer(s->in, 0);
		run_open(s);
	} else if (!timer_armed(&s->timer)) { /* it has fired */
		connect_failed(s, LEAT_ETIMEDOUT);
	}
}

static void
run_in_connecting(struct gate_stream *s)
{
	unsigned ready = sock_ready(s->in);
	bool answered = sock_unread(s->in) > 0; /* connected, whatever has happened since */

	if (!answered &&
	    (ready & LEAT_ERR || s->news & OUT_FAILED)) { /* refused by the program, or the client has gone */
		int error = ready & LEAT_ERR ? sock_error(s->in) : s->gate->out->error(s->out);

		if (ready & LEAT_ERR && error == LEAT_ECONNREFUSED)
			gate_unserved(s->gate, false, s->info.inside.port);
		stream_reset(s, error);
	} else if (answered || ready & LEAT_OUT) {
		s->state = STREAM_OPEN;
		s->writable = true;
		run_open(s);
	}
}

void
stream_run(struct gate_work *w)
{
	struct gate_stream *s = stream_of_work(w);

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
stream_out_news(void *arg, unsigned mask)
{
	struct gate_stream *s = arg;

	s->news |= mask;
	gate_mark(s->gate, &s->work);
}

void
stream_in_news(struct sock *sk, void *arg)
{
	struct gate_stream *s = arg;

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
	struct gate_stream *s = g->nstreams < g->config.max_streams ? calloc(1, sizeof *s) : NULL;

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
	list_push(&g->streams, &s->node);
	g->nstreams++;
	g->count.streams++;
	return s;
}
