/*
 * packetdrill/host.c - one stack with a virtual clock: its options, its addresses, and how its time
 * passes.
 */
#include "host.h"

#include "core/route.h"
#include "interface.h"
#include "pkt/pkt.h"
#include "stack/stack.h"
#include "tcp/tcp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void
wire_transmit(struct wire *wire, struct pkt *frame, nsec_t now)
{
	struct host *h = container_of(wire, struct host, wire);

	frame->stamp = now;
	list_push(&h->out, &frame->node);
}

struct settings {
	struct ipaddr local, local6;
	uint32_t mtu;
	uint64_t seed, rcvbuf, sndbuf;
};

static bool
set_one(struct settings *set, const char *word)
{
	const char *value = strchr(word, '=');

	if (!value++)
		return false;
	if (strncmp(word, "local=", 6) == 0)
		return ipaddr_parse(value, &set->local) == 0;
	if (strncmp(word, "local6=", 7) == 0)
		return ipaddr_parse(value, &set->local6) == 0;
	if (strncmp(word, "mtu=", 4) == 0)
		return (set->mtu = (uint32_t)strtoul(value, NULL, 10)) >= 68;
	if (strncmp(word, "seed=", 5) == 0)
		return (set->seed = strtoull(value, NULL, 10)) > 0;
	if (strncmp(word, "rcvbuf=", 7) == 0)
		return (set->rcvbuf = strtoull(value, NULL, 10)) > 0;
	if (strncmp(word, "sndbuf=", 7) == 0)
		return (set->sndbuf = strtoull(value, NULL, 10)) > 0;
	return false;
}

static bool
settings_read(struct settings *set, const char *flags)
{
	char *copy = strdup(flags ? flags : ""), *rest = NULL;
	bool good = copy != NULL;

	*set = (struct settings){.mtu = 1500, .seed = 1, .rcvbuf = 15 << 20, .sndbuf = 4 << 20};
	ipaddr_parse("192.168.0.1", &set->local);
	ipaddr_parse("fd3d:a0b:17d6::1", &set->local6); /* the prefix of the tool's run_all.py */
	for (char *word = good ? strtok_r(copy, ", ", &rest) : NULL; word && good;
	     word = strtok_r(NULL, ", ", &rest)) {
		good = set_one(set, word);
		if (!good)
			fprintf(stderr,
			    "packetdrill-leat: what is '%s'? local=, local6=, mtu=, seed=, rcvbuf=, "
			    "sndbuf=\n",
			    word);
	}
	free(copy);
	return good;
}

static bool
default_route(struct host *h, struct ipaddr any)
{
	struct route r = {.dst = any, .gateway = any, .src = any, .ifindex = h->iface->index};

	return route_add(stack_core(h->stack), &r) == 0;
}

struct host *
host_new(const char *flags)
{
	struct host *h = calloc(1, sizeof *h);
	struct core_config config = {.number = 1};
	struct settings set;

	if (!h || !settings_read(&set, flags))
		goto fail;
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->changed, NULL);
	list_init(&h->out);
	h->tool = pthread_self();
	h->wakes_at = NSEC_NEVER;
	h->now = 1 * SEC;
	h->wire.transmit = wire_transmit;
	h->pool = pkt_pool_new((size_t)256 << 20);
	config.seed = set.seed;
	config.secret.k[0] = set.seed;
	config.pool = h->pool;
	config.now = h->now;
	h->stack = stack_new(&config);
	if (!h->stack || stack_add_rawip(h->stack, "tun0", set.mtu, &h->wire, &h->iface) != 0)
		goto fail;
	tcp_set_limits(stack_tcp(h->stack), &(struct tcp_limits){.conns = 1000,
						.syn_queue = 100,
						.time_wait = 100,
						.rcvbuf_max = set.rcvbuf,
						.sndbuf_max = set.sndbuf});
	host_adopt(h, &set.local);
	host_adopt(h, &set.local6);
	if (default_route(h, IPADDR_ANY4) && default_route(h, IPADDR_ANY6))
		return h;
fail:
	if (h)
		host_free(h);
	return NULL;
}

static void
drop_out(struct host *h)
{
	struct list *n;

	while ((n = list_pop(&h->out)))
		pkt_free(container_of(n, struct pkt, node));
}

void
host_free(struct host *h)
{
	if (h->stack) {
		drop_out(h);
		stack_free(h->stack);
		drop_out(h);
	}
	if (h->pool)
		pkt_pool_free(h->pool);
	free(h);
}

