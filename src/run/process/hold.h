/*
 * run/process/hold.h - stops threads of the program for a moment with ptrace(2). Neither the thread
 * nor its parent notices, except that epoll_wait(2) and the other calls that signal(7) lists for
 * SIGCONT return EINTR.
 *
 * A held thread stops where it would look for signals: at once in user space and in an
 * interruptible wait, later in a wait that only a fatal signal ends. Only one thread of this
 * process may use this, for the kernel knows tracers by thread.
 */
#ifndef RUN_PROCESS_HOLD_H
#define RUN_PROCESS_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Asks @tid to stop. Returns false if it has another tracer, forbids it, or is gone. wait(2)
 * reports the stop: see hold_stopped().
 */
bool hold_thread(pid_t tid);

/* For wait(2)'s @status of @pid: true if that was the stop of a held thread, which goes on. */
bool hold_stopped(pid_t pid, int status);

/* Threads of one process that stand still. */
struct hold {
	struct hold_one {
		pid_t tid;
		int signal; /* which it was about to take; 0 = none */
	} * one;
	size_t n, room;
};

/*
 * Stops every thread of process @pid, except those of which @still says that they stand still
 * anyway. Returns true if all have stopped: call hold_end() then. Otherwise not all could be
 * stopped in time, and those that were have been let go.
 */
bool hold_process(struct hold *h, pid_t pid, bool (*still)(void *arg, pid_t tid), void *arg);
void hold_end(struct hold *h);

#endif
