/*
 * run/inherit.h - what the program would inherit that leads past Leat.
 */
#ifndef RUN_INHERIT_H
#define RUN_INHERIT_H

/*
 * 0; or, with a word on stderr, the exit status: an open descriptor leads to the host's network,
 * see hostfd.h.
 */
int inherit_check(void);

#endif
