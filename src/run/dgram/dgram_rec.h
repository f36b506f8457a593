/*
 * run/dgram/dgram_rec.h - the record of a datagram socket, of UDP or of ICMP's echo.
 */
#ifndef RUN_DGRAM_DGRAM_REC_H
#define RUN_DGRAM_DGRAM_REC_H

#include "run/socket/sockrec.h"

#include <assert.h>
#include <stddef.h>

/* The reports about datagrams that were sent, see report.h. */
struct dgram_reports {
	struct list waiting;
	unsigned count;
	size_t octets;
	uint32_t stamping; /* SO_TIMESTAMPING */
	bool zerocopy;     /* SO_ZEROCOPY */
	uint32_t next_stamp, next_copy;
};

/* The host's clients that reach a socket through a published port, see loopback.h. */
struct dgram_clients {
	bool published; /* a published port leads to it, though it is bound to loopback, */
	bool last;      /* and the last datagram came over the link */
	struct list
	    all; /* struct host_client: names whose last datagram came from outside, the latest first */
	unsigned n;
};

struct dgram_rec {
	struct sockrec rec;
	struct sock *host_sk; /* sends to the host's loopback, see loopback.h; or NULL */
	unsigned wants;       /* control messages: bits of enum dgram_want */
	struct list held;     /* datagrams for the program that do not fit its end now, see keep.h */
	bool error_raised;    /* the program's end shows an error, see error.h */
	struct dgram_reports reports;
	struct dgram_clients clients;
};
static_assert(offsetof(struct dgram_rec, rec) == 0, "sockrec_reap() frees the record by its head");

/* @kind: SOCKREC_DGRAM or SOCKREC_PING. Returns NULL without memory. */
struct dgram_rec *dgram_rec_new(struct sockrecs *recs, enum sockrec_kind kind, bool v6);

static inline bool
is_dgram(const struct sockrec *r)
{
	return r->kind == SOCKREC_DGRAM || r->kind == SOCKREC_PING;
}

static inline struct dgram_rec *
dgram_of(const struct sockrec *r)
{
	assert(is_dgram(r));
	return container_of(r, struct dgram_rec, rec);
}

#endif
