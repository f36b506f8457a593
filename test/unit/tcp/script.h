/*
 * script.h - a host with TCP and nothing below it, for tests that play the peer, segment by
 * segment, in the language of packetdrill.
 *
 *	inject(s, "S 0:0(0) win 65535 <mss 1000,sackOK>");	the peer sends; numbers are relative to its ISN (ack: to ours)
 *	expect(s, "S. 0:0(0) ack 1 <mss 1460>");		we have sent this next; what is not mentioned may have any value
 *	expect_nothing(s);
 *	elapse(s, 40 * MSEC);
 *
 * Flags: S F R P U and . for ACK; "-" is none. Numbers FROM:TO(LEN), then any of: ack N, win N, urg
 * N, segs N; options: mss N, wscale N, sackOK, ts VAL ECR, sack A:B.
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
/* after them: */
#include <cmocka.h>

#include "core/core.h"
#include "tcp/tcp.h"
#include "wire/tcp.h"
#include "wire/tcp_options.h"

struct script {
	struct pkt_pool *pool;
	struct core *core;
	struct tcp *tcp;
	struct iface *iface;
	struct list out; /* struct pkt, in the order of sending */
	struct sink sink;
	uint64_t event[EVENT_COUNT];
	struct tcp_opts opts; /* for listen_on() and connect_to() */
	struct tcp_listener *listener;
	struct tcp_conn *c; /* the connection under test */
	struct endpoint us, peer;
	seq_t iss, irs; /* ours, theirs */
	unsigned events, listener_events, refused;
	bool close_on_event;  /* the user closes at its first event, */
	size_t send_on_event; /* and before that sends this many octets */
	uint8_t path[32];     /* the states that were entered, in order */
	unsigned states;
	uint32_t irs_next; /* the ISN of the peer's next SYN */
};

struct script *script_new(void);
/* Frees everything, and asserts that every packet has been returned. */
void script_end(struct script *s);

void inject(struct script *s, const char *text);
void expect(struct script *s, const char *text);
void expect_nothing(struct script *s);
/* Forgets what has been sent. */
void ignore_output(struct script *s);
void elapse(struct script *s, nsec_t t);
/* Asserts that one packet was dropped since the last call, for @reason. */
void expect_drop(struct script *s, enum drop_reason reason);

void listen_on(struct script *s, unsigned backlog);
void connect_to(struct script *s);
void accept_child(struct script *s);
/*
 * Handshakes with a peer whose window is 65535 and whose SYN has "<mss 1000>" and @more options
 * (",sackOK" for example). s->c is the connection, accepted.
 */
void establish_passive(struct script *s, const char *more);
void establish_active(struct script *s, const char *more);
void send_octets(struct script *s, size_t n);
void read_octets(struct script *s, size_t n);
/* Reports an ICMP error that quotes our segment at @rel_seq; @e has its meaning, type and code. */
void icmp_quoting(struct script *s, struct net_error e, uint32_t rel_seq);
/* As icmp_quoting(), with a meaning alone. */
void icmp_error(struct script *s, enum net_error_kind kind, int error, uint32_t mtu, uint32_t rel_seq);

#define assert_state(s, want) assert_int_equal(tcp_state((s)->c), LEAT_TCP_##want)

#endif
