/*
 * serve/process/listeners.c - the sockets at which a server listens, as the master has them. They
 * are not read here.
 */
#include "serve/process/impl.h"

#include "host/hostio.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

static bool
has_fd(const struct listeners *l, int fd)
{
	for (unsigned i = 0; l && i < l->n; i++) {
		for (unsigned k = 0; k < l->of[i].n; k++) {
			if (l->of[i].fd[k] == fd)
				return true;
		}
	}
	return false;
}

void
listeners_close(struct listeners *l, const struct listeners *keep)
{
	for (unsigned i = 0; i < l->n; i++) {
		for (unsigned k = 0; k < l->of[i].n; k++) {
			if (!has_fd(keep, l->of[i].fd[k]))
				close(l->of[i].fd[k]);
		}
	}
	l->n = 0;
}

unsigned
listeners_most(const struct listeners *l)
{
	unsigned most = 0;

	for (unsigned i = 0; i < l->n; i++)
		most = l->of[i].n > most ? l->of[i].n : most;
	return most;
}

/* The address of @from that @at means; port 0 means any that was chosen before. */
static const struct listen_address *
find(const struct listeners *from, const struct endpoint *at)
{
	for (unsigned i = 0; i < from->n; i++) {
		const struct endpoint *has = &from->of[i].at;

		if (ipaddr_eq(&has->addr, &at->addr) && (at->port == 0 || at->port == has->port))
			return &from->of[i];
	}
	return NULL;
}

static void
await_data(int fd)
{
	int seconds = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds);
}

/* Opens the first socket of @a. Returns an exit status; 0 with no socket: without this address. */
static int
open_first(struct listen_address *a, struct process *p, const struct process_plan *plan)
{
	int fd = hostio_listen_socket(&a->at, BACKLOG, false);

	if (fd < 0)
		return p->ops->cannot_listen(p, plan, &a->at, fd);
	hostio_name(fd, &a->at);
	if (plan->await_data)
		await_data(fd);
	a->fd[a->n++] = fd;
	return 0;
}

/* Opens more sockets, as many as can join the first. */
static void
open_others(struct listen_address *a, const struct process_plan *plan, unsigned workers)
{
	int fd;

	while (a->n < workers && (fd = hostio_listen_socket(&a->at, BACKLOG, true)) >= 0) {
		if (plan->await_data)
			await_data(fd);
		a->fd[a->n++] = fd;
	}
}

static int
open_address(struct listeners *l, const struct listeners *from, struct process *p, struct process_plan *plan,
    struct endpoint *at, unsigned workers)
{
	struct listen_address *a = &l->of[l->n];
	const struct listen_address *old = find(from, at);
	int status = 0;

	*a = old ? *old : (struct listen_address){.at = *at};
	if (!old)
		status = open_first(a, p, plan);
	at->port = 0;
	if (a->n == 0)
		return status;
	l->n++;
	at->port = a->at.port;
	open_others(a, plan, workers);
	return 0;
}

/* A service manager that hands sockets over has decided where this server listens. */
static void
use_given(struct process_plan *plan, const struct listeners *from)
{
	unsigned n = 0;

	for (unsigned i = 0; i < from->n; i++) {
		if (from->of[i].given)
			plan->at[n++] = from->of[i].at;
	}
	if (n > 0)
		plan->addresses = n;
}

int
listeners_open(struct listeners *l, const struct listeners *from, struct process *p,
    struct process_plan *plan, unsigned workers)
{
	int status = 0;

	l->n = 0;
	use_given(plan, from);
	for (unsigned i = 0; status == 0 && i < plan->addresses; i++)
		status = open_address(l, from, p, plan, &plan->at[i], workers);
	if (status == 0 && l->n == 0)
		status = process_say(p, "this machine has none of the addresses to listen at");
	if (status != 0)
		listeners_close(l, from);
	return status;
}
