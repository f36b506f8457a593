/*
 * gate/gate_tcp.c - TCP through the gateway: from the program's SYN to a stream outside, and from a
 * published port to the program. gate_stream.c has everything after that.
 *
 * The listener takes every address and port, and shows a SYN before it is answered. The SYN-ACK is
 * sent when the outside has connected, so the program sees refusals, unreachable hosts and silence
 * as if it were outside itself.
 */
#include "base/err.h"
#include "core/core.h"
#include "gate/stream.h"
#include "io/sockio.h"
#include "sock/sock.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

enum { ACCEPT_BUDGET = 256, LISTEN_BACKLOG = 4096, STREAMS_KEPT = 256 };

/* Connections that wait for a descriptor outside are tried at least this often. */
#define RETRY_EVERY (100 * MSEC)

/* From the program */

/* Connects the outside of @s. Returns as io_connect(). */
static int
connect_outside(struct gate_stream *s)
{
	struct gate *g = s->gate;
	int e;

	if (gate_names_meant(g, &s->info.shown))
		return gate_names_connect(s);
	s->info.outside = gate_map(&g->config, &s->info.shown);
	e = io_connect(g->config.outside, &s->info.outside, stream_on_outside, s, &s->side[OUTSIDE]);
	if (e == 0)
		timer_arm(g->core->wheel, &s->timer, g->core->now + STREAM_CONNECT_WAIT);
	return e;
}

static void
retry_later(struct gate *g)
{
	if (!timer_armed(&g->streams.retry_timer))
		timer_arm(g->core->wheel, &g->streams.retry_timer, g->core->now + RETRY_EVERY);
}

static void
retry_timer(struct timer *t)
{
	struct gate *g = container_of(t, struct gate, streams.retry_timer);

	gate_mark(g, &g->streams.retry);
}

void
stream_await(struct gate_stream *s)
{
	struct gate *g = s->gate;

	s->state = STREAM_OUT_WAITING;
	if (!timer_armed(&s->timer))
		timer_arm(g->core->wheel, &s->timer, g->core->now + STREAM_CONNECT_WAIT);
	list_push(&g->streams.waiting, &s->wait);
	retry_later(g);
}

/*
 * Connects the outside of @s, and refuses the program's SYN if that fails. Returns false if the
 * outside has no descriptor for it.
 */
static bool
connect_out(struct gate_stream *s)
{
	int e = connect_outside(s);

	if (e < 0 && gate_ran_out(e))
		return false;
	if (e < 0) {
		stream_refuse(s, -e);
		return true;
	}
	s->state = STREAM_OUT_CONNECTING;
	return true;
}

/* Tries the waiting connections, oldest first, until one has to wait longer. */
static void
retry_run(struct gate_work *w)
{
	struct gate *g = container_of(w, struct gate, streams.retry);
	struct gate_stream *s;

	gate_mark(g, &g->streams.accept);
	while ((s = list_first(&g->streams.waiting, struct gate_stream, wait))) {
		list_del(&s->wait);
		if (connect_out(s))
			continue;
		list_push_front(&g->streams.waiting, &s->wait);
		retry_later(g);
		return;
	}
}

bool
gate_waits(const struct gate *g)
{
	return !list_empty(&g->streams.waiting);
}

void
gate_retry(struct gate *g)
{
	if (gate_waits(g))
		gate_mark(g, &g->streams.retry);
}

/*
 * Makes the connection @sk the inside of @s. Returns false without memory; @sk is then still the
 * caller's.
 */
static bool
stream_adopt(struct gate_stream *s, struct sock *sk, bool connecting)
{
	s->side[INSIDE] = sockio_adopt(s->gate->streams.inside, sk, connecting, stream_on_inside, s);
	s->info.flow = sock_flow(sk);
	return s->side[INSIDE] != NULL;
}

static void
accept_child(struct gate *g, struct sock *child)
{
	struct gate_stream *s = stream_new(g, STREAM_OUT_WAITING);

	if (!s || !stream_adopt(s, child, false)) {
		sock_answer(child, -1); /* there may be room for the next SYN */
		if (s)
			stream_discard(s, LEAT_ENOMEM);
		return;
	}
	sock_local(child, &s->info.shown);
	sock_remote(child, &s->info.inside);
	io_want(s->side[INSIDE], IO_READABLE); /* reported when the program gives up */
	if (!list_empty(&g->streams.waiting) || !connect_out(s))
		stream_await(s);
}

