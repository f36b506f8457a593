/*
 * gate/impl.h - what the gateway's files share. For gate/ only.
 */
#ifndef GATE_IMPL_H
#define GATE_IMPL_H

#include "base/list.h"
#include "base/table.h"
#include "base/wheel.h"
#include "gate/gate.h"

struct core;
struct sock;
struct socks;

/* Someone who has something to do in the next gate_run(). */
struct gate_work {
	struct list node;
	void (*run)(struct gate_work *w);
};

enum { GATE_SCRATCH = 65536, GATE_QUOTED = 512 };

/* The name servers, by number, in the order in which one question tries them. */
struct gate_order {
	uint8_t server[GATE_NAMESERVERS];
	unsigned n;
};

struct gate {
	struct gate_config config;
	struct core *core;
	struct socks *socks;
	struct list pending;
	struct gate_counters count;

	struct io_world *inside; /* of the streams to and from the program */
	struct sock *listener;   /* every address, every port */
	struct gate_work accept;
	struct list streams;
	unsigned nstreams;
	struct list waiting; /* streams that the outside had no descriptor for, oldest first */
	struct gate_work retry;
	struct timer retry_timer;

	struct sock *dgram; /* likewise */
	struct gate_work dgram_work;
	struct table dgrams;      /* by the program's end and the other, as the program knows it */
	struct table dgram_ports; /* those that have a socket of their own, by the program's port */
	struct table dgram_peers; /* those of published ports, by who is outside */
	struct list dgrams_asked, dgrams_answered; /* by time of last use, each with a lifetime of its own */
	struct timer dgram_timer;

	struct table echoes;
	struct list echoes_used; /* by time of last use */
	struct timer echo_timer;

	unsigned names_turn;       /* rotate: who begins next */
	unsigned names_generation; /* changes with the servers */
	nsec_t silent_until[GATE_NAMESERVERS];

	struct list published;
	uint8_t scratch[GATE_SCRATCH];
};

void gate_work_init(struct gate_work *w, void (*run)(struct gate_work *w));
void gate_mark(struct gate *g, struct gate_work *w);

/* The flow has ended: count its octets, tell who wants to know. */
void gate_flow_ended(struct gate *g, const struct gate_flow_info *info);

int gate_tcp_start(struct gate *g);
void gate_tcp_stop(struct gate *g);
/* Takes the connection @out from @peer to the published port that leads to the program's @port. */
void gate_tcp_from_outside(struct gate *g, struct io_stream *out, const struct endpoint *peer, uint16_t port);
void gate_tcp_each(const struct gate *g, void (*fn)(const struct gate_flow_info *info, void *arg), void *arg);

int gate_udp_start(struct gate *g);
void gate_udp_stop(struct gate *g);
void gate_udp_each(const struct gate *g, void (*fn)(const struct gate_flow_info *info, void *arg), void *arg);
/*
 * gate_client.c: a datagram (in the scratch) for the program's @port, from @peer, that came to the
 * published socket @d.
 */
void gate_udp_from_outside(
    struct gate *g, struct io_dgram *d, const struct endpoint *peer, uint16_t port, size_t len);
/* @d is about to go: forget the flows that answer through it. */
void gate_udp_forget(struct gate *g, const struct io_dgram *d);

int gate_echo_start(struct gate *g);
void gate_echo_stop(struct gate *g);
void gate_echo_each(
    const struct gate *g, void (*fn)(const struct gate_flow_info *info, void *arg), void *arg);

/* Echo flows with identifier @id end. */
void gate_echo_gone(struct gate *g, uint16_t id);

void gate_publish_stop(struct gate *g);

/*
 * Decides where a client @peer of the program's published @port goes, and how it is @shown there.
 * It goes to the program's address of its own family; or of the other family, if only that one is
 * served. Returns false if the program serves neither.
 */
bool gate_map_client(const struct gate_config *config, bool udp, const struct endpoint *peer, uint16_t port,
    struct endpoint *inside, struct endpoint *shown);
/* A client found that the program does not listen on @port. */
void gate_unserved(struct gate *g, bool udp, uint16_t port);

/*
 * gate_names.c: name servers. Returns true if questions to @shown go to the servers of the
 * configuration, whichever of them answers. To be asked once, as a flow begins, since it looks at
 * the host's file.
 */
bool gate_names_meant(struct gate *g, const struct endpoint *shown);
/*
 * Returns the error (LEAT_E) that the program gets for @error, with which its datagram to @shown
 * failed at once. The host itself would have returned it from connect(), and resolvers go on to the
 * next server; "unreachable" by ICMP is no more than a hint, which most never see.
 */
