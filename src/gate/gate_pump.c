/*
 * The pump of a stream. Octets are copied once: outside's read() fills the inside's send buffer in
 * place, and outside's write() takes them from where they arrived. Back-pressure is the absence of
 * room: nobody is asked for octets that there is no place for.
 *
 * News from outside are level-triggered, so READABLE is wanted exactly while we do not know it
 * readable, and WRITABLE while it was last found full. In steady flow neither changes from one turn
 * to the next.
 */
#include "base/err.h"
#include "gate/stream.h"
#include "sock/sock.h"

enum { PUMP_BUDGET = 256 * 1024, PUMP_CHUNK = PKT_BLOCK_LARGE, PUMP_SPANS = 32 };

static void pump_down(struct gate_stream *s);

static size_t
spans_len(const struct pkt_span *span, unsigned n)
{
	size_t len = 0;

	for (unsigned i = 0; i < n; i++)
		len += span[i].len;
	return len;
}

/* Does the program's end come right behind the next @len octets? */
static bool
ends_behind(const struct gate_stream *s, size_t len)
{
	unsigned ready = sock_ready(s->in);

	return ready & LEAT_RDHUP && !(ready & LEAT_ERR) && sock_unread(s->in) == len;
}

/*
 * Nothing is left to carry up: was it the end? A server outside has often ended, too, and that was
 * not told yet; then closing says all that shutting would. A client outside, behind a published
 * port, waits for us instead.
 */
static void
pump_up_end(struct gate_stream *s)
{
	const struct outside_ops *out = s->gate->out;
	int e;

	if (!ends_behind(s, 0))
		return;
	s->up_done = true;
	if (!s->info.published) {
		s->readable = true;
		pump_down(s);
	}
	if (s->down_done)
		return;
	e = out->shutdown(s->out);
	if (e < 0)
		s->failed = -e;
}

/*
 * Urgent data keep their place and their mark (RFC 9293, 3.8.5): inside they are read inline, and
 * the octet itself goes alone.
 */
static ssize_t
write_up(struct gate_stream *s, struct pkt_span *span, unsigned n, size_t *len)
{
	const struct outside_ops *out = s->gate->out;

	if (!out->write_urgent || !sock_at_mark(s->in))
		return out->write(s->out, span, n, ends_behind(s, *len));
	*len = 1;
	return out->write_urgent(s->out, *(const uint8_t *)span[0].at);
}

static void
pump_up(struct gate_stream *s)
{
	struct pkt_span span[PUMP_SPANS];
	ssize_t budget = PUMP_BUDGET;

	while (s->writable && !s->up_done && !s->failed) {
		unsigned n = sock_peek(s->in, span, PUMP_SPANS);
		size_t len = spans_len(span, n);
		ssize_t done;

		if (len == 0) {
			pump_up_end(s);
			return;
		}
		if (budget <= 0) {
			gate_mark(s->gate, &s->work);
			return;
		}
		done = write_up(s, span, n, &len);
		if (done < 0) {
			s->writable = false;
			if (done != -LEAT_EAGAIN)
				s->failed = (int)-done;
			return;
		}
		sock_consume(s->in, (size_t)done);
		s->info.octets_up += (uint64_t)done;
		s->writable = (size_t)done == len; /* sock_peek() stops before the mark */
		budget -= done;
	}
}

/* What the outside's read said instead of octets. */
static void
pump_down_end(struct gate_stream *s, ssize_t said)
{
	s->readable = false;
	sock_commit(s->in, 0); /* it was the last that it had */
	if (said == -LEAT_EAGAIN && !s->failed)
		return;
	/*
	 * A stream that has failed and has no more to say ends by its error, whatever the end looks
	 * like.
	 */
	s->down_done = true;
	if (said < 0 && said != -LEAT_EAGAIN)
		s->failed = (int)-said;
	if (!s->failed)
		sock_shutdown(s->in, SOCK_SHUT_WR);
}

/* The octet at the mark, alone. False: what read() said has ended this turn. */
static bool
pump_down_urgent(struct gate_stream *s)
{
	uint8_t octet;
	ssize_t got = s->gate->out->read(s->out, &octet, 1), done;

	if (got <= 0) {
		pump_down_end(s, got);
		return false;
	}
	done = sock_send(s->in, &octet, 1, SOCK_OOB, NULL); /* there is room: it said LEAT_OUT */
	if (done < 0)
		s->in_failed = (int)-done;
	else
		s->info.octets_down++;
	return done >= 0;
}

static void
pump_down(struct gate_stream *s)
{
	const struct outside_ops *out = s->gate->out;
	ssize_t budget = PUMP_BUDGET;

	while (s->readable && !s->down_done) {
		void *at;
		ssize_t room, got;

		if (!(sock_ready(s->in) & LEAT_OUT)) {
			sock_commit(s->in, 0); /* what waits for more would wait for itself */
			return;
		}
		if (out->at_mark && out->at_mark(s->out)) {
			if (!pump_down_urgent(s))
				return;
			continue;
		}
		room = sock_reserve(s->in, PUMP_CHUNK, &at);
		if (room <= 0) {
			if (!s->in_failed)
				s->in_failed = (int)-room;
			return;
		}
		if (budget <= 0) {
			gate_mark(s->gate, &s->work);
			return;
		}
		got = out->read(s->out, at, (size_t)room);
		if (got <= 0) {
			pump_down_end(s, got);
			return;
		}
		/* A read that stopped short may have stopped at the mark. */
		s->readable = got == room || s->failed || (out->at_mark && out->at_mark(s->out));
		if (s->readable)
			sock_commit_more(s->in, (size_t)got);
		else
			sock_commit(s->in, (size_t)got);
		s->info.octets_down += (uint64_t)got;
		budget -= got;
	}
}

void
stream_pump(struct gate_stream *s)
{
	unsigned wants = 0;

	if (s->news & OUT_FAILED && !s->failed)
		s->failed = s->gate->out->error(s->out);
	s->readable |= (s->news & OUT_READABLE) != 0;
	s->writable |= (s->news & OUT_WRITABLE) != 0;
	s->news = 0;
	pump_up(s);
	if (s->failed)
		s->readable = true; /* to its bitter end */
	pump_down(s);

	if (!s->readable && !s->down_done)
		wants |= OUT_READABLE;
	if (!s->writable && !s->up_done && !s->failed)
		wants |= OUT_WRITABLE;
	if (wants != s->wants)
		s->gate->out->want(s->out, wants);
	s->wants = wants;
}
