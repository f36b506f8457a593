/*
 * serve/process/worker.c - the life of a worker: it gives up its rights, begins its service, reads
 * the sockets that the board names for it, and obeys the signals of the master.
 */
#include "serve/process/impl.h"

#include "host/fd_budget.h"
#include "host/hostio.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Descriptors for what is no connection: listeners, the log, the loop, folders. */
enum { FD_RESERVE = 64 };

enum leaving { STAYS, RETIRES, DRAINS, STOPS };

/* A socket of the server, which this worker reads or may have to read later. */
struct reading {
	int fd;                /* until it has a listener */
	struct io_listener *l; /* NULL: it was never read here */
	unsigned number;       /* on the board */
	bool by_all;           /* all workers read it */
};

struct life {
	struct process_worker w;
	const struct board *board;
	struct loop *loop;
	struct fd_budget fds;
	struct loop_fd signals;
	enum leaving leaving;
	int pipe;  /* to the master */
	int fence; /* until begin() has returned */
	struct reading *reading;
	unsigned readings;
};

static struct life *
life_of(struct process_worker *w)
{
	return container_of(w, struct life, w);
}

int
process_allow_folder(struct process_worker *w, const char *folder, bool write)
{
	return fence_allow(life_of(w)->fence, folder, write);
}

/* If the pipe is full, the master has not come to the requests before this one. */
void
process_ask_reload(struct process_worker *w)
{
	ssize_t n = write(life_of(w)->pipe, "", 1);

	(void)n;
}

static bool
relieve(struct fd_budget *fds)
{
	struct life *life = container_of(fds, struct life, fds);

	return life->w.process->service->relieve(&life->w);
}

/* As many descriptors as the system lets us have. */
static void
limit_descriptors(struct life *life)
{
	unsigned reserve = FD_RESERVE + life->readings;
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) < 0)
		return;
	lim.rlim_cur = lim.rlim_max;
	setrlimit(RLIMIT_NOFILE, &lim);
	if (getrlimit(RLIMIT_NOFILE, &lim) == 0 && lim.rlim_cur != RLIM_INFINITY)
		fd_budget_limit(&life->fds, lim.rlim_cur > 2 * reserve ? (unsigned)lim.rlim_cur - reserve
								       : (unsigned)lim.rlim_cur / 2);
}

/* Makes a listener of @r. Without memory or descriptors another worker has to read it. */
static void
begin_reading(struct life *life, struct reading *r)
{
	const struct process_service *service = life->w.process->service;

	if (hostio_listen_on(life->w.world, r->fd, NULL, NULL, &r->l) < 0)
		return;
	r->fd = -1;
	if (service->listen_on(&life->w, r->l))
		return;
	r->l->ops->close(r->l);
	r->l = NULL;
}

/* Reads what the board says. */
static void
read_sockets(struct life *life)
{
	for (unsigned i = 0; life->leaving == STAYS && i < life->readings; i++) {
		struct reading *r = &life->reading[i];
		bool mine = r->by_all || life->board->reader[r->number] == (int)life->w.slot;

		if (r->l)
			r->l->ops->want(r->l, mine);
		else if (mine && r->fd >= 0)
			begin_reading(life, r);
	}
}

/*
 * A service that ends takes all that wait at any socket of the server: no one else may come for
 * them, since new settings may name other addresses, and whoever was to read a socket may be dead,
 * or may not have come to it.
 */
static void
read_all_sockets(struct life *life)
{
	for (unsigned i = 0; i < life->readings; i++) {
		if (life->reading[i].fd >= 0)
			begin_reading(life, &life->reading[i]);
	}
}

static void
close_sockets(struct life *life)
{
	for (unsigned i = 0; i < life->readings; i++) {
		if (life->reading[i].fd >= 0)
			close(life->reading[i].fd);
		life->reading[i] = (struct reading){.fd = -1};
	}
}

static void
leave(struct life *life, enum leaving how)
{
	const struct process_service *service = life->w.process->service;

	if (how <= life->leaving)
		return;
	life->leaving = how;
	if (how != STOPS)
		read_all_sockets(life);
	close_sockets(life);
	if (how == RETIRES)
		service->retire(&life->w);
	else if (how == DRAINS)
		service->drain(&life->w);
}

static void
on_signal(struct loop_fd *w, uint32_t events)
{
	struct life *life = container_of(w, struct life, signals);
	struct signalfd_siginfo info;

	while (read(w->fd, &info, sizeof info) == sizeof info) {
		switch (info.ssi_signo) {
		case ORDER_DRAIN:
			leave(life, DRAINS);
			break;
		case ORDER_STOP:
			leave(life, STOPS);
			break;
		case ORDER_RETIRE:
			leave(life, RETIRES);
			break;
		case ORDER_REOPEN:
			life->w.process->service->reopen_logs(&life->w);
			break;
		case ORDER_LISTEN:
			read_sockets(life);
			break;
		}
	}
}

