/*
 * tcp/buf/seqtree.h - nodes in the order of their sequence numbers: a splay tree (Sleator and
 * Tarjan, 1985).
 *
 * It owns no node. Any pattern of calls, a hostile peer's included, costs O(log n) amortised a
 * call; calls near the last one, and appending at the end, cost O(1). The numbers in one tree must
 * lie within 2^31 of each other. A node's number may be changed in place as long as the order
 * stays.
 */
#ifndef TCP_BUF_SEQTREE_H
#define TCP_BUF_SEQTREE_H

#include "base/seq.h"

#include <stddef.h>

struct seqtree_node {
	struct seqtree_node *left, *right;
	seq_t seq;
};

struct seqtree {
	struct seqtree_node *root;
};

/* The node with the greatest number at or before @seq, or NULL. */
struct seqtree_node *seqtree_floor(struct seqtree *t, seq_t seq);

/* The node with the least number at or after @seq, or NULL. */
struct seqtree_node *seqtree_ceil(struct seqtree *t, seq_t seq);

/* @n, whose seq is set, goes in; no node with that number may be in. */
void seqtree_insert(struct seqtree *t, struct seqtree_node *n);

/* @n must be in. */
void seqtree_remove(struct seqtree *t, struct seqtree_node *n);

#endif
