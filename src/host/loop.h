/*
 * host/loop.h - the event loop of a Leat process: descriptors, a deadline, and what to do before
 * sleeping. epoll(7) underneath.
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
 * Someone who has deadlines (a stack, a link): asked before each sleep, called when one has come.
 */
struct loop_source {
	struct list node;
	nsec_t (*next)(struct loop_source *s); /* NSEC_NEVER = nothing pending */
	void (*run)(
	    struct loop_source *s, nsec_t now); /* called on every turn of the loop, after the descriptors */
};

struct loop *loop_new(void);
void loop_free(struct loop *l);

/* CLOCK_MONOTONIC, as read once per turn of the loop. */
nsec_t loop_now(const struct loop *l);
/* Read it again (after long work). */
nsec_t loop_refresh(struct loop *l);

/*
 * 0 or a negative LEAT_E. @w must stay where it is until loop_del(), which is allowed from any
 * callback, its own included.
 */
int loop_add(struct loop *l, struct loop_fd *w);
int loop_mod(struct loop *l, struct loop_fd *w, uint32_t events);
void loop_del(struct loop *l, struct loop_fd *w);
/*
 * loop_del() and close(2) in one: nobody else may have a duplicate of the descriptor, for epoll
 * watches the file until its last one is closed.
 */
void loop_close(struct loop *l, struct loop_fd *w);

/*
 * From @caller's callback: all that has happened to other descriptors until now is told to theirs
 * first. @caller is told later if there is more for it; it must be level-triggered.
 */
void loop_catch_up(struct loop *l, const struct loop_fd *caller);

void loop_add_source(struct loop *l, struct loop_source *s);
void loop_del_source(struct loop *l, struct loop_source *s);

/* Until loop_stop(). */
void loop_run(struct loop *l);
/*
 * One turn: waits at most until @deadline (NSEC_NEVER = until something happens; a past one = not
 * at all).
 */
void loop_turn(struct loop *l, nsec_t deadline);
void loop_stop(struct loop *l);

#endif
