/*
 * core/event.h - events of a stack, and the one sink that receives them, for counters, traces,
 * captures and logs.
 *
 * An event without a subscriber costs one test of a bit. An event and what it points to are valid
 * until emit() returns.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include "base/ipaddr.h"
#include "base/nsec.h"
#include "core/drop.h"

#include <stdint.h>

struct pkt;

enum event_kind {
	EVENT_DROP,      /* .drop: a packet ended without doing its work */
	EVENT_TCP_OPEN,  /* .tcp: a connection was created, by either side */
	EVENT_TCP_STATE, /* .tcp: it changed its state */
	EVENT_TCP_RTT,   /* .tcp_rtt: a round-trip sample was taken */
	EVENT_TCP_CC,    /* .tcp_cc: cwnd, ssthresh or the recovery state changed */
	EVENT_TCP_RETX,  /* .tcp_retx: a segment was sent again */
	/*
	 * .tcp: a connection ended, or only its TIME-WAIT state is left (.to); that state ends with
	 * EVENT_TCP_STATE
	 */
	EVENT_TCP_CLOSE,
	EVENT_NEIGH, /* .neigh: a neighbour entry changed state */
	/* .link: the emulated link sent, lost, duplicated or delivered a frame, for example */
	EVENT_LINK,
	EVENT_ICMP_ERROR, /* .icmp: an ICMP error was received for one of our flows */
	EVENT_COUNT
};

/* What the emulated link did with a frame. */
enum link_verdict {
	LINK_SENT,
	LINK_LOST,
	LINK_DUPLICATED,
	LINK_REORDERED,
	LINK_CORRUPTED,
	LINK_QUEUE_FULL,
	LINK_DELIVERED
};

struct event {
	enum event_kind kind;
	nsec_t when;
	uint64_t host; /* the number of the stack, from struct core_config */
	union {
		struct {
			enum drop_reason reason;
			const struct pkt *pkt;
		} drop;
		struct {
			uint64_t flow; /* unique within a stack, never 0 */
			struct endpoint local, remote;
			uint8_t from, to; /* enum leat_tcp_state */
			int error;        /* with EVENT_TCP_CLOSE: 0, or the LEAT_E number that ended it */
			uint8_t passive;  /* it came from a listener */
			const void *info; /* with EVENT_TCP_CLOSE: const struct leat_tcp_info * */
		} tcp;
		struct {
			uint64_t flow;
			nsec_t rtt, srtt, rttvar, rto;
		} tcp_rtt;
		struct {
			uint64_t flow;
			uint32_t cwnd, ssthresh, in_flight; /* octets */
			uint8_t
			    ca_state; /* Linux's tcp_ca_state: 0 open, 1 disorder, 2 CWR, 3 recovery, 4 loss */
			const char *cause; /* a few words of text: "slow start", "RTO", "enter recovery" */
		} tcp_cc;
		struct {
			uint64_t flow;
			uint32_t seq, len; /* len in octets of sequence space */
			uint8_t why;       /* enum pkt_why */
		} tcp_retx;
		struct {
			uint32_t ifindex;
			struct ipaddr addr;
			uint8_t from, to; /* enum neigh_state */
		} neigh;
		struct {
			uint8_t direction; /* 0 = up (from the program), 1 = down */
			uint8_t verdict;   /* enum link_verdict */
			uint64_t number;   /* of the frame in its direction, from 1 */
			const struct pkt *pkt;
		} link;
		struct {
			uint8_t v6, type, code;
			struct endpoint local, remote;
		} icmp;
	};
};

struct sink {
	uint32_t wants; /* bit (1 << kind) is set for each kind that emit() is called with */
	void (*emit)(struct sink *sink, const struct event *e);
};

static inline int
sink_wants(const struct sink *s, enum event_kind kind)
{
	return s && (s->wants >> kind & 1);
}

#endif
