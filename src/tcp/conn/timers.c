/*
 * tcp/conn/timers.c - what waits for time to pass. The other files report events; this file decides
 * which timer starts or stops. loss_timer.c has the timer of loss recovery.
 */
#include "tcp/conn/conn.h"

static void
cancel(struct tcp_conn *c, struct timer *t)
{
	timer_cancel(c->tcp->core->wheel, t);
}

/*
 * Returns when the user timeout expires for a shut window, NSEC_NEVER without one. The time that
 * the window is shut counts even if the peer answers probes (tcp(7), TCP_USER_TIMEOUT).
 */
static nsec_t
shut_until(const struct tcp_conn *c)
{
	if (!c->opts.user_timeout || c->snd.chrono.kind != CHRONO_RWND)
		return NSEC_NEVER;
	return c->snd.chrono.since + (nsec_t)c->opts.user_timeout * MSEC;
}

/*
 * Without a user, a peer that keeps its window shut must not keep the connection forever (RFC
 * 6429). As on Linux, it ends when the interval between probes has reached its maximum.
 */
static bool
orphan_has_waited(const struct tcp_conn *c)
{
	return c->user.closed && c->rto.base << c->timer.probe_backoff >= RTO_MAX;
}

/*
 * The peer's window is shut, or a short segment is held back, and nothing is in flight whose ACK
 * would continue the transfer. A shut window is probed for as long as the peer answers (RFC 9293,
 * 3.8.6.1).
 */
static void
persist_fired(struct timer *t)
{
	struct tcp_conn *c = container_of(t, struct tcp_conn, timer.persist);
	struct tcp *tcp = c->tcp;

	if (c->snd.wnd > 0) {
		c->snd.push = tcp_snd_end(c) - c->snd.fin_queued;
		tcp_want(c, WANT_OVERRIDE);
	} else if (orphan_has_waited(c)) {
		tcp_end_with_reset(c, LEAT_ETIMEDOUT);
	} else if (tcp_tried_enough(c) || tcp_now(c) >= shut_until(c)) {
		tcp_give_up(c);
	} else {
		tcp_count_retry(c);
		if (c->timer.probe_backoff < 16)
			c->timer.probe_backoff++;
		tcp_want(c, WANT_PROBE | WANT_OUTPUT);
	}
	tcp_leave(tcp);
}

static void
delack_fired(struct timer *t)
{
	struct tcp_conn *c = container_of(t, struct tcp_conn, timer.delack);

	tcp_want(c, WANT_ACK);
	tcp_leave(c->tcp);
}

/* RFC 9293, 3.8.4: probes a connection that has been idle, if the user has asked for it. */
static void
keep_fired(struct timer *t)
{
	struct tcp_conn *c = container_of(t, struct tcp_conn, timer.keep);
	struct tcp *tcp = c->tcp;
	nsec_t idle = tcp_now(c) - c->when.last_rcvd;
	nsec_t limit = (nsec_t)c->opts.keep_idle * SEC;
	nsec_t user = (nsec_t)c->opts.user_timeout * MSEC;

	if (txq_out(&c->snd.txq) > 0 || tcp_snd_end(c) != c->snd.txq.nxt) {
		tcp_arm(c, t, limit); /* other timers watch over unacknowledged data */
	} else if (idle < limit) {
		c->timer.keep_probes = 0;
		tcp_arm(c, t, limit - idle);
	} else if (user ? idle >= user && c->timer.keep_probes : c->timer.keep_probes >= c->opts.keep_count) {
		tcp_end_with_reset(c, c->user.soft_error ? c->user.soft_error : LEAT_ETIMEDOUT);
	} else {
		c->timer.keep_probes++;
		tcp_want(c, WANT_KEEPALIVE);
		tcp_arm(c, t, (nsec_t)c->opts.keep_interval * SEC);
	}
	tcp_leave(tcp);
}

/* The peer's FIN did not arrive in time after the user has closed. */
static void
orphan_fired(struct timer *t)
{
	struct tcp_conn *c = container_of(t, struct tcp_conn, timer.orphan);
	struct tcp *tcp = c->tcp;

	tcp_end(c, 0);
	tcp_leave(tcp);
}

static void
pace_fired(struct timer *t)
{
	struct tcp_conn *c = container_of(t, struct tcp_conn, timer.pace);

	tcp_want(c, WANT_OUTPUT);
	tcp_leave(c->tcp);
}

void
timers_init(struct tcp_conn *c)
{
	loss_timer_init(c);
	timer_init(&c->timer.persist, persist_fired);
	timer_init(&c->timer.delack, delack_fired);
	timer_init(&c->timer.keep, keep_fired);
	timer_init(&c->timer.orphan, orphan_fired);
	timer_init(&c->timer.pace, pace_fired);
}

void
timers_cancel(struct tcp_conn *c)
{
	loss_timer_stop(c);
	cancel(c, &c->timer.persist);
	cancel(c, &c->timer.delack);
	cancel(c, &c->timer.keep);
	cancel(c, &c->timer.orphan);
	cancel(c, &c->timer.pace);
}

void
timers_ack_owed(struct tcp_conn *c)
{
	if (!timer_armed(&c->timer.delack))
		tcp_arm(c, &c->timer.delack, TCP_DELACK);
}

/*
 * With nothing in flight and something left to send (@unsent) no ACK will come. Arms the timer that
 * makes the connection go on. @stopped: memory ran out.
 */
void
timers_output_done(struct tcp_conn *c, bool unsent, bool stopped)
{
	nsec_t wait = TCP_CORK_MAX;

	if (txq_out(&c->snd.txq) > 0 || c->snd.wnd > 0)
		c->timer.probe_backoff = 0;
	if (txq_out(&c->snd.txq) > 0 || !unsent) {
		cancel(c, &c->timer.persist);
		return;
	}
	if (c->snd.wnd == 0 && !stopped)
		wait = nsec_min(nsec_min(c->rto.base << c->timer.probe_backoff, RTO_MAX),
		    nsec_max(shut_until(c) - tcp_now(c), MSEC));
	/* a wait for a window that has opened too little becomes shorter */
	if (!timer_armed(&c->timer.persist) || c->timer.persist.when > tcp_now(c) + wait)
		tcp_arm(c, &c->timer.persist, wait);
}

void
timers_established(struct tcp_conn *c)
{
	loss_timer_stop(c);
	timers_opts_changed(c);
}

void
timers_opts_changed(struct tcp_conn *c)
{
	if (!c->opts.keepalive || !tcp_synchronized(c))
		cancel(c, &c->timer.keep);
	else
		tcp_arm(c, &c->timer.keep, (nsec_t)c->opts.keep_idle * SEC);
}

/* Without a user, the wait for the peer's FIN is limited. */
void
timers_await_fin(struct tcp_conn *c)
{
	if (!c->user.closed || c->state != LEAT_TCP_FIN_WAIT_2)
		return;
	if (c->opts.linger2 < 0)
		tcp_end_with_reset(c, 0);
	else
		tcp_arm(c, &c->timer.orphan,
		    c->opts.linger2 ? (nsec_t)c->opts.linger2 * SEC : TCP_FIN_WAIT_2_LEN);
}

void
timers_paced(struct tcp_conn *c, nsec_t until)
{
	timer_arm(c->tcp->core->wheel, &c->timer.pace, until);
}
