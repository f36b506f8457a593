/*
 * gate/stream.h - one TCP flow through the gateway: a connection of the gateway's stack, and a
 * stream outside. Only gate/ includes it.
 */
#ifndef GATE_STREAM_H
#define GATE_STREAM_H

#include "gate/impl.h"
#include "io/relay.h"

enum stream_state {
	STREAM_OUT_WAITING,    /* the program's SYN waits for a descriptor outside */
	STREAM_OUT_CONNECTING, /* the program's SYN waits for the connection outside */
	STREAM_IN_CONNECTING,  /* a client outside waits for the program */
	STREAM_OPEN,
	STREAM_RESETTING, /* one side has failed; the other still gets what came before, then a reset */
};

enum stream_side { INSIDE, OUTSIDE };

struct gate_stream {
	struct gate_work work;
	struct list node; /* of gate_streams.all */
	struct list wait; /* of gate_streams.waiting */
	struct gate *gate;
	enum stream_state state;
	struct io_stream *side[2]; /* by stream_side; NULL = not opened yet, or closed */
	unsigned events[2];        /* by side; reported and not handled yet */
	struct relay relay;        /* valid from STREAM_OPEN on */
	nsec_t give_up;            /* when a reset no longer waits for the octets before it */
	struct timer timer;
	struct gate_tries
	    *tries; /* of the name servers, one after the other; NULL = there is one destination */
	struct gate_flow_info info;
};

/* Returns a stream without sides, or NULL at the limit, which it counts. */
struct gate_stream *stream_new(struct gate *g, enum stream_state state);

/* Returns what is known of @s now. */
struct gate_flow_info stream_info(const struct gate_stream *s);

/*
 * gate_names.c: connects to the next name server, and arms the timer for its timeout. Returns as
 * io_connect(); the last server's error when none is left.
 */
int gate_names_connect(struct gate_stream *s);

/*
 * A connection outside that was not answered in this time never will be: Linux's six retries take
 * less.
 */
#define STREAM_CONNECT_WAIT (180 * SEC)

/* Does what is possible now, and may end the stream. */
void stream_run(struct gate_work *w);

/*
 * The callbacks of both sides. The inside's is called in the stack's turn, whose time is right: it
 * runs the stream at once, so that an answer leaves with the ACK. The outside's marks the stream
 * for gate_run().
 */
void stream_on_inside(struct io_stream *io, unsigned events, void *arg);
void stream_on_outside(struct io_stream *io, unsigned events, void *arg);

/* Makes @s STREAM_OUT_WAITING: the outside has no descriptor for it. */
void stream_await(struct gate_stream *s);

/*
 * Each of these ends @s with @error (LEAT_E), and frees it. stream_refuse(): the outside refused
 * the connection, and so does the gateway. stream_reset(): resets both sides, and counts it.
 * stream_discard(): resets both sides of a stream that was never open.
 */
void stream_refuse(struct gate_stream *s, int error);
void stream_reset(struct gate_stream *s, int error);
void stream_discard(struct gate_stream *s, int error);

#endif
