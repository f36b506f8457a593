/*
 * tcp/user/receive.c - the user's RECEIVE (RFC 9293, 3.10.3): data in order, and the urgent octet
 * out of line (RFC 6093, as on Linux).
 *
 * tcp_read_seq() is the sequence number that the user reads next, rcv.up that of the urgent octet.
 * Unless oob_inline is set, reading stops once before the urgent octet, and then skips it.
 */
#include "tcp/user/user.h"

#include "tcp/conn/conn.h"

/*
 * Returns true if the user has not yet read past the urgent octet. *@off is its distance from the
 * next octet to read.
 */
static bool
mark_ahead(const struct tcp_conn *c, uint32_t *off)
{
	if (c->rcv.urg == URG_NONE || seq_lt(c->rcv.up, tcp_read_seq(c)))
		return false;
	*off = c->rcv.up - tcp_read_seq(c);
	return true;
}

/* Skips the urgent octet if it is next and kept out of line. */
static void
skip_mark(struct tcp_conn *c)
{
	uint32_t off;

	if (c->opts.oob_inline || !mark_ahead(c, &off) || off != 0 || rcvbuf_unread(&c->rcv.buf) == 0)
		return;
	rcvbuf_consume(&c->rcv.buf, 1);
	if (c->rcv.urg == URG_READ)
		c->rcv.urg = URG_NONE;
}

/* Returns how much one call may read: up to the mark, or, inline, past it if it is next. */
static size_t
readable_now(const struct tcp_conn *c, size_t len)
{
	size_t unread = rcvbuf_unread(&c->rcv.buf);
	uint32_t off;

	if (len > unread)
		len = unread;
	if (mark_ahead(c, &off) && off > 0 && len > off)
		len = off;
	return len;
}

static ssize_t
nothing_to_read(struct tcp_conn *c)
{
	if (c->user.error)
		return -tcp_take_error(c);
	if (c->rcv.fin_rcvd || c->user.rcv_shut || c->state == LEAT_TCP_CLOSED ||
	    c->state == LEAT_TCP_TIME_WAIT)
		return 0;
	return -LEAT_EAGAIN;
}

/* The user has read: grows the buffer, and reports a window that has opened. */
static void
made_room(struct tcp_conn *c)
{
	rcvbuf_adjust(&c->rcv.buf, tcp_now(c), c->rcv.mss);
	if (c->rcv.fin_rcvd || c->ended || !tcp_synchronized(c))
		return;
	if (rcvbuf_should_update(&c->rcv.buf, tcp_rcv_wnd(c), c->rcv.mss, c->rcv.shift))
		tcp_want(c, WANT_UPDATE);
}

static void
consumed(struct tcp_conn *c, size_t len)
{
	uint32_t off;

	if (c->opts.oob_inline && mark_ahead(c, &off) && off < len)
		c->rcv.urg = URG_NONE;
	rcvbuf_consume(&c->rcv.buf, len);
	skip_mark(c);
	made_room(c);
	tcp_leave(c->tcp);
}

ssize_t
tcp_recv(struct tcp_conn *c, void *buf, size_t len, bool peek)
{
	size_t n;

	skip_mark(c);
	n = readable_now(c, len);
	if (n == 0)
		return len == 0 ? 0 : nothing_to_read(c);
	n = rcvbuf_peek(&c->rcv.buf, 0, buf, n);
	if (!peek)
		consumed(c, n);
	return (ssize_t)n;
}

unsigned
tcp_peek_spans(struct tcp_conn *c, struct pkt_span *span, unsigned max)
{
	size_t left;
	unsigned n;

	skip_mark(c);
	left = readable_now(c, SIZE_MAX);
	n = left ? rcvbuf_spans(&c->rcv.buf, span, max) : 0;
	for (unsigned i = 0; i < n; i++) {
		if (span[i].len > left)
			span[i].len = (uint32_t)left;
		left -= span[i].len;
		if (left == 0)
			return i + 1;
	}
	return n;
}

void
tcp_consume(struct tcp_conn *c, size_t len)
{
	if (len)
		consumed(c, len);
}

int
tcp_recv_urgent(struct tcp_conn *c, uint8_t *octet, bool peek)
{
	if (c->opts.oob_inline || c->rcv.urg == URG_NONE || c->rcv.urg == URG_READ)
		return -LEAT_EINVAL;
	if (c->rcv.urg == URG_COMING)
		return c->rcv.fin_rcvd || c->state == LEAT_TCP_CLOSED ? 0 : -LEAT_EAGAIN;
	*octet = c->rcv.urg_octet;
	if (!peek)
		c->rcv.urg = seq_lt(c->rcv.up, tcp_read_seq(c)) ? URG_NONE : URG_READ;
	return 1;
}

bool
tcp_at_mark(const struct tcp_conn *c)
{
	uint32_t off;

	return mark_ahead(c, &off) && off == 0;
}

/* Does not count the urgent octet that is kept out of line. */
size_t
tcp_unread(const struct tcp_conn *c)
{
	size_t n = rcvbuf_unread(&c->rcv.buf);
	uint32_t off;

	if (!c->opts.oob_inline && mark_ahead(c, &off) && off < n)
		n--;
	return n;
}
