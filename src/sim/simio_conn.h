/*
 * sim/simio_conn.h - a connection in virtual time: two ends, and the messages that travel between
 * them.
 *
 * Each end knows only what has arrived at it. What one end does reaches the other as a message
 * after the delay, in order. For simio_conn.c and simio_stream.c.
 */
#ifndef SIM_SIMIO_CONN_H
#define SIM_SIMIO_CONN_H

#include "io/failure.h"
#include "sim/simio_impl.h"

enum { SIMIO_CHUNK = 4096 }; /* octets that a message carries at most */

enum simio_kind {
	SIMIO_OPEN,  /* to the server: someone connects; to the client: done, or @error */
	SIMIO_DATA,  /* octets @off to @len of it are unread */
	SIMIO_ROOM,  /* DATA on its way home: all its octets were read */
	SIMIO_END,   /* nothing more comes */
	SIMIO_RESET, /* nothing more comes, and nothing is read here */
};

struct simio_msg {
	struct list node;
	nsec_t when; /* it arrives */
	enum simio_kind kind;
	int error;
	bool urgent; /* DATA: its one octet is */
	uint32_t off, len;
	uint8_t *octets; /* of DATA: they follow the message in memory */
};

struct simio_end {
	struct io_stream io;
	struct simio_conn *conn;
	struct simio_host *host;
	struct simio_end *peer;
	struct endpoint name;
	struct simio_notifier notifier;

	/* What is on its way to here, and what has arrived. */
	struct list inbox, unread; /* of messages, in order: none overtakes another */
	struct timer arrival;
	bool ended;                        /* END has arrived */
	struct simio_msg open, end, reset; /* those that the peer sends here; each at most once */

	/* What this end may send. */
	size_t room;
	bool shut; /* END has been sent */
	struct simio_msg *reserved;

	/* The owner. */
	struct list queued; /* in the listener's accept queue */
	bool owned, connected;
	unsigned want, once; /* once: events to be notified once */
	struct io_failure failure;
	bool dead; /* reset, by either side: nothing arrives any more */
};

struct simio_conn {
	struct list node;
	struct simio_net *net;
	const struct simio_rule *rule;
	struct simio_end end[2]; /* client, server */
};

/* A connection from @from to @to, of which the client's end is owned. NULL without memory. */
struct simio_conn *simio_conn_new(struct simio_host *from, struct simio_host *at, const struct endpoint *to);
/* Frees the connection if neither end has an owner or a place in an accept queue. */
void simio_conn_left(struct simio_conn *c);

/* A message that holds @len octets; NULL without memory. */
struct simio_msg *simio_msg_new(size_t len);
/*
 * @m goes from @e to its peer. simio_send() takes a message of simio_msg_new(), and frees it
 * where the peer takes nothing any more. simio_deliver() is for one that is part of the peer,
 * and is never freed by itself: it returns false there.
 */
void simio_send(struct simio_end *e, struct simio_msg *m);
bool simio_deliver(struct simio_end *e, struct simio_msg *m);
void simio_send_end(struct simio_end *e);
/* Also: nothing arrives at @e any more. */
void simio_send_reset(struct simio_end *e);
/* Octets of @m, the first of @e's unread ones, were read. */
void simio_took(struct simio_end *e, struct simio_msg *m, uint32_t len);

/* simio_stream.c: what is reported may have changed; and the callback of the notifier's timer. */
void simio_end_poke(struct simio_end *e);
void simio_end_notify(struct timer *t);

#endif
