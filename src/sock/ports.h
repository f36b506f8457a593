/*
 * sock/ports.h - which socket has which port: the rules of bind(2) about names that may exist
 * together, and the choice of ephemeral ports (RFC 6056).
 *
 * It knows names and flags, but neither sockets nor the states of protocols. Claims belong to the
 * caller and are found by protocol and port.
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

/* RFC 6056, 3.3.4: each counter is shared by a class of destinations. */
enum { PORT_COUNTERS = 256 };

struct port_bucket;

struct port_claim {
	struct list node;
	struct port_bucket *bucket; /* NULL: the port is not taken */
	struct ipaddr addr;         /* unspecified: every address; "::" includes IPv4 unless v6only */
	uint16_t port;
	uint8_t proto;
	bool v6only;
	bool v6; /* the claim of an IPv6 socket, even if addr is IPv4 */
	bool reuse_addr, reuse_port;
	bool listening;
	bool automatic; /* chosen by connect(); other connections may share the port */
	uint32_t bound_if;
};

struct ports {
	struct table buckets; /* by protocol and port */
	struct slab slab;     /* of buckets */
	struct siphash_key secret;
	struct rng *rng;
	uint32_t counter[PORT_COUNTERS];
};

/* Returns 0 or -LEAT_ENOMEM. @rng is borrowed. */
int ports_init(struct ports *p, const struct siphash_key *secret, struct rng *rng);

/* All claims must have been released. */
void ports_fini(struct ports *p);

/*
 * Returns true if another claim on the same port and an overlapping address forbids @c (ip(7);
 * socket(7): SO_REUSEADDR, SO_REUSEPORT).
 */
bool port_conflicts(const struct ports *p, const struct port_claim *c);

/* Returns true if a socket has @port of protocol @proto. */
bool port_taken(const struct ports *p, uint8_t proto, uint16_t port);

/* Takes the port of @c without checking for conflicts. Returns 0 or -LEAT_ENOBUFS. */
int port_take(struct ports *p, struct port_claim *c);
void port_release(struct ports *p, struct port_claim *c);

/* Returns true if @port may be chosen, as far as the caller knows. */
typedef bool port_free_fn(uint16_t port, void *arg);

/*
 * Chooses an ephemeral port for bind(): one that no socket has, and that @free agrees to. Returns
 * it, and sets c->port; or returns 0 if there is none.
 */
uint16_t port_choose(struct ports *p, struct port_claim *c, port_free_fn *free, void *arg);

/*
 * Chooses an ephemeral port for connect(), which only has to make the four-tuple unique; @free
 * checks that. Ports that a socket was bound to are left out. Returns 0 if there is none.
 */
uint16_t port_choose_for(struct ports *p, uint8_t proto, const struct ipaddr *local,
    const struct endpoint *remote, port_free_fn *free, void *arg);

#endif
