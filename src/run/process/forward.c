/*
 * run/process/forward.c - decides to which processes a signal is passed on, and when. It installs
 * no signal handlers.
 */
#include "run/process/forward.h"

#include "run/process/leftover.h"

#include <signal.h>
#include <unistd.h>

/*
 * How long a signal of the supervisor waits for that of the worker; how long that of the worker is
 * remembered; and how long a program may take to end after a signal, which is what `docker stop`
 * gives it.
 */
enum { FORWARD_WAIT_MS = 5, FORWARD_MEMORY_MS = 100, FORWARD_END_S = 10 };

static bool
known(int signal)
{
	return signal > 0 && signal < FORWARD_SIGNALS;
}

void
forward_worker(struct forward *f, int signal, pid_t from, nsec_t now)
{
	if (known(signal))
		f->worker[signal] = (struct forward_signal){from, now + FORWARD_MEMORY_MS * MSEC};
}

void
forward_supervisor(struct forward *f, int signal, pid_t from, nsec_t now)
{
	if (known(signal))
		f->supervisor[signal] =
		    (struct forward_signal){from ? from : -1, now + FORWARD_WAIT_MS * MSEC};
}

nsec_t
forward_next(const struct forward *f)
{
	nsec_t next = NSEC_NEVER;

	for (int i = 1; i < FORWARD_SIGNALS; i++)
		if (f->supervisor[i].from)
			next = nsec_min(next, f->supervisor[i].until);
	return next;
}

/*
 * Sends @signal to the processes that the first one left running. If @group, the processes of our
 * group have got it already and are left out. If @terminal, sends SIGTERM: the background processes
 * of a shell ignore SIGINT and SIGQUIT.
 */
static void
to_leftover(int signal, bool terminal, bool group)
{
	leftover_signal(terminal ? SIGTERM : signal, group ? getpgrp() : 0);
}

static void
pass_on(struct forward *f, int signal, nsec_t now, pid_t program)
{
	bool terminal = f->supervisor[signal].from == FORWARD_TERMINAL;
	bool group = terminal ||
		     (f->worker[signal].from == f->supervisor[signal].from && f->worker[signal].until >= now);

	if (program && !group)
		kill(program, signal);
	if (program && forward_ends(signal)) {
		f->end.signal = terminal ? SIGTERM : signal;
		f->end.group = group;
		f->end.until = now + FORWARD_END_S * SEC;
	}
	/*
	 * The leftover processes of our group got a signal of the terminal, too, but may ignore it.
	 * So all leftover processes get SIGTERM.
	 */
	if (!program)
		to_leftover(signal, terminal, group && !terminal);
}

void
forward_run(struct forward *f, nsec_t now, pid_t program)
{
	for (int i = 1; i < FORWARD_SIGNALS; i++) {
		if (!f->supervisor[i].from || f->supervisor[i].until > now)
			continue;
		pass_on(f, i, now, program);
		f->supervisor[i] = f->worker[i] = (struct forward_signal){0};
	}
}

void
forward_first_ended(struct forward *f, nsec_t now)
{
	if (f->end.signal && now <= f->end.until)
		to_leftover(f->end.signal, false, f->end.group);
	f->end.signal = 0;
}
