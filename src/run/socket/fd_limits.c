/*
 * run/socket/fd_limits.c - divides the worker's descriptor table into a budget and a reserve, and
 * closes what is idle when the budget is used up.
 */
#include "run/socket/fd_limits.h"

#include "gate/gate.h"
#include "run/socket/gc.h"
#include "run/socket/sockrec.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/*
 * RESERVE: the largest number of descriptors that are open for a moment at the same time. A call
 * has its own and a pidfd. A new pair has two ends. /proc has a folder and a file. Another process
 * has its folder, a pidfd and the descriptor found there. sock_diag has a socket. WHILE_CONNECTING:
 * connect() holds one descriptor more than a connection does.
 */
enum { RESERVE = 12, CONNECTIONS_LEAST = 2, PER_CONNECTION = 2, WHILE_CONNECTING = 1, PER_CALLER = 2 };

/* A datagram flow that is unused for this time gives up its descriptors to a connection. */
#define IDLE (5 * SEC)

/* The shortest time between two collections while collections free nothing. */
#define RELIEVE_EVERY (10 * MSEC)

unsigned
fd_hard_limit(void)
{
	struct rlimit all;

	if (getrlimit(RLIMIT_NOFILE, &all) < 0 || all.rlim_max > INT32_MAX)
		return INT32_MAX;
	return (unsigned)all.rlim_max;
}

unsigned
fd_limits_callers(unsigned hard)
{
	unsigned n = hard / 32;

	return n < 1 ? 1 : n > CALLERS_KNOWN ? CALLERS_KNOWN : n;
}

/* Returns how many descriptors the budget has under a hard limit of @hard, if @open are open. */
static unsigned
budget(unsigned hard, unsigned open)
{
	unsigned others = open + RESERVE + PER_CALLER * fd_limits_callers(hard);

	return hard > others ? hard - others : 0;
}

unsigned
fd_limits_connections(unsigned hard, unsigned open)
{
	unsigned n = budget(hard, open);

	return n > WHILE_CONNECTING ? (n - WHILE_CONNECTING) / PER_CONNECTION : 0;
}

/*
 * Returns how many descriptors are open now; without /proc, how many are below the lowest free one.
 */
static unsigned
count_open(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;
	int fd;

	while (dir && readdir(dir))
		n++;
	if (dir) {
		closedir(dir);
		return n - 3; /* ".", ".." and the folder's own */
	}
	fd = dup(STDERR_FILENO);
	if (fd >= 0)
		close(fd);
	return fd >= 0 ? (unsigned)fd : FD_LIMITS_OPEN;
}

void
fd_limits_too_small(unsigned hard)
{
	unsigned open = count_open();
	char beside[64] = "";

	if (open > 2 * FD_LIMITS_OPEN)
		snprintf(beside, sizeof beside, " beside the %u files that it was started with", open);
	fprintf(stderr,
	    "leat: the hard limit on open files is %u (ulimit -Hn), which is too small: leat run needs %d%s, "
	    "and two more for each connection at a time\n",
	    hard, FD_LIMITS_LEAST, beside);
}

/*
 * Frees descriptors: of sockets that the program has closed, of tags, and of idle datagram flows.
 * Returns true if any was freed.
 */
static bool
relieve(struct fd_budget *fds)
{
	struct sockrecs *recs = container_of(fds, struct sockrecs, fds);
	unsigned before = fds->taken;
	nsec_t now = loop_now(recs->loop);

	if (now < recs->relieve_at)
		return false;
	assembly_enter(recs->network);
	gc_now(recs);
	assembly_settle(recs->network); /* the gateway's flows for closed datagram sockets end */
	if (fds->taken < before || dgram_tags_close(&recs->tags, fds) ||
	    gate_dgram_relieve(recs->network->parts.gateway, IDLE))
		return true;
	recs->relieve_at = now + RELIEVE_EVERY;
	return false;
}

static void
offer_again(struct fd_wait *wait)
{
	struct sockrecs *recs = container_of(wait, struct sockrecs, waits_for_fd);

	assembly_enter(recs->network);
	list_each_safe(n, &recs->named) {
		struct sockrec *r = container_of(n, struct sockrec, named);

		if (r->state == SOCKREC_LISTENING)
			r->ops->look(r);
	}
}

int
fd_limits_begin(struct sockrecs *recs)
{
	unsigned hard = fd_hard_limit(), open = count_open();

	list_init(&recs->waits_for_fd.node);
	recs->waits_for_fd.fn = offer_again;
	recs->fds.relieve = relieve;
	if (fd_limits_connections(hard, open) < CONNECTIONS_LEAST)
		return -EMFILE;
	fd_budget_limit(&recs->fds, budget(hard, open) + recs->fds.taken);
	return 0;
}

void
fd_limits_wait(struct sockrecs *recs)
{
	fd_budget_wait(&recs->fds, &recs->waits_for_fd);
}

long
fd_limits_enfile(long rc)
{
	return rc == -EMFILE ? -ENFILE : rc;
}

int
fd_limits_enobufs(int rc)
{
	return rc == -EMFILE || rc == -ENFILE ? -ENOBUFS : rc;
}
