/*
 * run/socket/fd_budget.c - divides the worker's descriptor table into a budget for flows and a
 * reserve, and closes idle flows when the budget is used up.
 */
#include "run/socket/fd_budget.h"

#include "gate/gate.h"
#include "run/socket/gc.h"
#include "run/socket/sockrec.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/*
 * RESERVE: as many are open at one time at the most: a call's own descriptor and a pidfd, the two
 * ends of what is being made, a folder and a file of /proc, another process's folder with a pidfd
 * and the descriptor found there, a socket of sock_diag. WHILE_CONNECTING: connect() holds one more
 * than a connection.
 */
enum { RESERVE = 12, CONNECTIONS_LEAST = 2, PER_CONNECTION = 2, WHILE_CONNECTING = 1, PER_CALLER = 2 };

/* A datagram flow that was not used for so long makes room for a connection. */
#define IDLE (5 * SEC)

/* How often closed sockets are looked for, at the most, while that does not help. */
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
fd_budget_callers(unsigned hard)
{
	unsigned n = hard / 32;

	return n < 1 ? 1 : n > CALLERS_KNOWN ? CALLERS_KNOWN : n;
}

/* Returns how many descriptors of @hard are for flows, when @open are open. */
static unsigned
budget(unsigned hard, unsigned open)
{
	unsigned others = open + RESERVE + PER_CALLER * fd_budget_callers(hard);

	return hard > others ? hard - others : 0;
}

unsigned
fd_budget_connections(unsigned hard, unsigned open)
{
	unsigned n = budget(hard, open);

	return n > WHILE_CONNECTING ? (n - WHILE_CONNECTING) / PER_CONNECTION : 0;
}

/* Counts the descriptors that are open now; without /proc, those below the lowest free one. */
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
	return fd >= 0 ? (unsigned)fd : FD_BUDGET_OPEN;
}

void
fd_budget_too_small(unsigned hard)
{
	unsigned open = count_open();
	char beside[64] = "";

	if (open > 2 * FD_BUDGET_OPEN)
		snprintf(beside, sizeof beside, " beside the %u files that it was started with", open);
	fprintf(stderr,
	    "leat: the hard limit on open files is %u (ulimit -Hn), which is too small: leat run needs %d%s, "
	    "and "
	    "two more for each connection at a time\n",
	    hard, FD_BUDGET_LEAST, beside);
}

/* Closes what sockets hold that the program has closed, and their flows. */
static bool
relieve(struct fd_room *room)
{
	struct sockrecs *recs = container_of(room, struct sockrecs, room);
	unsigned before = room->taken;
	nsec_t now = loop_now(recs->loop);

	if (now < recs->relieve_at)
		return false;
	assembly_enter(recs->network);
	gc_now(recs);
	assembly_settle(recs->network); /* the gateway's flows for datagram sockets that are gone */
	if (room->taken < before || dgram_tags_close(&recs->tags, room) ||
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
fd_budget_begin(struct sockrecs *recs)
{
	unsigned hard = fd_hard_limit(), open = count_open();

	list_init(&recs->waits_for_fd.node);
	recs->waits_for_fd.fn = offer_again;
	recs->room.relieve = relieve;
	if (fd_budget_connections(hard, open) < CONNECTIONS_LEAST)
		return -EMFILE;
	fd_room_limit(&recs->room, budget(hard, open) + recs->room.taken);
	return 0;
}

void
fd_budget_wait(struct sockrecs *recs)
{
	fd_room_wait(&recs->room, &recs->waits_for_fd);
}

long
fd_budget_enfile(long rc)
{
	return rc == -EMFILE ? -ENFILE : rc;
}

int
fd_budget_enobufs(int rc)
{
	return rc == -EMFILE || rc == -ENFILE ? -ENOBUFS : rc;
}
