/*
 * test/unit/sim/simio_calls.h - what the tests of sim/simio.h share: callbacks that count, and
 * calls that must succeed.
 */
#ifndef TEST_SIM_SIMIO_CALLS_H
#define TEST_SIM_SIMIO_CALLS_H

#include "base/err.h"
#include "io/simworld.h"

/* Counts the notifications of an owner, and keeps their events. */
struct notified {
	unsigned calls, events, last;
};

static inline void
on_stream(struct io_stream *s, unsigned events, void *arg)
{
	struct notified *h = arg;

	h->calls++;
	h->events |= events;
	h->last = events;
}

static inline void
on_dgram(struct io_dgram *d, unsigned events, void *arg)
{
	on_stream(NULL, events, arg);
}

static inline void
on_listener(struct io_listener *l, void *arg)
{
	on_stream(NULL, IO_READABLE, arg);
}

static inline struct endpoint
at_port(const struct simworld *w, uint16_t port)
{
	struct endpoint at = w->conform.at;

	at.port = port;
	return at;
}

static inline struct io_listener *
listening(struct simworld *w, uint16_t port, struct notified *h)
{
	struct endpoint at = at_port(w, port);
	struct io_listener *l;

	assert_int_equal(io_listen(w->conform.server, &at, 4, on_listener, h, &l), 0);
	return l;
}

static inline struct io_stream *
connecting(struct simworld *w, uint16_t port, struct notified *h)
{
	struct endpoint at = at_port(w, port);
	struct io_stream *s;

	assert_int_equal(io_connect(w->conform.client, &at, on_stream, h, &s), 0);
	return s;
}

static inline struct io_stream *
accepted(struct io_listener *l)
{
	struct io_stream *s;

	assert_int_equal(l->ops->accept(l, &s), 0);
	return s;
}

#endif
