/*
 * tcp/conn/chrono.h - the time that a sender spent sending, or blocked by the peer's window or the
 * send buffer: busy_time, rwnd_limited and sndbuf_limited of TCP_INFO. They show whether the path,
 * the receiver or the send buffer made a transfer slow.
 *
 * It reads no clock and knows no connection: the caller reports what the sender does after each
 * flush.
 */
#ifndef TCP_CONN_CHRONO_H
#define TCP_CONN_CHRONO_H

#include "base/nsec.h"

enum chrono_kind {
	CHRONO_IDLE,   /* nothing to send, nothing in flight */
	CHRONO_BUSY,   /* sending, or waiting for ACKs */
	CHRONO_RWND,   /* the peer's window allows nothing more */
	CHRONO_SNDBUF, /* everything is sent, and the user waits for room in the send buffer */
	CHRONO_KINDS
};

struct chrono {
	enum chrono_kind kind;
	nsec_t since; /* when that began */
	nsec_t spent[CHRONO_KINDS];
};

/* Returns how long the sender has been in @kind, until @now. */
static inline nsec_t
chrono_spent(const struct chrono *c, enum chrono_kind kind, nsec_t now)
{
	return c->spent[kind] + (c->kind == kind ? now - c->since : 0);
}

/* From @now on the sender is in @kind. */
static inline void
chrono_switch(struct chrono *c, enum chrono_kind kind, nsec_t now)
{
	if (c->kind == kind)
		return;
	c->spent[c->kind] = chrono_spent(c, c->kind, now);
	c->kind = kind;
	c->since = now;
}

#endif
