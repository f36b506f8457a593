/*
 * serve/listing/order.c - sorts the entries of a folder, some at a time.
 *
 * Numbers within names compare as numbers, and letters of ASCII in any case alike. Folders stand
 * first in every order, and what is equal stands by name.
 */
#include "serve/listing/impl.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

/* Entries that one step takes from their runs. */
enum { STEP = 4096 };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

static size_t
digits_at(const char *s)
{
	size_t n = 0;

	while (is_digit(s[n]))
		n++;
	return n;
}

/* Compares the numbers at *@a and *@b, of any length, and goes on after them. */
static int
compare_numbers(const char **a, const char **b)
{
	size_t m, n;
	int d;

	while (**a == '0')
		++*a;
	while (**b == '0')
		++*b;
	m = digits_at(*a);
	n = digits_at(*b);
	d = m != n ? (m < n ? -1 : 1) : memcmp(*a, *b, m);
	*a += m;
	*b += n;
	return d;
}

int
listing_natural_compare(const char *a, const char *b)
{
	const char *p = a, *q = b;

	while (*p && *q) {
		int d;

		if (is_digit(*p) && is_digit(*q)) {
			d = compare_numbers(&p, &q);
		} else {
			d = fold(*p) - fold(*q);
			p++;
			q++;
		}
		if (d != 0)
			return d;
	}
	return *p != *q ? fold(*p) - fold(*q) : strcmp(a, b);
}

static int
compare_values(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int
compare(const struct listing_query *q, const struct listing_entry *a, const struct listing_entry *b)
{
	bool folders = a->type == LISTING_FOLDER;
	int d = 0;

	if (folders != (b->type == LISTING_FOLDER))
		return folders ? -1 : 1;
	if (q->sort == LISTING_BY_SIZE)
		d = compare_values(a->size, b->size);
	else if (q->sort == LISTING_BY_TIME)
		d = compare_values(a->modified, b->modified);
	if (d != 0)
		return q->descending ? -d : d;
	d = listing_natural_compare(a->name, b->name);
	return q->descending && q->sort == LISTING_BY_NAME ? -d : d;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void
begin_pair(struct listing_order *o, size_t low, size_t n)
{
	o->low = o->left = o->out = low;
	o->right = least(low + o->width, n);
}

static bool
left_is_next(const struct listing_order *o, const struct listing_query *q, size_t middle, size_t end)
{
	if (o->left == middle || o->right == end)
		return o->left < middle;
	return compare(q, o->from[o->left], o->from[o->right]) <= 0;
}

/* Merges two neighbours, as far as *@budget allows. True if they are merged. */
static bool
merge_pair(struct listing_order *o, const struct listing_query *q, size_t n, size_t *budget)
{
	size_t middle = least(o->low + o->width, n), end = least(middle + o->width, n);

	for (; o->out < end; --*budget) {
		if (*budget == 0)
			return false;
		o->to[o->out++] = o->from[left_is_next(o, q, middle, end) ? o->left++ : o->right++];
	}
	return true;
}

static void
begin_width(struct listing_order *o, size_t width, size_t n)
{
	struct listing_entry **from = o->from;

	o->from = o->to;
	o->to = from;
	o->width = width;
	begin_pair(o, 0, n);
}

static int
begin(struct listing *l)
{
	struct listing_order *o = &l->order;

	if (listing_set_reserve(&l->entries, l->entries.n * sizeof *o->from) < 0)
		return -LEAT_ENOMEM;
	o->to = l->entries.at;
	o->from = malloc(l->entries.n * sizeof *o->from);
	if (!o->from)
		return -LEAT_ENOMEM;
	o->begun = true;
	begin_width(o, 1, l->entries.n);
	return 1;
}

/* The sorted pointers are those at @from by then. */
static int
finish(struct listing *l)
{
	l->entries.at = l->order.from;
	free(l->order.to);
	l->order.from = l->order.to = NULL;
	l->order.begun = false;
	return 0;
}

int
listing_sort_step(struct listing *l)
{
	struct listing_order *o = &l->order;
	size_t n = l->entries.n, budget = STEP;

	if (n < 2)
		return 0;
	if (!o->begun)
		return begin(l);
	while (merge_pair(o, &l->set.query, n, &budget)) {
		if (o->low + 2 * o->width < n) {
			begin_pair(o, o->low + 2 * o->width, n);
			continue;
		}
		begin_width(o, 2 * o->width, n);
		if (o->width >= n)
			return finish(l);
	}
	return 1;
}
