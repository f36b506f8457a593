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
	void (*end)(struct sockrec *d);
	/* Goes on with what may be possible by now, though no event says so. May end the record. */
	void (*look)(struct sockrec *d);
	/* Returns true if an event at our end says that the program has closed the socket. */
	bool (*notices_close)(const struct sockrec *d);
};

struct sockrec {
	struct sockrecs *recs;
	const struct sockrec_ops *ops;
	struct table_node by_inode, by_id;
	struct list node;       /* worker.descs, until it is freed: who walks along them may bury any */
	struct list ended_node; /* worker.ended */
	struct list named;      /* streams that listen and datagram sockets: who may be meant by 127.0.0.1 */
	struct waitq changed;   /* woken at each change: what waits for one is not known here */
	uint64_t inode;         /* of the program's end; 0 = accepted natively, not met yet */
	uint64_t id;
	enum sockrec_kind kind;
	enum sockrec_state state;
	bool v6, ended, pumping, again;
	bool
	    may_read; /* streams: our end may have something to read, for it has not said otherwise since it spoke up last */
	bool peer_ended; /* and its end is there, or comes behind that */

	struct sock *sk;
	struct sock *host_sk;   /* datagrams: speaks with the host's loopback, see dgram_away.h; or NULL */
	struct list settings;   /* see settings.h */
	unsigned wants;         /* control messages, see control.h */
	struct loop_fd our_end; /* our end; fd -1 = none */
	int handle;             /* O_PATH, of a bound program's end; -1 */
	int error;              /* SO_ERROR, to be told once */
	bool shown;             /* and the stand-in has an error for whoever reads first */
	pid_t tid;              /* who was last seen with it, as which descriptor: where to look first */
	int tid_fd;

	struct {               /* see owner.h */
		uint64_t flow; /* which was told; 0 = none */
		pid_t tid, pid;
		char comm[CALLER_COMM];
	} owner;

	/*
	 * A duplicate of the program's end, or -1. It is held while a connect() goes on for which
	 * no call waits. Where duplicates cannot be taken (kernel.getfd is false) every record
	 * holds one from the start until its stream is connected; after that only the program's own
	 * descriptors may hold the end open.
	 */
	int program_end;
	bool found;       /* the last census found a process that has the end open, see open_sockets.h */
	nsec_t missed_at; /* since when none is found, by a census or a delivery; 0 = one was */
	bool keeps_one; /* streams: after small writes an octet is left unread at our end, see pump_hold(), */
	bool kept;      /* and now there is one, which went up already */
	size_t burst;   /* octets that went up since the end was empty last */
	int program_sndbuf; /* SO_SNDBUF of the program's end, once it has been set; 0 = the kernel's default */
	bool filled_up;     /* non-blocking: made unwritable */
	bool joined;        /* the program's end has been connected, or shut, and cannot be used again */
	bool unreported;    /* connect() has yet to say how it ended: Linux's SS_CONNECTING */
	bool connected;     /* it was: Linux's SS_CONNECTED, until AF_UNSPEC */
	size_t filled;
	int sndbuf;
	int lowat; /* SO_RCVLOWAT, see lowat.h; 0 = not set */

	struct ipaddr loopback; /* the loopback address that the gateway stands in for */
	bool aliased;
	bool renamed;   /* it has asked a name server that has another address on the link, see names.h */
	bool published; /* datagrams: a published port leads to it, though it is bound to loopback, */
	bool outside;   /* and what was received last came over the link */
	struct list
	    host_clients; /* who spoke last from there, under their names: struct host_client, latest first */
	unsigned nhost_clients;

	/* The stream's ends: what the program shut, and what has been carried through. */
	bool shut_rd, shut_wr, up_done, down_done; /* shut_wr: of datagrams, too */
	int failed;     /* the connection's error, to be shown once what came before it is delivered */
	size_t up_left; /* shut_wr: octets before the marker */

	/* Listening. */
	struct sock *child; /* accepted from the stack, not taken by the AF_UNIX listener yet */
	unsigned backlog;   /* as listen() was told */
	unsigned offered;   /* at most so many wait in the AF_UNIX listener */
	bool full;
	/*
	 * Of a listener: its record's number, and a reset that came before the program had taken
	 * it.
	 */
	uint64_t listener;
	bool seated; /* it came from outside and has our end: see fd_room.seated */
	struct endpoint accepted_from;
	bool reset_waits;

	struct list held; /* datagrams for the program that wait here, see dgram_keep.h */
	struct {          /* see dgram_report.h */
		struct list waiting;
		unsigned count;
		size_t octets;
		uint32_t stamping; /* SO_TIMESTAMPING */
		bool zerocopy;     /* SO_ZEROCOPY */
		uint32_t next_stamp, next_copy;
	} reports;
	bool raised;      /* datagrams: its end was given an error, see dgram_error.h */
	uint32_t nl_port; /* NETLINK_ROUTE */
};

/* NULL without memory. */
struct sockrec *sockrec_new(
    struct sockrecs *recs, const struct sockrec_ops *ops, enum sockrec_kind kind, bool v6);

void sockrec_set_inode(struct sockrec *d, uint64_t inode);
/* Takes that back: the program's end was not met after all. */
void sockrec_forget_inode(struct sockrec *d);
/* Another socket stands in from now on. */
void sockrec_change_inode(struct sockrec *d, uint64_t inode);

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
 * Makes room for @n descriptors of @d, by closing what is idle if needed. Returns 0, -ENOBUFS, or
 * -EBADF: it found that the program has closed @d, which has ended.
 */
int sockrec_room_for(struct sockrec *d, unsigned n);

/*
 * Keeps a duplicate of the program's end @fd where the kernel gives none later. 0 or the negative
 * errno.
 */
int sockrec_keep_program_end(struct sockrec *d, int fd);
/* Closes the duplicate, unless it is the only way to an end that is still to be used. */
void sockrec_release_program_end(struct sockrec *d);

/*
 * Sets our end, which is taken from the budget (room.h). It is watched for @events by @fn from now
 * on, edge-triggered. It is closed on failure.
 */
int sockrec_set_our_end(
    struct sockrec *d, int fd, uint32_t events, void (*fn)(struct loop_fd *fd, uint32_t events));
void sockrec_close_our_end(struct sockrec *d);
/* Closes d->handle or d->program_end, if it is open. */
void sockrec_close_fd(struct sockrec *d, int *fd);

/* Listening and datagram sockets can be meant by 127.0.0.1. */
void sockrec_note_named(struct sockrec *d);

/* The program has no descriptor left. The memory lives until the end of the loop's turn. */
void sockrec_end(struct sockrec *d, bool abort);
void sockrec_reap(struct sockrecs *recs);

/*
 * Both directions have ended, by shutdown(2) on either side: our end says so by a hang-up, and
 * cannot tell when the program's is closed.
 */
static inline bool
sockrec_shut(const struct sockrec *d)
{
	return d->shut_wr && (d->shut_rd || d->down_done);
}

/* As the program is to see them. -ENOTCONN. */
int sockrec_local(struct sockrec *d, struct endpoint *out);
int sockrec_remote(struct sockrec *d, struct endpoint *out);

#endif
