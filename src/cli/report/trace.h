/*
 * cli/report/trace.h - the exchange as a ladder in the terminal: one line per frame as the link
 * takes it, the program's side on the left, the states on both sides, and what became of the frame,
 * in words.
 *
 *      0.000 ms  SYN-SENT      ──▶ SYN, seq 0, window 64240, mss 1460, wscale 7, SACK   LISTEN
 *
 * Sequence numbers count from each side's own first one, as Wireshark shows them.
 */
#ifndef CLI_REPORT_TRACE_H
#define CLI_REPORT_TRACE_H

#include "cli/report/conns.h"

#include <stdio.h>

struct trace {
	FILE *to;
	struct conns *conns; /* borrowed */
	nsec_t begin;
};

/* @e is EVENT_LINK; only what the link took or refused makes a line. */
void trace_link(struct trace *t, const struct event *e);

/*
 * What a stack dropped, and what an ICMP error said: a line of its own. @end is END_PROGRAM or
 * END_GATEWAY.
 */
void trace_event(struct trace *t, unsigned end, const struct event *e);

#endif
