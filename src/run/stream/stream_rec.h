/*
 * run/stream/stream_rec.h - the record of a stream socket: one that connects, carries octets, or
 * listens.
 */
#ifndef RUN_STREAM_STREAM_REC_H
#define RUN_STREAM_STREAM_REC_H

#include "run/socket/sockrec.h"

#include <assert.h>
#include <stddef.h>

/* How far octets have been moved, see pump.h. */
struct pump {
	bool running, again; /* something has changed since it started */
	bool may_read;       /* our end may have data: no read has found it drained since its last event */
	bool ended;          /* after the data, our end has the end of the program's stream */
	bool up_done, down_done; /* the direction has ended */
	size_t up_left;          /* octets before the marker, once the program has shut it for writing */
	int failed;              /* the connection's error, which is shown after the data before it */

	bool keeps_one;     /* an octet stays unread at our end after small bursts, see pump_hold(), */
	bool kept;          /* and there is one now, which is in the stack already */
	size_t burst;       /* octets that have been moved since our end was empty last */
	int program_sndbuf; /* SO_SNDBUF of the program's end, once it has been set; 0 = the default */
};

/* The octets that fill the program's end, so that it is not writable while it connects. */
struct filling {
	bool on;
	size_t n;
	int sndbuf; /* set again when it is emptied */
};

/* While it listens, see listener.h. */
struct listening {
	struct sock *child; /* accepted from the stack, and in no accept queue */
	unsigned backlog;   /* of listen() */
	unsigned offered;   /* at most so many wait in the AF_UNIX listener */
	bool full;
};

/* How a listener's connection was accepted. */
struct accepted {
	uint64_t listener; /* its record's id; 0 = none */
	struct endpoint from;
	bool delivered;   /* it came from outside and is counted in fd_budget.delivered */
	bool reset_waits; /* it was reset before the program accepted it */
};

/* The process that uses it, see owner.h. */
struct owner {
	uint64_t flow; /* which was reported; 0 = none */
	pid_t tid, pid;
	char comm[CALLER_COMM];
};

struct stream_rec {
	struct sockrec rec;
	struct pump pump;
	struct filling filling;
	struct listening listening;
	struct accepted accepted;
	struct owner owner;
	int lowat;        /* SO_RCVLOWAT, see lowat.h; 0 = not set */
	bool joined;      /* the program's end has been connected or shut, and cannot be used again */
	bool unreported;  /* connect() has not returned how it ended: Linux's SS_CONNECTING */
	bool connected;   /* Linux's SS_CONNECTED, until AF_UNSPEC */
	bool error_shown; /* the proxy socket has the error too, and the next read reports it */
};
static_assert(offsetof(struct stream_rec, rec) == 0, "sockrec_reap() frees the record by its head");

/* Returns NULL without memory. */
struct stream_rec *stream_rec_new(struct sockrecs *recs, bool v6);

static inline struct stream_rec *
stream_of(const struct sockrec *r)
{
	assert(r->kind == SOCKREC_STREAM);
	return container_of(r, struct stream_rec, rec);
}

/*
 * Returns true if both directions have ended, by shutdown(2) on either side. Then our end has a
 * hang-up, and no event says that the program closes its end.
 */
static inline bool
stream_rec_shut(const struct stream_rec *s)
{
	return s->rec.shut_wr && (s->rec.shut_rd || s->pump.down_done);
}

/*
 * Counts @s as delivered no longer: the connection has ended, or our end is closed. What brought it
 * from outside has ended too, though the program may keep its descriptor.
 */
static inline void
stream_rec_uncount_delivered(struct stream_rec *s)
{
	if (s->accepted.delivered)
		s->rec.recs->fds.delivered--;
	s->accepted.delivered = false;
}

/*
 * Closes the duplicate of the program's end, unless the end will be needed and no duplicate can be
 * taken then.
 */
void stream_rec_release_program_end(struct stream_rec *s);

#endif
