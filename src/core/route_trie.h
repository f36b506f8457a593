/*
 * core/route_trie.h - a binary trie of prefixes without one-way branches. A search visits at most
 * one node for each different prefix that covers the address. route.c decides which of a prefix's
 * routes is taken.
 */
#ifndef CORE_ROUTE_TRIE_H
#define CORE_ROUTE_TRIE_H

#include "core/route.h"

struct entry {
	struct entry *next; /* by metric, lowest first */
	struct route route;
};

/* A prefix that has routes, or the common part of two such prefixes. */
struct node {
	struct node *parent, *child[2];
	struct ipaddr prefix;
	unsigned bits;
	struct entry *entries; /* NULL if the node only joins two prefixes */
};

/* Frees all nodes and their entries. */
void trie_free(struct node *root);

/*
 * Returns the deepest node whose prefix covers the first @bits of @dst and is not longer than
 * @bits, or NULL.
 */
struct node *trie_deepest(struct node *root, const struct ipaddr *dst, unsigned bits);

/*
 * Returns the node of exactly this prefix. Makes it if there is none. Returns NULL without memory.
 */
struct node *trie_make(struct node **root, const struct ipaddr *dst, unsigned bits);

/* Removes nodes that are no longer needed, from @n upwards. */
void trie_prune(struct node **root, struct node *n);

/* Calls @fn for each route, shorter prefixes before the longer ones that they cover. */
void trie_each(const struct node *root, void (*fn)(const struct route *route, void *arg), void *arg);

#endif
