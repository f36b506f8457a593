/*
 * io/relay.h - joins two streams: what one side sends reaches the other, both ways, with urgent
 * octets and ends in their places. A side that has no room holds the other one back.
 *
 * Octets are copied no more often than the streams need: they are read into the place where they
 * are sent from, or written from the place where they arrived.
 *
 * It has no clock, and knows nothing of how streams come to be. Its owner gives it the events of
 * both streams, runs it, and decides what becomes of a side that failed.
 */
#ifndef IO_RELAY_H
#define IO_RELAY_H

#include "io/io.h"

/* One direction. */
struct relay_flow {
	struct io_stream *from, *to;
	uint64_t octets; /* carried so far */
	/*
	 * IO_READABLE: @from may have octets; no read has said otherwise since the last event.
	 * IO_WRITABLE: the same of room at @to.
	 */
	unsigned ready;
	bool ended; /* all that @from has sent was written to @to, and nothing more comes */
};

struct relay {
	struct relay_flow flow[2]; /* from side 0, from side 1 */
	unsigned want[2];          /* as the streams know it */
	bool shut[2];              /* this side was given the other one's end */
	int error[2];              /* LEAT_E: why a side has failed; 0 = it has not */
};

/*
 * Begins with two connected streams, which stay the owner's. It declares what it wants of them, and
 * the owner passes on every event from then on.
 */
void relay_begin(struct relay *r, struct io_stream *side0, struct io_stream *side1);

/* Notes @events of side @i (0 or 1). It calls no stream. */
void relay_event(struct relay *r, unsigned i, unsigned events);

/*
 * Carries what can be carried, up to a budget. Returns true if that was used up: to be called again
 * soon, without an event.
 */
bool relay_run(struct relay *r);

/* True when both sides have ended, and all of it was carried: it remains to close both. */
bool relay_is_over(const struct relay *r);

#endif
