/*
 * run/socket/sockrecs.h - the records of all sockets that the program has made, and what they
 * share: the loop, the network inside, the budget of descriptors.
 *
 * It knows no system calls: who waits for a socket is in the record's wait queue.
 */
#ifndef RUN_SOCKET_SOCKRECS_H
#define RUN_SOCKET_SOCKRECS_H

#include "base/list.h"
#include "base/table.h"
#include "core/core.h"
#include "host/fd_room.h"
#include "host/loop.h"
#include "run/network/assembly.h"
#include "run/process/caller.h"
#include "run/process/kernel.h"
#include "run/proxy/dgram_tag.h"
#include "run/proxy/unixsock.h"
#include "sock/sock.h"

/* What was reported as missing, see missing.h. */
struct missing {
	char names[192][48];
	unsigned n; /* one more than there is room for: no more are reported */
};

struct sockrecs {
	/* Borrowed; set before the first record is made. */
	const struct run_config *config;
	struct kernel *kernel;
	struct callers *callers;
	struct loop *loop;
	struct assembly *network;
	struct core *core;   /* of the program's stack, */
	struct socks *socks; /* and its sockets */

	struct fd_room room; /* what connections and datagram sockets may hold, see fd_budget.h */
	struct fd_wait waits_for_fd;
	nsec_t relieve_at; /* when to look for closed sockets again, though the last look found none */

	struct table by_inode, by_id;
	struct list all;   /* the youngest last */
	struct list ended; /* to be freed at the end of the turn */
	struct list named; /* those that may be meant by 127.0.0.1 */
	uint64_t next_id;

	nsec_t gc_at, gc_cost; /* when to look for closed sockets next; how long the last look took */
	nsec_t full_at;        /* when to count the queues of full listeners */

	struct unixsock unixsock; /* makes our ends of the proxy sockets */
	struct dgram_tags tags;   /* what datagrams of one source share */
	struct missing missing;
};

/* Before all else: sockrecs_end() may be called from then on. */
void sockrecs_init(struct sockrecs *recs);

/*
 * Opens what records need. Wants config, kernel, callers and loop to be set. Returns 0 or the
 * negative error.
 */
int sockrecs_begin(struct sockrecs *recs, struct unixdir *dir);

/*
 * Ends and frees all records. The network inside has to be there still; sockrecs_close() comes
 * after it.
 */
void sockrecs_end(struct sockrecs *recs);
void sockrecs_close(struct sockrecs *recs);

#endif
