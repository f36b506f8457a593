/*
 * host/fd_budget.h - the budget of descriptors: how many the flows of a process may hold, and who
 * waits for a free one.
 *
 * The kernel gives a process a table of descriptors with a fixed size. This module counts the
 * descriptors that flows hold, and limits them. The rest of the table is the reserve: it stays free
 * for what must always work. Code that opens or closes a descriptor for a flow must report it here.
 * Code that got no descriptor can wait: it is called when one has been closed. This module does not
 * know sockets or flows.
 */
#ifndef HOST_FD_BUDGET_H
#define HOST_FD_BUDGET_H

#include "base/list.h"
#include "host/loop.h"

/* An entry of the wait queue for a free descriptor. The owner embeds it. */
struct fd_wait {
	struct list node;
	void (*fn)(struct fd_wait *w); /* called once; it may call fd_budget_wait() again */
};

struct fd_budget {
	struct loop *loop;
	struct loop_source source;
	struct list waiting;
	unsigned size;      /* descriptors that flows may hold */
	unsigned taken;     /* descriptors that flows hold */
	unsigned inbound;   /* connections that came from outside */
	unsigned delivered; /* those of them that have reached the program */
	bool freed;         /* a descriptor was closed since the wait queue was called last */
	bool calling;       /* the wait queue is being called */
	nsec_t look_at;     /* when the wait queue is called even if no descriptor was closed */
	uint64_t refused;   /* how often no descriptor was left */
	/*
	 * Closes descriptors that are idle or no longer used. Returns true if it closed any. NULL:
	 * no descriptor can be closed like that.
	 */
	bool (*relieve)(struct fd_budget *b);
};

/*
 * Sets up @b, with an unlimited budget until fd_budget_limit() is called. @loop is borrowed.
 */
void fd_budget_init(struct fd_budget *b, struct loop *loop);
/* Ends @b. Asserts that flows hold no descriptor any more. */
void fd_budget_fini(struct fd_budget *b);

/* Sets the number of descriptors that flows may hold, including those that they hold already. */
void fd_budget_limit(struct fd_budget *b, unsigned size);

/*
 * Returns true if a flow can get @n more descriptors. Those that connections from outside still
 * need (@inbound minus @delivered) do not count as free.
 */
bool fd_budget_allows(const struct fd_budget *b, unsigned n);

/*
 * As fd_budget_allows(), but calls relieve() if there are not enough, and checks again. If it
 * returns false, it counts a refusal.
 */
bool fd_budget_ensure(struct fd_budget *b, unsigned n);

/*
 * Returns true if fd_budget_take() will accept one more descriptor. It may be one that a connection
 * from outside needs. If it returns false, it counts a refusal.
 */
bool fd_budget_has_free(struct fd_budget *b);

/*
 * Counts @fd, the result of a call that opens a descriptor, as held by a flow, and returns it. If
 * the budget is used up, closes @fd and returns -EMFILE. If the call failed, @fd is the negative
 * errno, and is returned.
 */
int fd_budget_take(struct fd_budget *b, int fd);

/*
 * Counts one more descriptor, even if the budget is used up. For a flow that gives another one back
 * at once.
 */
void fd_budget_add(struct fd_budget *b);

/* Reports that a flow's descriptor was closed. */
void fd_budget_release(struct fd_budget *b);
/* Closes a flow's descriptor, and reports it. */
void fd_budget_close(struct fd_budget *b, int fd);

/*
 * Returns true if a call failed because no descriptor or no memory was left, so that it may succeed
 * later. @error is an errno, positive or negative.
 */
bool fd_budget_ran_out(int error);

/*
 * Puts @w into the wait queue. Calls @w->fn when a descriptor has been closed; or after 100 ms at
 * the latest, because another process may have closed one. Does nothing if @w waits already.
 */
void fd_budget_wait(struct fd_budget *b, struct fd_wait *w);
/* Removes @w from the wait queue, if it is there. */
void fd_budget_leave(struct fd_wait *w);

#endif
