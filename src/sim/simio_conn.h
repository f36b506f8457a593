/*
 * sim/simio_conn.h - a connection in virtual time: two ends, and the messages that travel between
 * them.
 *
 * An end knows only what has arrived at it. What one end does becomes a message, which reaches the
 * other end after the delay, in order. Only simio_*.c include this header.
 */
#ifndef SIM_SIMIO_CONN_H
#define SIM_SIMIO_CONN_H

#include "io/failure.h"
#include "sim/simio_impl.h"

enum { SIMIO_CHUNK = 4096 }; /* octets that a message carries at most */

enum simio_kind {
	SIMIO_OPEN,  /* to the server: a client connects; to the client: connected, or @error */
	SIMIO_DATA,  /* octets from @off to @len are unread */
	SIMIO_ROOM,  /* a DATA message that returns to its sender: all its octets were read */
	SIMIO_END,   /* the sender sends nothing more */
	SIMIO_RESET, /* the sender sends nothing more, and reads nothing more */
};

struct simio_msg {
	struct list node;
	nsec_t when; /* time of arrival */
	enum simio_kind kind;
	int error;
	bool urgent; /* DATA: its single octet is urgent */
	uint32_t off, len;
	uint8_t *octets; /* DATA: they follow the message in memory */
};

struct simio_end {
	struct io_stream io;
	struct simio_conn *conn;
	struct simio_host *host;
	struct simio_end *peer;
	struct endpoint name;
	struct simio_notifier notifier;

	/* Messages that travel to this end, and those that have arrived. */
	struct list inbox, unread; /* lists of messages, in order: none overtakes another */
	struct timer arrival;
	bool ended;                        /* END has arrived */
	struct simio_msg open, end, reset; /* messages that the peer sends to this end; each at most once */

	/* Sending from this end. */
	size_t room; /* octets that it may send */
	bool shut;   /* END has been sent */
	struct simio_msg *reserved;

	/* The owner. */
	struct list queued; /* in the listener's accept queue */
	bool owned, connected;
	unsigned want, once; /* want: levels that the owner waits for; once: events to be notified once */
	struct io_failure failure;
	bool dead; /* reset, by either side: no message arrives any more */
};

struct simio_conn {
	struct list node;
	struct simio_net *net;
	const struct simio_rule *rule;
	struct simio_end end[2]; /* client, server */
};

/*
 * Makes a connection from @from to @to, which is on the host @at. The caller then gives an owner to
 * the client's end, with simio_end_own(). Returns NULL without memory.
 */
struct simio_conn *simio_conn_new(struct simio_host *from, struct simio_host *at, const struct endpoint *to);
/* Frees the connection if neither end has an owner or a place in an accept queue. */
void simio_conn_free_if_unused(struct simio_conn *c);

/* Returns a DATA message with room for @len octets; NULL without memory. */
struct simio_msg *simio_msg_new(size_t len);
/*
 * Both send @m from @e to its peer. If the peer is dead, simio_send() frees @m, which must come
 * from simio_msg_new(). simio_deliver() then returns false, and does not free @m: it is for
 * messages that are part of the peer.
 */
void simio_send(struct simio_end *e, struct simio_msg *m);
bool simio_deliver(struct simio_end *e, struct simio_msg *m);
/* Sends END: nothing more follows. */
void simio_send_end(struct simio_end *e);
/* Sends RESET, unless @e is dead. No message arrives at @e after that. */
void simio_send_reset(struct simio_end *e);
/* Reports that @len octets of @m, the first unread message of @e, were read. */
void simio_consumed(struct simio_end *e, struct simio_msg *m, uint32_t len);

/* simio_stream.c: starts the notifier of @e if its owner must be notified of something. */
void simio_end_poke(struct simio_end *e);
/* Notifies the owner: the function of the notifier's timer. */
void simio_end_notify(struct timer *t);

#endif
