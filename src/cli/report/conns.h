/*
 * cli/report/conns.h - a record of each TCP connection, made from the events of the stacks at both
 * ends of the link.
 *
 * A connection over the link is two flows, one in each stack, with local and remote name exchanged.
 * They share one record with two ends. At most CONNS_MAX records are kept; connections beyond that
 * are only counted.
 */
#ifndef CLI_REPORT_CONNS_H
#define CLI_REPORT_CONNS_H

#include "base/list.h"
#include "base/table.h"
#include "core/event.h"
#include "leat.h"
#include "pkt/pkt.h"

enum { CONNS_MAX = 20000, CONN_PATH = 16, CONN_OWNER = 48 };

/* The ends of a connection. */
enum { END_PROGRAM, END_GATEWAY };

struct conn_end {
	struct table_node by_flow;
	struct conn *conn;
	uint64_t flow;           /* 0: this end has sent nothing */
	uint8_t path[CONN_PATH]; /* its states in order, enum leat_tcp_state */
	uint8_t npath;
	bool path_cut; /* there were more states than path holds */
	bool passive, closed;
	int error;
	uint32_t cwnd, ssthresh;
	nsec_t srtt, rttvar, rto, rtt_min;
	uint64_t rtts; /* number of samples */
	uint64_t retx[PKT_WHY_COUNT], retx_octets;
	bool has_info;
	struct leat_tcp_info info; /* as of the close */
};

struct conn {
	struct list node; /* in order of opening */
	struct table_node by_name;
	struct endpoint program, far;       /* the names on the link */
	nsec_t opened, established, closed; /* -1: not yet */
	char owner[CONN_OWNER];
	uint8_t wscale[2]; /* each end's window scale, valid once both offered one (RFC 7323, 2.2) */
	bool offered[2];
	uint32_t isn[2]; /* each end's initial sequence number, as seen on the link */
	struct conn_end end[2];
};

struct conns {
	struct list list;
	struct table names;
	struct table flows[2];
	uint64_t total, forgotten;
};

/* The events that conns_event() needs, as a sink's mask. */
enum {
	CONNS_WANTS = 1 << EVENT_TCP_OPEN | 1 << EVENT_TCP_STATE | 1 << EVENT_TCP_RTT | 1 << EVENT_TCP_CC |
		      1 << EVENT_TCP_RETX | 1 << EVENT_TCP_CLOSE
};

/* Returns 0 or -LEAT_ENOMEM. */
int conns_init(struct conns *c);
void conns_fini(struct conns *c);

/* Takes an event of the stack at @end. */
void conns_event(struct conns *c, unsigned end, const struct event *e);

/* Returns the record of flow @flow at @end, or NULL. */
struct conn *conns_find(const struct conns *c, unsigned end, uint64_t flow);

/* Returns the record with these names, or NULL. */
struct conn *conns_by_name(const struct conns *c, const struct endpoint *program, const struct endpoint *far);

/* Returns the name of a state, such as "SYN-SENT". */
const char *conn_state_name(uint8_t state);

#endif
