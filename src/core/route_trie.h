/*
 * core/route_trie.h - prefixes in a binary trie with one-way branches left out, so that finding one
 * costs at most as many steps as there are different prefixes on the way down. Which of a prefix's
 * routes is taken, and what follows from it, is route.c's.
 */
#ifndef CORE_ROUTE_TRIE_H
#define CORE_ROUTE_TRIE_H

#include "core/route.h"

struct entry {
	struct entry *next; /* by metric, lowest first */
	struct route route;
};

/* A prefix that routes have, or where two such part. */
struct node {
	struct node *parent, *child[2];
	struct ipaddr prefix;
	unsigned bits;
	struct entry *entries; /* NULL where prefixes only part */
};

/* All of it, entries too. */
void trie_free(struct node *root);

/*
 * The deepest node whose prefix covers @dst's first @bits and is no longer than that; NULL when
 * there is none.
 */
struct node *trie_deepest(struct node *root, const struct ipaddr *dst, unsigned bits);

/* The node of exactly this prefix, made where there is none; NULL without memory. */
struct node *trie_make(struct node **root, const struct ipaddr *dst, unsigned bits);

/* Take out nodes from @n upwards that serve nothing any more. */
void trie_prune(struct node **root, struct node *n);

/* Each route, shorter prefixes before the longer ones that they cover. */
void trie_each(const struct node *root, void (*fn)(const struct route *route, void *arg), void *arg);

#endif
