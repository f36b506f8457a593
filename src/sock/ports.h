/*
 * sock/ports.h - who has which port: the rules of bind(2) by which names stand side by side, and
 * the choice of ephemeral ports (RFC 6056).
 *
 * It knows names and flags, neither sockets nor protocols' state. A claim is the owner's; it is
 * found by protocol and port.
 */
#ifndef SOCK_PORTS_H
#define SOCK_PORTS_H

#include "base/ipaddr.h"
#include "base/list.h"
#include "base/rng.h"
#include "base/slab.h"
#include "base/table.h"

#include <stdbool.h>
#include <stdint.h>

enum { PORT_LOW = 32768, PORT_HIGH = 60999 }; /* Linux's ip_local_port_range */

/* RFC 6056, 3.3.4: one counter for each class of destinations. */
enum { PORT_COUNTERS = 256 };

struct port_bucket;

struct port_claim {
	struct list node;
	struct port_bucket *bucket; /* NULL = not taken */
	struct ipaddr addr;         /* unspecified = wildcard; "::" also of IPv4 unless v6only */
	uint16_t port;
	uint8_t proto;
	bool v6only;
	bool v6; /* an IPv6 socket's, whatever the address */
	bool reuse_addr, reuse_port;
	bool listening;
	bool automatic; /* chosen by connect(): it keeps no other connection away */
	uint32_t bound_if;
};

struct ports {
	struct table buckets; /* by protocol and port */
	struct slab slab;     /* of them */
	struct siphash_key secret;
	struct rng *rng;
	uint32_t counter[PORT_COUNTERS];
};

/* 0 or -LEAT_ENOMEM. @rng is borrowed. */
int ports_init(struct ports *p, const struct siphash_key *secret, struct rng *rng);

/* All claims must have been released. */
void ports_fini(struct ports *p);

/*
 * Does a claim on the same port and an overlapping address forbid this one? (ip(7), socket(7):
 * SO_REUSEADDR, SO_REUSEPORT)
 */
bool port_conflicts(const struct ports *p, const struct port_claim *c);

/* Returns true if a socket has @port of protocol @proto. */
bool port_taken(const struct ports *p, uint8_t proto, uint16_t port);

/* 0 or -LEAT_ENOBUFS. Looks at no conflict. */
int port_take(struct ports *p, struct port_claim *c);
void port_release(struct ports *p, struct port_claim *c);

/* What else keeps a port from being chosen. */
typedef bool port_free_fn(uint16_t port, void *arg);

/*
 * An ephemeral port for bind(): one that nobody has and @free agrees to. 0 when there is none. Sets
 * c->port.
 */
uint16_t port_choose(struct ports *p, struct port_claim *c, port_free_fn *free, void *arg);

/*
 * An ephemeral port for connect(): it only has to make the four-tuple unique, which @free tells;
 * ports that someone bound are left alone. 0 when there is none.
 */
uint16_t port_choose_for(struct ports *p, uint8_t proto, const struct ipaddr *local,
    const struct endpoint *remote, port_free_fn *free, void *arg);

#endif
