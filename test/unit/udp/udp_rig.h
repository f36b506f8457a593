/*
 * test/unit/udp/udp_rig.h - UDP on a host without a network below it: what UDP sends is kept for the
 * test to look at, and the test makes datagrams arrive.
 */
#ifndef TEST_UDP_RIG_H
#define TEST_UDP_RIG_H

/* cmocka.h needs these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/core.h"
#include "udp/udp.h"
#include "wire/ip.h"
#include "wire/udp.h"

/* The host itself, at 10.0.0.1/24 (and fd00::1/64), and two others of its network. */
#define OURS   ipaddr_v4(0x0a000001)
#define THEIRS ipaddr_v4(0x0a000002)
#define THIRD  ipaddr_v4(0x0a000003)

struct udp_rig {
	struct pkt_pool *pool;
	struct core *core;
	struct udp *udp;
	struct iface *iface;
	struct pkt *sent; /* the last datagram that went out; NULL = none */
	struct ip_tx tx;  /* how it was sent */
	int refused;      /* the last error that UDP asked the network to report to a sender */
	unsigned events;  /* calls of udp_user_ops.notify */
};

void udp_rig_start(struct udp_rig *r);
/* Frees all. The test has closed its ends; asserts that every packet is back in the pool. */
void udp_rig_end(struct udp_rig *r);

/* The same for cmocka: *state is the udp_rig. */
int udp_rig_setup(void **state);
int udp_rig_teardown(void **state);

/* An end that is bound to @addr and @port; its events are counted in r->events. */
struct udp_end *open_end(struct udp_rig *r, struct ipaddr addr, uint16_t port);

enum sum { SUM_NONE, SUM_RIGHT, SUM_WRONG };

/* A datagram with @text and a checksum as @sum says arrives from @src and @sport. */
void arrive(struct udp_rig *r, struct ipaddr src, uint16_t sport, struct ipaddr dst, uint16_t dport,
    const char *text, enum sum sum);

/* The next datagram that @e reads is @text; NULL: there is none. */
void assert_reads(struct udp_end *e, const char *text);

/* Sends @len octets to port 53 of @to, @seg in each datagram (0: all in one); udp_send()'s result. */
ssize_t send_to(struct udp_end *e, struct ipaddr to, size_t len, uint16_t seg);

#endif
