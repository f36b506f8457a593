/*
 * tcp/buf/seqtree.h - nodes in the order of sequence numbers: a splay tree (Sleator and Tarjan,
 * 1985).
 *
 * It owns no node. Any pattern of calls, even a hostile peer's, costs O(log n) amortized per call.
 * A call near the last one, or at the end, costs O(1). The numbers in one tree must lie within 2^31
 * of each other. A node's number may be changed in place if the order stays.
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

/* Returns the node with the greatest number at or before @seq, or NULL. */
struct seqtree_node *seqtree_floor(struct seqtree *t, seq_t seq);

/* Returns the node with the least number at or after @seq, or NULL. */
struct seqtree_node *seqtree_ceil(struct seqtree *t, seq_t seq);

/* Inserts @n, whose seq is set. No node with that number may be in the tree. */
void seqtree_insert(struct seqtree *t, struct seqtree_node *n);

/* Removes @n, which must be in the tree. */
void seqtree_remove(struct seqtree *t, struct seqtree_node *n);

#endif
