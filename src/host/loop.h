/*
 * host/loop.h - the event loop of a Leat process, on epoll(7). It waits for events of descriptors
 * and for deadlines, and calls their owners. It does not read or write the descriptors.
 */
#ifndef HOST_LOOP_H
#define HOST_LOOP_H

#include "base/list.h"
#include "base/nsec.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;

/* A descriptor that is watched. The owner embeds it. */
struct loop_fd {
	int fd;
	uint32_t events; /* EPOLLIN, EPOLLOUT, ... as asked */
	void (*fn)(struct loop_fd *w, uint32_t events);
};

/*
 * A source of deadlines, such as a stack or a link. The loop asks for its next deadline before each
 * sleep, and calls it in every turn. The owner embeds it.
 */
struct loop_source {
	struct list node;
	nsec_t (*next)(struct loop_source *s);          /* the next deadline; NSEC_NEVER: none */
	void (*run)(struct loop_source *s, nsec_t now); /* in every turn, after the descriptors */
};

/*
 * Returns a new loop, which loop_free() frees; NULL if the kernel or the memory does not allow one.
 */
struct loop *loop_new(void);
void loop_free(struct loop *l);

/* Returns the time (CLOCK_MONOTONIC) of this turn of the loop. It is read once per turn. */
nsec_t loop_now(const struct loop *l);
/* Reads the time again, for use after long work, and returns it. */
nsec_t loop_refresh(struct loop *l);

/*
 * loop_add() watches @w, which must not move until loop_del(). loop_mod() changes what it waits
 * for. Both return 0 or a negative LEAT_E. loop_del() ends the watching; it may be called from
 * every callback, also @w's own.
 */
int loop_add(struct loop *l, struct loop_fd *w);
int loop_mod(struct loop *l, struct loop_fd *w, uint32_t events);
void loop_del(struct loop *l, struct loop_fd *w);
/*
 * Closes the descriptor of @w, and ends the watching with one system call less than loop_del() and
 * close(2). No duplicate of the descriptor may exist: epoll watches a file until its last
 * descriptor is closed.
 */
void loop_close(struct loop *l, struct loop_fd *w);

/*
 * Calls the callbacks of all other descriptors that have events now. Call it from @caller's
 * callback, to handle these events first. @caller must be level-triggered: an event of its own is
 * reported in a later turn.
 */
void loop_catch_up(struct loop *l, const struct loop_fd *caller);

void loop_add_source(struct loop *l, struct loop_source *s);
void loop_del_source(struct loop *l, struct loop_source *s);

/* Runs turns until loop_stop() is called. */
void loop_run(struct loop *l);
/*
 * Runs one turn. It waits for an event at most until @deadline. NSEC_NEVER: no limit. A deadline in
 * the past: it does not wait.
 */
void loop_turn(struct loop *l, nsec_t deadline);
void loop_stop(struct loop *l);

#endif
