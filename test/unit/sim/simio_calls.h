/*
 * test/unit/sim/simio_calls.h - what the tests of sim/simio.h share: callbacks that count, and
 * calls that must succeed.
 */
#ifndef TEST_SIM_SIMIO_CALLS_H
#define TEST_SIM_SIMIO_CALLS_H

#include "base/err.h"
#include "io/simworld.h"

/* What an object's owner was notified of. */
struct heard {
	unsigned calls, events, last;
};

static inline void
hear(struct io_stream *s, unsigned events, void *arg)
{
	struct heard *h = arg;

	h->calls++;
	h->events |= events;
	h->last = events;
}

static inline void
hear_dgram(struct io_dgram *d, unsigned events, void *arg)
{
	hear(NULL, events, arg);
}

static inline void
hear_listener(struct io_listener *l, void *arg)
{
	hear(NULL, IO_READABLE, arg);
}

static inline struct endpoint
at_port(const struct simworld *w, uint16_t port)
{
	struct endpoint at = w->conform.at;

	at.port = port;
	return at;
}

static inline struct io_listener *
listening(struct simworld *w, uint16_t port, struct heard *h)
{
	struct endpoint at = at_port(w, port);
	struct io_listener *l;

	assert_int_equal(io_listen(w->conform.server, &at, 4, hear_listener, h, &l), 0);
	return l;
}

static inline struct io_stream *
connecting(struct simworld *w, uint16_t port, struct heard *h)
{
	struct endpoint at = at_port(w, port);
	struct io_stream *s;

	assert_int_equal(io_connect(w->conform.client, &at, hear, h, &s), 0);
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
