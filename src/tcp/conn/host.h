/*
 * tcp/conn/host.h - all of TCP on one host: tables, listeners, connections in TIME-WAIT, and how an
 * entry ends. Private to src/tcp. conn.h has the connection.
 */
#ifndef TCP_CONN_HOST_H
#define TCP_CONN_HOST_H

#include "base/seq.h"
#include "base/wheel.h"
#include "core/core.h"
#include "tcp/conn/opts.h"
#include "tcp/flow/flow.h"
#include "tcp/flow/isn.h"
#include "tcp/loss/txq.h"

struct tcp_conn;

/* A user of a connection or listener, and the events to notify it of. */
struct tcp_subscriber {
	struct list node;               /* of the host's pending.notify, while events is not 0 */
	unsigned events;                /* enum tcp_event */
	const struct tcp_user_ops *ops; /* NULL: no one is notified */
	void *user;
};

static inline uint8_t
tcp_share(const struct tcp_opts *o)
{
	unsigned share = (o->reuse_addr ? TCP_SHARE_ADDR : 0) | (o->reuse_port ? TCP_SHARE_PORT : 0) |
			 (o->v6only ? TCP_SHARE_V4 : 0);

	return (uint8_t)share;
}

struct tcp_group;

struct tcp_listener {
	struct tcp_group *group; /* the listeners of its name; NULL with any_port */
	struct list all;         /* of the host's listen.all */
	struct list any;         /* of the host's listen.any_port */
	struct tcp *tcp;
	struct endpoint local;
	bool v6only;
	unsigned backlog;
	struct tcp_opts opts;
	struct tcp_subscriber subscriber;
	struct list syn_queue, accept_queue; /* of struct tcp_child.link */
	unsigned half_open, waiting;
	unsigned unaccepted; /* accepted, but not yet taken by the program */
};

/* A connection in TIME-WAIT: what is needed to answer segments for it. */
struct tcp_tw {
	struct tcp_flow flow; /* first */
	struct list node;     /* in the order of ends */
	nsec_t ends;
	uint64_t number;
	seq_t snd_nxt, rcv_nxt;
	uint32_t rcv_wnd;
	uint16_t wnd; /* as in the header */
	uint32_t ts_recent, ts_offset;
	nsec_t ts_recent_at, next_challenge;
	bool ts_ok, transparent;
	uint8_t ttl, tos;
	uint32_t bound_if;
};

/* Listeners. Written by listener.c and group.c. */
struct tcp_listen {
	struct table names;   /* struct tcp_group */
	struct list all;      /* struct tcp_listener.all */
	struct list any_port; /* struct tcp_listener.any: those with any_port, the newest first */
};

/* Connections. Written by conn.c. */
struct tcp_conns {
	struct list all; /* every struct tcp_conn, ended ones included */
	uint32_t count;
	struct slab slab;          /* struct tcp_conn */
	struct txrec_slab records; /* their transmit records */
};

/* Connections in TIME-WAIT. Written by time_wait.c. */
struct tcp_waits {
	struct list all; /* struct tcp_tw.node, the first to expire first */
	uint32_t count;
	struct timer timer; /* for the first of them */
	struct slab slab;   /* struct tcp_tw */
};

/* What is due at the end of an entry. Written by entry.c, and by tcp.c for a batch. */
struct tcp_pending {
	struct list dirty;  /* struct tcp_conn.dirty */
	struct list notify; /* struct tcp_subscriber.node */
	/* Sends what a connection wants, and frees it if it has ended (output.c's tcp_flush()). */
	void (*flush)(struct tcp_conn *c);
	/*
	 * The flush lock: while it is over 0, tcp_leave() does nothing. So the connections in
	 * `dirty` are not flushed, users are not notified from within a notification, and no
	 * connection is freed while another function looks at it. It is held within tcp_leave(),
	 * while one connection is flushed within a batch, from tcp_batch_notify() to
	 * tcp_batch_end(), within tcp_each(), and from tcp_free() on. Only tcp.c and entry.c
	 * take it.
	 */
	unsigned held;
	bool batch; /* between tcp_batch_begin() and tcp_batch_notify() */
};

/* The limit of challenge ACKs for the host (RFC 5961, 7). Written by steps.c. */
struct tcp_challenges {
	uint32_t left; /* in the second that began at `since` */
	nsec_t since;
};

/* All of TCP on a host. core and isn_key are set once, limits by the embedder. */
struct tcp {
	struct core *core;
	struct tcp_limits limits;
	struct siphash_key isn_key;
	struct tcp_flows flows; /* written by tcp/flow */
	struct tcp_listen listen;
	struct tcp_conns conns;
	struct tcp_waits time_wait;
	struct tcp_pending pending;
	struct tcp_challenges challenge;
};

/* entry.c: the end of every entry, and the events for users */
/*
 * Ends an entry. The outermost one flushes all connections that want something, and notifies the
 * users of their events.
 */
void tcp_leave(struct tcp *tcp);
/* Take and give back the flush lock, see struct tcp_pending. */
void tcp_hold_flush(struct tcp *tcp);
void tcp_release_flush(struct tcp *tcp);
/*
 * Notifies one user of its events. The user may call anything meanwhile. Returns false if there is
 * none.
 */
bool tcp_notify_next(struct tcp *tcp);
void tcp_subscriber_notify(struct tcp *tcp, struct tcp_subscriber *s, unsigned events);

/* group.c: the listeners of one name */
/* Returns the listener for a SYN to @local that came in on @iface; NULL when there is none. */
struct tcp_listener *tcp_listener_of(
    struct tcp *tcp, const struct iface *iface, const struct endpoint *local, const struct endpoint *remote);
struct tcp_listener *tcp_find_listener(
    struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote);
/* Return 0, -LEAT_EADDRINUSE or -LEAT_ENOBUFS. */
int tcp_group_join(struct tcp_listener *l);
void tcp_group_leave(struct tcp_listener *l);

/* time_wait.c: the records of connections in TIME-WAIT */
/* Replaces @c, which has sent its last ACK, by a record. */
void tcp_time_wait_enter(struct tcp_conn *c);
/* The time begins anew. */
void tcp_time_wait_restart(struct tcp *tcp, struct tcp_tw *tw);
void tcp_time_wait_free(struct tcp *tcp, struct tcp_tw *tw);
/*
 * Returns true if our own connect() may take over the four-tuple. The timestamp clock must have
 * advanced, so that PAWS protects the new connection (RFC 6191, 2).
 */
bool tcp_time_wait_reusable(const struct tcp *tcp, const struct tcp_tw *tw);
timer_fn tcp_time_wait_expired;

/*
 * Returns the timestamp clock: milliseconds since an origin of this four-tuple's own (RFC 7323,
 * 7.1).
 */
static inline uint32_t
tcp_ts_now(const struct tcp *tcp, uint32_t offset)
{
	return (uint32_t)((uint64_t)(tcp->core->now / MSEC) + offset);
}

#endif
