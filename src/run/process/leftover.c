/*
 * run/process/leftover.c - names the processes that the first one left running, sends them signals,
 * and ends them if the user asked for that. It does not know which signals arrive.
 */
#include "run/process/leftover.h"

#include "run/process/descendants.h"
#include "run/process/forward.h"
#include "run/process/tree.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { NAMES_MAX = 4, NAMES_TEXT = 160, TERM_AFTER_MS = 5, LOOKS_MAX = 16, SIGNALLED_MAX = 4096 };

void
leftover_init(struct leftover *r, const char *first, bool until_first)
{
	*r = (struct leftover){.first = first, .until_first = until_first};
	r->say_at = r->flush_say_at = r->term_at = r->kill_at = NSEC_NEVER;
}

/*
 * Waits a little before SIGTERM: usually the last process ends at the same moment, which is noticed
 * a little later.
 */
void
leftover_first_ended(struct leftover *r, nsec_t now)
{
	r->say_at = now + LEFTOVER_SAY_S * SEC;
	if (r->until_first)
		r->term_at = now + TERM_AFTER_MS * MSEC;
}

void
leftover_last_ended(struct leftover *r, nsec_t now)
{
	r->say_at = r->term_at = r->kill_at = NSEC_NEVER;
	r->flush_say_at = now + LEFTOVER_SAY_S * SEC;
}

/* The processes that got the signal; @seen is how many processes the last look found. */
struct signalled {
	pid_t pid[SIGNALLED_MAX];
	size_t n;
	ssize_t seen;
};

static bool
has(const struct signalled *done, pid_t pid)
{
	for (size_t i = 0; i < done->n; i++)
		if (done->pid[i] == pid)
			return true;
	return false;
}

static void
signal_one(struct signalled *done, int signal, pid_t pid)
{
	if (done->n == SIGNALLED_MAX)
		return;
	kill(pid, signal);
	done->pid[done->n++] = pid;
}

/*
 * Lists the tree once, and sends @signal to the processes that have not got it. @all means the
 * whole tree; otherwise only our own children. Returns true if another look may find more: while
 * processes end, a list of children in /proc may miss one (proc_pid_children(5)).
 */
static bool
signal_more(struct signalled *done, int signal, pid_t but, bool all)
{
	struct descendant *d;
	ssize_t n = descendants_list(&d);
	size_t before = done->n;
	bool changed;

	for (ssize_t i = 0; i < n; i++)
		if ((!but || d[i].group != but) && (all || d[i].parent == getpid()) && !has(done, d[i].pid))
			signal_one(done, signal, d[i].pid);
	free(d);
	changed = n != done->seen || done->n != before;
	done->seen = n;
	return n >= 0 && changed;
}

/*
 * Repeats signal_more() until it finds no more. So it also finds a process that was forked between
 * a look and the signal to its parent. No process gets the signal twice.
 */
static void
send_signal(int signal, pid_t but, bool all)
{
	static struct signalled done;

	done.n = 0;
	done.seen = 0;
	for (unsigned look = 0; look < LOOKS_MAX && signal_more(&done, signal, but, all); look++)
		;
	if (done.seen < 0 && !done.n)
		tree_signal(signal); /* needs no descriptor, but finds only our own children */
}

void
leftover_signal(int signal, pid_t but)
{
	send_signal(signal, but, forward_ends(signal));
}

/*
 * Writes "sleep[12], redis-server[13] and 3 more" to @text. Returns false if there is no process.
 */
static bool
name_all(char text[static NAMES_TEXT])
{
	struct descendant *d;
	ssize_t n = descendants_list(&d);
	size_t len = 0;

	for (ssize_t i = 0; i < n && i < NAMES_MAX; i++)
		len += (size_t)snprintf(
		    text + len, NAMES_TEXT - len, "%s%s[%d]", i ? ", " : "", d[i].name, d[i].pid);
	if (n > NAMES_MAX)
		snprintf(text + len, NAMES_TEXT - len, " and %zd more", n - NAMES_MAX);
	free(d);
	return n > 0;
}

static void
print_names(const struct leftover *r)
{
	char names[NAMES_TEXT];

	if (!name_all(names))
		return;
	if (r->until_first)
		fprintf(stderr,
		    "leat: %s has ended; still running after SIGTERM: %s; SIGKILL follows in %d s\n",
		    r->first, names, LEFTOVER_KILL_S - LEFTOVER_SAY_S);
	else
		fprintf(stderr,
		    "leat: %s has ended; waiting for what it left running: %s (--until first ends it)\n",
		    r->first, names);
}

static void
kill_all(const struct leftover *r)
{
	char names[NAMES_TEXT];

	if (name_all(names))
		fprintf(stderr, "leat: killed, since SIGTERM did not end it within %d s: %s\n",
		    LEFTOVER_KILL_S, names);
	tree_kill();
}

static bool
due(nsec_t *at, nsec_t now)
{
	if (now < *at)
		return false;
	*at = NSEC_NEVER;
	return true;
}

nsec_t
leftover_next(const struct leftover *r)
{
	return nsec_min(nsec_min(r->say_at, r->flush_say_at), nsec_min(r->term_at, r->kill_at));
}

void
leftover_run(struct leftover *r, nsec_t now)
{
	if (due(&r->term_at, now)) {
		send_signal(SIGTERM, 0, true);
		/* A stopped process takes SIGTERM only after it has been continued. */
		send_signal(SIGCONT, 0, true);
		r->kill_at = now + LEFTOVER_KILL_S * SEC;
	}
	if (due(&r->say_at, now))
		print_names(r);
	if (due(&r->kill_at, now))
		kill_all(r);
	if (due(&r->flush_say_at, now))
		fprintf(stderr, "leat: %s has ended; delivering what it sent (a signal ends the wait)\n",
		    r->first);
}
