/*
 * TCP through the gateway: from the program's SYN to a stream outside, and from a published port to the program.
 *
 * The listener takes every address and port, and is told of a SYN before it has been answered. The SYN-ACK goes out when the outside has
 * connected, so the program learns of refusal, of unreachable hosts and of silence as if it had been out there itself.
 */
#include "base/err.h"
#include "core/core.h"
#include "gate/stream.h"
#include "sock/sock.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { ACCEPT_BUDGET = 256, LISTEN_BACKLOG = 4096 };

/* A reset waits so long for the octets before it to be acknowledged, and looks so often. */
#define RESET_WAIT  (3 * SEC)
#define RESET_CHECK (20 * MSEC)

/* A connect outside that has said nothing for so long never will: longer than Linux's six retries take. */
#define CONNECT_WAIT (180 * SEC)

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
	list_del(&s->node);
	g->nstreams--;
	gate_flow_ended(g, &s->info);
	free(s);
}

static void
stream_close_out(struct gate_stream *s, bool reset)
{
	if (s->out)
		s->gate->out->close(s->out, reset);
	s->out = NULL;
}

/* Both directions are over and passed on. Each side's stack sees to what is still in its buffers. */
static void
stream_end(struct gate_stream *s)
{
	stream_close_out(s, false);
	sock_close(s->in);
	stream_free(s);
}

/* One side went with @error; so must the other. */
static void
stream_reset(struct gate_stream *s, int error)
{
	s->info.error = error;
	s->gate->count.streams_reset++;
	stream_close_out(s, true);
	sock_abort(s->in);
	stream_free(s);
}

