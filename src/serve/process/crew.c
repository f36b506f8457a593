/*
 * serve/process/crew.c - makes workers, finds out which of them live, replaces those that die, and
 * decides which of them reads which socket.
 */
#include "serve/process/impl.h"

#include "host/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned
cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof set, &set) < 0)
		return 1;
	return CPU_COUNT(&set) < PROCESS_WORKERS ? (unsigned)CPU_COUNT(&set) : PROCESS_WORKERS;
}

/* The worker at @number of the crew, if it serves; else NULL. */
static struct worker_process *
serving(struct master *m, const struct crew *crew, unsigned number)
{
	int slot = crew->seat[number].slot;

	return slot >= 0 && m->worker[slot].state == WORKER_READY ? &m->worker[slot] : NULL;
}

void
crew_order(const struct master *m, int order)
{
	for (unsigned i = 0; i < SHARE_SLOTS; i++) {
		if (m->worker[i].state != WORKER_NONE)
			kill(m->worker[i].pid, order);
	}
}

/*
 * Gives each number a worker that reads its sockets. That of a worker which is dead or not ready
 * yet is read by another one meanwhile, so no connection waits where no one looks.
 */
static void
assign_sockets(struct master *m)
{
	const struct crew *crew = m->now;

	for (unsigned k = 0; k < PROCESS_WORKERS; k++) {
		const struct worker_process *w = NULL;

		for (unsigned i = 0; i < crew->workers && !w; i++)
			w = serving(m, crew, (k + i) % crew->workers);
		if (w)
			m->board->reader[k] = (int)(w - m->worker);
	}
	for (unsigned i = 0; i < crew->workers; i++) {
		const struct worker_process *w = serving(m, crew, i);

		if (w)
			kill(w->pid, ORDER_LISTEN);
	}
}

static void
close_pipe(struct worker_process *w)
{
	if (w->pipe.fd < 0)
		return;
	loop_del(w->master->loop, &w->pipe);
	close(w->pipe.fd);
	w->pipe.fd = -1;
}

static bool make_worker(struct master *m, struct crew *crew, unsigned number);

/* The first worker of a crew has shown that the settings can be used: makes the others. */
static void
make_others(struct master *m, struct crew *crew)
{
	for (unsigned i = 1; i < crew->workers; i++) {
		if (!make_worker(m, crew, i)) {
			master_next_failed(
			    m, process_say(m->process, "a worker cannot be made: %s", strerror(errno)));
			return;
		}
	}
}

/* The workers of @crew are not replaced any more. */
static void
dismiss(struct master *m, const struct crew *crew, int order)
{
	for (unsigned i = 0; i < SHARE_SLOTS; i++) {
		struct worker_process *w = &m->worker[i];

		if (w->state == WORKER_NONE || w->crew != crew)
			continue;
		w->crew = NULL;
		w->state = WORKER_LEAVING;
		if (w->helper.pid == 0) /* none follows now: the worker reads the end */
			helper_leave(w);
		kill(w->pid, order);
	}
}

/* Its workers have read no socket, and are not to answer what waits there: they end at once. */
void
crew_abandon(struct master *m)
{
	struct crew *crew = m->next;

	m->next = NULL;
	dismiss(m, crew, ORDER_STOP);
	listeners_close(&crew->listeners, m->now ? &m->now->listeners : &m->inherited);
	m->process->ops->unload(m->process, &crew->plan);
}

void
crew_end(struct master *m, int order)
{
	dismiss(m, m->now, order);
}

/* The next crew is ready and serves from now on. */
static void
promote(struct master *m)
{
	struct crew *old = m->now;

	m->now = m->next;
	m->next = NULL;
	assign_sockets(m);
	listeners_close(old ? &old->listeners : &m->inherited, &m->now->listeners);
	if (old) {
		dismiss(m, old, ORDER_RETIRE);
		m->process->ops->unload(m->process, &old->plan);
	}
	master_next_ready(m);
}

static void
worker_ready(struct worker_process *w)
{
	struct master *m = w->master;
	struct crew *crew = w->crew;

	w->state = WORKER_READY;
	crew->ready++;
	if (crew == m->now) {
		assign_sockets(m);
		return;
	}
	if (crew->ready == 1)
		make_others(m, crew);
	if (crew == m->next && crew->ready == crew->workers)
		promote(m);
}

/* A pipe ends when its worker has died; SIGCHLD says how. */
static void
on_pipe(struct loop_fd *fd, uint32_t events)
{
	struct worker_process *w = container_of(fd, struct worker_process, pipe);
	char octet;

	if (read(fd->fd, &octet, 1) != 1)
		close_pipe(w);
	else if (w->state == WORKER_STARTING)
		worker_ready(w);
	else if (w->state == WORKER_READY && w->crew == w->master->now)
		master_reload(w->master);
}

static struct worker_process *
free_worker(struct master *m)
{
	for (unsigned i = 0; i < SHARE_SLOTS; i++) {
		if (m->worker[i].state == WORKER_NONE)
			return &m->worker[i];
	}
	errno = EAGAIN;
	return NULL;
}

