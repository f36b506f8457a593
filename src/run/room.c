/*
 * run/room.c - divides the worker's descriptor table into a budget for flows and a reserve, and
 * closes idle flows when the budget is used up.
 */
#include "run/room.h"

#include "gate/gate.h"
#include "run/desc.h"
#include "run/sweep.h"

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
room_hard_limit(void)
{
	struct rlimit all;

	if (getrlimit(RLIMIT_NOFILE, &all) < 0 || all.rlim_max > INT32_MAX)
		return INT32_MAX;
	return (unsigned)all.rlim_max;
}

unsigned
room_callers(unsigned hard)
{
	unsigned n = hard / 32;

	return n < 1 ? 1 : n > CALLERS_KNOWN ? CALLERS_KNOWN : n;
}

/* Returns how many descriptors of @hard are for flows, when @open are open. */
static unsigned
budget(unsigned hard, unsigned open)
{
	unsigned others = open + RESERVE + PER_CALLER * room_callers(hard);

	return hard > others ? hard - others : 0;
}

unsigned
room_connections(unsigned hard, unsigned open)
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
	return fd >= 0 ? (unsigned)fd : ROOM_OPEN;
}

void
room_too_small(unsigned hard)
{
	unsigned open = count_open();
	char beside[64] = "";

	if (open > 2 * ROOM_OPEN)
		snprintf(beside, sizeof beside, " beside the %u files that it was started with", open);
	fprintf(stderr,
	    "leat: the hard limit on open files is %u (ulimit -Hn), which is too small: leat run needs %d%s, "
	    "and "
	    "two more for each connection at a time\n",
	    hard, ROOM_LEAST, beside);
}

/* Closes what sockets hold that the program has closed, and their flows. */
static bool
relieve(struct fd_room *room)
{
	struct worker *w = container_of(room, struct worker, room);
	unsigned before = room->taken;
	nsec_t now = loop_now(w->loop);

	if (now < w->relieve_at)
		return false;
	worker_enter(w);
	sweep_now(w);
	worker_settle(w); /* the gateway's flows for datagram sockets that are gone */
	if (room->taken < before || dgram_tags_close(&w->tags, room) || gate_dgram_relieve(w->gate, IDLE))
		return true;
	w->relieve_at = now + RELIEVE_EVERY;
	return false;
}

static void
offer_again(struct fd_wait *wait)
{
	struct worker *w = container_of(wait, struct worker, room_wait);

	worker_enter(w);
	list_each_safe(n, &w->named) {
		struct desc *d = container_of(n, struct desc, named);

		if (d->state == DESC_LISTENING)
			d->ops->look(d);
	}
}

int
room_begin(struct worker *w)
{
	unsigned hard = room_hard_limit(), open = count_open();

	list_init(&w->room_wait.node);
	w->room_wait.fn = offer_again;
	w->room.relieve = relieve;
	if (room_connections(hard, open) < CONNECTIONS_LEAST)
		return -EMFILE;
	fd_room_limit(&w->room, budget(hard, open) + w->room.taken);
	return 0;
}

void
room_wait(struct worker *w)
{
	fd_room_wait(&w->room, &w->room_wait);
}

long
room_words(long rc)
{
	return rc == -EMFILE ? -ENFILE : rc;
}

int
room_no_buffers(int rc)
{
	return rc == -EMFILE || rc == -ENFILE ? -ENOBUFS : rc;
}
