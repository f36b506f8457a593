/*
 * gate/gate.h - the gateway: ends the program's flows on a stack of its own, and carries them to
 * the world outside.
 *
 * The core of that stack is transparent: every address is its own, so the program reaches the
 * gateway whatever it connects to. The gateway knows the outside only as a world of io/io.h, and no
 * clock but its core's.
 *
 * An event of the outside only marks a flow, since the stack's time may be older than the event.
 * gate_run() does the work. The driver calls it after each entry into the stack, and after each
 * turn of its loop:
 *
 *	stack_advance(stack, now);
 *	... stack_input(stack, iface, frame, now) for each frame from the link ...
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

/* What is known of a flow. It is reported while the flow lives, and once more when it ends. */
struct gate_flow_info {
	enum gate_proto proto;
	bool published;                  /* the flow began outside (-p) */
	struct endpoint inside;          /* the program's end */
	struct endpoint shown;           /* the other end, as the program sees it */
	struct endpoint outside;         /* the address that @shown stands for outside */
	uint64_t octets_up, octets_down; /* payload from the program, and to it */
	uint64_t flow;                   /* the event flow of the gateway's TCP connection; 0 = none */
	nsec_t since;
	int error; /* LEAT_E with which the flow ended; 0 = none */
};

/* The name servers, and how long each is waited for: resolv.conf(5). */
struct gate_names {
	struct endpoint server[GATE_NAMESERVERS]; /* those that answer for 10.0.2.3, in this order */
	unsigned servers;
	unsigned timeout, attempts;        /* seconds, rounds; 0 = the defaults, 5 and 2 */
	bool rotate;                       /* each question starts with another server */
	struct endpoint named[GATE_NAMED]; /* the servers of the host's file, which the program asks itself */
	struct ipaddr named_as
	    [GATE_NAMED]; /* the address under which the program asks that server; 0.0.0.0 = its own */
	unsigned nnamed;
	bool instead; /* questions to these or to the host's loopback go to @server */
};

/*
 * Opens an ICMP echo socket of @outside that sends to @to; host/hostio.h describes its datagrams.
 * Returns as io_world_ops.dgram, and -LEAT_EPERM where the machine does not allow it.
 */
typedef int gate_echo_fn(
    struct io_world *outside, const struct ipaddr *to, io_dgram_fn *fn, void *arg, struct io_dgram **out);

struct gate_config {
	struct stack *stack;              /* borrowed; the gateway sets core->transparent */
	struct io_world *outside;         /* borrowed */
	gate_echo_fn *echo;               /* NULL = no echo outside */
	struct ipaddr own4, own6;         /* 10.0.2.2 and fd00:2::2, which stand for the host's loopback */
	struct ipaddr dns;                /* 10.0.2.3, whose port 53 stands for the name servers */
	struct ipaddr program4, program6; /* 10.0.2.15 and fd00:2::15, to which published ports lead */
	struct gate_names names;
	/*
	 * Called before a flow to port 53 begins. Returns true if it has written other servers to
	 * @names. NULL: the servers never change.
	 */
	bool (*renew_names)(void *arg, struct gate_names *names);
	void *names_arg;
	unsigned max_streams, max_dgrams,
	    max_echoes; /* the most flows at a time; 0 = 16,384, 4,096 and 256 */
	void (*ended)(
	    void *arg, const struct gate_flow_info *info); /* called when a flow has ended; may be NULL */
	/*
	 * Returns true if the program has no datagram socket with @port any more: a datagram that
	 * arrives from there is sent, and its flow ends at once. May be NULL.
	 */
	bool (*gone)(void *arg, uint16_t port);
	void *arg;
	/*
	 * Returns true if the program has a TCP listener at @at, one of its own addresses, or a UDP
	 * socket (@udp). It decides to which address a client is led. NULL: always true.
	 */
	bool (*serves)(void *program, bool udp, const struct endpoint *at);
	/*
	 * Called when a client came to a published port on which the program does not listen. May
	 * be NULL.
	 */
	void (*unserved)(void *program, bool udp, uint16_t port);
	void *program;
};

struct gate_counters {
	uint64_t streams, streams_refused, streams_reset, streams_limit;
	uint64_t dgrams, dgrams_refused, dgrams_limit, dgrams_expired;
	uint64_t echoes, echoes_denied;
	uint64_t octets_up, octets_down;
};

/* Makes a gateway. Returns 0 with *@out; -LEAT_ENOMEM, or the error of the stack's sockets. */
int gate_new(const struct gate_config *config, struct gate **out);

/* Ends every flow: streams are reset on both sides. The stack must still exist. */
void gate_free(struct gate *g);

/*
 * Does the work of all marked flows. Call it after each entry into the stack, and after each turn
 * of the outside.
 */
void gate_run(struct gate *g);

/*
 * Returns when gate_run() must be called at the latest: the core's now while there is work left,
 * otherwise NSEC_NEVER. Timers of the gateway are the core's.
 */
nsec_t gate_next(const struct gate *g);

/*
 * gate_waits(): returns true if connections wait because the outside had no descriptor or no memory
 * (-LEAT_EMFILE, ...). Their SYNs are not answered, as with a full backlog. They are tried again
 * when a flow has ended, from time to time, and on gate_retry(), which is for when something else
 * was closed.
 */
bool gate_waits(const struct gate *g);
void gate_retry(struct gate *g);

/*
 * Ends the flows of the program's datagram sockets (@echo: ICMP echo sockets) with port or
 * identifier @port. Those sockets have been closed, and everything they sent has passed, so no
 * socket could take an answer.
 */
void gate_dgram_gone(struct gate *g, bool echo, uint16_t port);

/*
 * Ends the datagram flow that has been idle longest, if that is @idle or more. Returns false if
 * there is none.
 */
bool gate_dgram_relieve(struct gate *g, nsec_t idle);

/*
 * Publishes the program's port @port at @at outside, for TCP or (@udp) UDP. Returns 0, or the error
 * of listening outside (-LEAT_EADDRINUSE, -LEAT_EACCES, ...).
 */
int gate_publish(struct gate *g, bool udp, const struct endpoint *at, uint16_t port);

/* Returns the address outside that @shown, a destination of the program, stands for. */
struct endpoint gate_map(const struct gate_config *config, const struct endpoint *shown);

const struct gate_counters *gate_counters(const struct gate *g);

/* Calls @fn for every flow. */
void gate_each(const struct gate *g, void (*fn)(const struct gate_flow_info *info, void *arg), void *arg);

#endif
