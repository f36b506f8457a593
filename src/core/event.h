/*
 * core/event.h - one sink for all that happens: counters, traces, captures and logs listen here.
 *
 * Emitting costs one test of a bit when nobody listens. An event and what it points to are good
 * until emit returns.
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
	EVENT_TCP_OPEN,  /* .tcp: a connection came into being (either side) */
	EVENT_TCP_STATE, /* .tcp: it changed state */
	EVENT_TCP_RTT,   /* .tcp_rtt: a round-trip sample was taken */
	EVENT_TCP_CC,    /* .tcp_cc: cwnd, ssthresh or recovery state changed */
	EVENT_TCP_RETX,  /* .tcp_retx: something was sent again */
	EVENT_TCP_CLOSE, /* .tcp: it is gone, or all that is left of it is in TIME-WAIT (.to); that ends with EVENT_TCP_STATE */
	EVENT_NEIGH,      /* .neigh: a neighbour entry changed state */
	EVENT_LINK,       /* .link: the emulated link took, lost, duplicated, delivered a frame */
	EVENT_ICMP_ERROR, /* .icmp: an ICMP error was received for one of our flows */
	EVENT_COUNT
};

/* Why the emulated link did what it did to a frame. */
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
	uint64_t host; /* which stack speaks: its number, from struct core_config */
	union {
		struct {
			enum drop_reason reason;
			const struct pkt *pkt;
		} drop;
		struct {
			uint64_t flow; /* unique within a stack, never 0 */
			struct endpoint local, remote;
			uint8_t from, to; /* enum leat_tcp_state */
			int error;        /* EVENT_TCP_CLOSE: 0, or the LEAT_E number that ended it */
			uint8_t passive;  /* came from a listener */
			const void *info; /* EVENT_TCP_CLOSE: const struct leat_tcp_info * */
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
			const char *cause; /* a word or two: "slow start", "RTO", "enter recovery" */
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
			uint8_t direction; /* 0 up (from the program), 1 down */
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
	uint32_t wants; /* bit (1 << kind) for each kind that emit() is to be called with */
	void (*emit)(struct sink *sink, const struct event *e);
};

static inline int
sink_wants(const struct sink *s, enum event_kind kind)
{
	return s && (s->wants >> kind & 1);
}

#endif
