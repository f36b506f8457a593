/*
 * io/relay.c - carries octets between two streams.
 *
 * A stream is asked for octets or room only after an event, and until a call returns -LEAT_EAGAIN.
 * An event is wanted exactly while it is not known to hold. So in steady flow want() is not called.
 */
#include "io/relay.h"

#include "base/err.h"

enum { BOTH = IO_READABLE | IO_WRITABLE };
enum { BUDGET = 256 * 1024, CHUNK = PKT_BLOCK_LARGE, SPANS = 32 };

static bool
may_carry(const struct relay *r, unsigned i)
{
	const struct relay_flow *f = &r->flow[i];

	return f->ready == BOTH && !f->ended && !r->error[!i];
}

/* Side @i has failed. The octets that it had sent can still be read; the error ends them. */
static void
side_failed(struct relay *r, unsigned i, int error)
{
	if (r->error[i])
		return;
	r->error[i] = error;
	r->flow[i].ready |= IO_READABLE;
}

/* A read of side @i returned no octets, but @said. */
static void
nothing_to_read(struct relay *r, unsigned i, ssize_t said)
{
	r->flow[i].ready &= ~(unsigned)IO_READABLE;
	if (said == -LEAT_EAGAIN)
		return;
	r->flow[i].ended = true;
	if (said < 0 && !r->error[i])
		r->error[i] = (int)-said;
}

/* A write of octets of side @i returned no octets, but @said. */
static void
nothing_written(struct relay *r, unsigned i, ssize_t said)
{
	r->flow[i].ready &= ~(unsigned)IO_WRITABLE;
	if (said != -LEAT_EAGAIN)
		side_failed(r, !i, (int)-said);
}

static bool
ends_after(const struct io_stream *s, size_t len)
{
	return s->ops->ends_after && s->ops->ends_after(s, len);
}

/* Returns true if the next octet is urgent, and the other side can send it as urgent. */
static bool
is_urgent(const struct relay_flow *f)
{
	return f->from->ops->at_mark && f->to->ops->write_urgent && f->from->ops->at_mark(f->from);
}

/*
 * Carries the urgent octet, which is written alone (RFC 9293, 3.8.5). Returns how many octets were
 * carried.
 */
static size_t
carry_urgent(struct relay *r, unsigned i)
{
	struct relay_flow *f = &r->flow[i];
	struct pkt_span span;
	int n = io_peek(f->from, &span, 1);
	ssize_t done;

	if (n <= 0) {
		nothing_to_read(r, i, n);
		return 0;
	}
	done = f->to->ops->write_urgent(f->to, *(const uint8_t *)span.at);
	if (done < 0) {
		nothing_written(r, i, done);
		return 0;
	}
	io_consume(f->from, 1);
	return 1;
}

/* Reads into the room of the other side. Returns how many octets were carried. */
static size_t
carry_into_room(struct relay *r, unsigned i)
{
	struct relay_flow *f = &r->flow[i];
	void *at;
	ssize_t room = f->to->ops->reserve(f->to, CHUNK, &at), got;
	bool last, more;

	if (room < 0) {
		nothing_written(r, i, room);
		return 0;
	}
	got = io_read(f->from, at, (size_t)room);
	if (got <= 0) {
		f->to->ops->commit(f->to, 0, got == 0 ? IO_LAST : 0);
		nothing_to_read(r, i, got);
		return 0;
	}
	/*
	 * After a short read nothing is left, or the event is reported again, as before an urgent
	 * octet.
	 */
	last = ends_after(f->from, 0);
	more = got == room || last || r->error[i];
	if (!more)
		f->ready = IO_WRITABLE;
	f->to->ops->commit(f->to, (size_t)got, last ? IO_LAST : more ? IO_MORE : 0);
	return (size_t)got;
}

static size_t
spans_len(const struct pkt_span *span, int n)
{
	size_t len = 0;

	for (int i = 0; i < n; i++)
		len += span[i].len;
	return len;
}

