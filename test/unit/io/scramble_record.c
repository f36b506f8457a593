/*
 * test/unit/io/scramble_record.c - the records of a scrambled stream, received from and sent on the
 * lower one.
 */
#include "io/scramble_impl.h"

#include "base/bytes.h"
#include "base/err.h"

#include <string.h>

enum { MAGIC = 0x5a }; /* the payload of a record that has no other */

/* The next octet of the key stream. */
static uint8_t
next_octet(uint64_t *key)
{
	*key = *key * 6364136223846793005u + 1442695040888963407u;
	return (uint8_t)(*key >> 56);
}

static void
transform(uint8_t *octets, size_t len, uint64_t *key)
{
	for (size_t i = 0; i < len; i++)
		octets[i] ^= next_octet(key);
}

static void
change_key(uint64_t *key)
{
	*key = (*key ^ *key >> 29) * 0xbf58476d1ce4e5b9u;
}

/* Sending */

static void
seal(struct scramble *s, enum scramble_kind kind, size_t len)
{
	struct scramble_out *o = &s->out;

	be16_put(o->octets, (uint16_t)len);
	o->octets[2] = (uint8_t)kind;
	if (kind != SCRAMBLE_HELLO)
		transform(o->octets + SCRAMBLE_HEAD, len, &o->key);
	o->len = SCRAMBLE_HEAD + len;
	o->off = 0;
}

static void
seal_word(struct scramble *s, enum scramble_kind kind)
{
	s->out.octets[SCRAMBLE_HEAD] = MAGIC;
	seal(s, kind, 1);
}

void
scramble_start(struct scramble *s)
{
	s->w->below->ops->random(s->w->below, &s->out.key, sizeof s->out.key);
	memcpy(s->out.octets + SCRAMBLE_HEAD, &s->out.key, sizeof s->out.key);
	seal(s, SCRAMBLE_HELLO, sizeof s->out.key);
}

void
scramble_seal_data(struct scramble *s, size_t len)
{
	seal(s, SCRAMBLE_DATA, len);
	s->out.since += len;
	if (s->out.since >= s->w->rekey)
		s->out.rekey_due = true;
}

static void
seal_rekey(struct scramble *s)
{
	seal_word(s, SCRAMBLE_REKEY);
	change_key(&s->out.key);
	s->out.rekey_due = false;
	s->out.since = 0;
	s->out.unconfirmed = !s->in.ended; /* a side that has closed confirms nothing */
}

/* Makes the next record that is due; false if none is. */
static bool
seal_due(struct scramble *s)
{
	struct scramble_out *o = &s->out;

	if (o->ack_due && !o->closed) {
		o->ack_due = false;
		seal_word(s, SCRAMBLE_ACK);
	} else if (o->close_due) {
		o->close_due = false;
		o->closed = true;
		seal_word(s, SCRAMBLE_CLOSE);
	} else if (o->rekey_due && !s->shut) {
		seal_rekey(s);
	} else {
		return false;
	}
	return true;
}

/* True when the record has been handed to the lower stream as a whole. */
static bool
flush(struct scramble *s)
{
	struct scramble_out *o = &s->out;

	while (o->off < o->len) {
		ssize_t n = io_write(s->below, o->octets + o->off, o->len - o->off, 0);

		if (n < 0) {
			if (n != -LEAT_EAGAIN)
				scramble_fail(s, io_error(s->below) ? -io_error(s->below) : (int)-n);
			return false;
		}
		o->off += (size_t)n;
	}
	o->off = o->len = 0;
	return true;
}

static void
pump_out(struct scramble *s)
{
	while (!s->failure.error && flush(s) && seal_due(s))
		;
	if (s->out.closed && !s->out.down && !s->failure.error && s->out.len == 0) {
		s->out.down = true;
		io_shutdown(s->below);
	}
}

/* Receiving */

static size_t
payload(const struct scramble_in *in)
{
	return be16_get(in->octets);
}

