/*
 * tcp/user/send.c - the user's SEND (RFC 9293, 3.10.2): how much the send buffer takes. output.c
 * decides when segments leave, and when the user is notified that the buffer takes more.
 */
#include "tcp/user/user.h"

#include "tcp/out/output.h"

/*
 * Returns how many of @want octets may be written under TCP_NOTSENT_LOWAT. What the windows allow
 * now does not stay unsent.
 */
static size_t
write_limit(const struct tcp_conn *c, size_t want)
{
	uint32_t pipe = txq_pipe(&c->snd.txq), out = txq_out(&c->snd.txq);
	size_t by_cwnd = c->cc.cwnd > pipe ? c->cc.cwnd - pipe : 0;
	size_t by_peer = c->snd.wnd > out ? c->snd.wnd - out : 0;
	size_t most, unsent;

	if (!c->opts.notsent_lowat)
		return want;
	most = c->opts.notsent_lowat + (by_cwnd < by_peer ? by_cwnd : by_peer);
	unsent = tcp_unsent(c);
	most = most > unsent ? most - unsent : 0;
	return want < most ? want : most;
}

/*
 * Returns 0 if SEND may be tried, or an error. RFC 9293 allows to queue in SYN-SENT and
 * SYN-RECEIVED; as on Linux, the user waits instead.
 */
static ssize_t
may_send(struct tcp_conn *c)
{
	if (c->user.error)
		return -tcp_take_error(c);
	switch (c->state) {
	case LEAT_TCP_ESTABLISHED:
	case LEAT_TCP_CLOSE_WAIT:
		return c->snd.fin_queued ? -LEAT_EPIPE : 0;
	case LEAT_TCP_SYN_SENT:
	case LEAT_TCP_SYN_RECEIVED:
		return c->snd.fin_queued ? -LEAT_EPIPE : -LEAT_EAGAIN;
	default:
		return -LEAT_EPIPE;
	}
}

/*
 * Notes where PSH is due: at the end of each write. If the user said that more follows, only after
 * half of the peer's window, as on Linux.
 */
static void
mark_push(struct tcp_conn *c)
{
	seq_t end = tcp_snd_end(c);

	if (!c->snd.more || end - c->snd.push > c->snd.max_wnd / 2)
		c->snd.push = end;
}

/*
 * A write took less than was wanted; @n is what the buffer returned. When memory is short, no ACK
 * may come that lets the writer try again, so a timer does.
 */
static void
note_no_room(struct tcp_conn *c, ssize_t n)
{
	c->user.no_room = true;
	if (n == -LEAT_ENOBUFS && !timer_armed(&c->timer.pace))
		timers_paced(c, tcp_now(c) + TCP_NO_MEMORY_WAIT);
}

ssize_t
tcp_send(struct tcp_conn *c, const void *buf, size_t len, bool urgent, bool more)
{
	ssize_t n = may_send(c);

	if (n < 0)
		return n;
	if (tcp_unsent(c) == 0)
		sndbuf_begin_run(&c->snd.buf);
	n = tcp_writes_allowed(c) ? sndbuf_write(&c->snd.buf, buf, write_limit(c, len)) : -LEAT_EAGAIN;
	if (n == -LEAT_EAGAIN || n == -LEAT_ENOBUFS || (n >= 0 && (size_t)n < len))
		note_no_room(c, n);
	if (n <= 0)
		return n == -LEAT_ENOBUFS ? -LEAT_EAGAIN : n;
	if (urgent && (size_t)n == len) {
		c->snd.urgent = true;
		c->snd.up = tcp_snd_end(c);
	}
	c->snd.more = more;
	c->snd.gather = false;
	mark_push(c);
	tcp_want(c, WANT_OUTPUT);
	tcp_leave(c->tcp);
	return n;
}

ssize_t
tcp_reserve(struct tcp_conn *c, size_t want, void **at)
{
	ssize_t n = may_send(c);

	if (n == -LEAT_EAGAIN)
		return 0;
	if (n < 0)
		return n;
	n = tcp_writes_allowed(c) ? sndbuf_reserve(&c->snd.buf, write_limit(c, want), at) : 0;
	if (n > 0)
		return n;
	note_no_room(c, n);
	return 0;
}

static void
commit(struct tcp_conn *c, size_t len, bool more)
{
	if (c->state == LEAT_TCP_CLOSED)
		return;
	sndbuf_commit(&c->snd.buf, len);
	if (len == 0 && c->snd.more == more)
		return;
	c->snd.more = c->snd.gather = more;
	mark_push(c);
	tcp_want(c, WANT_OUTPUT);
	tcp_leave(c->tcp);
}

void
tcp_commit(struct tcp_conn *c, size_t len)
{
	commit(c, len, false);
}

void
tcp_commit_more(struct tcp_conn *c, size_t len)
{
	commit(c, len, true);
}
