/*
 * run/process/hold.h - stops threads of the program for a moment with ptrace(2). It does not know
 * why. Neither the thread nor its parent can see the stop, with one exception: epoll_wait(2) and
 * the other calls that signal(7) lists under SIGCONT return EINTR.
 *
 * A held thread stops where it would look for signals: at once if it runs in user space or waits
 * interruptibly; later if it is in a wait that only a fatal signal ends. Only one thread of this
 * process may use this module, since for the kernel a tracer is a thread.
 */
#ifndef RUN_PROCESS_HOLD_H
#define RUN_PROCESS_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Asks thread @tid to stop, and does not wait for it. Returns false if the thread has another
 * tracer, forbids tracing, or has ended. wait(2) reports the stop: see hold_stopped().
 */
bool hold_thread(pid_t tid);

/*
 * Takes the @status that wait(2) returned for @pid. If it reports the stop of a held thread,
 * continues the thread and returns true.
 */
bool hold_stopped(pid_t pid, int status);

/* The stopped threads of one process. */
struct hold {
	struct hold_one {
		pid_t tid;
		int signal; /* the signal that it was about to take; 0 = none */
	} * one;
	size_t n, capacity;
};

/*
 * Stops every thread of process @pid, except those for which @still returns true: they stand still
 * anyway. Waits for the stops, 100 ms at most. Returns true if all have stopped; then the caller
 * must call hold_end(). Otherwise returns false and has continued every thread that did stop.
 */
bool hold_process(struct hold *h, pid_t pid, bool (*still)(void *arg, pid_t tid), void *arg);

/* Continues the threads that hold_process() stopped, and frees the list of them. */
void hold_end(struct hold *h);

#endif
