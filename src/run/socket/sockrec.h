/*
 * run/socket/sockrec.h - a record for each socket that the program has made. It joins the proxy
 * socket, an AF_UNIX socket whose one end the program has, and the stack's socket that does the
 * work.
 *
 * A record is found by the inode of the program's end. It outlives the stack's socket, since the
 * program may still ask for names and errors. It ends when the program has closed its last
 * descriptor: an event at our end says so, or a garbage collection (gc.h) finds out.
 */
#ifndef RUN_SOCKET_SOCKREC_H
#define RUN_SOCKET_SOCKREC_H

#include "run/process/caller.h"
#include "run/socket/sockrecs.h"
#include "run/socket/waitq.h"

enum sockrec_kind { SOCKREC_STREAM, SOCKREC_DGRAM, SOCKREC_PING, SOCKREC_NETLINK };

enum sockrec_state {
	SOCKREC_NEW, /* unbound or bound */
	SOCKREC_LISTENING,
	SOCKREC_CONNECTING,
	SOCKREC_CONNECTED, /* datagrams: has a peer */
	SOCKREC_FINISHED,  /* the connection has ended, the program still has its descriptor */
};

struct sockrec;

/* The operations of a kind of sockets. */
struct sockrec_ops {
	/* The record ends: gives up what the kind holds besides the head. */
	void (*end)(struct sockrec *r);
	/*
	 * Tries again what failed earlier and may succeed now, though no event says so. May end the
	 * record.
	 */
	void (*look)(struct sockrec *r);
	/* Returns true if an event at our end says that the program has closed the socket. */
	bool (*notices_close)(const struct sockrec *r);
	/* Our end has been closed, and its descriptor given back. NULL: the kind counts none. */
	void (*our_end_closed)(struct sockrec *r);
};

/* Which thread or process was last seen with the program's end open, and as which descriptor. */
struct sockrec_place {
	pid_t tid;
	int fd;           /* -1: none was seen */
	bool found;       /* the last look at all processes found it, see open_sockets.h */
	nsec_t missed_at; /* since when it is not found, by such a look or by a delivery; 0 = it was found */
};

/* What the program's loopback addresses mean to this socket, see alias.h. */
struct sockrec_alias {
	bool on;                /* the gateway stands for `loopback` */
	bool renamed;           /* it has sent to a name server that has another address on the link */
	struct ipaddr loopback; /* the address that the program uses */
};

struct sockrec {
	struct sockrecs *recs;
	const struct sockrec_ops *ops;
	enum sockrec_kind kind;
	enum sockrec_state state;
	bool v6, ended;

	struct table_node by_inode, by_id;
	struct list node;       /* in sockrecs.all until it is freed, so a walk may end any record */
	struct list ended_node; /* in sockrecs.ended */
	struct list named;      /* in sockrecs.named: listening streams and datagram sockets */
	uint64_t id;
	uint64_t inode; /* of the program's end; 0 = accepted natively and not seen yet */

	struct waitq changed; /* woken at each change */
	struct sock *sk;      /* the stack's; NULL once it has ended */
	struct list settings; /* see settings.h */

	struct loop_fd our_end; /* of the AF_UNIX pair; fd -1 = none */
	int handle;             /* O_PATH, of a bound program's end; -1 = none */
	/*
	 * A duplicate of the program's end, or -1. It is held while a connect() goes on for which
	 * no call waits. Where duplicates cannot be taken (kernel.getfd is false) every record
	 * holds one from the start until its stream is connected; after that only the program's own
	 * descriptors may hold the end open.
	 */
	int program_end;
	struct sockrec_place place; /* where to look for the program's end first */

	int error;             /* SO_ERROR, which is reported once */
	bool shut_rd, shut_wr; /* shutdown(2) */
	struct sockrec_alias alias;
};

/*
 * Begins the record @r, the first member of a kind's structure from calloc(). sockrec_reap() frees
 * that structure.
 */
void sockrec_init(
    struct sockrec *r, struct sockrecs *recs, const struct sockrec_ops *ops, enum sockrec_kind kind, bool v6);

void sockrec_set_inode(struct sockrec *r, uint64_t inode);
/* Undoes sockrec_set_inode(): the program's end is unknown again. */
void sockrec_forget_inode(struct sockrec *r);
/* The program has another proxy socket from now on. */
void sockrec_change_inode(struct sockrec *r, uint64_t inode);

struct sockrec *sockrec_by_inode(struct sockrecs *recs, uint64_t inode);
struct sockrec *sockrec_by_id(struct sockrecs *recs, uint64_t id);

/*
 * Returns the record of the socket whose duplicate is @fd; NULL if it is not ours. A connection
 * that was accepted natively is seen here for the first time.
 */
struct sockrec *sockrec_of_fd(struct sockrecs *recs, int fd);

/*
 * Returns the record of @fd, which has just been accepted; NULL if it is not ours. @peer is the
 * name that accept(2) returned.
 */
struct sockrec *sockrec_of_accepted(
    struct sockrecs *recs, int fd, const struct sockaddr_un *peer, socklen_t len);

/*
 * Makes sure that the budget has @n descriptors for @r, if necessary by closing what is idle.
 * Returns 0, -ENOBUFS, or -EBADF: the program had closed @r itself, which has ended.
 */
int sockrec_ensure_fds(struct sockrec *r, unsigned n);

/*
 * Keeps a duplicate of the program's end @fd if none can be taken later (kernel.getfd). Returns 0
 * or the negative errno.
 */
int sockrec_keep_program_end(struct sockrec *r, int fd);
/*
 * Sets our end, whose descriptor the budget counts, and calls @fn for @events from now on,
 * edge-triggered. Returns 0, or a negative error with @fd closed.
 */
int sockrec_set_our_end(
    struct sockrec *r, int fd, uint32_t events, void (*fn)(struct loop_fd *fd, uint32_t events));
void sockrec_close_our_end(struct sockrec *r);
/* Closes @fd, which is r->handle or r->program_end, if it is open. */
void sockrec_close_fd(struct sockrec *r, int *fd);

/* Adds @r to the sockets that 127.0.0.1 may mean: listening streams and datagram sockets. */
void sockrec_note_named(struct sockrec *r);

/*
 * Ends a record when the program has no descriptor left; with @abort its connection ends by RST.
 * Its memory lives until sockrec_reap(), at the end of the loop's turn.
 */
void sockrec_end(struct sockrec *r, bool abort);
void sockrec_reap(struct sockrecs *recs);

/*
 * Return 0 with the socket's own name or its peer's, as the program is to see it; or the negative
 * error, -ENOTCONN among others.
 */
int sockrec_local(struct sockrec *r, struct endpoint *out);
int sockrec_remote(struct sockrec *r, struct endpoint *out);

#endif
