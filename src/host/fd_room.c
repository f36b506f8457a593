/*
 * host/fd_room.c - compares the number of descriptors that flows hold with a limit, and calls the
 * wait queue when one has been closed. It knows neither sockets nor flows.
 */
#include "host/fd_room.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <unistd.h>

/*
 * How often the wait queue is called without cause: another process may have closed a descriptor.
 */
#define LOOK_EVERY (100 * MSEC)

static void
count_refusal(struct fd_room *r)
{
	if (!r->calling) /* an entry of the wait queue was counted when it began to wait */
		r->refused++;
}

static nsec_t
room_next(struct loop_source *source)
{
	const struct fd_room *r = container_of(source, struct fd_room, source);

	if (list_empty(&r->waiting))
		return NSEC_NEVER;
	return r->freed ? loop_now(r->loop) : r->look_at;
}

/* Calls the wait queue. An entry that waits again is called in a later turn of the loop. */
static void
room_run(struct loop_source *source, nsec_t now)
{
	struct fd_room *r = container_of(source, struct fd_room, source);
	struct list due;
	struct list *n;

	if (list_empty(&r->waiting) || (!r->freed && now < r->look_at))
		return;
	r->calling = true;
	if (r->relieve && !r->freed)
		r->relieve(r);
	r->freed = false;
	r->look_at = now + LOOK_EVERY; /* also for an entry that is added later */
	list_init(&due);
	list_move(&due, &r->waiting);
	while ((n = list_pop(&due))) {
		struct fd_wait *w = container_of(n, struct fd_wait, node);

		w->fn(w);
	}
	r->calling = false;
}

void
fd_room_init(struct fd_room *r, struct loop *loop)
{
	*r = (struct fd_room){.loop = loop, .size = UINT_MAX, .source = {.next = room_next, .run = room_run}};
	list_init(&r->waiting);
	loop_add_source(loop, &r->source);
}

void
fd_room_fini(struct fd_room *r)
{
	assert(r->taken == 0 && r->seated == 0);
	loop_del_source(r->loop, &r->source);
}

void
fd_room_limit(struct fd_room *r, unsigned size)
{
	r->size = size;
}

bool
fd_room_has(const struct fd_room *r, unsigned n)
{
	unsigned awaited = r->entered > r->seated ? r->entered - r->seated : 0;

	return (uint64_t)r->taken + awaited + n <= r->size;
}

bool
fd_room_for(struct fd_room *r, unsigned n)
{
	if (fd_room_has(r, n) || (r->relieve && r->relieve(r) && fd_room_has(r, n)))
		return true;
	count_refusal(r);
	return false;
}

bool
fd_room_free(struct fd_room *r)
{
	if (r->taken < r->size)
		return true;
	count_refusal(r);
	return false;
}

int
fd_room_take(struct fd_room *r, int fd)
{
	if (fd >= 0 && r->taken < r->size) {
		r->taken++;
		return fd;
	}
	if (fd >= 0) {
		close(fd);
		fd = -EMFILE;
	}
	if (fd_room_ran_out(fd))
		count_refusal(r);
	return fd;
}

void
fd_room_count(struct fd_room *r)
{
	r->taken++;
}

void
fd_room_gave(struct fd_room *r)
{
	assert(r->taken > 0);
	r->taken--;
	r->freed = true;
}

void
fd_room_close(struct fd_room *r, int fd)
{
	close(fd);
	fd_room_gave(r);
}

bool
fd_room_ran_out(int error)
{
	error = error < 0 ? -error : error;
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

void
fd_room_wait(struct fd_room *r, struct fd_wait *w)
{
	if (list_linked(&w->node))
		return;
	if (list_empty(&r->waiting) && !r->calling) {
		r->freed = false; /* a descriptor that was closed before did not help */
		r->look_at = nsec_max(r->look_at, loop_now(r->loop));
	}
	list_push(&r->waiting, &w->node);
}

void
fd_room_leave(struct fd_wait *w)
{
	list_del(&w->node);
}
