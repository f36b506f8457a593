/*
 * base/table.h - a growing hash table with a secret key, whose nodes are members of the entries.
 *
 * Keys are arrays of 64-bit words. The table owns no entry. A peer cannot choose keys that all fall
 * into one chain, because the hash is SipHash with a key that the peer does not know.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include "base/siphash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_node {
	struct table_node *next;
	struct table_node **at; /* what points to this node, so that removal need not look for it */
	uint64_t hash;
};

/* Returns true if the entry of @node has the key @key. */
typedef bool table_eq_fn(const struct table_node *node, const void *key);

struct table {
	struct table_node **bucket;
	size_t mask;  /* number of buckets - 1; the number of buckets is a power of two */
	size_t count; /* entries */
	struct siphash_key key;
};

/* Returns 0, or -LEAT_ENOMEM. */
int table_init(struct table *t, const struct siphash_key *key);

/* Frees the buckets. The entries belong to their owners. */
void table_fini(struct table *t);

static inline uint64_t
table_hash(const struct table *t, const uint64_t *words, size_t n)
{
	return siphash13_words(&t->key, words, n);
}

/*
 * table_first() returns the first entry with this hash, table_next() the next one with the hash of
 * @n. Both return NULL if there is none.
 */
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

/* Returns the first entry with this hash and this key, or NULL. */
struct table_node *table_find(const struct table *t, uint64_t hash, const void *key, table_eq_fn *eq);

/*
 * Adds @node with @hash. It does not check whether an equal entry exists. It never fails: if the
 * table cannot grow, it only gets slower.
 */
void table_insert(struct table *t, struct table_node *node, uint64_t hash);

/* Removes @node, which must be in the table. */
void table_remove(struct table *t, struct table_node *node);

/*
 * Calls @fn once for each entry, in no particular order. @fn may remove the entry that it gets, and
 * no other.
 */
void table_each(struct table *t, void (*fn)(struct table_node *node, void *arg), void *arg);

#endif
