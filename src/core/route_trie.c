/*
 * core/route_trie.c - the binary trie of prefixes; see route_trie.h.
 */
#include "core/route_trie.h"

#include <stdlib.h>

static void
node_free(struct node *n)
{
	struct entry *next;

	for (struct entry *e = n->entries; e; e = next) {
		next = e->next;
		free(e);
	}
	free(n);
}

void
trie_free(struct node *n)
{
	while (n) {
		struct node *parent = n->parent;

		if (n->child[0] || n->child[1]) {
			n = n->child[0] ? n->child[0] : n->child[1];
			continue;
		}
		if (parent)
			parent->child[parent->child[1] == n] = NULL;
		node_free(n);
		n = parent;
	}
}

/* Returns bit @i of the address, counted within its family. */
static unsigned
bit_at(const struct ipaddr *a, unsigned i)
{
	const uint8_t *octet = ipaddr_is4(a) ? ipaddr_octets4(a) : ipaddr_octets(a);

	return octet[i / 8] >> (7 - i % 8) & 1;
}

static unsigned
common_bits(const struct ipaddr *a, const struct ipaddr *b, unsigned limit)
{
	uint64_t diff = be64_get(ipaddr_octets(a)) ^ be64_get(ipaddr_octets(b));
	unsigned n;

	if (diff) {
		n = (unsigned)__builtin_clzll(diff);
	} else {
		diff = be64_get(ipaddr_octets(a) + 8) ^ be64_get(ipaddr_octets(b) + 8);
		n = 64 + (diff ? (unsigned)__builtin_clzll(diff) : 64);
	}
	if (ipaddr_is4(a))
		n -= 96;
	return n < limit ? n : limit;
}

struct node *
trie_deepest(struct node *n, const struct ipaddr *dst, unsigned bits)
{
	struct node *best = NULL;

	while (n && n->bits <= bits && ipaddr_prefix_match(&n->prefix, dst, n->bits)) {
		best = n;
		if (n->bits == bits)
			break;
		n = n->child[bit_at(dst, n->bits)];
	}
	return best;
}

static struct node *
node_new(const struct ipaddr *prefix, unsigned bits)
{
	struct node *n = calloc(1, sizeof *n);

	if (n) {
		n->prefix = *prefix;
		n->bits = bits;
	}
	return n;
}

static void
adopt(struct node *parent, struct node *child)
{
	parent->child[bit_at(&child->prefix, parent->bits)] = child;
	child->parent = parent;
}

struct node *
trie_make(struct node **root, const struct ipaddr *dst, unsigned bits)
{
	struct node *above = trie_deepest(*root, dst, bits);
	struct node *below, *n, *fork = NULL;
	struct node **at;

	if (above && above->bits == bits)
		return above;
	at = above ? &above->child[bit_at(dst, above->bits)] : root;
	below = *at;
	n = node_new(dst, bits);
	if (!n)
		return NULL;
	if (below) {
		unsigned common = common_bits(dst, &below->prefix, bits < below->bits ? bits : below->bits);

		if (common < bits) { /* the prefixes differ before the new one ends */
			fork = node_new(dst, common);
			if (!fork) {
				free(n);
				return NULL;
			}
			adopt(fork, n);
			adopt(fork, below);
		} else {
			adopt(n, below);
		}
	}
	*at = fork ? fork : n;
	(*at)->parent = above;
	return n;
}

void
trie_prune(struct node **root, struct node *n)
{
	while (n && !n->entries && !(n->child[0] && n->child[1])) {
		struct node *parent = n->parent;
		struct node *child = n->child[0] ? n->child[0] : n->child[1];
		struct node **at = parent ? &parent->child[parent->child[1] == n] : root;

		*at = child;
		if (child)
			child->parent = parent;
		node_free(n);
		n = parent;
	}
}

void
trie_each(const struct node *n, void (*fn)(const struct route *route, void *arg), void *arg)
{
	if (!n) /* the depth of this recursion is at most the number of bits of a prefix */
		return;
	for (const struct entry *e = n->entries; e; e = e->next)
		fn(&e->route, arg);
	trie_each(n->child[0], fn, arg);
	trie_each(n->child[1], fn, arg);
}
