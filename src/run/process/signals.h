/*
 * run/process/signals.h - finds out whether a signal is pending for a thread that waits in an
 * intercepted call. No event reports it, so it reads /proc. It sends no signals.
 */
#ifndef RUN_PROCESS_SIGNALS_H
#define RUN_PROCESS_SIGNALS_H

#include <stdbool.h>
#include <sys/types.h>

enum { SIGNALS_PROCESSES = 32 };

/* One look at all calls that wait. */
struct signals_look {
	bool hold; /* threads may be stopped, see hold.h */
	unsigned n;
	/* Processes whose signals one thread already takes. */
	pid_t process[SIGNALS_PROCESSES];
};

/*
 * Returns how to answer the waiting call of @tid; 0 if it goes on waiting. @timed says that the
 * call has a time limit.
 *
 * -ERESTARTSYS: the kernel runs the handler, and then restarts the call or ends it with EINTR, as
 * SA_RESTART of the handler says. The kernel interprets this answer only in a thread that it has
 * notified of a signal; any other thread would see errno 512. A thread is notified if it has a
 * signal of its own, or is the only thread of its process. A signal for a whole process notifies
 * one thread that the kernel chooses, and no file of /proc says which. So @tid is held (hold.h),
 * which notifies it. It then takes the signal unless another thread has taken it by then.
 *
 * -ERESTARTNOHAND: the same for a call with a time limit, which the kernel never restarts after a
 * handler (signal(7)).
 *
 * -EINTR: the thread cannot be held, or the call has a time limit and the thread was notified.
 */
int signals_interrupt(struct signals_look *look, pid_t tid, bool timed);

#endif
