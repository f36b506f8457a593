/*
 * run/process/hold.c - stops threads of the program with ptrace(2), and continues them. It does not
 * change their registers or memory.
 */
#include "run/process/hold.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

enum { SPINS = 100, WAIT_MAX_MS = 100 /* for all threads together */ };

bool
hold_thread(pid_t tid)
{
	if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) < 0)
		return false;
	/* Fails only if the thread has ended since; wait(2) then reports its end. */
	ptrace(PTRACE_INTERRUPT, tid, NULL, NULL);
	return true;
}

/*
 * Returns the signal with which to continue a thread, 0 for none. A traced thread also stops before
 * each signal that it takes; it must get that signal when it continues.
 */
static int
signal_of(int event, int signal)
{
	return event == PTRACE_EVENT_STOP ? 0 : signal;
}

static bool
resume(pid_t tid, int signal)
{
	return ptrace(PTRACE_DETACH, tid, NULL, (uintptr_t)signal) == 0;
}

bool
hold_stopped(pid_t pid, int status)
{
	return WIFSTOPPED(status) && resume(pid, signal_of(status >> 16, WSTOPSIG(status)));
}

static bool
is_held(const struct hold *h, pid_t tid)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->one[i].tid == tid)
			return true;
	return false;
}

static bool
note(struct hold *h, pid_t tid, int signal)
{
	if (h->n == h->capacity) {
		size_t capacity = h->capacity ? 2 * h->capacity : 16;
		struct hold_one *more = realloc(h->one, capacity * sizeof *more);

		if (!more)
			return false;
		h->one = more;
		h->capacity = capacity;
	}
	h->one[h->n++] = (struct hold_one){tid, signal};
	return true;
}

/* Returns true if the thread has ended, even if its ID is not free yet. */
static bool
has_ended(pid_t tid)
{
	char path[32], state = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/stat", tid);
	f = fopen(path, "re");
	if (!f)
		return true;
	if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	fclose(f);
	return state == 'Z' || state == 'X';
}

/*
 * Waits until thread @tid has stopped or ended. Asks for WSTOPPED alone: another caller of wait(2)
 * needs the end of our processes (worker_life.c).
 */
static bool
wait_stopped(struct hold *h, pid_t tid, unsigned *waited)
{
	for (unsigned i = 0;; i++) {
		siginfo_t info = {0};
		int rc = waitid(P_PID, (id_t)tid, &info, WSTOPPED | WNOHANG | __WALL);

		if (rc == 0 && info.si_pid == tid) {
			int signal = signal_of(info.si_status >> 8, info.si_status & 0x7f);

			if (note(h, tid, signal))
				return true;
			resume(tid, signal);
			return false;
		}
		if (has_ended(tid))
			return true;
		if (i < SPINS)
			sched_yield();
		else if ((*waited)++ >= WAIT_MAX_MS)
			return false; /* hold_stopped() continues it when it stops */
		else
			poll(NULL, 0, 1);
	}
}

/*
 * Stops the threads that run now. Sets *@any if there were some. Returns false if one could not be
 * stopped in time.
 */
static bool
hold_running(
    struct hold *h, pid_t pid, bool (*still)(void *arg, pid_t tid), void *arg, unsigned *waited, bool *any)
{
	char path[32];
	struct dirent *e;
	bool ok = true;
	DIR *dir;

	*any = false;
	snprintf(path, sizeof path, "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return false;
	while (ok && (e = readdir(dir))) {
		pid_t tid = isdigit((unsigned char)e->d_name[0]) ? atoi(e->d_name) : 0;

		if (tid <= 0 || still(arg, tid) || is_held(h, tid) || has_ended(tid))
			continue;
		*any = true;
		ok = hold_thread(tid) ? wait_stopped(h, tid, waited) : has_ended(tid);
	}
	closedir(dir);
	return ok;
}

/* Repeats until a pass finds no running thread: only a running thread can create another. */
bool
hold_process(struct hold *h, pid_t pid, bool (*still)(void *arg, pid_t tid), void *arg)
{
	unsigned waited = 0;
	bool any = true, ok = true;

	*h = (struct hold){0};
	while (ok && any)
		ok = hold_running(h, pid, still, arg, &waited, &any);
	if (!ok)
		hold_end(h);
	return ok;
}

void
hold_end(struct hold *h)
{
	for (size_t i = 0; i < h->n; i++)
		resume(h->one[i].tid, h->one[i].signal);
	free(h->one);
	*h = (struct hold){0};
}