int gate_names_error(const struct gate *g, const struct endpoint *shown, int error);
/* Looks whether the servers have changed, and counts g->names_generation up if so. */
void gate_names_renew(struct gate *g);
/* @names as they were at @generation. */
void gate_names_order(
    struct gate *g, const struct gate_names *names, unsigned generation, struct gate_order *out);
/* Returns how long a question waits for the server at place @at of @n. */
nsec_t gate_names_patience(const struct gate_names *names, unsigned at, unsigned n);
/* Notes that server @number of @generation has let a question wait in vain, or has answered one. */
void gate_names_silent(struct gate *g, unsigned generation, unsigned number);
void gate_names_heard(struct gate *g, unsigned generation, unsigned number);

/* gate_ask.c: a flow of questions to the name servers. */
struct gate_asker;
struct gate_dgram;
struct gate_asker *gate_asker_new(struct gate_dgram *flow);
void gate_asker_free(struct gate_asker *a);
/* The datagram in the scratch, of @len octets. */
void gate_asker_ask(struct gate_asker *a, size_t len);

/* The beginning of a datagram's payload, as much of it as an error quotes (RFC 1812, 4.3.2.3). */
struct gate_quoted {
	size_t len; /* of all of it */
	uint8_t head[GATE_QUOTED];
};
void gate_quoted_set(struct gate_quoted *q, const void *payload, size_t len);

/*
 * A flow of datagrams: between @info.inside, the program's end, and @info.shown, the other as the
 * program knows it.
 */
struct gate_dgram {
	struct table_node hash, by_peer, by_port;
	struct list used; /* of dgrams_asked or dgrams_answered */
	struct gate_work work;
	struct gate *gate;
	struct io_dgram *out;     /* its own; or that of the published port through which it came; or NULL: */
	struct gate_asker *asker; /* it has one of the name servers' instead */
	bool answered;
	bool late; /* the program's socket was gone when its first datagram arrived here */
	nsec_t last;
	struct gate_quoted sent; /* the last datagram that went out */
	struct gate_flow_info info;
};

/* gate_udp.c: what gate_client.c, too, does with a flow. */
struct gate_dgram *gate_dgram_find(
    struct gate *g, const struct endpoint *inside, const struct endpoint *shown);
struct gate_dgram *gate_dgram_new(
    struct gate *g, const struct endpoint *inside, const struct endpoint *shown);
void gate_dgram_free(struct gate_dgram *d);
/*
 * Opens a socket outside that sends to @to, for @d. Where the outside has no descriptor left, the
 * idlest flow gives up its own. As io_world_ops.dgram; the socket reports what can be read.
 */
int gate_dgram_connect(
    struct gate_dgram *d, const struct endpoint *to, io_dgram_fn *fn, void *arg, struct io_dgram **out);
void gate_dgram_send_inside(struct gate_dgram *d, size_t len);
bool gate_end_eq(const struct endpoint *a, const struct endpoint *b);

/* gate_udp_life.c: no flow exists yet. */
void gate_dgrams_start(struct gate *g);
/* @d has a socket of its own, so it ends with the program's socket: gate_dgram_gone(). */
void gate_dgram_own(struct gate_dgram *d);
/* A datagram has passed. @d lives from now on as long as its kind does. */
void gate_dgram_used(struct gate_dgram *d);
/*
 * Ends the flow that has been idle longest, except @but. Returns false if no flow has been idle for
 * @idle.
 */
bool gate_dgram_evict(struct gate *g, const struct gate_dgram *but, nsec_t idle);
/* Ends the flow that has been idle longest if there are as many as there may be. */
void gate_dgrams_limit(struct gate *g);

/*
 * Tell the inside that the datagram from @src to @dst with the payload @q could not be delivered
 * (@error: LEAT_ECONNREFUSED, ...). The datagram itself is gone: its headers are written anew, as
 * the error quotes them.
 */
void gate_quote_udp(struct gate *g, const struct endpoint *src, const struct endpoint *dst,
    const struct gate_quoted *q, int error);

/*
 * What a failure outside means inside: the number that sock_answer() or core_refuse() takes; -1 =
 * say nothing, so that the inside tries again.
 */
int gate_refusal(int error);

/*
 * Returns true if the outside was short of descriptors or memory, so that the same may succeed
 * later.
 */
bool gate_ran_out(int error);

#endif
