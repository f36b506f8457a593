/*
 * base/table.h - a hash table through the members' own nodes, under a secret key, that grows as it
 * fills.
 *
 * Keys are made of 64-bit words. It owns no member. A hostile choice of keys does not lengthen its
 * chains, since the hash is SipHash under a key that the peer does not know.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include "base/siphash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_node {
	struct table_node *next,
	    **at; /* @at: what points to it, so that taking it out reads no other member */
	uint64_t hash;
};

/* Does the member of @node have the key @key? */
typedef bool table_eq_fn(const struct table_node *node, const void *key);

struct table {
	struct table_node **bucket;
	size_t mask;  /* buckets - 1; buckets are a power of two */
	size_t count; /* members */
	struct siphash_key key;
};

/* 0, or -LEAT_ENOMEM. */
int table_init(struct table *t, const struct siphash_key *key);

/* Frees the buckets; the members are their owners'. */
void table_fini(struct table *t);

static inline uint64_t
table_hash(const struct table *t, const uint64_t *words, size_t n)
{
	return siphash13_words(&t->key, words, n);
}

/* The first member with this hash, or NULL; and the next of them behind @n. */
static inline struct table_node *
table_of_hash(struct table_node *n, uint64_t hash)
{
	while (n && n->hash != hash)
		n = n->next;
	return n;
}

static inline struct table_node *
table_first(const struct table *t, uint64_t hash)
{
	return table_of_hash(t->bucket[hash & t->mask], hash);
}

static inline struct table_node *
table_next(const struct table_node *n)
{
	return table_of_hash(n->next, n->hash);
}

/* The first member with this hash and key, or NULL. */
struct table_node *table_find(const struct table *t, uint64_t hash, const void *key, table_eq_fn *eq);

/*
 * Takes @node in under @hash; does not look for an equal one. Never fails: when it cannot grow it
 * gets slower.
 */
void table_insert(struct table *t, struct table_node *node, uint64_t hash);

/* @node must be in. */
void table_remove(struct table *t, struct table_node *node);

/* Every member once, in no order; @fn may remove the member it is given and no other. */
void table_each(struct table *t, void (*fn)(struct table_node *node, void *arg), void *arg);

#endif
