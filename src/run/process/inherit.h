/*
 * run/process/inherit.h - what the program would inherit that leads past Leat.
 */
#ifndef RUN_PROCESS_INHERIT_H
#define RUN_PROCESS_INHERIT_H

/*
 * Returns 0; or the exit status, after a line on stderr: an open descriptor leads to the host's
 * network, see hostfd.h.
 */
int inherit_check(void);

#endif
