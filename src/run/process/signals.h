/*
 * run/process/signals.h - finds out whether a signal waits for a thread that sleeps in an answered
 * call. It reads /proc, since no event reports it.
 */
#ifndef RUN_PROCESS_SIGNALS_H
#define RUN_PROCESS_SIGNALS_H

#include <stdbool.h>
#include <sys/types.h>

enum { SIGNALS_PROCESSES = 32 };

/* One look at all of the calls that wait. */
struct signals_look {
	bool hold; /* threads may be stopped with hold.h */
	unsigned n;
	pid_t process[SIGNALS_PROCESSES]; /* in which a thread takes the signals of the whole process */
};

/*
 * What to answer the waiting call of @tid with; 0: it goes on waiting. @timed: the call has a time
 * limit.
 *
 * -ERESTARTSYS: the kernel runs the handler, and then begins the call again or ends it with EINTR,
 * as the handler was installed. The kernel looks at this answer only in a thread that has been
 * notified of a signal; in any other the number 512 would reach the program. A thread that has a
 * signal of its own, or is the only one of its process, has been notified. Of a signal for the
 * whole process the kernel notifies one thread of its choice, which is not to be seen from outside.
 * So @tid is held (hold.h), which notifies it, and the signal is its own if no other thread has
 * taken it by then.
 *
 * -EINTR: it cannot be held. A call with a time limit is never begun again after a handler
 * (signal(7)).
 */
int signals_interrupt(struct signals_look *look, pid_t tid, bool timed);

#endif
