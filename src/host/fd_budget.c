/*
 * host/fd_budget.c - compares the number of descriptors that flows hold with a limit, and calls the
 * wait queue when one has been closed. It knows neither sockets nor flows.
 */
#include "host/fd_budget.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <unistd.h>

/*
 * How often the wait queue is called without cause: another process may have closed a descriptor.
 */
#define LOOK_EVERY (100 * MSEC)

static void
count_refusal(struct fd_budget *b)
{
	if (!b->calling) /* an entry of the wait queue was counted when it began to wait */
		b->refused++;
}

static nsec_t
budget_next(struct loop_source *source)
{
	const struct fd_budget *b = container_of(source, struct fd_budget, source);

	if (list_empty(&b->waiting))
		return NSEC_NEVER;
	return b->freed ? loop_now(b->loop) : b->look_at;
}

/* Calls the wait queue. An entry that waits again is called in a later turn of the loop. */
static void
budget_run(struct loop_source *source, nsec_t now)
{
	struct fd_budget *b = container_of(source, struct fd_budget, source);
	struct list due;
	struct list *n;

	if (list_empty(&b->waiting) || (!b->freed && now < b->look_at))
		return;
	b->calling = true;
	if (b->relieve && !b->freed)
		b->relieve(b);
	b->freed = false;
	b->look_at = now + LOOK_EVERY; /* also for an entry that is added later */
	list_init(&due);
	list_move(&due, &b->waiting);
	while ((n = list_pop(&due))) {
		struct fd_wait *w = container_of(n, struct fd_wait, node);

		w->fn(w);
	}
	b->calling = false;
}

void
fd_budget_init(struct fd_budget *b, struct loop *loop)
{
	*b = (struct fd_budget){
	    .loop = loop, .size = UINT_MAX, .source = {.next = budget_next, .run = budget_run}};
	list_init(&b->waiting);
	loop_add_source(loop, &b->source);
}

void
fd_budget_fini(struct fd_budget *b)
{
	assert(b->taken == 0 && b->delivered == 0);
	loop_del_source(b->loop, &b->source);
}

void
fd_budget_limit(struct fd_budget *b, unsigned size)
{
	b->size = size;
}

bool
fd_budget_allows(const struct fd_budget *b, unsigned n)
{
	unsigned awaited = b->inbound > b->delivered ? b->inbound - b->delivered : 0;

	return (uint64_t)b->taken + awaited + n <= b->size;
}

bool
fd_budget_ensure(struct fd_budget *b, unsigned n)
{
	if (fd_budget_allows(b, n) || (b->relieve && b->relieve(b) && fd_budget_allows(b, n)))
		return true;
	count_refusal(b);
	return false;
}

bool
fd_budget_has_free(struct fd_budget *b)
{
	if (b->taken < b->size)
		return true;
	count_refusal(b);
	return false;
}

int
fd_budget_take(struct fd_budget *b, int fd)
{
	if (fd >= 0 && b->taken < b->size) {
		b->taken++;
		return fd;
	}
	if (fd >= 0) {
		close(fd);
		fd = -EMFILE;
	}
	if (fd_budget_ran_out(fd))
		count_refusal(b);
	return fd;
}

void
fd_budget_add(struct fd_budget *b)
{
	b->taken++;
}

void
fd_budget_release(struct fd_budget *b)
{
	assert(b->taken > 0);
	b->taken--;
	b->freed = true;
}

void
fd_budget_close(struct fd_budget *b, int fd)
{
	close(fd);
	fd_budget_release(b);
}

bool
fd_budget_ran_out(int error)
{
	error = error < 0 ? -error : error;
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

void
fd_budget_wait(struct fd_budget *b, struct fd_wait *w)
{
	if (list_linked(&w->node))
		return;
	if (list_empty(&b->waiting) && !b->calling) {
		b->freed = false; /* a descriptor that was closed before did not help */
		b->look_at = nsec_max(b->look_at, loop_now(b->loop));
	}
	list_push(&b->waiting, &w->node);
}

void
fd_budget_leave(struct fd_wait *w)
{
	list_del(&w->node);
}