/* Writes octets from where they arrived. Returns how many were carried. */
static size_t
carry_from_place(struct relay *r, unsigned i)
{
	struct relay_flow *f = &r->flow[i];
	struct pkt_span span[SPANS];
	int n = io_peek(f->from, span, SPANS);
	ssize_t done;
	size_t len;
	bool last;

	if (n <= 0) {
		nothing_to_read(r, i, n);
		return 0;
	}
	len = spans_len(span, n);
	last = ends_after(f->from, len);
	done = f->to->ops->write(f->to, span, (unsigned)n, last ? IO_LAST : 0);
	if (done < 0) {
		nothing_written(r, i, done);
		return 0;
	}
	io_consume(f->from, (size_t)done);
	if ((size_t)done < len)
		f->ready = IO_READABLE;
	else if (n < SPANS && !last &&
		 !r->error[i]) /* the event is reported again if not everything was shown */
		f->ready = IO_WRITABLE;
	return (size_t)done;
}

/* Carries octets of side @i once. Returns how many. */
static size_t
carry_some(struct relay *r, unsigned i)
{
	const struct relay_flow *f = &r->flow[i];

	if (is_urgent(f))
		return carry_urgent(r, i);
	return f->to->ops->reserve ? carry_into_room(r, i) : carry_from_place(r, i);
}

/* Carries what side @i has sent. Returns true if the budget was used up. */
static bool
carry(struct relay *r, unsigned i)
{
	uint64_t budget_end = r->flow[i].octets + BUDGET;

	do {
		if (r->flow[i].octets >= budget_end)
			return true;
		r->flow[i].octets += carry_some(r, i);
	} while (may_carry(r, i));
	return false;
}

/* Passes on the end of side @i. */
static void
pass_end(struct relay *r, unsigned i)
{
	int e;

	if (r->shut[!i] || r->error[0] || r->error[1])
		return;
	r->shut[!i] = true;
	e = io_shutdown(r->flow[i].to);
	if (e < 0)
		side_failed(r, !i, -e);
}

/*
 * Returns which events flow @i waits for: IO_READABLE of its source, IO_WRITABLE of its
 * destination.
 */
static unsigned
awaited(const struct relay *r, unsigned i)
{
	const struct relay_flow *f = &r->flow[i];

	if (f->ended || r->error[!i])
		return 0;
	return f->ready ^ BOTH;
}

static void
declare(struct relay *r)
{
	const unsigned flow[2] = {awaited(r, 0), awaited(r, 1)};

	for (unsigned i = 0; i < 2; i++) {
		unsigned want = (flow[i] & IO_READABLE) | (flow[!i] & IO_WRITABLE);

		if (want != r->want[i])
			io_want(r->flow[i].from, want);
		r->want[i] = want;
	}
}

void
relay_begin(struct relay *r, struct io_stream *side0, struct io_stream *side1)
{
	*r = (struct relay){
	    .flow = {{.from = side0, .to = side1, .ready = IO_WRITABLE},
		{.from = side1, .to = side0, .ready = IO_WRITABLE}},
	    .want = {IO_CONNECTED, IO_CONNECTED}, /* differs from all that is wanted */
	};
	declare(r);
}

void
relay_event(struct relay *r, unsigned i, unsigned events)
{
	r->flow[i].ready |= events & IO_READABLE;
	r->flow[!i].ready |= events & IO_WRITABLE;
	if (events & IO_FAILED)
		side_failed(r, i, -io_error(r->flow[i].from));
}

bool
relay_run(struct relay *r)
{
	bool more = may_carry(r, 0) && carry(r, 0);

	more |= may_carry(r, 1) && carry(r, 1);
	/* If both sides have ended, closing them makes shutdown() unnecessary. */
	if (r->flow[0].ended != r->flow[1].ended)
		pass_end(r, r->flow[1].ended);
	declare(r);
	return more;
}

bool
relay_is_over(const struct relay *r)
{
	return r->flow[0].ended && r->flow[1].ended && !r->error[0] && !r->error[1];
}
