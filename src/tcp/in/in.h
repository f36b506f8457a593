/*
 * tcp/in/in.h - SEGMENT ARRIVES (RFC 9293, 3.10.7) and ICMP errors. It changes connections and
 * notes what they want to send. It sends only what belongs to no connection.
 */
#ifndef TCP_IN_IN_H
#define TCP_IN_IN_H

#include "tcp/conn/conn.h"
#include "tcp/seg/seg.h"

enum step {
	STEP_NEXT, /* go on with the next check */
	STEP_DONE, /* the segment has been processed */
	STEP_DROP, /* the segment is dropped, for the reason c->why_dropped */
};

/* What the owner of a four-tuple does with a segment. What is left of it stays in @seg. */
void tcp_arrive(struct tcp_conn *c, struct tcp_seg *seg);
void tcp_arrive_time_wait(struct tcp *tcp, struct tcp_tw *tw, struct tcp_seg *seg);
/*
 * @at_least: the first sequence number that no old segment can have, if the four-tuple was in
 * TIME-WAIT; otherwise NULL.
 */
void tcp_arrive_listen(struct tcp_listener *l, struct tcp_seg *seg, const seq_t *at_least);
void tcp_arrive_closed(struct tcp *tcp, struct tcp_seg *seg);
/* error.c: returns true if @e was about a connection. */
bool tcp_error(void *tcp, const struct net_error *e);

/* arrive.c: SYN-SENT, and what both kinds of handshake have in common */
enum step step_drop(struct tcp_conn *c, enum drop_reason reason);
void tcp_take_syn_options(struct tcp_conn *c, const struct tcp_seg *seg);
void tcp_established(struct tcp_conn *c, const struct tcp_seg *seg);

/* steps.c: the later states */
enum step tcp_steps(struct tcp_conn *c, struct tcp_seg *seg);
enum step step_text_and_fin(struct tcp_conn *c, struct tcp_seg *seg);
void tcp_want_challenge_ack(struct tcp_conn *c);
bool tcp_challenge_allowed(struct tcp *tcp, nsec_t *next);

/* ack.c: what ACKs do */
void tcp_process_ack(struct tcp_conn *c, const struct tcp_seg *seg);
void tcp_rtt_sample(struct tcp_conn *c, nsec_t rtt);

/* data.c: what data does */
void tcp_rcv_urgent(struct tcp_conn *c, const struct tcp_seg *seg);
enum step tcp_rcv_data(struct tcp_conn *c, struct tcp_seg *seg);

/* timestamps.c */
void tcp_ts_recent_update(struct tcp_conn *c, const struct tcp_seg *seg);
nsec_t tcp_ts_rtt(const struct tcp_conn *c, const struct tcp_seg *seg);

#endif