/* SIGINT and SIGHUP of a terminal reach all processes: they are for the master. */
static int
watch_signals(struct life *life)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, ORDER_DRAIN);
	sigaddset(&set, ORDER_RETIRE);
	sigaddset(&set, ORDER_STOP);
	sigaddset(&set, ORDER_REOPEN);
	sigaddset(&set, ORDER_LISTEN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigprocmask(SIG_SETMASK, &set, NULL);
	life->signals = (struct loop_fd){
	    .fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC), .events = EPOLLIN, .fn = on_signal};
	return life->signals.fd < 0 ? -errno : loop_add(life->loop, &life->signals);
}

static int
take_sockets(struct life *life, const struct listeners *from)
{
	unsigned most = listeners_most(from);

	life->reading = calloc((size_t)from->n * most, sizeof *life->reading);
	if (!life->reading)
		return -ENOMEM;
	for (unsigned i = 0; i < from->n; i++) {
		for (unsigned k = 0; k < from->of[i].n; k++)
			life->reading[life->readings++] = (struct reading){
			    .fd = from->of[i].fd[k], .number = k, .by_all = from->of[i].n < most};
	}
	return 0;
}

/* Closes what this process has of the master's. */
static void
forget_master(struct master *m, const struct crew *crew)
{
	for (unsigned i = 0; i < SHARE_SLOTS; i++) {
		if (m->worker[i].pipe.fd > 0)
			close(m->worker[i].pipe.fd);
		if (m->worker[i].helper.fd > 0)
			close(m->worker[i].helper.fd);
	}
	if (m->now && m->now != crew)
		listeners_close(&m->now->listeners, &crew->listeners);
	listeners_close(&m->inherited, &crew->listeners);
	if (m->upgrade.ready_fd >= 0)
		close(m->upgrade.ready_fd);
	if (m->upgrade.pipe.fd >= 0)
		close(m->upgrade.pipe.fd);
	close(m->signals.fd);
	loop_free(m->loop);
}

static int
set_up(struct life *life, const struct crew *crew)
{
	int e = take_sockets(life, &crew->listeners);

	life->loop = e < 0 ? NULL : loop_new();
	if (!life->loop)
		return -ENOMEM;
	fd_budget_init(&life->fds, life->loop);
	limit_descriptors(life);
	e = watch_signals(life);
	if (e < 0)
		return e;
	life->w.loop = life->loop;
	life->w.world = hostio_new(life->loop, &life->fds);
	return life->w.world ? 0 : -ENOMEM;
}

/* From here on only what the service needs can be done. */
static int
close_in(struct life *life)
{
	int e = fence_close(life->fence);

	if (e == 0)
		e = filter_set();
	return e < 0 ? process_say(life->w.process, "a worker cannot be confined: %s", strerror(-e)) : 0;
}

static int
begin(struct life *life, const struct crew *crew)
{
	struct process *p = life->w.process;
	int e = set_up(life, crew), status;

	if (e == 0)
		e = rights_drop(crew->plan.user);
	if (e < 0)
		return process_say(p, "a worker cannot begin: %s", strerror(-e));
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a change of user takes this back, so not before */
	life->fence = fence_new();
	status = p->service->begin(&life->w);
	life->fds.relieve = relieve;
	return status ? status : close_in(life);
}

static void
serve(struct life *life)
{
	const struct process_service *service = life->w.process->service;

	read_sockets(life);
	while (life->leaving == STAYS || (life->leaving != STOPS && !service->over(&life->w)))
		loop_turn(life->loop, NSEC_NEVER);
	service->end(&life->w);
}

/*
 * It ends without the C library's clean-up, which belongs to the master's program. If the master
 * died before this process could ask to die with it, the write fails, and it ends, too.
 */
_Noreturn void
process_worker_main(struct master *m, const struct worker_process *self, int pipe)
{
	struct crew *crew = self->crew;
	struct life life = {
	    .w = {.process = m->process,
		.plan = &crew->plan,
		.share = m->share,
		.helper = self->helper.worker_fd,
		.slot = (unsigned)(self - m->worker)},
	    .board = m->board,
	    .pipe = pipe,
	};
	int status;

	forget_master(m, crew);
	status = begin(&life, crew);
	if (status == 0 && write(pipe, "", 1) == 1)
		serve(&life);
	_exit(status);
}
