/*
 * sim/simio_impl.h - what simio.c and simio_*.c share. For these only.
 */
#ifndef SIM_SIMIO_IMPL_H
#define SIM_SIMIO_IMPL_H

#include "base/list.h"
#include "base/rng.h"
#include "base/wheel.h"
#include "sim/simio.h"

#include <limits.h>

/* How long after its cause an event is notified, and how long after that again while it lasts. */
#define SIMIO_TICK USEC

struct simio_net {
	struct wheel *wheel;
	const nsec_t *now;
	uint64_t seed;
	const struct simio_rule *rule[SIMIO_RULES];
	unsigned nrules;
	struct list hosts, conns, flights; /* flights: datagrams on their way */
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
 * Notifies an owner of levels in turns, never from within a call. Embedded in the object that has
 * an owner.
 */
struct simio_notifier {
	struct timer timer;
	struct wheel *wheel;
	const nsec_t *now;
};

static inline void
simio_notify_soon(struct simio_notifier *t)
{
	if (!timer_armed(&t->timer))
		timer_arm(t->wheel, &t->timer, *t->now + SIMIO_TICK);
}

/* simio.c */

/* The host that has @to, as @from sees it; NULL: unreachable. */
struct simio_host *simio_find_host(struct simio_host *from, const struct ipaddr *to);
/* The address that @h uses towards @to; 0, or -LEAT_ENETUNREACH when it has none of that family. */
int simio_source(const struct simio_host *h, const struct ipaddr *to, struct ipaddr *out);
/* True if @h may use @addr as its own. */
bool simio_is_local(const struct simio_host *h, const struct ipaddr *addr);
/* The rule for @to; never NULL. */
const struct simio_rule *simio_find_rule(const struct simio_net *net, const struct endpoint *to);
/* A port of the dynamic range (RFC 6335) that @taken does not have, 0 when it has them all. */
uint16_t simio_choose_port(struct simio_host *h, const struct ipaddr *addr,
    bool (*taken)(const struct simio_host *h, const struct endpoint *at));
void simio_notifier_init(struct simio_notifier *t, struct simio_net *net, timer_fn *fire);

/* One more object of @h's is open, and one less. */
bool simio_may_open(const struct simio_host *h);
void simio_opened(struct simio_host *h);
void simio_closed(struct simio_host *h);

/*
 * Does a socket at @bound get what is sent to @to? A bound unspecified address takes all of its
 * family.
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

/* Would sockets at @a and @b get the same? */
static inline bool
simio_overlap(const struct endpoint *a, const struct endpoint *b)
{
	return simio_takes(a, b) || simio_takes(b, a);
}

/* simio_conn.c, simio_stream.c: an end of a connection is a stream. */
struct simio_end;

int simio_connect(
    struct io_world *w, const struct endpoint *to, io_stream_fn *fn, void *arg, struct io_stream **out);
/* Both ends of @net's connections that have no owner left. */
void simio_conns_free(struct simio_net *net);
/* The accept queue's end becomes its owner's. */
struct io_stream *simio_end_own(struct simio_end *e);
/* A connection that waited in an accept queue is reset. */
void simio_end_reset(struct simio_end *e);

/* simio_listen.c */
struct simio_listener;

int simio_listen(struct io_world *w, const struct endpoint *at, int backlog,
    void (*fn)(struct io_listener *l, void *arg), void *arg, struct io_listener **out);
struct simio_listener *simio_find_listener(const struct simio_host *h, const struct endpoint *to);
/* False: the accept queue is full. @node is the end's place in the queue. */
bool simio_listener_push(struct simio_listener *l, struct list *node);
/* There is room for one more open stream of @h's. */
void simio_listeners_poke(struct simio_host *h);

/* simio_dgram.c */
int simio_dgram(struct io_world *w, const struct endpoint *local, const struct endpoint *peer,
    io_dgram_fn *fn, void *arg, struct io_dgram **out);
/* Datagrams on their way are lost. */
void simio_flights_free(struct simio_net *net);

#endif
