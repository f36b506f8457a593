/*
 * run/process/watchdog.h - ends the worker if it is in an endless loop. It does not know what the
 * worker does.
 *
 * It measures the processor time that the worker uses. A loaded machine, a stopped process and a
 * debugger use none of it, so they never look like an endless loop. A worker that sleeps is not
 * woken.
 */
#ifndef RUN_PROCESS_WATCHDOG_H
#define RUN_PROCESS_WATCHDOG_H

#include "base/nsec.h"

/*
 * Begins to watch this process. It prints a message and aborts when it has used @limit of processor
 * time, or at most twice as much, without a call of watchdog_turn(). Returns 0 or the negative
 * errno.
 */
int watchdog_begin(nsec_t limit);

/* Reports that the process makes progress. */
void watchdog_turn(void);

/* Stops watching. */
void watchdog_end(void);

#endif
