/*
 * sim/simio_impl.h - what simio.c and simio_*.c share. Only they include this header.
 */
#ifndef SIM_SIMIO_IMPL_H
#define SIM_SIMIO_IMPL_H

#include "base/list.h"
#include "base/rng.h"
#include "base/wheel.h"
#include "sim/simio.h"

#include <limits.h>

/* The delay of a notification after its cause, and between two notifications of one level. */
#define SIMIO_TICK USEC

struct simio_net {
	struct wheel *wheel;
	const nsec_t *now;
	uint64_t seed;
	const struct simio_rule *rule[SIMIO_RULES];
	unsigned nrules;
	struct list hosts, conns, flights; /* flights: datagrams in flight */
	unsigned nhosts, open;
};

struct simio_host {
	struct io_world world;
	struct list node;
	struct simio_net *net;
	struct rng rng, ports;
	struct ipaddr addr[SIMIO_ADDRESSES];
	unsigned naddrs;
	bool everywhere;
	unsigned open, most; /* streams and datagram sockets */
	struct list listeners, dgrams;
};

/*
 * Notifies the owner of an object from a timer, never from within a call of the owner. The object
 * embeds it.
 */
struct simio_notifier {
	struct timer timer;
	struct wheel *wheel;
	const nsec_t *now;
};

/* Makes the owner be notified after SIMIO_TICK, if that is not planned already. */
static inline void
simio_notify_soon(struct simio_notifier *t)
{
	if (!timer_armed(&t->timer))
		timer_arm(t->wheel, &t->timer, *t->now + SIMIO_TICK);
}

/* simio.c */

/* Returns the host that has the address @to, as seen from @from; NULL: unreachable. */
struct simio_host *simio_find_host(struct simio_host *from, const struct ipaddr *to);
/*
 * Stores the source address that @h uses to reach @to. Returns 0, or -LEAT_ENETUNREACH if @h has no
 * address of that family.
 */
int simio_source(const struct simio_host *h, const struct ipaddr *to, struct ipaddr *out);
/* Returns true if @h may use @addr as its own. */
bool simio_is_local(const struct simio_host *h, const struct ipaddr *addr);
/* Returns the rule for @to; never NULL. */
const struct simio_rule *simio_find_rule(const struct simio_net *net, const struct endpoint *to);
/*
 * Returns a random port of the dynamic range (RFC 6335, 6) for which @taken returns false; 0 if all
 * are taken.
 */
uint16_t simio_choose_port(struct simio_host *h, const struct ipaddr *addr,
    bool (*taken)(const struct simio_host *h, const struct endpoint *at));
void simio_notifier_init(struct simio_notifier *t, struct simio_net *net, timer_fn *fire);

/* Returns true if @h may open one more stream or datagram socket. */
bool simio_may_open(const struct simio_host *h);
/* Count that one was opened, and that one was closed. */
void simio_opened(struct simio_host *h);
void simio_closed(struct simio_host *h);

/*
 * Returns true if a socket that is bound to @bound receives what is sent to @to. One that is bound
 * to an unspecified address receives for all addresses of that family.
 */
static inline bool
simio_takes(const struct endpoint *bound, const struct endpoint *to)
{
	if (bound->port != to->port)
		return false;
	if (ipaddr_is_any(&bound->addr))
		return ipaddr_is4(&bound->addr) == ipaddr_is4(&to->addr);
	return ipaddr_eq(&bound->addr, &to->addr);
}

/* Returns true if sockets at @a and @b would both receive some of the same traffic. */
static inline bool
simio_overlap(const struct endpoint *a, const struct endpoint *b)
{
	return simio_takes(a, b) || simio_takes(b, a);
}

/* simio_conn.c, simio_stream.c: each end of a connection is a stream. */
struct simio_end;

int simio_connect(
    struct io_world *w, const struct endpoint *to, io_stream_fn *fn, void *arg, struct io_stream **out);
/* Frees all connections of @net. */
void simio_conns_free(struct simio_net *net);
/* Takes @e out of the accept queue, if it is there, and returns the stream for its owner. */
struct io_stream *simio_end_own(struct simio_end *e);
/* Resets a connection that waits in an accept queue. */
void simio_end_reset(struct simio_end *e);

/* simio_listen.c */
struct simio_listener;

int simio_listen(struct io_world *w, const struct endpoint *at, int backlog,
    void (*fn)(struct io_listener *l, void *arg), void *arg, struct io_listener **out);
/* Returns the listener for connections to @to, the most specific one; NULL: none. */
struct simio_listener *simio_find_listener(const struct simio_host *h, const struct endpoint *to);
/* Adds @node, which an end embeds, to the accept queue. Returns false if the queue is full. */
bool simio_listener_push(struct simio_listener *l, struct list *node);
/* Notifies the listeners of @h that it may open one more stream. */
void simio_listeners_poke(struct simio_host *h);

/* simio_dgram.c */
int simio_dgram(struct io_world *w, const struct endpoint *local, const struct endpoint *peer,
    io_dgram_fn *fn, void *arg, struct io_dgram **out);
/* Frees the datagrams that are in flight. */
void simio_flights_free(struct simio_net *net);

#endif
