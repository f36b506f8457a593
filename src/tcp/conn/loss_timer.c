/*
 * tcp/conn/loss_timer.c - the one timer of loss recovery: what happens if no ACK comes.
 *
 * The other files report that something was sent or acknowledged. Only this file knows what the
 * timer waits for, starts it and stops it. A second wait, such as that for a reordered segment or
 * for a tail loss probe (RFC 8985), replaces the first one here: no two of them run at once.
 */
#include "tcp/conn/conn.h"

static void
start(struct tcp_conn *c, nsec_t after)
{
	tcp_arm(c, &c->timer.loss, after);
}

/* Returns the time until the next retransmission, or until the user timeout if that is earlier. */
static nsec_t
next_retry(const struct tcp_conn *c)
{
	nsec_t user = (nsec_t)c->opts.user_timeout * MSEC;

	if (!user || !tcp_synchronized(c))
		return c->rto.rto;
	return nsec_min(c->rto.rto, nsec_max(c->timer.retries_since + user - tcp_now(c), MSEC));
}

/*
 * The SYN or SYN-ACK is sent again. With TCP_DEFER_ACCEPT only the last SYN-ACK is: it asks for the
 * ACK that ends the wait.
 */
static void
syn_timeout(struct tcp_conn *c)
{
	if (!c->child.bare_ack || c->timer.retries >= c->opts.await_data)
		tcp_want(c, WANT_SYN);
}

static void
data_timeout(struct tcp_conn *c)
{
	recovery_timeout(&c->recovery, &c->snd.txq, &c->cc, tcp_now(c));
	tcp_emit_cc(c, "RTO");
	tcp_want(c, WANT_OUTPUT);
}

/* RFC 6298, 5.4 to 5.6. */
static void
expired(struct timer *t)
{
	struct tcp_conn *c = container_of(t, struct tcp_conn, timer.loss);
	struct tcp *tcp = c->tcp;

	if (tcp_tried_enough(c)) {
		tcp_give_up(c);
		tcp_leave(tcp);
		return;
	}
	tcp_count_retry(c);
	tcp_doubt_path(c);
	rto_back_off(&c->rto);
	if (tcp_synchronized(c))
		data_timeout(c);
	else
		syn_timeout(c);
	start(c, next_retry(c));
	tcp_leave(tcp);
}

void
loss_timer_init(struct tcp_conn *c)
{
	timer_init(&c->timer.loss, expired);
}

void
loss_timer_stop(struct tcp_conn *c)
{
	timer_cancel(c->tcp->core->wheel, &c->timer.loss);
}

/* RFC 6298, 5.1. */
void
loss_timer_sent(struct tcp_conn *c)
{
	if (!timer_armed(&c->timer.loss))
		start(c, c->rto.rto);
}

/* RFC 6298, 5.2 and 5.3. */
void
loss_timer_acked(struct tcp_conn *c)
{
	if (txq_out(&c->snd.txq) == 0)
		loss_timer_stop(c);
	else
		start(c, c->rto.rto);
}