/* How many octets of the record are needed next: its head, then all of it. */
static size_t
needed(const struct scramble_in *in)
{
	return in->have < SCRAMBLE_HEAD ? SCRAMBLE_HEAD : SCRAMBLE_HEAD + payload(in);
}

static void
below_is_empty(struct scramble *s, int said)
{
	s->in.empty = true;
	if (said < 0)
		scramble_fail(s, -said);
	else if (!s->in.ended)
		scramble_fail(s, LEAT_EPROTO);
}

/* Receives more of the record, except its last octet; false if nothing has arrived. */
static bool
fill(struct scramble *s)
{
	struct scramble_in *in = &s->in;
	size_t need = needed(in), n;
	struct pkt_span span;
	int got = io_peek(s->below, &span, 1);

	if (got <= 0) {
		if (got != -LEAT_EAGAIN)
			below_is_empty(s, got);
		return false;
	}
	n = span.len < need - in->have ? span.len : need - in->have;
	memcpy(in->octets + in->have, span.at, n);
	in->have += n;
	io_consume(s->below, in->have == need && need > SCRAMBLE_HEAD ? n - 1 : n);
	return true;
}

static void
finish_record(struct scramble *s)
{
	io_consume(s->below, 1);
	s->in.have = 0;
}

static void
take_hello(struct scramble *s)
{
	memcpy(&s->in.key, s->in.octets + SCRAMBLE_HEAD, sizeof s->in.key);
	s->in.hello = true;
	if (s->client)
		s->once |= IO_CONNECTED;
	s->connected = true;
}

static void
take_word(struct scramble *s, enum scramble_kind kind)
{
	if (kind == SCRAMBLE_REKEY) {
		change_key(&s->in.key);
		s->out.ack_due = true;
	} else {
		s->out.unconfirmed = false;
		s->in.ended = kind == SCRAMBLE_CLOSE;
	}
}

static bool
take_record(struct scramble *s)
{
	enum scramble_kind kind = s->in.octets[2];
	uint8_t *octets = s->in.octets + SCRAMBLE_HEAD;

	if (kind == SCRAMBLE_HELLO) {
		if (s->in.hello || payload(&s->in) != sizeof s->in.key)
			return false;
		take_hello(s);
		finish_record(s);
		return true;
	}
	if (!s->in.hello)
		return false;
	transform(octets, payload(&s->in), &s->in.key);
	if (kind == SCRAMBLE_DATA) {
		s->in.data = true;
		s->in.off = 0;
		return true;
	}
	if (kind > SCRAMBLE_CLOSE || payload(&s->in) != 1 || *octets != MAGIC)
		return false;
	finish_record(s);
	take_word(s, kind);
	return true;
}

/*
 * Whether the next record may be received: after the owner has read the last one, and after a
 * confirmation that is due was made.
 */
static bool
may_receive(const struct scramble *s)
{
	return !s->in.data && !s->in.ended && !s->in.empty && (!s->out.ack_due || s->out.closed);
}

static void
pump_in(struct scramble *s)
{
	struct scramble_in *in = &s->in;

	while (may_receive(s) && fill(s)) {
		bool ok = true;

		if (in->have < SCRAMBLE_HEAD)
			continue;
		if (payload(in) == 0 || payload(in) > SCRAMBLE_MAX)
			ok = false;
		else if (in->have == needed(in))
			ok = take_record(s);
		if (!ok) {
			in->empty = true;
			scramble_fail(s, LEAT_EPROTO);
		}
		pump_out(s);
	}
}

static void
want_below(struct scramble *s)
{
	unsigned want = (may_receive(s) ? IO_READABLE : 0) | (s->out.len > 0 ? IO_WRITABLE : 0);

	if (want != s->want_below)
		io_want(s->below, want);
	s->want_below = want;
}

void
scramble_pump(struct scramble *s)
{
	pump_out(s);
	pump_in(s);
	pump_out(s);
	want_below(s);
}

void
scramble_took(struct scramble *s, size_t len)
{
	s->in.off += len;
	if (s->in.off < payload(&s->in))
		return;
	s->in.data = false;
	finish_record(s);
	scramble_pump(s);
}
