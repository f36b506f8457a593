/*
 * run/socket/sockrecs.h - all records of the program's sockets, and what they share: the loop, the
 * network inside, the budget of descriptors.
 *
 * It knows no system calls. A call that waits for a socket is in the wait queue of its record.
 */
#ifndef RUN_SOCKET_SOCKRECS_H
#define RUN_SOCKET_SOCKRECS_H

#include "base/list.h"
#include "base/table.h"
#include "core/core.h"
#include "host/fd_budget.h"
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
	unsigned n; /* one more than there is room for: nothing more is reported */
};

enum { DGRAM_MAX = 65536 };

/*
 * Where datagrams are while they are moved. Nothing is kept in them. There are several, since one
 * function that moves datagrams may call another.
 */
struct dgram_buffers {
	uint8_t delivered[DGRAM_MAX], written[DGRAM_MAX], written_alone[DGRAM_MAX];
	uint8_t unread[DGRAM_MAX], resent[DGRAM_MAX];
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

	struct fd_budget fds; /* what connections and datagram sockets may hold, see fd_limits.h */
	struct fd_wait waits_for_fd;
	nsec_t relieve_at; /* when to collect again for want of descriptors, though that freed none */

	struct table by_inode, by_id;
	struct list all;   /* the youngest last */
	struct list ended; /* to be freed at the end of the turn */
	struct list named; /* those that may be meant by 127.0.0.1 */
	uint64_t next_id;

	nsec_t gc_at, gc_cost; /* when the next collection starts; how long the last one took */
	nsec_t full_at;        /* when the accept queues of full listeners are counted */

	struct unixsock unixsock; /* makes the ends of proxy sockets */
	struct dgram_tags tags;   /* tags that datagrams of one source share */
	struct dgram_buffers buffers;
	struct missing missing;
};

/* Prepares @recs, so that sockrecs_end() and sockrecs_close() may be called. */
void sockrecs_init(struct sockrecs *recs);

/*
 * Opens what records need. The members config, kernel, callers and loop have to be set. Returns 0
 * or the negative error.
 */
int sockrecs_begin(struct sockrecs *recs, struct unixdir *dir);

/*
 * sockrecs_end() ends and frees all records. Call it before the network inside ends.
 * sockrecs_close() closes the rest, after that.
 */
void sockrecs_end(struct sockrecs *recs);
void sockrecs_close(struct sockrecs *recs);

#endif
