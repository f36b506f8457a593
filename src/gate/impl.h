/* gate/impl.h - what the gateway's files share. Only gate/ includes it. */
#ifndef GATE_IMPL_H
#define GATE_IMPL_H

#include "base/list.h"
#include "base/slab.h"
#include "base/table.h"
#include "base/wheel.h"
#include "gate/gate.h"

struct core;
struct sock;
struct socks;

/* Work for the next gate_run(). Its owner embeds it. */
struct gate_work {
	struct list node;
	void (*run)(struct gate_work *w);
};

enum { GATE_SCRATCH = 65536, GATE_QUOTED = 512 };

/* The numbers of the name servers, in the order in which one question tries them. */
struct gate_order {
	uint8_t server[GATE_NAMESERVERS];
	unsigned n;
};

/* Streams through the gateway (gate_tcp.c, gate_stream.c). */
struct gate_streams {
	struct io_world *inside; /* the world of the program's streams */
	struct sock *listener;   /* takes every address and port */
	struct gate_work accept;
	struct list all;
	unsigned count;
	struct slab slab;
	struct list waiting; /* streams that the outside had no descriptor for, the oldest first */
	struct gate_work retry;
	struct timer retry_timer;
};

/* Flows of datagrams (gate_udp.c, gate_udp_life.c, gate_client.c). */
struct gate_dgrams {
	struct sock *sock; /* takes every address and port */
	struct gate_work work;
	struct table flows;          /* by the program's end and the end that it sees */
	struct table by_port;        /* flows with a socket of their own, by the program's port */
	struct table by_peer;        /* flows of published ports, by client */
	struct list asked, answered; /* in order of last use; each list has a lifetime */
	struct timer timer;
};

/* Flows of echo requests (gate_echo.c). */
struct gate_echoes {
	struct table flows;
	struct list used; /* in order of last use */
	struct timer timer;
};

/* What is known of the name servers (gate_names.c). */
struct gate_servers {
	unsigned turn;       /* rotate: the server that is asked first */
	unsigned generation; /* counts changes of the servers */
	nsec_t silent_until[GATE_NAMESERVERS];
};

struct gate {
	struct gate_config config;
	struct core *core;
	struct socks *socks;
	struct list pending;
	struct gate_counters count;
	struct gate_streams streams;
	struct gate_dgrams dgrams;
	struct gate_echoes echoes;
	struct gate_servers servers;
	struct list published;
	uint8_t scratch[GATE_SCRATCH];
};

void gate_work_init(struct gate_work *w, void (*run)(struct gate_work *w));
void gate_mark(struct gate *g, struct gate_work *w);

/* Counts the octets of a flow that has ended, and reports it. */
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
 * gate_client.c: takes the datagram in the scratch, which came from @peer to the published socket
 * @d and is for the program's @port.
 */
void gate_udp_from_outside(
    struct gate *g, struct io_dgram *d, const struct endpoint *peer, uint16_t port, size_t len);
/* Ends the flows that answer through @d, which is about to be closed. */
void gate_udp_forget(struct gate *g, const struct io_dgram *d);

int gate_echo_start(struct gate *g);
void gate_echo_stop(struct gate *g);
void gate_echo_each(
    const struct gate *g, void (*fn)(const struct gate_flow_info *info, void *arg), void *arg);

/* Ends the echo flows with identifier @id. */
void gate_echo_gone(struct gate *g, uint16_t id);

void gate_publish_stop(struct gate *g);

/*
 * Decides to which address (@inside) a client @peer of the program's published @port is led, and
 * with which address (@shown) the program sees it. That is the program's address of the client's
 * family, or of the other family if only that one has a listener. Returns false if neither has.
 */
bool gate_map_client(const struct gate_config *config, bool udp, const struct endpoint *peer, uint16_t port,
    struct endpoint *inside, struct endpoint *shown);
/* Reports that a client found no listener of the program on @port. */
void gate_unserved(struct gate *g, bool udp, uint16_t port);

/*
 * gate_names.c: name servers. Returns true if questions to @shown go to the configured servers,
 * whichever of them answers. Call it once, when a flow begins, since it looks at the host's file.
 */
bool gate_names_meant(struct gate *g, const struct endpoint *shown);
/*
 * Returns the error (LEAT_E) that the program gets if its datagram to @shown failed at once with
 * @error. The host's connect() would have returned it, and resolvers then ask the next server. An
 * ICMP "unreachable" would not do, since most resolvers never see it.
 */
