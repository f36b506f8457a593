/*
 * base/table.c - a chained hash table that doubles its buckets when there are as many members as
 * buckets.
 *
 * The members keep their hash, so growing reads no keys and calls no callback.
 */
#include "base/table.h"

#include "leat.h"

#include <assert.h>
#include <stdlib.h>

enum { FIRST_BUCKETS = 16 };

int
table_init(struct table *t, const struct siphash_key *key)
{
	struct table_node **bucket = calloc(FIRST_BUCKETS, sizeof(struct table_node *));

	if (!bucket)
		return -LEAT_ENOMEM;
	*t = (struct table){.bucket = bucket, .mask = FIRST_BUCKETS - 1, .key = *key};
	return 0;
}

void
table_fini(struct table *t)
{
	free(t->bucket);
	t->bucket = NULL;
}

struct table_node *
table_find(const struct table *t, uint64_t hash, const void *key, table_eq_fn *eq)
{
	struct table_node *n = table_first(t, hash);

	while (n && !eq(n, key))
		n = table_next(n);
	return n;
}

static void
link_first(struct table_node **at, struct table_node *n)
{
	n->next = *at;
	n->at = at;
	if (n->next)
		n->next->at = &n->next;
	*at = n;
}

static void
grow(struct table *t)
{
	size_t buckets = 2 * (t->mask + 1);
	struct table_node **bucket = calloc(buckets, sizeof(struct table_node *));

	if (!bucket)
		return; /* without memory the chains get longer; the next insertion tries again */
	for (size_t i = 0; i <= t->mask; i++) {
		struct table_node *n = t->bucket[i];

		while (n) {
			struct table_node *next = n->next;

			link_first(&bucket[n->hash & (buckets - 1)], n);
			n = next;
		}
	}
	free(t->bucket);
	t->bucket = bucket;
	t->mask = buckets - 1;
}

void
table_insert(struct table *t, struct table_node *node, uint64_t hash)
{
	if (t->count > t->mask)
		grow(t);
	node->hash = hash;
	link_first(&t->bucket[hash & t->mask], node);
	t->count++;
}

void
table_remove(struct table *t, struct table_node *node)
{
	assert(node->at);
	*node->at = node->next;
	if (node->next)
		node->next->at = node->at;
	node->next = NULL;
	node->at = NULL;
	t->count--;
}

void
table_each(struct table *t, void (*fn)(struct table_node *node, void *arg), void *arg)
{
	for (size_t i = 0; i <= t->mask; i++) {
		struct table_node *n = t->bucket[i], *next;

		for (; n; n = next) {
			next = n->next;
			fn(n, arg);
		}
	}
}
