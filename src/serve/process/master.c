/*
 * serve/process/master.c - the life of a master: its signals, and what becomes of a server from its
 * start over its reloads to its end.
 */
#include "serve/process/impl.h"

#include "host/clock.h"
#include "host/random.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { LINE_MOST = 512 };

int
process_say(struct process *p, const char *format, ...)
{
	char line[LINE_MOST];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	return p->ops->say(p, line);
}

uint64_t
process_deaths(const struct process *p)
{
	return p->board ? p->board->deaths : 0;
}

static void
stop_reloading(struct master *m)
{
	if (m->next)
		crew_abandon(m);
	m->state = MASTER_ENDS;
}

static void
end_in_order(struct master *m)
{
	stop_reloading(m);
	process_notify("STOPPING=1");
	if (!m->now)
		return;
	listeners_close(&m->now->listeners, NULL);
	crew_end(m, ORDER_DRAIN);
}

/*
 * The first signal ends in order, the second at once, and a third does not ask the workers. Those
 * that were retired before get all of them, too.
 */
static void
end_signal(struct master *m)
{
	static const int orders[] = {ORDER_DRAIN, ORDER_STOP, SIGKILL};

	if (m->state != MASTER_ENDS)
		end_in_order(m);
	upgrade_end(m);
	crew_order(m, orders[m->ends]);
	m->ends += m->ends < 2;
}

void
master_succeeded(struct master *m)
{
	if (m->state != MASTER_SERVES)
		return;
	stop_reloading(m);
	listeners_close(&m->now->listeners, NULL);
	crew_end(m, ORDER_RETIRE);
}

void
master_reload(struct master *m)
{
	if (m->next || m->state != MASTER_SERVES) {
		m->again = m->state != MASTER_ENDS;
		return;
	}
	m->again = false;
	process_notify("RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_monotonic() / USEC);
	if (crew_begin(m) != 0)
		master_next_failed(m, 0);
}

static void
reloaded(struct master *m)
{
	process_notify("READY=1\nSTATUS=%u workers serve", m->now->workers);
	if (m->again)
		master_reload(m);
}

void
master_next_ready(struct master *m)
{
	if (m->state == MASTER_BEGINS) {
		m->state = MASTER_SERVES;
		m->process->ops->ready(m->process, &m->now->plan);
		upgrade_done(m);
	}
	reloaded(m);
}

void
master_next_failed(struct master *m, int status)
{
	if (m->next)
		crew_abandon(m);
	if (m->state == MASTER_BEGINS) {
		m->status = status;
		m->state = MASTER_ENDS;
		return;
	}
	process_say(m->process, "not reloaded: the workers go on with the settings that they have");
	reloaded(m);
}

/* A program that was started from a terminal ends with it. */
static bool
terminal_gone(const struct master *m)
{
	int fd = m->terminal ? open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC) : -1;

	if (fd >= 0)
		close(fd);
	return m->terminal && fd < 0;
}

static void
on_signal(struct loop_fd *w, uint32_t events)
{
	struct master *m = container_of(w, struct master, signals);
	struct signalfd_siginfo info;

	while (read(w->fd, &info, sizeof info) == sizeof info) {
		switch (info.ssi_signo) {
		case SIGCHLD:
			crew_reap(m);
			break;
		case SIGUSR1:
			crew_order(m, ORDER_REOPEN);
			break;
		case SIGUSR2:
			upgrade_begin(m);
			break;
		case SIGHUP:
			if (terminal_gone(m))
				end_signal(m);
			else
				master_reload(m);
			break;
		default:
			end_signal(m);
		}
	}
}

/* nohup(1) has SIGHUP ignored: the end of the terminal is then none of the server's business. */
static bool
ends_with_terminal(void)
{
	struct sigaction sa;
	int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return false;
	close(fd);
	return sigaction(SIGHUP, NULL, &sa) == 0 && sa.sa_handler != SIG_IGN;
}

static int
watch_signals(struct master *m)
{
	static const int watched[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD};
	sigset_t set;

	m->terminal = ends_with_terminal();
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof watched / sizeof *watched; i++)
		sigaddset(&set, watched[i]);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN); /* whoever read the messages may be gone */
	sigprocmask(SIG_BLOCK, &set, NULL);
	m->signals = (struct loop_fd){
	    .fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC), .events = EPOLLIN, .fn = on_signal};
	return m->signals.fd < 0 ? -errno : loop_add(m->loop, &m->signals);
}

static struct board *
board_new(void)
{
	struct board *b = mmap(NULL, sizeof *b, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return b == MAP_FAILED ? NULL : b;
}

static int
set_up(struct master *m)
{
	struct siphash_key key = random_key();

	m->loop = loop_new();
	m->process->board = m->board = board_new();
	m->share = share_new(SHARE_SLOTS, m->process->conns, &key);
	if (!m->loop || !m->board || !m->share)
		return -ENOMEM;
	return watch_signals(m);
}

static void
tear_down(struct master *m)
{
	struct process *p = m->process;

	if (m->now) {
		p->ops->ended(p, &m->now->plan, m->share);
		p->ops->unload(p, &m->now->plan);
	}
	if (m->signals.fd > 0)
		close(m->signals.fd);
	listeners_close(&m->inherited, NULL);
	upgrade_fini(m);
	loop_free(m->loop);
	share_free(m->share);
	if (m->board)
		munmap(m->board, sizeof *m->board);
	p->board = NULL;
	free(m);
}

/* Makes the processes that are due, and returns when the next one is. */
static nsec_t
due(struct master *m)
{
	if (m->state == MASTER_ENDS)
		return NSEC_NEVER;
	return nsec_min(crew_retry(m), helpers_retry(m));
}

static int
run(struct master *m)
{
	int status = inherit_listeners(m->process, &m->inherited);

	if (status == 0)
		status = crew_begin(m);
	if (status != 0)
		return status;
	while (m->state != MASTER_ENDS || m->workers > 0)
		loop_turn(m->loop, due(m));
	return m->status;
}

int
process_run(struct process *p)
{
	struct master *m = calloc(1, sizeof *m);
	int e, status;

	if (!m)
		return process_say(p, "cannot begin: %s", strerror(ENOMEM));
	m->process = p;
	upgrade_init(m);
	e = set_up(m);
	status = e < 0 ? process_say(p, "cannot begin: %s", strerror(-e)) : run(m);
	tear_down(m);
	return status;
}
