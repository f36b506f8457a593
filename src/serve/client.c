/*
 * serve/client.c - how many connections each client has. A client is an IPv4 address, or the /64 of
 * an IPv6 address, of which one person has all.
 */
#include "serve/impl.h"

static bool
has_addr(const struct table_node *n, const void *key)
{
	return ipaddr_eq(&container_of(n, const struct serve_client, node)->addr, key);
}

struct serve_client *
client_take(struct serve *s, const struct ipaddr *addr)
{
	struct ipaddr key = *addr;
	struct serve_client *k;
	struct table_node *n;
	uint64_t hash;

	if (!ipaddr_is4(&key))
		key.w[1] = 0;
	hash = table_hash(&s->clients, key.w, 2);
	n = table_find(&s->clients, hash, &key, has_addr);
	if (n) {
		k = container_of(n, struct serve_client, node);
	} else {
		k = slab_take(&s->client_slab);
		if (!k)
			return NULL;
		k->addr = key;
		table_insert(&s->clients, &k->node, hash);
	}
	k->conns++;
	return k;
}

void
client_give(struct serve *s, struct serve_client *k)
{
	if (--k->conns > 0)
		return;
	table_remove(&s->clients, &k->node);
	slab_give(&s->client_slab, k);
}
