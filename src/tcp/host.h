/*
 * tcp/host.h - all of TCP on one host: tables, listeners, connections in TIME-WAIT, and segments
 * that arrive and leave. Private to src/tcp. conn.h has the connection.
 */
#ifndef TCP_HOST_H
#define TCP_HOST_H

#include "base/list.h"
#include "base/seq.h"
#include "base/slab.h"
#include "base/table.h"
#include "base/wheel.h"
#include "core/core.h"
#include "tcp/loss/txq.h"
#include "tcp/tcp.h"
#include "wire/tcp.h"
#include "wire/tcp_options.h"

/* A user of a connection or listener, and the events to notify it of. */
struct tcp_subscriber {
	struct list node;               /* of struct tcp's notify_queue, while events is not 0 */
	unsigned events;                /* enum tcp_event */
	const struct tcp_user_ops *ops; /* NULL: no one is notified */
	void *user;
};

struct tcp_port;

/* The common head of struct tcp_conn and struct tcp_tw, which the table of four-tuples holds. */
struct tcp_flow {
	struct table_node node;
	struct endpoint local, remote;
	bool time_wait;        /* true: a struct tcp_tw; false: a struct tcp_conn */
	uint8_t share;         /* enum tcp_share */
	struct tcp_port *port; /* the local port; NULL: the flow is not in the table */
	struct list same_port; /* of struct tcp_port's flows */
};

/* A four-tuple as the words that are hashed. */
struct tcp_words {
	uint64_t word[5];
	unsigned n;
};

static inline struct tcp_words
tcp_words(const struct endpoint *local, const struct endpoint *remote)
{
	uint64_t names = (uint64_t)remote->ifindex << 32 | (uint32_t)local->port << 16 | remote->port;

	if (ipaddr_is4(&remote->addr)) /* the octets of an IPv4 address are the last four */
		return (struct tcp_words){
		    {names, (local->addr.w[1] >> 32) | (remote->addr.w[1] >> 32 << 32)}, 2};
	return (struct tcp_words){
	    {names, local->addr.w[0], local->addr.w[1], remote->addr.w[0], remote->addr.w[1]}, 5};
}

/* With whom a flow shares its local address and port: a mask. */
enum tcp_share {
	TCP_SHARE_ADDR = 1,
	TCP_SHARE_PORT = 2,
	TCP_SHARE_V4 = 4, /* IPV6_V6ONLY: does not conflict with IPv4 */
	TCP_SHARES = 8
};

static inline uint8_t
tcp_share(const struct tcp_opts *o)
{
	unsigned share = (o->reuse_addr ? TCP_SHARE_ADDR : 0) | (o->reuse_port ? TCP_SHARE_PORT : 0) |
			 (o->v6only ? TCP_SHARE_V4 : 0);

	return (uint8_t)share;
}

/* A segment as it arrived, in host order. */
struct tcp_seg {
	struct pkt *pkt; /* its payload; NULL once it has been taken */
	const struct ip_rx *rx;
	struct endpoint local, remote;
	uint64_t hash; /* of the four-tuple, for struct tcp's flows */
	seq_t seq, ack;
	uint32_t len; /* payload octets, less what has been trimmed */
	uint16_t wnd; /* not scaled */
	uint16_t up;
	uint16_t segs; /* the number of wire segments in it */
	uint16_t hdr_len;
	uint8_t flags;
	struct tcp_options opt;
};

struct tcp_group;

struct tcp_listener {
	struct tcp_group *group; /* the listeners of its name; NULL with any_port */
	struct list all;         /* of struct tcp's listeners */
	struct list any;         /* of struct tcp's catch_all */
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

struct tcp {
	struct core *core;
	struct tcp_limits limits;
	struct table flows;     /* struct tcp_flow */
	struct tcp_flow *last;  /* the flow found last: the next segment mostly belongs to it, too */
	struct table listening; /* struct tcp_group */
	struct table ports;     /* struct tcp_port: the local ports in use */
	struct list listeners;  /* of struct tcp_listener.all */
	struct list catch_all;  /* listeners with any_port, the newest first */
	struct list conns;      /* every struct tcp_conn, ended ones included */
	struct txrec_slab slab;
	struct slab conn_slab, tw_slab, port_slab; /* struct tcp_conn, tcp_tw, tcp_port */
	struct list dirty;                         /* struct tcp_conn.dirty */
	struct list notify_queue;                  /* struct tcp_subscriber.node */
	/*
	 * The flush lock: while it is over 0, tcp_leave() does nothing. So the connections in
	 * `dirty` are not flushed, users are not notified from within a notification, and no
	 * connection is freed while another function looks at it. It is held within tcp_leave(),
	 * while one connection is flushed within a batch, from tcp_batch_notify() to
	 * tcp_batch_end(), within tcp_each(), and from tcp_free() on. Only tcp.c takes it.
	 */
	unsigned flush_held;
	bool batch; /* between tcp_batch_begin() and tcp_batch_notify() */
	struct siphash_key isn_key;

