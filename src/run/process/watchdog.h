/*
 * run/process/watchdog.h - the worker is not to spin. Measured in processor time that it uses
 * itself: a loaded machine, a stopped process and a debugger use none of it, so they never look
 * like a loop without an end; and a worker that sleeps is not woken.
 */
#ifndef RUN_PROCESS_WATCHDOG_H
#define RUN_PROCESS_WATCHDOG_H

#include "base/nsec.h"

/*
 * From here on the process aborts, with a word, when it uses @limit of processor time (at most
 * twice that) without a call of watchdog_turn(). 0 or -errno.
 */
int watchdog_begin(nsec_t limit);

/* The process has got on. */
void watchdog_turn(void);

void watchdog_end(void);

#endif
