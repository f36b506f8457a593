/*
 * serve/auth/clients.c - a bounded table of clients that have tried passwords. Tries come back with
 * time, one each AUTH_WRONG_PAUSE.
 */
#include "serve/auth/clients.h"

#include "serve/auth/auth.h"

#include <stdlib.h>

struct client {
	struct table_node node;
	struct list old;
	struct ipaddr addr;
	nsec_t full; /* when it has all its tries again */
};

int
clients_init(struct auth_clients *c, const struct siphash_key *key)
{
	list_init(&c->old);
	return table_init(&c->table, key);
}

static void
forget(struct auth_clients *c, struct client *k)
{
	table_remove(&c->table, &k->node);
	list_del(&k->old);
	free(k);
}

void
clients_fini(struct auth_clients *c)
{
	while (!list_empty(&c->old))
		forget(c, list_first(&c->old, struct client, old));
	table_fini(&c->table);
}

static bool
has_addr(const struct table_node *n, const void *key)
{
	return ipaddr_eq(&container_of(n, const struct client, node)->addr, key);
}

static struct ipaddr
key_of(const struct ipaddr *addr)
{
	struct ipaddr key = *addr;

	if (!ipaddr_is4(&key))
		key.w[1] = 0;
	return key;
}

static struct client *
find(const struct auth_clients *c, const struct ipaddr *key)
{
	struct table_node *n = table_find(&c->table, table_hash(&c->table, key->w, 2), key, has_addr);

	return n ? container_of(n, struct client, node) : NULL;
}

static struct client *
find_or_add(struct auth_clients *c, const struct ipaddr *key)
{
	struct client *k = find(c, key);

	if (k) {
		list_del(&k->old);
		list_push(&c->old, &k->old);
		return k;
	}
	if (c->table.count >= AUTH_CLIENTS_MOST)
		forget(c, list_first(&c->old, struct client, old));
	k = calloc(1, sizeof *k);
	if (!k)
		return NULL;
	k->addr = *key;
	table_insert(&c->table, &k->node, table_hash(&c->table, key->w, 2));
	list_init(&k->old);
	list_push(&c->old, &k->old);
	return k;
}

bool
clients_try(struct auth_clients *c, const struct ipaddr *addr, nsec_t now)
{
	struct ipaddr key = key_of(addr);
	struct client *k = find_or_add(c, &key);
	nsec_t full;

	if (!k)
		return true;
	full = (k->full > now ? k->full : now) + AUTH_WRONG_PAUSE;
	if (full > now + AUTH_WRONG_MOST * AUTH_WRONG_PAUSE)
		return false;
	k->full = full;
	return true;
}

void
clients_right(struct auth_clients *c, const struct ipaddr *addr)
{
	struct ipaddr key = key_of(addr);
	struct client *k = find(c, &key);

	if (k)
		k->full -= AUTH_WRONG_PAUSE;
}
