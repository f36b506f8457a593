/*
 * run/hold.h - stops a thread of the program for a moment with ptrace(2). Neither the thread nor its parent notices, except that epoll_wait(2) and other calls of
 * signal(7)'s list return EINTR as after SIGCONT.
 *
 * A held thread stops where it would look for signals: at once in user space and in an interruptible wait, later in a wait that only a fatal signal ends.
 */
#ifndef RUN_HOLD_H
#define RUN_HOLD_H

#include <stdbool.h>
#include <sys/types.h>

/* Asks @tid to stop. False: it has another tracer, forbids it, or is gone. Its stop is reported by wait(2): see hold_stopped(). */
bool hold_thread(pid_t tid);

/* For wait(2)'s @status of @pid: true if that was the stop of a held thread, which goes on. */
bool hold_stopped(pid_t pid, int status);

#endif
