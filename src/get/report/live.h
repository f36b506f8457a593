/*
 * get/report/live.h - the progress of the transfers of a run, on standard error if that is a
 * terminal.
 *
 * The lines are show/progress.h's; this has the terminal and the timer. Whatever else is written
 * to the terminal calls live_pause() first.
 */
#ifndef GET_LIVE_H
#define GET_LIVE_H

#include "get/show/progress.h"
#include "io/io.h"

enum live_when {
	LIVE_ON_TERMINAL, /* if standard error is a terminal */
	LIVE_NEVER,
	LIVE_ALWAYS
};

struct live {
	struct io_world *world;
	struct progress progress;
	/* Sets how far a transfer is; called before each drawing, and before its end. */
	void (*refresh)(struct progress_item *i);
	struct timer timer;
	bool on;
};

/* @l does nothing if there is no terminal, or no progress is wanted. */
void live_init(
    struct live *l, struct io_world *world, enum live_when when, void (*refresh)(struct progress_item *i));
void live_fini(struct live *l);

/* There will be @n more transfers. */
void live_expect(struct live *l, uint64_t n);

/* A transfer begins, and is called @name; @done octets are there already. */
void live_begin(struct live *l, struct progress_item *i, struct http_span name, uint64_t done);

/* It is over; with not @whole there is no last line of it. */
void live_end(struct live *l, struct progress_item *i, bool whole);

/* Takes the lines off the terminal until the next drawing. */
void live_pause(struct live *l);

#endif
