/*
 * sim/simio.c - the net of sim/simio.h: its hosts, their addresses, and its rules. It does not
 * know what streams and datagrams carry.
 */
#include "sim/simio.h"

#include "base/err.h"
#include "sim/simio_impl.h"

#include <assert.h>
#include <stdlib.h>

struct simio_net *
simio_net_new(struct wheel *wheel, const nsec_t *now, uint64_t seed)
{
	struct simio_net *net = calloc(1, sizeof *net);

	if (!net)
		return NULL;
	net->wheel = wheel;
	net->now = now;
	net->seed = seed;
	list_init(&net->hosts);
	list_init(&net->conns);
	list_init(&net->flights);
	return net;
}

void
simio_net_free(struct simio_net *net)
{
	struct list *n;

	if (!net)
		return;
	assert(net->open == 0);
	simio_conns_free(net);
	simio_flights_free(net);
	while ((n = list_pop(&net->hosts)))
		free(container_of(n, struct simio_host, node));
	free(net);
}

unsigned
simio_net_open(const struct simio_net *net)
{
	return net->open;
}

int
simio_net_rule(struct simio_net *net, const struct simio_rule *rule)
{
	if (net->nrules == SIMIO_RULES)
		return -LEAT_ENOSPC;
	net->rule[net->nrules++] = rule;
	return 0;
}

const struct simio_rule *
simio_find_rule(const struct simio_net *net, const struct endpoint *to)
{
	static const struct simio_rule none;

	for (unsigned i = 0; i < net->nrules; i++) {
		const struct endpoint *at = &net->rule[i]->at;

		if ((ipaddr_is_any(&at->addr) || ipaddr_eq(&at->addr, &to->addr)) &&
		    (at->port == 0 || at->port == to->port))
			return net->rule[i];
	}
	return &none;
}

/* Hosts */

static nsec_t
host_now(const struct io_world *w)
{
	return *container_of(w, const struct simio_host, world)->net->now;
}

static void
host_random(struct io_world *w, void *buf, size_t len)
{
	struct simio_host *h = container_of(w, struct simio_host, world);
	uint8_t *to = buf;

	for (size_t i = 0; i < len; i++)
		to[i] = (uint8_t)rng_u64(&h->rng);
}

static const struct io_world_ops host_ops = {
    .now = host_now,
    .random = host_random,
    .connect = simio_connect,
    .listen = simio_listen,
    .dgram = simio_dgram,
};

struct simio_host *
simio_host_new(struct simio_net *net)
{
	struct simio_host *h = calloc(1, sizeof *h);

	if (!h)
		return NULL;
	h->world = (struct io_world){.ops = &host_ops, .wheel = net->wheel};
	h->net = net;
	h->most = UINT_MAX;
	rng_fork(&h->rng, net->seed, 2 * net->nhosts);
	rng_fork(&h->ports, net->seed, 2 * net->nhosts + 1);
	list_init(&h->listeners);
	list_init(&h->dgrams);
	list_push(&net->hosts, &h->node);
	net->nhosts++;
	return h;
}

static bool
has_address(const struct simio_host *h, const struct ipaddr *addr)
{
	for (unsigned i = 0; i < h->naddrs; i++) {
		if (ipaddr_eq(&h->addr[i], addr))
			return true;
	}
	return false;
}

static struct simio_host *
owner_of(const struct simio_net *net, const struct ipaddr *addr)
{
	list_each(n, &net->hosts) {
		struct simio_host *h = container_of(n, struct simio_host, node);

		if (has_address(h, addr))
			return h;
	}
	return NULL;
}

int
simio_host_address(struct simio_host *h, const char *addr)
{
	struct ipaddr a;
	int err = ipaddr_parse(addr, &a);

	if (err)
		return err;
	if (ipaddr_is_any(&a) || ipaddr_is_loopback(&a) || ipaddr_is_multicast(&a))
		return -LEAT_EINVAL;
	if (owner_of(h->net, &a))
		return -LEAT_EADDRINUSE;
	if (h->naddrs == SIMIO_ADDRESSES)
		return -LEAT_ENOSPC;
	h->addr[h->naddrs++] = a;
	return 0;
}

void
simio_host_everywhere(struct simio_host *h)
{
	h->everywhere = true;
}

void
simio_host_limit(struct simio_host *h, unsigned most)
{
	h->most = most;
}

unsigned
simio_host_open(const struct simio_host *h)
{
	return h->open;
}

struct io_world *
simio_host_world(struct simio_host *h)
{
	return &h->world;
}

struct simio_host *
simio_find_host(struct simio_host *from, const struct ipaddr *to)
{
	struct simio_host *h;

	if (ipaddr_is_loopback(to))
		return from;
	h = owner_of(from->net, to);
	if (h || ipaddr_is_any(to) || ipaddr_is_multicast(to))
		return h;
	list_each(n, &from->net->hosts) {
		h = container_of(n, struct simio_host, node);
		if (h->everywhere)
			return h;
	}
	return NULL;
}

bool
simio_is_local(const struct simio_host *h, const struct ipaddr *addr)
{
	struct simio_host *owner;

	if (ipaddr_is_any(addr) || ipaddr_is_loopback(addr))
		return true;
	owner = owner_of(h->net, addr);
	return owner ? owner == h : h->everywhere;
}

int
simio_source(const struct simio_host *h, const struct ipaddr *to, struct ipaddr *out)
{
	if (ipaddr_is_loopback(to)) {
		*out = *to;
		return 0;
	}
	for (unsigned i = 0; i < h->naddrs; i++) {
		if (ipaddr_is4(&h->addr[i]) == ipaddr_is4(to)) {
			*out = h->addr[i];
			return 0;
		}
	}
	return -LEAT_ENETUNREACH;
}

uint16_t
simio_choose_port(struct simio_host *h, const struct ipaddr *addr,
    bool (*taken)(const struct simio_host *h, const struct endpoint *at))
{
	enum { FIRST = 49152, COUNT = 65536 - FIRST };
	unsigned start = (unsigned)rng_below(&h->ports, COUNT);

	for (unsigned i = 0; i < COUNT; i++) {
		struct endpoint at = {.addr = *addr, .port = (uint16_t)(FIRST + (start + i) % COUNT)};

		if (!taken(h, &at))
			return at.port;
	}
	return 0;
}

bool
simio_may_open(const struct simio_host *h)
{
	return h->open < h->most;
}

void
simio_opened(struct simio_host *h)
{
	h->open++;
	h->net->open++;
}

void
simio_closed(struct simio_host *h)
{
	h->open--;
	h->net->open--;
	simio_listeners_poke(h);
}

void
simio_notifier_init(struct simio_notifier *t, struct simio_net *net, timer_fn *fire)
{
	timer_init(&t->timer, fire);
	t->wheel = net->wheel;
	t->now = net->now;
}
