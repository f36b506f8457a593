/*
 * gate/gate.h - the gateway: ends the inside's flows on a stack of its own, and carries them to the
 * world outside.
 *
 * Its stack's core is transparent: every address is its own, so whatever the program connects to,
 * it meets the gateway. The gateway knows the outside only as a world of io/io.h, and no clock but
 * its core's. An event of the outside only marks a flow, since the stack's time may not be that of
 * the event. The work is done in gate_run(), which the driver calls after each entry into the stack
 * and after each turn of its loop:
 *
 *	stack_advance(stack, now);
 *	... stack_input(stack, iface, frame, now) for what the link delivers ...
 *	gate_run(gate);
 */
#ifndef GATE_GATE_H
#define GATE_GATE_H

#include "base/ipaddr.h"
#include "base/nsec.h"
#include "io/io.h"

#include <stdbool.h>
#include <stdint.h>

struct gate;
struct stack;

enum { GATE_NAMESERVERS = 3, GATE_NAMED = 8 };
enum gate_proto { GATE_TCP, GATE_UDP, GATE_ECHO };

/* What is known of a flow, for those who look and for the summary at its end. */
struct gate_flow_info {
	enum gate_proto proto;
	bool published;                  /* began outside (-p) */
	struct endpoint inside;          /* the program's end */
	struct endpoint shown;           /* the other end, as the program knows it */
	struct endpoint outside;         /* what that means outside */
	uint64_t octets_up, octets_down; /* payload carried from the program, to the program */
	uint64_t flow;                   /* the event flow of the gateway stack's connection (TCP); 0 */
	nsec_t since;
	int error; /* at the end: 0, or the LEAT_E number it ended with */
};

/* Whom names are asked, and with how much patience: resolv.conf(5). */
struct gate_names {
	struct endpoint server[GATE_NAMESERVERS]; /* who answers for 10.0.2.3, in this order */
	unsigned servers;
	unsigned timeout, attempts; /* seconds, rounds; 0 = 5, 2 */
	bool rotate;                /* each question begins with another server */
	struct endpoint
	    named[GATE_NAMED]; /* the servers that the host's file names, which the program asks itself */
	struct ipaddr named_as
	    [GATE_NAMED]; /* what the program asks instead, where it cannot ask that one; else 0.0.0.0 */
	unsigned nnamed;
	bool instead; /* who asks one of these, or the host's loopback, asks the servers above */
};

/*
 * Opens an ICMP echo socket of @outside that sends to @to; host/hostio.h says what its datagrams
 * are. As io_world_ops.dgram; -LEAT_EPERM where the machine does not allow it.
 */
typedef int gate_echo_fn(
    struct io_world *outside, const struct ipaddr *to, io_dgram_fn *fn, void *arg, struct io_dgram **out);

struct gate_config {
	struct stack *stack;              /* borrowed; the gateway sets core->transparent */
	struct io_world *outside;         /* borrowed */
	gate_echo_fn *echo;               /* NULL: there are no pings outside */
	struct ipaddr own4, own6;         /* 10.0.2.2, fd00:2::2: the host's loopback */
	struct ipaddr dns;                /* 10.0.2.3: port 53 is the name servers */
	struct ipaddr program4, program6; /* 10.0.2.15, fd00:2::15: where published ports lead */
	struct gate_names names;
	/*
	 * Called before a flow to port 53 begins. Returns true if it has written other servers to
	 * @out. NULL: they stay.
	 */
	bool (*renew_names)(void *arg, struct gate_names *names);
	void *names_arg;
	unsigned max_streams, max_dgrams, max_echoes; /* flows at a time; 0 = 16,384, 4,096, 256 */
	void (*ended)(void *arg, const struct gate_flow_info *info); /* may be NULL */
	/*
	 * Returns true if the program has no datagram socket with @port any more. Then a datagram
	 * that arrives late from there opens no lasting flow. May be NULL.
	 */
	bool (*gone)(void *arg, uint16_t port);
	void *arg;
	/*
	 * Returns true if the program serves @at, an address of its own, over TCP or (@udp) UDP. It
	 * decides where a client goes. NULL: always true.
	 */
	bool (*serves)(void *program, bool udp, const struct endpoint *at);
	/* A client came to a published port on which the program does not listen. May be NULL. */
	void (*unserved)(void *program, bool udp, uint16_t port);
	void *program;
};

struct gate_counters {
	uint64_t streams, streams_refused, streams_reset, streams_limit;
	uint64_t dgrams, dgrams_refused, dgrams_limit, dgrams_expired;
	uint64_t echoes, echoes_denied;
	uint64_t octets_up, octets_down;
};

/* 0 with *@out; -LEAT_ENOMEM or what the stack's sockets answer. */
int gate_new(const struct gate_config *config, struct gate **out);

/* Ends every flow: streams are reset on both sides. The stack must still stand. */
void gate_free(struct gate *g);

/*
 * Does what has become possible. To be called after each entry into the stack, and after each turn
 * of the outside.
 */
void gate_run(struct gate *g);

/*
 * When gate_run() must be called at the latest: the core's now while there is work left, otherwise
 * NSEC_NEVER (its timers are the core's).
 */
nsec_t gate_next(const struct gate *g);

/*
 * Connections for which the outside had no descriptor or no memory (-LEAT_EMFILE, ...) wait
 * unanswered, as in a full backlog. They are tried again when a flow of the gateway's has ended,
 * when gate_retry() says that something else has been closed, and from time to time. gate_waits()
 * returns true if there are any.
 */
bool gate_waits(const struct gate *g);
void gate_retry(struct gate *g);

/*
 * Datagram sockets (@echo: ICMP echo) of the program's that had port or identifier @port have been
 * closed, and what they sent has passed: their flows end, since no socket could take an answer.
 */
void gate_dgram_gone(struct gate *g, bool echo, uint16_t port);

/*
 * Ends the datagram flow that has been idle longest, if that is @idle or more. Returns false if
 * there is none.
 */
bool gate_dgram_relieve(struct gate *g, nsec_t idle);

/*
 * Publish the program's port @port at @at outside, TCP or (@udp) UDP. 0; or what listening outside
 * answered (-LEAT_EADDRINUSE, -LEAT_EACCES).
 */
int gate_publish(struct gate *g, bool udp, const struct endpoint *at, uint16_t port);

/* What the destination @shown, as the program knows it, means outside. */
struct endpoint gate_map(const struct gate_config *config, const struct endpoint *shown);

const struct gate_counters *gate_counters(const struct gate *g);

/* Every flow there is. */
void gate_each(const struct gate *g, void (*fn)(const struct gate_flow_info *info, void *arg), void *arg);

#endif