	struct list time_wait; /* struct tcp_tw.node, the first to expire first */
	uint32_t time_waits;
	struct timer t_time_wait;

	uint32_t conns_count;
	uint32_t challenges; /* left in this second */
	nsec_t challenge_second;
};

/* tcp.c: the host's TCP, and demultiplexing */
void tcp_leave(struct tcp *tcp);
/* tables.c: the connection that a segment belongs to */
int tcp_tables_init(struct tcp *tcp, const struct siphash_key *key); /* 0 or -LEAT_ENOMEM */
void tcp_tables_fini(struct tcp *tcp);
/*
 * Returns the flow of a four-tuple, or NULL. In both cases *@hash is set to what tcp_flow_add()
 * needs for the same four-tuple.
 */
struct tcp_flow *tcp_find(
    struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote, uint64_t *hash);
int tcp_flow_add(struct tcp *tcp, struct tcp_flow *flow, uint64_t hash);
/* Does nothing if @flow is not in the table. */
void tcp_flow_remove(struct tcp *tcp, struct tcp_flow *flow);
/* Puts @to, which is in no table, in the place of @from, and copies its names. */
void tcp_flow_replace(struct tcp *tcp, struct tcp_flow *from, struct tcp_flow *to);
/* Changes with whom @flow shares its local address and port. */
void tcp_flow_share(struct tcp *tcp, struct tcp_flow *flow, uint8_t share);
/* Drops a segment, and counts @reason. */
void tcp_seg_drop(struct tcp *tcp, struct tcp_seg *seg, enum drop_reason reason);

/*
 * Returns an endpoint that can be compared octet by octet: only link-local IPv6 addresses keep
 * their scope (RFC 4007, 6).
 */
static inline struct endpoint
tcp_endpoint(const struct ipaddr *addr, uint16_t port, uint32_t ifindex)
{
	bool scoped = !ipaddr_is4(addr) && ipaddr_is_link_local(addr);

	return (struct endpoint){.addr = *addr, .port = port, .ifindex = scoped ? ifindex : 0};
}

/* group.c: the listeners of one name */
/* Returns the listener for a SYN to @local that came in on @iface; NULL when there is none. */
struct tcp_listener *tcp_listener_of(
    struct tcp *tcp, const struct iface *iface, const struct endpoint *local, const struct endpoint *remote);
struct tcp_listener *tcp_find_listener(
    struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote);
/* Return 0, -LEAT_EADDRINUSE or -LEAT_ENOBUFS. */
int tcp_group_join(struct tcp_listener *l);
void tcp_group_leave(struct tcp_listener *l);

/* timewait.c */
void tcp_time_wait_enter(struct tcp_conn *c);
void tcp_time_wait_arrive(struct tcp *tcp, struct tcp_tw *tw, struct tcp_seg *seg);
void tcp_time_wait_free(struct tcp *tcp, struct tcp_tw *tw);
bool tcp_time_wait_reusable(const struct tcp *tcp, const struct tcp_tw *tw);
timer_fn tcp_time_wait_expired;

/* isn.c */
struct tcp_origin {
	seq_t iss;
	uint32_t ts_offset;
};
struct tcp_origin tcp_origin(
    const struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote);
/*
 * Returns the timestamp clock: milliseconds since an origin of this four-tuple's own (RFC 7323,
 * 7.1).
 */
static inline uint32_t
tcp_ts_now(const struct tcp *tcp, uint32_t offset)
{
	return (uint32_t)((uint64_t)(tcp->core->now / MSEC) + offset);
}

/* transmit.c: one segment that leaves */
struct tcp_out {
	const struct endpoint *local, *remote;
	seq_t seq, ack;
	uint16_t wnd, up;
	uint8_t flags, ttl, tos, why;
	bool transparent;
	uint64_t flow;
	const uint8_t *opt;
	unsigned opt_len;        /* a multiple of 4 */
	uint16_t mss;            /* payload octets of each wire segment of a super-segment */
	struct path_cache *path; /* the connection's; NULL without one */
	uint32_t bound_if;       /* the only interface to send through; 0 = as the routes say */
};
/*
 * Puts the header before @payload (NULL: none), which it consumes, and hands the segment to IP.
 * Returns 0, -LEAT_ENOBUFS, or the error of core_output().
 */
int tcp_transmit(struct tcp *tcp, struct pkt *payload, const struct tcp_out *out);
/* Sends the RST that answers @seg where there is no connection (RFC 9293, 3.10.7.1). */
void tcp_reply_reset(struct tcp *tcp, const struct tcp_seg *seg);

/* arrive.c, steps.c */
void tcp_arrive_closed(struct tcp *tcp, struct tcp_seg *seg);
bool tcp_challenge_allowed(struct tcp *tcp, nsec_t *next);

#endif
