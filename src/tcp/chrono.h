/*
 * tcp/chrono.h - what a sender was busy with, and for how long: TCP_INFO's busy_time, rwnd_limited,
 * sndbuf_limited, which tell who is to blame for a slow transfer: the path, the reader, or the send
 * buffer.
 *
 * It reads no clock and knows no connection: the caller tells what is going on, after each flush.
 */
#ifndef TCP_CHRONO_H
#define TCP_CHRONO_H

#include "base/nsec.h"

enum chrono_kind {
	CHRONO_IDLE,   /* nothing to send, nothing under way */
	CHRONO_BUSY,   /* sending, or waiting for ACKs */
	CHRONO_RWND,   /* the peer's window lets nothing more out */
	CHRONO_SNDBUF, /* all is sent, and the user waits for room in the send buffer */
	CHRONO_KINDS
};

struct chrono {
	enum chrono_kind kind;
	nsec_t since; /* when that began */
	nsec_t spent[CHRONO_KINDS];
};

/* How long it was @kind, until @now. */
static inline nsec_t
chrono_spent(const struct chrono *c, enum chrono_kind kind, nsec_t now)
{
	return c->spent[kind] + (c->kind == kind ? now - c->since : 0);
}

/* From @now on it is @kind. */
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
