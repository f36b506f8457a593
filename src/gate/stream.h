/*
 * gate/stream.h - one TCP flow through the gateway: a connection of the inside's stack, and a
 * stream outside. For gate/ only.
 */
#ifndef GATE_STREAM_H
#define GATE_STREAM_H

#include "gate/impl.h"
#include "io/relay.h"

enum stream_state {
	STREAM_OUT_WAITING,    /* the program's SYN waits until the outside has a descriptor for it */
	STREAM_OUT_CONNECTING, /* the program's SYN waits until the outside has connected */
	STREAM_IN_CONNECTING,  /* a client outside waits until the program has accepted */
	STREAM_OPEN,
	STREAM_RESETTING, /* one side has failed; the other still gets what came before, then a reset */
};

enum stream_side { INSIDE, OUTSIDE };

struct gate_stream {
	struct gate_work work;
	struct list node; /* of gate.streams */
	struct list wait; /* of gate.waiting */
	struct gate *gate;
	enum stream_state state;
	struct io_stream *side[2]; /* by stream_side; NULL: not there yet, or closed */
	unsigned events[2];        /* of each side, not yet looked at */
	struct relay relay;        /* from STREAM_OPEN on */
	nsec_t give_up;            /* when a reset no longer waits for what was sent before it */
	struct timer timer;
	struct gate_tries *tries; /* of the name servers, one after the other; NULL = it goes to one place */
	struct gate_flow_info info;
};

/* A stream with neither side yet; NULL at the limit, which is counted. */
struct gate_stream *stream_new(struct gate *g, enum stream_state state);

/* What is known of @s now. */
struct gate_flow_info stream_info(const struct gate_stream *s);

/*
 * gate_names.c: connects to the next of the name servers, and arms the timer for as long as it may
 * take. As io_connect(); the last one's error when there is none left.
 */
int gate_names_connect(struct gate_stream *s);

/*
 * A connect outside that has not been answered after so long never will be: longer than Linux's six
 * retries take.
 */
#define STREAM_CONNECT_WAIT (180 * SEC)

/* Does what has become possible; may end the stream. */
void stream_run(struct gate_work *w);

/*
 * The callbacks of both sides. One of the inside comes from within the stack's turn, whose time is
 * right: it runs the stream at once, so an answer leaves with the ACK. One of the outside marks the
 * stream for gate_run().
 */
void stream_on_inside(struct io_stream *io, unsigned events, void *arg);
void stream_on_outside(struct io_stream *io, unsigned events, void *arg);

/* The outside has no descriptor for it: it becomes STREAM_OUT_WAITING. */
void stream_await(struct gate_stream *s);

/*
 * Each of these ends @s with @error (LEAT_E), and frees it. stream_refuse(): the outside refused
 * the program's SYN, and the program is told the same. stream_reset(): both sides are reset.
 * stream_discard(): the same, of a stream that never came to be and is not counted as reset.
 */
void stream_refuse(struct gate_stream *s, int error);
void stream_reset(struct gate_stream *s, int error);
void stream_discard(struct gate_stream *s, int error);

#endif
