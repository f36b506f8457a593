/*
 * base/list.h - a circular doubly linked list whose nodes are members of the listed structures. It
 * allocates and owns nothing.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
	struct list *next, *prev;
};

#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#define LIST_INIT(name)                                                                                      \
	{                                                                                                    \
		&(name), &(name)                                                                             \
	}

static inline void
list_init(struct list *l)
{
	l->next = l->prev = l;
}

static inline bool
list_empty(const struct list *l)
{
	return l->next == l;
}

/* Returns true if @n is on a list. @n must have been set up by list_init() or list_del() before. */
static inline bool
list_linked(const struct list *n)
{
	return n->next != n;
}

static inline void
list_insert_after(struct list *at, struct list *n)
{
	n->prev = at;
	n->next = at->next;
	at->next->prev = n;
	at->next = n;
}

static inline void
list_push(struct list *l, struct list *n) /* at the end */
{
	list_insert_after(l->prev, n);
}

static inline void
list_push_front(struct list *l, struct list *n)
{
	list_insert_after(l, n);
}

/* Takes @n off its list. Deleting it again does no harm. */
static inline void
list_del(struct list *n)
{
	n->prev->next = n->next;
	n->next->prev = n->prev;
	list_init(n);
}

/* Takes the first node off @l and returns it. Returns NULL if @l is empty. */
static inline struct list *
list_pop(struct list *l)
{
	struct list *n = l->next;

	if (n == l)
		return NULL;
	list_del(n);
	return n;
}

/* Moves all nodes of @from, in order, to the end of @l. @from is empty afterwards. */
static inline void
list_move(struct list *l, struct list *from)
{
	if (list_empty(from))
		return;
	from->next->prev = l->prev;
	l->prev->next = from->next;
	from->prev->next = l;
	l->prev = from->prev;
	list_init(from);
}

#define list_first(l, type, member) (list_empty(l) ? NULL : container_of((l)->next, type, member))
#define list_last(l, type, member)  (list_empty(l) ? NULL : container_of((l)->prev, type, member))

#define list_each(n, l) for (struct list *n = (l)->next; n != (l); n = n->next)
/* The body may delete @n. */
#define list_each_safe(n, l)                                                                                 \
	for (struct list *n = (l)->next, *n##_next = n->next; n != (l); n = n##_next, n##_next = n->next)

#endif