int gate_names_error(const struct gate *g, const struct endpoint *shown, int error);
/* Looks whether the servers have changed; if so, g->servers.generation is counted up. */
void gate_names_renew(struct gate *g);
/* Writes to @out in which order the servers of @names are asked, as they were at @generation. */
void gate_names_order(
    struct gate *g, const struct gate_names *names, unsigned generation, struct gate_order *out);
/* Returns how long a question waits for the server at place @at of @n. */
nsec_t gate_names_patience(const struct gate_names *names, unsigned at, unsigned n);
/* Note that server @number of @generation has not answered in time, or has answered. */
void gate_names_silent(struct gate *g, unsigned generation, unsigned number);
void gate_names_heard(struct gate *g, unsigned generation, unsigned number);

/*
 * gate_ask.c: a flow of questions to the name servers. gate_asker_new() returns NULL without
 * memory.
 */
struct gate_asker;
struct gate_dgram;
struct gate_asker *gate_asker_new(struct gate_dgram *flow);
void gate_asker_free(struct gate_asker *a);
/* Asks the question in the scratch, of @len octets. */
void gate_asker_ask(struct gate_asker *a, size_t len);

/* The beginning of a datagram's payload, as much as an ICMP error quotes (RFC 1812, 4.3.2.3). */
struct gate_quoted {
	size_t len; /* of the whole payload */
	uint8_t head[GATE_QUOTED];
};
void gate_quoted_set(struct gate_quoted *q, const void *payload, size_t len);

/*
 * A flow of datagrams between @info.inside, the program's end, and @info.shown, the end that the
 * program sees.
 */
struct gate_dgram {
	struct table_node hash, by_peer, by_port;
	struct list used; /* of gate_dgrams.asked or .answered */
	struct gate_work work;
	struct gate *gate;
	struct io_dgram *out;     /* its own, or that of its published port; NULL if it has an asker */
	struct gate_asker *asker; /* of a flow to the name servers */
	bool answered;
	bool late; /* the program's socket was closed before its first datagram arrived here */
	nsec_t last;
	struct gate_quoted sent; /* the last datagram that was sent outside */
	struct gate_flow_info info;
};

/* gate_udp.c: flows, also for gate_client.c. */
struct gate_dgram *gate_dgram_find(
    struct gate *g, const struct endpoint *inside, const struct endpoint *shown);
struct gate_dgram *gate_dgram_new(
    struct gate *g, const struct endpoint *inside, const struct endpoint *shown);
void gate_dgram_free(struct gate_dgram *d);
/*
 * Opens a socket outside for @d that sends to @to and reports IO_READABLE. If the outside has no
 * descriptor left, the flow that was idle longest gives up its own. Returns as io_world_ops.dgram.
 */
int gate_dgram_connect(
    struct gate_dgram *d, const struct endpoint *to, io_dgram_fn *fn, void *arg, struct io_dgram **out);
void gate_dgram_send_inside(struct gate_dgram *d, size_t len);
bool gate_end_eq(const struct endpoint *a, const struct endpoint *b);

/* gate_udp_life.c: begins without flows. */
void gate_dgrams_start(struct gate *g);
/*
 * Notes that @d has a socket of its own, so it ends with the program's socket: gate_dgram_gone().
 */
void gate_dgram_own(struct gate_dgram *d);
/* Notes that a datagram has passed: the lifetime of @d begins again. */
void gate_dgram_used(struct gate_dgram *d);
/*
 * Ends the flow that has been idle longest, except @but. Returns false if no flow has been idle for
 * @idle.
 */
bool gate_dgram_evict(struct gate *g, const struct gate_dgram *but, nsec_t idle);
/* Ends the flow that has been idle longest if there are as many flows as allowed. */
void gate_dgrams_limit(struct gate *g);

/*
 * Reports to the program that the datagram from @src to @dst with the payload @q could not be
 * delivered, for the reason @error (LEAT_ECONNREFUSED, ...). The headers that the ICMP error quotes
 * are written again, since the datagram is gone.
 */
void gate_quote_udp(struct gate *g, const struct endpoint *src, const struct endpoint *dst,
    const struct gate_quoted *q, int error);

/*
 * Returns what an error outside becomes inside: the number that sock_answer() and core_refuse()
 * take; -1 = no answer, so that the program tries again.
 */
int gate_refusal(int error);

/* Returns true if the outside was short of descriptors or memory, so the same may succeed later. */
bool gate_ran_out(int error);

#endif
