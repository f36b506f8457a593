/*
 * test/sim/trace.c - prints a line for each frame and event of a seed.
 */
#include "pkt/pkt.h"
#include "wire/text.h"
#include "world.h"

#include <inttypes.h>
#include <stdio.h>

enum { SHOWN = 256 };

void
trace_frame(unsigned side, bool sent, const struct pkt *frame, nsec_t when)
{
	uint8_t octets[SHOWN];
	uint32_t n = frame->len < SHOWN ? frame->len : SHOWN;
	char line[TEXT_LINE];

	pkt_copy_out(frame, 0, octets, n);
	text_frame(octets, n, frame->len, line, sizeof line);
	printf("%12.6f host %u %s %s (%u octets, why %u)\n", (double)when / (double)SEC, side + 1,
	    sent ? "sends" : "receives", line, frame->len, frame->why);
}

void
trace_event(struct sink *sink, const struct event *e)
{
	char a[ENDPOINT_TEXT], b[ENDPOINT_TEXT];

	printf("%12.6f host %" PRIu64 " ", (double)e->when / (double)SEC, e->host);
	switch (e->kind) {
	case EVENT_DROP:
		printf("drops: %s\n", drop_text(e->drop.reason));
		break;
	case EVENT_TCP_OPEN:
	case EVENT_TCP_STATE:
	case EVENT_TCP_CLOSE:
		printf("flow %" PRIu64 " %s %s: state %u to %u, error %d\n", e->tcp.flow,
		    endpoint_text(&e->tcp.local, a), endpoint_text(&e->tcp.remote, b), e->tcp.from, e->tcp.to,
		    e->kind == EVENT_TCP_CLOSE ? e->tcp.error : 0);
		break;
	case EVENT_TCP_RTT:
		printf("flow %" PRIu64 " rtt %.6f, rto %.6f\n", e->tcp_rtt.flow,
		    (double)e->tcp_rtt.rtt / (double)SEC, (double)e->tcp_rtt.rto / (double)SEC);
		break;
	case EVENT_TCP_CC:
		printf("flow %" PRIu64 " cwnd %u, ssthresh %u, in flight %u, state %u: %s\n", e->tcp_cc.flow,
		    e->tcp_cc.cwnd, e->tcp_cc.ssthresh, e->tcp_cc.in_flight, e->tcp_cc.ca_state,
		    e->tcp_cc.cause);
		break;
	case EVENT_TCP_RETX:
		printf("flow %" PRIu64 " retransmits: seq %u, len %u, why %u\n", e->tcp_retx.flow,
		    e->tcp_retx.seq, e->tcp_retx.len, e->tcp_retx.why);
		break;
	default:
		printf("event %d\n", (int)e->kind);
		break;
	}
}
