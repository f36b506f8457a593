/*
 * test/unit/core/fake.h - a core without networks, whose links and neighbour operations only record
 * their calls.
 */
#ifndef TEST_CORE_FAKE_H
#define TEST_CORE_FAKE_H

/* cmocka needs these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../addr.h"
#include "../pool.h"
#include "core/core.h"
#include "core/neigh.h"
#include "pkt/queue.h"
#include "wire/eth.h"
#include "wire/ip4.h"
#include "wire/ip6.h"

struct fake {
	struct pkt_pool *pool;
	struct core *core;
	struct iface *lo, *eth0, *eth1;
	struct wire wire;
	struct pkt_queue sent; /* by output_to() or by the wire */
	uint8_t mac[6];        /* the last argument of output_to() */
	unsigned solicits, unicast_solicits, errors;
	struct net_error error;
	struct sink sink;
	unsigned events;
	struct event event;
};

/*
 * The fixture of this program's tests. It is global because link operations know only their
 * interface.
 */
static struct fake fake;

static inline void
fake_output(struct iface *iface, struct pkt *pkt, const struct ipaddr *next_hop)
{
	neigh_output(iface, pkt, next_hop);
}

static inline void
fake_input(struct iface *iface, struct pkt *frame)
{
	core_input(iface->core, iface, frame);
}

static inline void
fake_output_to(struct iface *iface, struct pkt *pkt, const uint8_t mac[6])
{
	(void)iface;
	memcpy(fake.mac, mac, 6);
	pkt_queue_push(&fake.sent, pkt);
}

static inline void
fake_transmit(struct wire *wire, struct pkt *frame, nsec_t now)
{
	(void)wire;
	(void)now;
	pkt_queue_push(&fake.sent, frame);
}

static inline void
fake_solicit(void *self, struct iface *iface, const struct ipaddr *a, const uint8_t *mac)
{
	(void)self;
	(void)iface;
	(void)a;
	fake.solicits++;
	fake.unicast_solicits += mac != NULL;
}

static inline bool
fake_error(void *self, const struct net_error *e)
{
	(void)self;
	fake.errors++;
	fake.error = *e;
	return true;
}

static inline void
fake_emit(struct sink *sink, const struct event *e)
{
	(void)sink;
	fake.events++;
	fake.event = *e;
}

static const struct link_ops fake_link = {fake_output, fake_input, fake_output_to, true, 0};
static const struct neigh_ops fake_neigh = {fake_solicit};
static const struct transport_ops fake_transport = {NULL, fake_error};

static inline struct iface *
fake_iface(const char *name, bool loopback)
{
	struct iface_config c = {
	    .name = name, .mtu = 1500, .link = &fake_link, .wire = &fake.wire, .loopback = loopback};
	struct iface *i;

	assert_int_equal(iface_add(fake.core, &c, &i), 0);
	return i;
}

static inline int
fake_setup(void **state)
{
	struct core_config c = {.number = 7, .seed = 1, .secret = {{1, 2}}, .now = SEC};

	(void)state;
	memset(&fake, 0, sizeof fake);
	fake.pool = c.pool = pkt_pool_new(64 << 20);
	fake.sink.emit = fake_emit;
	c.sink = &fake.sink;
	fake.core = core_new(&c);
	fake.wire.transmit = fake_transmit;
	pkt_queue_init(&fake.sent);
	neigh_register(fake.core, false, &fake_neigh, &fake);
	neigh_register(fake.core, true, &fake_neigh, &fake);
	core_register_transport(fake.core, 200, &fake_transport, &fake);
	fake.lo = fake_iface("lo", true);
	fake.eth0 = fake_iface("eth0", false);
	fake.eth1 = fake_iface("eth1", false);
	return 0;
}

static inline unsigned
fake_discard(void)
{
	unsigned n = 0;
	struct pkt *p;

	for (; (p = pkt_queue_pop(&fake.sent)); n++)
		pkt_free(p);
	return n;
}

static inline int
fake_teardown(void **state)
{
	(void)state;
	fake_discard();
	core_free(fake.core);
	pool_end(fake.pool);
	return 0;
}

#define fake_test(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)

static inline void
fake_address(struct iface *iface, const char *text, uint8_t bits)
{
	struct ipaddr a = addr(text);

	assert_int_equal(iface_addr_add(iface, &a, bits, true), 0);
}

static inline int
fake_route(const char *dst, uint8_t bits, const char *gateway, struct iface *iface, uint32_t metric)
{
	struct ipaddr d = addr(dst);
	struct route r = {.dst = d,
	    .bits = bits,
	    .gateway = gateway          ? addr(gateway)
		       : ipaddr_is4(&d) ? IPADDR_ANY4
					: IPADDR_ANY6,
	    .ifindex = iface->index,
	    .metric = metric,
	    .src = ipaddr_is4(&d) ? IPADDR_ANY4 : IPADDR_ANY6};

	return route_add(fake.core, &r);
}

static inline void
fake_advance(nsec_t by)
{
	fake.core->now += by;
	wheel_advance(fake.core->wheel, fake.core->now);
}

#endif
