/*
 * test/unit/http/conn/evented.h - a connection driven by the events of a stream of io/io.h, with
 * the driver's patience as timers.
 */
#ifndef TEST_HTTP_EVENTED_H
#define TEST_HTTP_EVENTED_H

#include "http/conn/conn.h"
#include "io/io.h"

struct evented {
	struct http_conn *c;
	struct io_stream *s; /* NULL after it was closed */
	struct io_world *world;
	struct timer timer;
	enum http_conn_waits waits; /* for what the timer is armed */
	nsec_t patience;            /* with each thing that is waited for */
	/* It is over: what it wants. With HANDOVER the stream is open, and the callee's. */
	void (*over)(struct evented *e, unsigned wants);
};

/* Drives @e->c over @e->s, which are set; events come to it from now on. */
void evented_begin(struct evented *e);

#endif