static void
accept_run(struct gate_work *w)
{
	struct gate *g = container_of(w, struct gate, streams.accept);
	struct sock *child;

	for (int i = 0; i < ACCEPT_BUDGET; i++) {
		int e = sock_accept(g->streams.listener, &child);

		if (e == -LEAT_ENOBUFS) /* no memory */
			retry_later(g);
		if (e < 0)
			return;
		accept_child(g, child);
	}
	gate_mark(g, w);
}

static void
accept_ready(struct sock *sk, void *arg)
{
	struct gate *g = arg;

	gate_mark(g, &g->streams.accept);
}

/* From outside */

/* Opens a socket that speaks to the program as @from, with the same port if that is free. */
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

/* Begins to connect to the program. Returns 0, or the error. */
static int
connect_inside(struct gate_stream *s)
{
	struct sock *sk;
	int e = sock_speak_as(s->gate, &s->info.shown, &sk);

	if (e < 0)
		return e;
	e = sock_connect(sk, &s->info.inside);
	if (e == -LEAT_EINPROGRESS)
		e = stream_adopt(s, sk, true) ? 0 : -LEAT_ENOMEM;
	if (e < 0)
		sock_close(sk);
	return e;
}

void
gate_tcp_from_outside(struct gate *g, struct io_stream *out, const struct endpoint *peer, uint16_t port)
{
	struct gate_stream *s = stream_new(g, STREAM_IN_CONNECTING);
	int e;

	if (!s) {
		io_close(out, true);
		return;
	}
	s->side[OUTSIDE] = out;
	s->info.published = true;
	s->info.outside = *peer;
	(void)gate_map_client(&g->config, false, peer, port, &s->info.inside, &s->info.shown);
	io_stream_watch(out, stream_on_outside, s, 0);
	e = connect_inside(s);
	if (e < 0)
		stream_discard(s, -e);
}

/* Begin and end */

int
gate_tcp_start(struct gate *g)
{
	int on = 1, e;

	slab_init(&g->streams.slab, sizeof(struct gate_stream), STREAMS_KEPT);
	list_init(&g->streams.all);
	list_init(&g->streams.waiting);
	gate_work_init(&g->streams.accept, accept_run);
	gate_work_init(&g->streams.retry, retry_run);
	timer_init(&g->streams.retry_timer, retry_timer);
	g->streams.inside = sockio_new(g->config.stack);
	if (!g->streams.inside)
		return -LEAT_ENOMEM;
	e = sock_open(g->socks, true, SOCK_TYPE_STREAM, &g->streams.listener);
	if (e < 0)
		goto no_listener;
	e = sock_setopt(g->streams.listener, LEAT_SOL_LEAT, LEAT_ANY_PORT, &on, sizeof on);
	if (e == 0)
		e = sock_setopt(g->streams.listener, LEAT_SOL_LEAT, LEAT_DEFER_ACCEPT, &on, sizeof on);
	/*
	 * Segments keep the sizes that they had outside: Nagle's algorithm would delay the ends of
	 * answers.
	 */
	if (e == 0)
		e = sock_setopt(g->streams.listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (e == 0)
		e = sock_setopt(g->streams.listener, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
	if (e == 0)
		e = sock_listen(g->streams.listener, LISTEN_BACKLOG);
	if (e < 0)
		goto no_option;
	sock_watch(g->streams.listener, accept_ready, g);
	return 0;
no_option:
	sock_close(g->streams.listener);
no_listener:
	sockio_free(g->streams.inside);
	return e;
}

void
gate_tcp_stop(struct gate *g)
{
	struct gate_stream *s;

	list_del(&g->streams.accept.node);
	sock_close(g->streams.listener);
	while ((s = list_first(&g->streams.all, struct gate_stream, node))) {
		if (s->state == STREAM_OUT_CONNECTING || s->state == STREAM_OUT_WAITING)
			stream_refuse(s, LEAT_ETIMEDOUT); /* without an answer */
		else
			stream_reset(s, LEAT_ECONNABORTED);
	}
	list_del(&g->streams.retry.node); /* it was marked as flows ended */
	timer_cancel(g->core->wheel, &g->streams.retry_timer);
	sockio_free(g->streams.inside);
	slab_fini(&g->streams.slab);
}

void
gate_tcp_each(const struct gate *g, void (*fn)(const struct gate_flow_info *info, void *arg), void *arg)
{
	list_each(n, &g->streams.all) {
		struct gate_flow_info info = stream_info(container_of(n, struct gate_stream, node));

		fn(&info, arg);
	}
}
