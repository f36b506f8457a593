/*
 * io/relay.h - joins two streams: everything that one side sends reaches the other, in both
 * directions, with urgent octets and ends in their places. If one side has no room, the other is
 * held back.
 *
 * No octet is copied needlessly: octets are read into the room that they are sent from, or written
 * from where they arrived.
 *
 * It has no clock, and does not know how streams are opened. Its owner passes it the events of both
 * streams, runs it, and decides what happens after a failure.
 */
#ifndef IO_RELAY_H
#define IO_RELAY_H

#include "io/io.h"

/* One direction. */
struct relay_flow {
	struct io_stream *from, *to;
	uint64_t octets; /* carried so far */
	/*
	 * IO_READABLE: @from may have octets, since no read has returned -LEAT_EAGAIN after the
	 * last event. IO_WRITABLE: the same for room at @to.
	 */
	unsigned ready;
	bool ended; /* everything that @from has sent was written to @to, and no more will come */
};

struct relay {
	struct relay_flow flow[2]; /* from side 0, from side 1 */
	unsigned want[2];          /* as declared to the streams */
	bool shut[2];              /* shutdown() of this side was called */
	int error[2];              /* LEAT_E: why the side has failed; 0 = it has not */
};

/*
 * Begins with two connected streams, which stay the owner's. It declares what it wants of them.
 * From then on the owner passes it every event.
 */
void relay_begin(struct relay *r, struct io_stream *side0, struct io_stream *side1);

/* Notes @events of side @i (0 or 1). It calls no operation of the streams. */
void relay_event(struct relay *r, unsigned i, unsigned events);

/*
 * Carries what can be carried, up to a budget. Returns true if the budget was used up: call it
 * again soon, without an event.
 */
bool relay_run(struct relay *r);

/*
 * Returns true when both sides have ended and everything was carried. The owner then closes both.
 */
bool relay_is_over(const struct relay *r);

#endif
