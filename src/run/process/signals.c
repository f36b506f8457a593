/*
 * run/process/signals.c - finds out from /proc whether a signal is pending for a waiting thread,
 * and with which errno its call must end. It sends no signals.
 */
#include "run/process/signals.h"

#include "run/process/hold.h"
#include "run/process/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct signal_masks {
	uint64_t own, process, blocked, ignored, caught;
	int threads;
	pid_t pid;
};

static uint64_t
field(const char *text, const char *name)
{
	const char *at = strstr(text, name);
	uint64_t v = 0;

	if (at)
		sscanf(at + strlen(name), "%" SCNx64, &v);
	return v;
}

static bool
masks_of(pid_t tid, struct signal_masks *m)
{
	char path[32], text[4096];
	const char *number;
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/status", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	m->threads = 1;
	m->pid = tid;
	if ((number = strstr(text, "\nThreads:")))
		sscanf(number, "\nThreads: %d", &m->threads);
	if ((number = strstr(text, "\nTgid:")))
		sscanf(number, "\nTgid: %d", &m->pid);
	m->own = field(text, "\nSigPnd:");
	m->process = field(text, "\nShdPnd:");
	m->blocked = field(text, "\nSigBlk:");
	m->ignored = field(text, "\nSigIgn:");
	m->caught = field(text, "\nSigCgt:");
	return true;
}

/*
 * Returns the signals that do nothing: ignored ones, and SIGCHLD, SIGCONT, SIGURG and SIGWINCH
 * without a handler. They end no wait, and do not stay pending for long.
 */
static uint64_t
idle_signals(const struct signal_masks *m)
{
	const uint64_t idle = 1ull << 16 | 1ull << 17 | 1ull << 22 | 1ull << 27;

	return m->ignored | (idle & ~m->caught);
}

/*
 * Returns true for the first waiting thread of process @pid in this look. That thread takes all
 * signals that are pending for the process.
 */
static bool
first_of_process(struct signals_look *look, pid_t pid)
{
	for (unsigned i = 0; i < look->n; i++)
		if (look->process[i] == pid)
			return false;
	if (look->n < SIGNALS_PROCESSES)
		look->process[look->n++] = pid;
	return true;
}

int
signals_interrupt(struct signals_look *look, pid_t tid, bool timed)
{
	struct signal_masks m;
	uint64_t open;

	if (!masks_of(tid, &m))
		return 0;
	open = ~m.blocked & ~idle_signals(&m);
	if ((m.own & open) || ((m.process & open) && m.threads == 1))
		return timed ? -EINTR : -KERNEL_ERESTARTSYS;
	if (!(m.process & open) || !first_of_process(look, m.pid))
		return 0;
	if (!look->hold || !hold_thread(tid))
		return -EINTR;
	return timed ? -KERNEL_ERESTARTNOHAND : -KERNEL_ERESTARTSYS;
}
