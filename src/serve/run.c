/*
 * serve/run.c - runs a server on the machine's sockets, in one process.
 */
#include "serve/run.h"

#include "base/err.h"
#include "host/clock.h"
#include "host/fd_budget.h"
#include "host/hostio.h"
#include "host/jobs.h"
#include "host/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Descriptors for what is no connection: the log, the loop, folders. */
enum { FD_RESERVE = 64 };

struct process {
	struct serve_run *run;
	struct loop *loop;
	struct fd_budget fds;
	struct io_world *world;
	struct serve *serve;
	struct loop_fd signals;
	sigset_t before;
	bool draining, stop;
};

static bool
relieve(struct fd_budget *fds)
{
	return serve_relieve(container_of(fds, struct process, fds)->serve);
}

/* As many descriptors as the system lets us have. */
static void
limit_descriptors(struct process *p)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) < 0)
		return;
	lim.rlim_cur = lim.rlim_max;
	setrlimit(RLIMIT_NOFILE, &lim);
	if (getrlimit(RLIMIT_NOFILE, &lim) == 0 && lim.rlim_cur != RLIM_INFINITY)
		fd_budget_limit(&p->fds, lim.rlim_cur > 2 * FD_RESERVE ? (unsigned)lim.rlim_cur - FD_RESERVE
								       : (unsigned)lim.rlim_cur / 2);
}

static void
end_signal(struct process *p)
{
	p->stop = p->draining;
	p->draining = true;
	if (!p->stop)
		serve_drain(p->serve);
}

static void
log_signal(struct process *p)
{
	int e = serve_reopen_log(p->serve);

	if (e < 0)
		p->run->log_failed(p->run, e);
}

static void
on_signal(struct loop_fd *w, uint32_t events)
{
	struct process *p = container_of(w, struct process, signals);
	struct signalfd_siginfo info;

	while (read(w->fd, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGUSR1)
			log_signal(p);
		else
			end_signal(p);
	}
}

static int
watch_signals(struct process *p)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &p->before);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file that is too large is answered with 413 */
	p->signals.fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (p->signals.fd < 0)
		return -errno;
	p->signals.events = EPOLLIN;
	p->signals.fn = on_signal;
	return loop_add(p->loop, &p->signals);
}

static int
listen_at_all(struct process *p)
{
	struct serve_run *r = p->run;
	bool some = false;

	for (unsigned i = 0; i < r->addresses; i++) {
		int e = serve_listen(p->serve, &r->at[i]);
		int status = e < 0 ? r->failed(r, SERVE_MEMORY, &r->at[i], e) : 0;

		if (status)
			return status;
		if (e < 0)
			r->at[i].port = 0;
		some |= e >= 0;
	}
	return some ? 0 : r->failed(r, SERVE_MEMORY, NULL, -EADDRNOTAVAIL);
}

static void
turns(struct process *p)
{
	while (!p->stop && !(p->draining && serve_conns(p->serve) == 0))
		loop_turn(p->loop, NSEC_NEVER);
}

static int
serve_all(struct process *p)
{
	enum serve_part part;
	int e = serve_new(p->world, &p->run->serve, &p->serve, &part), status;
	uint64_t lost;

	if (e < 0)
		return p->run->failed(p->run, part, NULL, e);
	p->fds.relieve = relieve;
	status = listen_at_all(p);
	if (status == 0) {
		p->run->ready(p->run);
		turns(p);
	}
	lost = serve_free(p->serve);
	if (lost > 0)
		p->run->log_lost(p->run, lost);
	return status;
}

int
serve_run(struct serve_run *r)
{
	struct process p = {.run = r, .loop = loop_new()};
	int status;

	if (!p.loop)
		return r->failed(r, SERVE_MEMORY, NULL, -ENOMEM);
	fd_budget_init(&p.fds, p.loop);
	limit_descriptors(&p);
	r->serve.jobs = jobs_new(p.loop);
	if (!r->serve.jobs || watch_signals(&p) < 0 || !(p.world = hostio_new(p.loop, &p.fds)))
		status = r->failed(r, SERVE_MEMORY, NULL, -ENOMEM);
	else
		status = serve_all(&p);
	jobs_free(r->serve.jobs);
	hostio_free(p.world);
	if (p.signals.fd > 0)
		close(p.signals.fd);
	fd_budget_fini(&p.fds);
	loop_free(p.loop);
	return status;
}
