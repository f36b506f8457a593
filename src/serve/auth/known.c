/*
 * serve/auth/known.c - a bounded table; what has been in it for longest goes first.
 */
#include "serve/auth/known.h"

#include "serve/auth/auth.h"

#include <stdlib.h>

struct known_entry {
	struct table_node node;
	struct list old;
	struct auth_digest digest;
	nsec_t until;
};

int
known_init(struct auth_known *k, const struct siphash_key key[2])
{
	k->key[0] = key[0];
	k->key[1] = key[1];
	list_init(&k->old);
	return table_init(&k->table, &key[0]);
}

static void
forget(struct auth_known *k, struct known_entry *e)
{
	table_remove(&k->table, &e->node);
	list_del(&e->old);
	free(e);
}

void
known_fini(struct auth_known *k)
{
	while (!list_empty(&k->old))
		forget(k, list_first(&k->old, struct known_entry, old));
	table_fini(&k->table);
}

/* A name has no NUL, so no two pairs have the same octets. */
struct auth_digest
known_digest(const struct auth_known *k, struct http_span name, struct http_span password)
{
	char octets[AUTH_NAME_MOST + 1 + AUTH_PASSWORD_MOST];
	struct auth_digest d;
	size_t n = name.len + 1 + password.len;

	memcpy(octets, name.at, name.len);
	octets[name.len] = '\0';
	memcpy(octets + name.len + 1, password.at, password.len);
	d.h[0] = siphash(&k->key[0], octets, n);
	d.h[1] = siphash(&k->key[1], octets, n);
	explicit_bzero(octets, sizeof octets);
	return d;
}

static bool
has_digest(const struct table_node *n, const void *key)
{
	return known_same(&container_of(n, const struct known_entry, node)->digest, key);
}

static struct known_entry *
find(const struct auth_known *k, const struct auth_digest *d)
{
	struct table_node *n = table_find(&k->table, d->h[0], d, has_digest);

	return n ? container_of(n, struct known_entry, node) : NULL;
}

bool
known_has(struct auth_known *k, const struct auth_digest *d, nsec_t now)
{
	struct known_entry *e = find(k, d);

	if (e && now >= e->until) {
		forget(k, e);
		return false;
	}
	return e != NULL;
}

void
known_add(struct auth_known *k, const struct auth_digest *d, nsec_t now)
{
	struct known_entry *e = find(k, d);

	if (e)
		forget(k, e);
	if (k->table.count >= AUTH_KNOWN_MOST)
		forget(k, list_first(&k->old, struct known_entry, old));
	e = malloc(sizeof *e);
	if (!e)
		return;
	e->digest = *d;
	e->until = nsec_add(now, AUTH_KNOWN_TIME);
	table_insert(&k->table, &e->node, d->h[0]);
	list_init(&e->old);
	list_push(&k->old, &e->old);
}