/* The outside refused the program's SYN: so do we, in the same words. */
static void
stream_refuse(struct gate_stream *s, int error)
{
	s->info.error = error;
	s->gate->count.streams_refused++;
	drop_note(s->gate->core, NULL, DROP_GATE_REFUSED);
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

/* The outside has failed. What it sent before that still goes to the program, if that takes it soon; then the reset. */
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

static void
run_open(struct gate_stream *s)
{
	stream_pump(s);
	if (s->in_failed || sock_ready(s->in) & LEAT_ERR)
		stream_reset(s, s->in_failed ? s->in_failed : sock_error(s->in));
	else if (s->failed)
		stream_outside_failed(s);
	else if (s->up_done && s->down_done)
		stream_end(s);
}

static void
run_out_connecting(struct gate_stream *s)
{
	unsigned news = s->news;

	s->news = 0;
	if (sock_ready(s->in) & (LEAT_ERR | LEAT_HUP)) { /* the program gave up meanwhile */
		stream_reset(s, sock_error(s->in));
	} else if (news & OUT_FAILED) {
		stream_refuse(s, s->gate->out->error(s->out));
	} else if (news & OUT_CONNECTED) {
		timer_cancel(s->gate->core->wheel, &s->timer);
		s->state = STREAM_OPEN;
		s->writable = true;
		sock_answer(s->in, 0);
		run_open(s);
	} else if (!timer_armed(&s->timer)) { /* it has fired */
		stream_refuse(s, LEAT_ETIMEDOUT);
	}
}

static void
run_in_connecting(struct gate_stream *s)
{
	unsigned ready = sock_ready(s->in);

	if (ready & LEAT_ERR || s->news & OUT_FAILED) { /* refused by the program, or the client has gone */
		stream_reset(s, ready & LEAT_ERR ? sock_error(s->in) : s->gate->out->error(s->out));
	} else if (ready & LEAT_OUT) {
		s->state = STREAM_OPEN;
		s->writable = true;
		run_open(s);
	}
}

static void
stream_run(struct gate_work *w)
{
	struct gate_stream *s = stream_of_work(w);

	switch (s->state) {
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

static void
stream_out_news(void *arg, unsigned mask)
{
	struct gate_stream *s = arg;

	s->news |= mask;
	gate_mark(s->gate, &s->work);
}

static void
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

/* A stream with neither side yet; NULL at the limit. */
static struct gate_stream *
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
	gate_work_init(&s->work, stream_run);
	timer_init(&s->timer, stream_timer);
	list_push(&g->streams, &s->node);
	g->nstreams++;
	g->count.streams++;
	return s;
}

/* From the program */

static void
accept_child(struct gate *g, struct sock *child)
{
	struct gate_stream *s = stream_new(g, STREAM_OUT_CONNECTING);
	int e;

	if (!s) {
		sock_answer(child, -1); /* the program's next SYN may find room */
		return;
	}
	s->in = child;
	sock_local(child, &s->info.shown);
	sock_remote(child, &s->info.inside);
	s->info.flow = sock_flow(child);
	s->info.outside = gate_map(&g->config, &s->info.shown);
	e = g->out->connect(g->config.outside_self, &s->info.outside, stream_out_news, s, &s->out);
	if (e < 0) {
		stream_refuse(s, -e);
		return;
	}
	if (e > 0)
		s->news = OUT_CONNECTED;
	timer_arm(g->core->wheel, &s->timer, g->core->now + CONNECT_WAIT);
	sock_watch(child, stream_in_news, s);
	stream_run(&s->work); /* what happened before there was a watcher is not told */
}

static void
accept_run(struct gate_work *w)
{
	struct gate *g = container_of(w, struct gate, accept);
	struct sock *child;

	for (int i = 0; i < ACCEPT_BUDGET; i++) {
		if (sock_accept(g->listener, &child) < 0)
			return;
		accept_child(g, child);
	}
	gate_mark(g, w);
}

static void
accept_news(struct sock *sk, void *arg)
{
	struct gate *g = arg;

	gate_mark(g, &g->accept);
}

/* From outside */

/* A socket that speaks to the program as @from: at its own port if that is free. */
static int
sock_speak_as(struct gate *g, const struct endpoint *from, struct sock **out)
{
	bool v6 = !ipaddr_is4(&from->addr);
	struct endpoint local = *from;
	struct sock *sk;
	int on = 1, e;

	e = sock_open(g->socks, v6, SOCK_TYPE_STREAM, &sk);
	if (e < 0)
		return e;
	e = sock_setopt(
	    sk, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_TRANSPARENT : IP_TRANSPARENT, &on, sizeof on);
	if (e == 0)
		e = sock_setopt(sk, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (e == 0)
		e = sock_setopt(sk, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
	if (e == 0)
		e = sock_bind(sk, &local);
	if (e == -LEAT_EADDRINUSE) {
		local.port = 0;
		e = sock_bind(sk, &local);
	}
	if (e < 0) {
		sock_close(sk);
		return e;
	}
	*out = sk;
	return 0;
}

void
gate_tcp_from_outside(struct gate *g, struct out_stream *out, const struct endpoint *peer, uint16_t port)
{
	struct gate_stream *s = stream_new(g, STREAM_IN_CONNECTING);
	int e;

	if (!s) {
		g->out->close(out, true);
		return;
	}
	s->out = out;
	s->info.published = true;
	s->info.outside = *peer;
	s->info.shown = gate_map_peer(&g->config, peer);
	s->info.inside = gate_map_program(&g->config, peer, port);
	g->out->adopt(out, stream_out_news, s);
	e = sock_speak_as(g, &s->info.shown, &s->in);
	if (e == 0)
		e = sock_connect(s->in, &s->info.inside);
	if (e < 0 && e != -LEAT_EINPROGRESS) {
		s->info.error = -e;
		stream_close_out(s, true);
		if (s->in)
			sock_close(s->in);
		stream_free(s);
		return;
	}
	s->info.flow = sock_flow(s->in);
	sock_watch(s->in, stream_in_news, s);
	gate_mark(g, &s->work);
}

/* All of it */

int
gate_tcp_start(struct gate *g)
{
	int on = 1, e;

	list_init(&g->streams);
	gate_work_init(&g->accept, accept_run);
	e = sock_open(g->socks, true, SOCK_TYPE_STREAM, &g->listener);
	if (e < 0)
		return e;
	e = sock_setopt(g->listener, LEAT_SOL_LEAT, LEAT_ANY_PORT, &on, sizeof on);
	if (e == 0)
		e = sock_setopt(g->listener, LEAT_SOL_LEAT, LEAT_DEFER_ACCEPT, &on, sizeof on);
	/* How the outside cut its octets is kept: Nagle would hold the ends of answers back. */
	if (e == 0)
		e = sock_setopt(g->listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (e == 0)
		e = sock_setopt(g->listener, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
	if (e == 0)
		e = sock_listen(g->listener, LISTEN_BACKLOG);
	if (e < 0) {
		sock_close(g->listener);
		return e;
	}
	sock_watch(g->listener, accept_news, g);
	return 0;
}

void
gate_tcp_stop(struct gate *g)
{
	struct gate_stream *s;

	list_del(&g->accept.node);
	sock_close(g->listener);
	while ((s = list_first(&g->streams, struct gate_stream, node))) {
		if (s->state == STREAM_OUT_CONNECTING)
			stream_refuse(s, LEAT_ETIMEDOUT); /* silently */
		else
			stream_reset(s, LEAT_ECONNABORTED);
	}
}

void
gate_tcp_each(const struct gate *g, void (*fn)(const struct gate_flow_info *info, void *arg), void *arg)
{
	list_each(n, &g->streams)
		fn(&container_of(n, struct gate_stream, node)->info, arg);
}
