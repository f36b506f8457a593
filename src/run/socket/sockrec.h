/*
 * run/socket/sockrec.h - a record for each socket that the program made: the AF_UNIX socket that
 * stands in for it, and our stack's socket that does its work.
 *
 * A record is known by the inode of the program's end. It outlives its transport, since names and
 * errors are still asked for, and ends with the program's last descriptor: seen as end of file at
 * our end, or by a sweep (sweep.h) where we hold none.
 */
#ifndef RUN_SOCKET_SOCKREC_H
#define RUN_SOCKET_SOCKREC_H

#include "run/process/caller.h"
#include "run/socket/sockrecs.h"
#include "run/socket/waitq.h"

enum sockrec_kind { SOCKREC_STREAM, SOCKREC_DGRAM, SOCKREC_PING, SOCKREC_NETLINK };

enum sockrec_state {
	SOCKREC_NEW, /* nothing yet, or bound */
	SOCKREC_LISTENING,
	SOCKREC_CONNECTING,
	SOCKREC_CONNECTED, /* datagrams: has a peer */
	SOCKREC_FINISHED,  /* the transport is gone, the descriptor is not */
};

struct sockrec;

/* What the kinds of sockets do differently. */
struct sockrec_ops {
	/* The record ends: gives up what the kind holds beside it. */
	void (*end)(struct sockrec *r);
	/* Goes on with what may be possible by now, though no event says so. May end the record. */
	void (*look)(struct sockrec *r);
	/* Returns true if an event at our end says that the program has closed the socket. */
	bool (*notices_close)(const struct sockrec *r);
	/* Our end has been closed, and its descriptor given back. NULL: the kind counts none. */
	void (*our_end_closed)(struct sockrec *r);
};

/* Which thread or process was last seen with the program's end, as which descriptor. */
struct sockrec_place {
	pid_t tid;
	int fd;           /* -1: none was seen */
	bool found;       /* by the last look at all processes, see open_sockets.h */
	nsec_t missed_at; /* since when none is found, by such a look or a delivery; 0 = one was */
};

/* What the program's loopback addresses mean to this socket, see alias.h. */
struct sockrec_alias {
	bool on;                /* the gateway stands for `loopback` */
	bool renamed;           /* it has asked a name server that has another address on the link */
	struct ipaddr loopback; /* as the program knows it */
};

struct sockrec {
	struct sockrecs *recs;
	const struct sockrec_ops *ops;
	enum sockrec_kind kind;
	enum sockrec_state state;
	bool v6, ended;

	struct table_node by_inode, by_id;
	struct list node;       /* sockrecs.all, until it is freed: a walk along it may end any record */
	struct list ended_node; /* sockrecs.ended */
	struct list named;      /* sockrecs.named: listening streams, and datagram sockets */
	uint64_t id;
	uint64_t inode; /* of the program's end; 0 = accepted natively, not met yet */

	struct waitq changed; /* woken at each change: what waits for one is not known here */
	struct sock *sk;      /* the stack's; NULL once it is gone */
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
 * Begins a record as the head of a kind's zeroed structure: it is the first member, and is freed
 * with what surrounds it, by free().
 */
void sockrec_init(
    struct sockrec *r, struct sockrecs *recs, const struct sockrec_ops *ops, enum sockrec_kind kind, bool v6);

void sockrec_set_inode(struct sockrec *r, uint64_t inode);
/* Takes that back: the program's end was not met after all. */
void sockrec_forget_inode(struct sockrec *r);
/* Another socket stands in from now on. */
void sockrec_change_inode(struct sockrec *r, uint64_t inode);

struct sockrec *sockrec_by_inode(struct sockrecs *recs, uint64_t inode);
struct sockrec *sockrec_by_id(struct sockrecs *recs, uint64_t id);

/*
 * The record of the socket whose duplicate is @fd, or NULL: a foreign one. Natively accepted ones
 * are met here for the first time.
 */
struct sockrec *sockrec_of_fd(struct sockrecs *recs, int fd);

/* The record of @fd, just accepted; @peer is what accept(2) said of its peer. */
struct sockrec *sockrec_of_accepted(
    struct sockrecs *recs, int fd, const struct sockaddr_un *peer, socklen_t len);

/*
 * Makes room for @n descriptors of @r, by closing what is idle if needed. Returns 0, -ENOBUFS, or
 * -EBADF: it found that the program has closed @r, which has ended.
 */
int sockrec_room_for(struct sockrec *r, unsigned n);

/*
 * Keeps a duplicate of the program's end @fd where the kernel gives none later. 0 or the negative
 * errno.
 */
int sockrec_keep_program_end(struct sockrec *r, int fd);
/*
 * Sets our end, which is taken from the budget (room.h). It is watched for @events by @fn from now
 * on, edge-triggered. It is closed on failure.
 */
int sockrec_set_our_end(
    struct sockrec *r, int fd, uint32_t events, void (*fn)(struct loop_fd *fd, uint32_t events));
void sockrec_close_our_end(struct sockrec *r);
/* Closes r->handle or r->program_end, if it is open. */
void sockrec_close_fd(struct sockrec *r, int *fd);

/* Listening and datagram sockets can be meant by 127.0.0.1. */
void sockrec_note_named(struct sockrec *r);

/* The program has no descriptor left. The memory lives until the end of the loop's turn. */
void sockrec_end(struct sockrec *r, bool abort);
void sockrec_reap(struct sockrecs *recs);

/* As the program is to see them. -ENOTCONN. */
int sockrec_local(struct sockrec *r, struct endpoint *out);
int sockrec_remote(struct sockrec *r, struct endpoint *out);

#endif
