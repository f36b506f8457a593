/*
 * run/stream/stream_rec.h - the record of a stream socket: one that connects, carries octets, or
 * listens.
 */
#ifndef RUN_STREAM_STREAM_REC_H
#define RUN_STREAM_STREAM_REC_H

#include "run/socket/sockrec.h"

#include <assert.h>
#include <stddef.h>

/* What is carried between the program's end and the stack, see pump.h. */
struct pump {
	bool running, again; /* something has changed while it ran */
	bool
	    may_read; /* our end may have something to read: it has not said otherwise since its last event */
	bool ended;   /* the program's end of stream is at our end, after what can be read */
	bool up_done, down_done; /* which direction's end has been carried */
	size_t up_left;          /* once the program has shut it for writing: octets before the marker */
	int failed; /* the connection's error, which is shown once what came before it is delivered */

	bool keeps_one;     /* after small writes an octet is left unread at our end, see pump_hold(), */
	bool kept;          /* and now there is one, which went up already */
	size_t burst;       /* octets that went up since the end was empty last */
	int program_sndbuf; /* SO_SNDBUF of the program's end, once it has been set; 0 = the default */
};

/* While the stream connects without a waiting call: the program's end is full, so not writable. */
struct filling {
	bool on;
	size_t n;
	int sndbuf; /* to be set when it is emptied */
};

/* While it listens, see listener.h. */
struct listening {
	struct sock *child; /* accepted from the stack, not taken by the AF_UNIX listener yet */
	unsigned backlog;   /* as listen() was told */
	unsigned offered;   /* at most so many wait in the AF_UNIX listener */
	bool full;
};

/* What came of a listener. */
struct accepted {
	uint64_t listener; /* its record's id; 0 = none */
	struct endpoint from;
	bool seated;      /* it came from outside and has our end: see fd_room.seated */
	bool reset_waits; /* it was reset before the program had taken it */
};

/* Whose it is, see owner.h. */
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
	bool joined;      /* the program's end has been connected, or shut, and cannot be used again */
	bool unreported;  /* connect() has yet to say how it ended: Linux's SS_CONNECTING */
	bool connected;   /* it was: Linux's SS_CONNECTED, until AF_UNSPEC */
	bool error_shown; /* the proxy socket has an error, too, for whoever reads first */
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
 * Returns true if both directions have ended, by shutdown(2) on either side: our end says so by a
 * hang-up, and does not notice when the program's end is closed.
 */
static inline bool
stream_rec_shut(const struct stream_rec *s)
{
	return s->rec.shut_wr && (s->rec.shut_rd || s->pump.down_done);
}

/*
 * A connection has ended, or our end of it is closed: fd_room counts it as seated no longer. What
 * brought it from outside has ended as well, though the program may keep its descriptor.
 */
static inline void
stream_rec_unseat(struct stream_rec *s)
{
	if (s->accepted.seated)
		s->rec.recs->room.seated--;
	s->accepted.seated = false;
}

/* Closes the duplicate of the program's end, unless the end can be used later by that alone. */
void stream_rec_release_program_end(struct stream_rec *s);

#endif
