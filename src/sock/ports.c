/*
 * sock/ports.c - keeps which addresses and ports are taken, decides which claims conflict, and
 * chooses ephemeral ports (RFC 6056). It does not know the state of any protocol.
 */
#include "sock/ports.h"

#include "leat.h"

#include <assert.h>
#include <stdlib.h>

struct port_bucket {
	struct table_node node;
	uint16_t port;
	uint8_t proto;
	uint32_t bound; /* claims that are not automatic */
	struct list claims;
};

enum { BUCKETS_KEPT = 256 };

struct port_key {
	uint16_t port;
	uint8_t proto;
};

int
ports_init(struct ports *p, const struct siphash_key *secret, struct rng *rng)
{
	*p = (struct ports){.secret = *secret, .rng = rng};
	for (unsigned i = 0; i < PORT_COUNTERS; i++)
		p->counter[i] = (uint32_t)rng_u64(rng);
	slab_init(&p->slab, sizeof(struct port_bucket), BUCKETS_KEPT);
	return table_init(&p->buckets, secret);
}

void
ports_fini(struct ports *p)
{
	assert(p->buckets.count == 0);
	slab_fini(&p->slab);
	table_fini(&p->buckets);
}

/*
 * The hash has no secret: once the table has its full size, at most 256 of the 65,536 ports share a
 * slot.
 */
static uint64_t
bucket_hash(struct port_key k)
{
	return ((uint64_t)k.proto << 16 | k.port) * UINT64_C(0x9e3779b97f4a7c15) >> 32;
}

static bool
bucket_eq(const struct table_node *node, const void *key)
{
	const struct port_bucket *b = container_of(node, const struct port_bucket, node);
	const struct port_key *k = key;

	return b->port == k->port && b->proto == k->proto;
}

static struct port_bucket *
bucket_find(const struct ports *p, uint8_t proto, uint16_t port)
{
	struct port_key k = {port, proto};
	struct table_node *n = table_find(&p->buckets, bucket_hash(k), &k, bucket_eq);

	return n ? container_of(n, struct port_bucket, node) : NULL;
}

static bool
covers(const struct port_claim *c, bool v6)
{
	if (ipaddr_is4(&c->addr))
		return !v6;
	return v6 || (ipaddr_is_any(&c->addr) && !c->v6only);
}

/*
 * Linux: an IPv6 socket that was not bound to an address could have had an IPv4 one, so it overlaps
 * 0.0.0.0.
 */
static bool
all4_beside(const struct port_claim *all4, const struct port_claim *c)
{
	return ipaddr_is4(&all4->addr) && ipaddr_is_any(&all4->addr) && !all4->v6 && !ipaddr_is4(&c->addr) &&
	       !c->v6only;
}

/* Returns true if there is an address that both claims cover. */
static bool
overlap(const struct port_claim *a, const struct port_claim *b)
{
	if (a->bound_if && b->bound_if && a->bound_if != b->bound_if)
		return false;
	if (all4_beside(a, b) || all4_beside(b, a))
		return true;
	if (!(covers(a, false) && covers(b, false)) && !(covers(a, true) && covers(b, true)))
		return false;
	return ipaddr_is_any(&a->addr) || ipaddr_is_any(&b->addr) || ipaddr_eq(&a->addr, &b->addr);
}

/*
 * Returns true if @c may exist together with @other, which is older. As in Linux's
 * inet_csk_bind_conflict() and, for datagrams, udp_lib_lport_inuse(): both must agree to share, and
 * SO_REUSEADDR is not enough if @other listens. Connections of a listener do not count.
 */
static bool
may_share(const struct port_claim *c, const struct port_claim *other)
{
	if (c->reuse_port && other->reuse_port)
		return true;
	return c->reuse_addr && other->reuse_addr && !other->listening;
}

bool
port_taken(const struct ports *p, uint8_t proto, uint16_t port)
{
	return bucket_find(p, proto, port) != NULL;
}

bool
port_conflicts(const struct ports *p, const struct port_claim *c)
{
	const struct port_bucket *b = bucket_find(p, c->proto, c->port);

	if (!b)
		return false;
	list_each(n, &b->claims) {
		const struct port_claim *other = container_of(n, const struct port_claim, node);

		if (other != c && overlap(c, other) && !may_share(c, other))
			return true;
	}
	return false;
}

int
port_take(struct ports *p, struct port_claim *c)
{
	struct port_key k = {c->port, c->proto};
	struct port_bucket *b = bucket_find(p, c->proto, c->port);

	assert(!c->bucket && c->port);
	if (!b) {
		b = slab_take(&p->slab);
		if (!b)
			return -LEAT_ENOBUFS;
		b->port = c->port;
		b->proto = c->proto;
		list_init(&b->claims);
		table_insert(&p->buckets, &b->node, bucket_hash(k));
	}
	c->bucket = b;
	b->bound += !c->automatic;
	list_push(&b->claims, &c->node);
	return 0;
}

void
port_release(struct ports *p, struct port_claim *c)
{
	struct port_bucket *b = c->bucket;

	if (!b)
		return;
	c->bucket = NULL;
	b->bound -= !c->automatic;
	list_del(&c->node);
	if (list_empty(&b->claims)) {
		table_remove(&p->buckets, &b->node);
		slab_give(&p->slab, b);
	}
}

enum { PORT_RANGE = PORT_HIGH - PORT_LOW + 1 };

/* RFC 6056, 3.3.2: tries all ports from a random one on. */
uint16_t
port_choose(struct ports *p, struct port_claim *c, port_free_fn *free, void *arg)
{
	uint32_t at = (uint32_t)rng_below(p->rng, PORT_RANGE);

	for (uint32_t i = 0; i < PORT_RANGE; i++) {
		c->port = (uint16_t)(PORT_LOW + (at + i) % PORT_RANGE);
		if (!bucket_find(p, c->proto, c->port) && free(c->port, arg))
			return c->port;
	}
	/* Every port has a claim, but one may still be free for this address. */
	for (uint32_t i = 0; i < PORT_RANGE; i++) {
		c->port = (uint16_t)(PORT_LOW + (at + i) % PORT_RANGE);
		if (!port_conflicts(p, c) && free(c->port, arg))
			return c->port;
	}
	return c->port = 0;
}

/*
 * RFC 6056, 3.3.4 (double-hash): each destination has a secret offset, and few destinations share a
 * counter. Successive connections to one destination take successive ports, and a host learns
 * nothing from its own ports about those of others.
 */
uint16_t
port_choose_for(struct ports *p, uint8_t proto, const struct ipaddr *local, const struct endpoint *remote,
    port_free_fn *free, void *arg)
{
	uint64_t words[5] = {remote->port, local->w[1], remote->addr.w[1], local->w[0], remote->addr.w[0]};
	uint64_t hash = siphash_words(&p->secret, words, ipaddr_is4(local) ? 3 : 5);
	uint32_t *counter = &p->counter[hash >> 56];
	uint32_t offset = (uint32_t)hash;

	for (uint32_t i = 0; i < PORT_RANGE; i++) {
		uint32_t at = offset + (*counter)++;
		uint16_t port = (uint16_t)(PORT_LOW + at % PORT_RANGE);
		const struct port_bucket *b = bucket_find(p, proto, port);

		if ((!b || !b->bound) && free(port, arg))
			return port;
	}
	return 0;
}
