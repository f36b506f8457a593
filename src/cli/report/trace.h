/*
 * cli/report/trace.h - prints the exchange as a ladder: one line for each frame that the link
 * takes. The program's side is on the left. A line has the state of both sides, the frame in words,
 * and what became of it.
 *
 *      0.000 ms  SYN-SENT      ──▶ SYN, seq 0, window 64240, mss 1460, wscale 7, SACK   LISTEN
 *
 * As in Wireshark, sequence numbers are relative to the first one of each side.
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

/* Takes an EVENT_LINK. Prints a line if the link took or refused the frame. */
void trace_link(struct trace *t, const struct event *e);

/* Prints a line for a drop or an ICMP error of the stack at @end: END_PROGRAM or END_GATEWAY. */
void trace_event(struct trace *t, unsigned end, const struct event *e);

#endif
