/*
 * run/signals.h - does a signal wait for a thread that sleeps in an answered call? Found in /proc, since nobody tells us.
 */
#ifndef RUN_SIGNALS_H
#define RUN_SIGNALS_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * 0: let it sleep. -ERESTARTSYS: the kernel runs the handler and then begins the call again or ends it with EINTR, as the handler was
 * installed; answered only where it is certain that this thread takes the signal, since otherwise the number 512 reaches the program.
 * -EINTR: a signal for the whole process, in a process of several threads, any of which may take it. @timed: the call has a
 * time limit, and such are never begun again (signal(7)).
 */
int signals_interrupt(pid_t tid, bool timed);

#endif
