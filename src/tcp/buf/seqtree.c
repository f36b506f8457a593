/*
 * tcp/buf/seqtree.c - a top-down splay tree over sequence numbers (Sleator and Tarjan, 1985).
 */
#include "tcp/buf/seqtree.h"

#include <assert.h>

/* The left child of @t becomes its parent. Returns it. */
static struct seqtree_node *
rotate_right(struct seqtree_node *t)
{
	struct seqtree_node *up = t->left;

	t->left = up->right;
	up->right = t;
	return up;
}

static struct seqtree_node *
rotate_left(struct seqtree_node *t)
{
	struct seqtree_node *up = t->right;

	t->right = up->left;
	up->left = t;
	return up;
}

/* Returns @t with the node of @seq, or a neighbour of its place, as root. */
static struct seqtree_node *
splay(struct seqtree_node *t, seq_t seq)
{
	struct seqtree_node sides = {NULL, NULL, 0}, *less = &sides, *more = &sides;

	while (t->seq != seq) {
		if (seq_lt(seq, t->seq)) {
			if (t->left && seq_lt(seq, t->left->seq))
				t = rotate_right(t);
			if (!t->left)
				break;
			more = more->left = t;
			t = t->left;
		} else {
			if (t->right && seq_gt(seq, t->right->seq))
				t = rotate_left(t);
			if (!t->right)
				break;
			less = less->right = t;
			t = t->right;
		}
	}
	less->right = t->left;
	more->left = t->right;
	t->left = sides.right;
	t->right = sides.left;
	return t;
}

struct seqtree_node *
seqtree_floor(struct seqtree *t, seq_t seq)
{
	struct seqtree_node *n = t->root;

	if (!n)
		return NULL;
	n = t->root = splay(n, seq);
	if (seq_leq(n->seq, seq))
		return n;
	if (n->left)
		n->left = splay(n->left, seq);
	return n->left;
}

struct seqtree_node *
seqtree_ceil(struct seqtree *t, seq_t seq)
{
	struct seqtree_node *n = t->root;

	if (!n)
		return NULL;
	n = t->root = splay(n, seq);
	if (seq_geq(n->seq, seq))
		return n;
	if (n->right)
		n->right = splay(n->right, seq);
	return n->right;
}

void
seqtree_insert(struct seqtree *t, struct seqtree_node *n)
{
	struct seqtree_node *at = t->root;

	n->left = n->right = NULL;
	if (at) {
		at = splay(at, n->seq);
		assert(at->seq != n->seq);
		if (seq_lt(at->seq, n->seq)) {
			n->left = at;
			n->right = at->right;
			at->right = NULL;
		} else {
			n->right = at;
			n->left = at->left;
			at->left = NULL;
		}
	}
	t->root = n;
}

void
seqtree_remove(struct seqtree *t, struct seqtree_node *n)
{
	struct seqtree_node *at = splay(t->root, n->seq);

	assert(at == n);
	t->root = n->right;
	if (n->left) {
		at = splay(n->left, n->seq);
		at->right = n->right;
		t->root = at;
	}
}
