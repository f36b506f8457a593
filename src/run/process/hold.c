/*
 * run/process/hold.c - stops threads of the program with ptrace(2), and lets them go on. It does
 * not change their registers or memory.
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

enum { SPINS = 100, WAIT_MOST = 100 /* ms, for all threads together */ };

bool
hold_thread(pid_t tid)
{
	if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) < 0)
		return false;
	/* Fails only if the thread has ended since, which wait(2) reports. */
	ptrace(PTRACE_INTERRUPT, tid, NULL, NULL);
	return true;
}

/*
 * A traced thread also stops before each signal that it takes: then it takes the signal as it goes
 * on.
 */
static int
signal_of(int event, int signal)
{
	return event == PTRACE_EVENT_STOP ? 0 : signal;
}

static bool
let_go(pid_t tid, int signal)
{
	return ptrace(PTRACE_DETACH, tid, NULL, (uintptr_t)signal) == 0;
}

bool
hold_stopped(pid_t pid, int status)
{
	return WIFSTOPPED(status) && let_go(pid, signal_of(status >> 16, WSTOPSIG(status)));
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
	if (h->n == h->room) {
		size_t room = h->room ? 2 * h->room : 16;
		struct hold_one *more = realloc(h->one, room * sizeof *more);

		if (!more)
			return false;
		h->one = more;
		h->room = room;
	}
	h->one[h->n++] = (struct hold_one){tid, signal};
	return true;
}

/* Returns true if the thread has ended, even if its number is not free yet. */
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

/* WSTOPPED alone: how our processes end is reported elsewhere (reap()). */
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
			let_go(tid, signal);
			return false;
		}
		if (has_ended(tid))
			return true;
		if (i < SPINS)
			sched_yield();
		else if ((*waited)++ >= WAIT_MOST)
			return false; /* its stop comes later, see hold_stopped() */
		else
			poll(NULL, 0, 1);
	}
}

/* Looks at all threads once. *@any: some were running. */
static bool
hold_running(
    struct hold *h, pid_t pid, bool (*still)(void *arg, pid_t tid), void *arg, unsigned *waited, bool *any)
{
	char path[32];
	struct dirent *e;
	bool well = true;
	DIR *dir;

	*any = false;
	snprintf(path, sizeof path, "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return false;
	while (well && (e = readdir(dir))) {
		pid_t tid = isdigit((unsigned char)e->d_name[0]) ? atoi(e->d_name) : 0;

		if (tid <= 0 || still(arg, tid) || is_held(h, tid) || has_ended(tid))
			continue;
		*any = true;
		well = hold_thread(tid) ? wait_stopped(h, tid, waited) : has_ended(tid);
	}
	closedir(dir);
	return well;
}

/* Repeats until a look finds no running thread: only a running one can make another. */
bool
hold_process(struct hold *h, pid_t pid, bool (*still)(void *arg, pid_t tid), void *arg)
{
	unsigned waited = 0;
	bool any = true, well = true;

	*h = (struct hold){0};
	while (well && any)
		well = hold_running(h, pid, still, arg, &waited, &any);
	if (!well)
		hold_end(h);
	return well;
}

void
hold_end(struct hold *h)
{
	for (size_t i = 0; i < h->n; i++)
		let_go(h->one[i].tid, h->one[i].signal);
	free(h->one);
	*h = (struct hold){0};
}