/* In the master @w is known before the worker exists, since the worker looks at it. */
static bool
fork_worker(struct master *m, struct worker_process *w)
{
	int pipe[2];

	if (pipe2(pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		return false;
	w->pipe = (struct loop_fd){.fd = pipe[0], .events = EPOLLIN, .fn = on_pipe};
	fflush(NULL);
	w->pid = fork();
	if (w->pid == 0)
		process_worker_main(m, w, pipe[1]);
	close(pipe[1]);
	if (w->helper.worker_fd >= 0)
		close(w->helper.worker_fd);
	w->helper.worker_fd = -1;
	if (w->pid > 0 && loop_add(m->loop, &w->pipe) == 0)
		return true;
	if (w->pid > 0)
		kill(w->pid, SIGKILL);
	close(pipe[0]);
	w->pipe.fd = -1;
	return false;
}

static bool
make_worker(struct master *m, struct crew *crew, unsigned number)
{
	struct worker_process *w = free_worker(m);

	if (!w)
		return false;
	share_vacate(m->share, (unsigned)(w - m->worker));
	*w = (struct worker_process){.master = m, .crew = crew, .seat = number, .began = clock_monotonic()};
	if (!helper_pair(w))
		return false;
	if (!fork_worker(m, w)) {
		helper_leave(w);
		return false;
	}
	w->state = WORKER_STARTING;
	m->workers++;
	crew->seat[number].slot = (int)(w - m->worker);
	crew->seat[number].retry.at = NSEC_NEVER;
	return true;
}

static int
load(struct master *m, struct crew *crew)
{
	struct process *p = m->process;
	const struct listeners *from = m->now ? &m->now->listeners : &m->inherited;
	int status = p->ops->load(p, &crew->plan);

	if (status != 0)
		return status;
	crew->workers = crew->plan.workers ? crew->plan.workers : cores();
	status = rights_check(p, crew->plan.user);
	if (status == 0)
		status = listeners_open(&crew->listeners, from, p, &crew->plan, crew->workers);
	if (status != 0)
		p->ops->unload(p, &crew->plan);
	return status;
}

int
crew_begin(struct master *m)
{
	struct crew *crew = &m->crew[m->now == &m->crew[0]];
	int status;

	*crew = (struct crew){.workers = 0};
	status = load(m, crew);
	if (status != 0)
		return status;
	for (unsigned i = 0; i < PROCESS_WORKERS; i++)
		crew->seat[i] = (struct seat){.slot = -1, .retry.at = NSEC_NEVER};
	m->next = crew;
	if (make_worker(m, crew, 0))
		return 0;
	status = process_say(m->process, "a worker cannot be made: %s", strerror(errno));
	crew_abandon(m);
	return status;
}

/* Prints how a worker has died that was not to end. */
static int
report(struct master *m, const struct worker_process *w, int status, const char *then)
{
	if (WIFSIGNALED(status))
		return process_say(m->process, "worker %d was ended by signal %d (%s)%s%s", w->pid,
		    WTERMSIG(status), strsignal(WTERMSIG(status)),
		    WCOREDUMP(status) ? ", with a core dump" : "", then);
	return process_say(m->process, "worker %d ended with status %d%s", w->pid, WEXITSTATUS(status), then);
}

static void
replace(struct master *m, const struct worker_process *w)
{
	struct seat *seat = &m->now->seat[w->seat];

	seat->slot = -1;
	retry_later(&seat->retry, w->began);
}

static void
worker_ended(struct master *m, struct worker_process *w, int status)
{
	struct crew *crew = w->crew;
	struct worker_process was = *w;

	close_pipe(w);
	helper_leave(w);
	w->state = WORKER_NONE;
	m->workers--;
	share_vacate(m->share, (unsigned)(w - m->worker));
	if (!crew) {
		if (WIFSIGNALED(status))
			report(m, &was, status, ", while it was ending");
	} else if (crew == m->next) {
		master_next_failed(
		    m, WIFEXITED(status) ? WEXITSTATUS(status) : report(m, &was, status, ", at its start"));
	} else {
		crew->ready -= was.state == WORKER_READY;
		report(m, &was, status, "; another takes its place");
		m->board->deaths++;
		replace(m, &was);
		assign_sockets(m);
	}
}

void
crew_reap(struct master *m)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		bool other = upgrade_ended(m, pid, status) || helper_ended(m, pid, status);

		for (unsigned i = 0; !other && i < SHARE_SLOTS; i++) {
			if (m->worker[i].state != WORKER_NONE && m->worker[i].pid == pid)
				worker_ended(m, &m->worker[i], status);
		}
	}
}

nsec_t
crew_retry(struct master *m)
{
	nsec_t next = NSEC_NEVER, now = clock_monotonic();

	for (unsigned i = 0; m->now && i < m->now->workers; i++) {
		struct seat *seat = &m->now->seat[i];

		if (seat->retry.at <= now && !make_worker(m, m->now, i)) {
			process_say(m->process, "a worker cannot be made: %s", strerror(errno));
			retry_later(&seat->retry, now);
		}
		next = nsec_min(next, seat->retry.at);
	}
	return next;
}