void
host_adopt(struct host *h, const struct ipaddr *addr)
{
	if (ipaddr_is_any(addr) || ipaddr_is_multicast(addr) || iface_of_addr(stack_core(h->stack), addr))
		return;
	/* The prefix is as long as the address, so that all others are reached by the default route. */
	iface_addr_add(h->iface, addr, ipaddr_is4(addr) ? 32 : 128, true);
}

void
host_wake(struct host *h)
{
	static const struct timespec moment = {.tv_nsec = 2000000};

	if (h->waiters == 0)
		return;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
	/*
	 * This is real time; virtual time stands still. The thread whose call has ended must
	 * report that to the tool before virtual time goes on. Nothing says when it has.
	 */
	nanosleep(&moment, NULL);
	pthread_mutex_lock(&h->lock);
}

/* Returns the time of the next event that needs no call and no packet. */
static nsec_t
next_event(const struct host *h)
{
	return nsec_min(stack_next(h->stack), h->wakes_at);
}

/* On the tool's thread only time can end a wait, because no packet arrives meanwhile. */
static bool
let_time_pass(struct host *h, nsec_t deadline)
{
	nsec_t next = nsec_min(next_event(h), deadline);

	if (next == NSEC_NEVER) {
		fprintf(stderr,
		    "packetdrill-leat: a call waits for ever: the script does not say that it blocks\n");
		return false;
	}
	host_advance(h, next);
	return true;
}

bool
host_wait(struct host *h, nsec_t deadline)
{
	if (h->now >= deadline)
		return false;
	if (pthread_equal(pthread_self(), h->tool))
		return let_time_pass(h, deadline);
	h->waiters++;
	h->wakes_at = nsec_min(h->wakes_at, deadline);
	pthread_cond_wait(&h->changed, &h->lock);
	h->waiters--;
	stack_advance(h->stack, h->now);
	return true;
}

void
host_advance(struct host *h, nsec_t until)
{
	while (next_event(h) <= until) {
		h->now = nsec_max(h->now, next_event(h));
		h->wakes_at = NSEC_NEVER; /* a thread that still waits sets it again */
		stack_advance(h->stack, h->now);
		host_wake(h);
	}
	h->now = nsec_max(h->now, until);
	stack_advance(h->stack, h->now);
}

/* Reads source and destination of an IP packet. Returns false if it is none. */
static bool
names(const uint8_t *p, size_t len, struct ipaddr *src, struct ipaddr *dst)
{
	if (len >= 20 && p[0] >> 4 == 4) {
		*src = ipaddr_from4(p + 12);
		*dst = ipaddr_from4(p + 16);
	} else if (len >= 40 && p[0] >> 4 == 6) {
		*src = ipaddr_from16(p + 8);
		*dst = ipaddr_from16(p + 24);
	} else {
		return false;
	}
	return true;
}

/* Removes @addr from the host: the script uses it as the peer's. */
static void
host_disown(struct host *h, const struct ipaddr *addr)
{
	if (iface_of_addr(stack_core(h->stack), addr))
		iface_addr_del(h->iface, addr);
}

int
host_packet_in(struct host *h, const void *packet, size_t len)
{
	struct pkt *p = pkt_from_bytes(h->pool, packet, len);
	struct ipaddr src, dst;

	if (!p)
		return -1;
	pthread_mutex_lock(&h->lock);
	if (names(packet, len, &src, &dst)) {
		host_disown(h, &src);
		host_adopt(h, &dst);
	}
	stack_input(h->stack, h->iface, p, h->now);
	host_wake(h);
	pthread_mutex_unlock(&h->lock);
	return 0;
}

int
host_packet_out(struct host *h, void *to, size_t *len, long long *when)
{
	struct list *n;
	struct pkt *p;

	pthread_mutex_lock(&h->lock);
	while (list_empty(&h->out) && stack_next(h->stack) != NSEC_NEVER)
		host_advance(h, stack_next(h->stack));
	n = list_pop(&h->out);
	p = n ? container_of(n, struct pkt, node) : NULL;
	if (p && p->len <= *len) {
		*len = p->len;
		*when = p->stamp / USEC;
		pkt_copy_out(p, 0, to, p->len);
	} else {
		*len = 0;
		*when = h->now / USEC;
	}
	if (p)
		pkt_free(p);
	pthread_mutex_unlock(&h->lock);
	return 0;
}
