/*
 * host/fd_room.h - the budget of descriptors: how many the flows of a process may hold, and who
 * waits for one.
 *
 * The kernel gives a process a table of a fixed size. What flows hold is counted here and bounded,
 * so that the rest of the table, the reserve, stays free for what must always work. Whoever takes a
 * descriptor for a flow reports it, and whoever closes one does. Those that found none are called
 * when one has been closed. It knows no sockets and no flows.
 */
#ifndef HOST_FD_ROOM_H
#define HOST_FD_ROOM_H

#include "base/list.h"
#include "host/loop.h"

/* Someone who waits until a descriptor is free. The owner embeds it. */
struct fd_wait {
	struct list node;
	void (*fn)(struct fd_wait *w); /* once; it may wait again from here */
};

struct fd_room {
	struct loop *loop;
	struct loop_source source;
	struct list waiting;
	unsigned size;  /* descriptors that flows may hold */
	unsigned taken; /* and those that they do hold */
	unsigned entered,
	    seated;       /* connections from outside, and those of them that have reached the program */
	bool freed;       /* one has been closed since the waiting were called last */
	bool calling;     /* they are being called */
	nsec_t look_at;   /* when they are called though nothing was closed here */
	uint64_t refused; /* how often none was left */
	/*
	 * Closes what is idle or no longer used. Returns true if it closed any. NULL: there is no
	 * such thing.
	 */
	bool (*relieve)(struct fd_room *r);
};

/* Without a limit until fd_room_limit(). @loop is borrowed. */
void fd_room_init(struct fd_room *r, struct loop *loop);
void fd_room_fini(struct fd_room *r);

/* From now on flows may hold @size descriptors, those that they hold already included. */
void fd_room_limit(struct fd_room *r, unsigned size);

/*
 * Returns true if @n more can be had, with those left aside that connections from outside still
 * need.
 */
bool fd_room_has(const struct fd_room *r, unsigned n);

/* The same, after closing what is idle if that is needed. Counts a refusal. */
bool fd_room_for(struct fd_room *r, unsigned n);

/*
 * Returns true if fd_room_take() will keep the next descriptor, which may be one of those left
 * aside. Counts a refusal.
 */
bool fd_room_free(struct fd_room *r);

/*
 * @fd, which a call has just given, is a flow's: returns it. Where the budget is used up it is
 * closed again: -EMFILE. A negative @fd is the negative errno of that call, and is returned.
 */
int fd_room_take(struct fd_room *r, int fd);

/* A flow holds one more, whatever the budget: in exchange for one that it gives back at once. */
void fd_room_count(struct fd_room *r);

/* Reports that a flow's descriptor has been closed; or closes it. */
void fd_room_gave(struct fd_room *r);
void fd_room_close(struct fd_room *r, int fd);

/*
 * Returns true if a call failed for want of descriptors or memory, so that it may succeed later.
 * @error is an errno of either sign.
 */
bool fd_room_ran_out(int error);

/*
 * Calls @w->fn when a descriptor has been closed, and from time to time in case something outside
 * has changed.
 */
void fd_room_wait(struct fd_room *r, struct fd_wait *w);
void fd_room_leave(struct fd_wait *w);

#endif
