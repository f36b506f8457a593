/*
 * tcp/tcp.h - TCP as its user sees it: the calls of RFC 9293, 3.9.1, on connections without
 * descriptors.
 *
 * sock/ turns these into BSD calls. Nothing here waits. Upcalls (struct tcp_user_ops) come only
 * after the flush that ends an entry into TCP: the user may call anything from them, tcp_close() of
 * the same connection included.
 */
#ifndef TCP_TCP_H
#define TCP_TCP_H

#include "base/ipaddr.h"
#include "base/nsec.h"
#include "leat.h"
#include "pkt/pkt.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct core;
struct tcp;      /* all of TCP on one host */
struct tcp_conn; /* one connection, from SYN to the end of TIME-WAIT */
struct tcp_listener;
struct leat_tcp_info; /* leat.h: Linux's struct tcp_info */

/* What has changed; a mask. Readiness itself is asked with tcp_ready(). */
enum tcp_event {
	TCP_EVENT_CONNECTED = 1, /* SYN-SENT or SYN-RECEIVED became ESTABLISHED */
	TCP_EVENT_READABLE = 2,  /* data, FIN, urgent mark */
	TCP_EVENT_WRITABLE = 4,
	TCP_EVENT_ERROR = 8,   /* reset, timed out, unreachable: tcp_take_error() */
	TCP_EVENT_ACCEPT = 16, /* listener: a child waits */
	TCP_EVENT_CLOSED =
	    32, /* the connection is gone: the last news; the conn may still be asked until tcp_close() */
};

struct tcp_user_ops {
	void (*notify)(void *user, unsigned events); /* enum tcp_event */
};

/* Registers itself with @core as protocol 6. NULL without memory. */
struct tcp *tcp_new(struct core *core);

/* Ends everything without sending a word. */
void tcp_free(struct tcp *tcp);

/*
 * Segments that come in between tcp_batch_begin() and tcp_batch_notify() arrived at once. Their
 * answers leave in tcp_batch_end(), one ACK for all of them; a segment that needs more than an ACK
 * is answered immediately. tcp_batch_notify() reports events to the users: what they write before
 * tcp_batch_end() carries that ACK.
 */
void tcp_batch_begin(struct tcp *tcp);
void tcp_batch_notify(struct tcp *tcp);
void tcp_batch_end(struct tcp *tcp);

struct tcp_limits {
	uint32_t conns;                /* connections in all, TIME-WAIT included */
	uint32_t syn_queue;            /* half-open, per listener */
	uint32_t time_wait;            /* kept at most; the oldest go first */
	size_t sndbuf_max, rcvbuf_max; /* how far buffers grow by themselves, octets */
};
void tcp_set_limits(struct tcp *tcp, const struct tcp_limits *limits);

/* Settings of a connection; children inherit their listener's. */
struct tcp_opts {
	bool nodelay; /* Nagle off */
	bool cork;
	bool keepalive;
	bool oob_inline;
	int8_t
	    quickack; /* 1: ACKs are never delayed; -1: not even a new connection's first ones are quick; 0: those are */
	uint32_t keep_idle, keep_interval; /* seconds */
	uint32_t keep_count;
	uint32_t user_timeout; /* milliseconds; 0 = R2 (RFC 5482) */
	uint32_t maxseg;       /* 0 = from the MTU */
	int32_t linger2;       /* seconds in FIN-WAIT-2 after close; negative: none, but a reset */
	uint32_t syn_retries;  /* R2 of the handshake; 0 = the host's default (6) */
	uint32_t notsent_lowat;
	uint32_t sndbuf,
	    rcvbuf; /* octets of payload, and of memory: about half of it is offered as window; 0 = grow with need */
	uint32_t window_clamp; /* no wider window is offered; 0 = no bound */
	uint32_t bound_if;     /* SO_BINDTODEVICE: leaves through this one only; 0 = as the routes say */
	uint8_t ttl, tos;      /* ttl 0 = the host's default */
	char cc[16];           /* "reno" */
	bool transparent;      /* the local address need not be ours */
	bool defer_syn_ack;    /* listener: children are offered in SYN-RECEIVED, before the SYN-ACK */
	bool any_port;         /* listener: every address and every port */
	uint8_t
	    await_data; /* listener: a child waits for data through this many retransmissions of its SYN-ACK */
	bool reuse_addr, reuse_port, v6only; /* what tcp_local_taken() asks */
};
void tcp_opts_default(struct tcp_opts *opts);

/*
 * Active OPEN along @way, as route_find() has just given it. @local must be complete (sock chose
 * address and port). 0: SYN sent; or -LEAT_ENOBUFS, -LEAT_EADDRINUSE (four-tuple taken and not
 * reusable).
 */
int tcp_connect(struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote,
    const struct path *path, const struct tcp_opts *opts, const struct tcp_user_ops *ops, void *user,
    struct tcp_conn **out);

/*
 * Passive OPEN. @local's address unspecified = every address ("::" serves IPv4 too unless @v6only).
 * 0, -LEAT_ENOBUFS, -LEAT_EADDRINUSE (exactly this listener exists, and not both say reuse_port:
 * such share what arrives).
 */
int tcp_listen(struct tcp *tcp, const struct endpoint *local, bool v6only, unsigned backlog,
    const struct tcp_opts *opts, const struct tcp_user_ops *ops, void *user, struct tcp_listener **out);
void tcp_listener_set_backlog(struct tcp_listener *l, unsigned backlog);
/* So many children were taken, and still wait for a user elsewhere: they fill the queue, too. */
void tcp_listener_set_unaccepted(struct tcp_listener *l, unsigned n);
struct tcp_opts *tcp_listener_opts(struct tcp_listener *l);

/* Children not yet taken are reset. */
void tcp_listener_close(struct tcp_listener *l);

/* Returns true if a SYN to @local that comes in on @iface would find a listener. */
bool tcp_serves(struct tcp *tcp, const struct iface *iface, const struct endpoint *local);

/* The ports that have a listener, each once, the earliest first: how many of @max were filled. */
unsigned tcp_listening_ports(const struct tcp *tcp, uint16_t *out, unsigned max);

/* How many children wait to be taken. */
unsigned tcp_accept_pending(const struct tcp_listener *l);

/*
 * The oldest child, now the caller's: it speaks to @ops and @user from here on. NULL when none
 * waits.
 */
struct tcp_conn *tcp_accept(struct tcp_listener *l, const struct tcp_user_ops *ops, void *user);
/* Takes tcp_accept() back: @c waits again, as the oldest. */
void tcp_accept_undo(struct tcp_listener *l, struct tcp_conn *c);

/* A child offered in SYN-RECEIVED (defer_syn_ack): go on with the handshake, */
void tcp_answer_accept(struct tcp_conn *c);
/*
 * or refuse it, consuming it: LEAT_ECONNREFUSED sends RST, LEAT_EHOSTUNREACH and LEAT_ENETUNREACH
 * an ICMP error, LEAT_EACCES ICMP prohibited, 0 stays silent (a timeout outside).
 */
void tcp_answer_refuse(struct tcp_conn *c, int error);

/*
 * SEND: copies at most @len octets into the send buffer. Octets taken (1 to @len); -LEAT_EAGAIN (no
 * room), -LEAT_EPIPE (closed or reset), -LEAT_ENOTCONN, or the pending error once. @urgent marks
 * the end of these octets urgent; @more holds a short segment back (MSG_MORE).
 */
ssize_t tcp_send(struct tcp_conn *c, const void *buf, size_t len, bool urgent, bool more);

/*
 * Room in the send buffer to write into directly. Fills @at; returns octets (0 = none; <0 as
 * tcp_send). tcp_commit() of at most so many makes them sent.
 */
ssize_t tcp_reserve(struct tcp_conn *c, size_t want, void **at);
void tcp_commit(struct tcp_conn *c, size_t len);
/*
 * ... but what does not fill a super-segment is held back: the caller has more at hand, and calls
 * again at once, tcp_commit() with 0 octets if it was wrong.
 */
void tcp_commit_more(struct tcp_conn *c, size_t len);

/*
 * RECEIVE: copy out. Octets (>0), 0 at the peer's FIN, -LEAT_EAGAIN, -LEAT_ENOTCONN, or the pending
 * error once. Reading stops at the urgent mark once (RFC 6093).
 */
ssize_t tcp_recv(struct tcp_conn *c, void *buf, size_t len, bool peek);

/*
 * In place: spans of what has arrived in order, good until the next call on @c; returns how many of
 * @max.
 */
unsigned tcp_peek_spans(struct tcp_conn *c, struct pkt_span *span, unsigned max);
void tcp_consume(struct tcp_conn *c, size_t len);

/*
 * The urgent octet kept out of line. 1, -LEAT_EAGAIN (not there yet), -LEAT_EINVAL (none, or read
 * already).
 */
int tcp_recv_urgent(struct tcp_conn *c, uint8_t *octet, bool peek);
bool tcp_at_mark(const struct tcp_conn *c);

/* Half-close: FIN after what is buffered. 0 or -LEAT_ENOTCONN. */
int tcp_shutdown_send(struct tcp_conn *c);
/*
 * Reading no longer waits: it answers 0 when nothing is there. What arrives all the same is
 * acknowledged and can be read, as on Linux; after both sides are shut it is answered with RST.
 */
void tcp_shutdown_recv(struct tcp_conn *c);

/*
 * CLOSE: the user's reference ends. Unread data makes it a reset (RFC 9293, 3.6.1; RFC 2525, 2.17),
 * otherwise FIN and an orderly end without a user.
 */
void tcp_close(struct tcp_conn *c);
/* ABORT: RST. */
void tcp_abort(struct tcp_conn *c);

/* LEAT_IN | LEAT_OUT | ... as poll(2) would say of a Linux socket in this state. */
unsigned tcp_ready(const struct tcp_conn *c);
int tcp_take_error(struct tcp_conn *c); /* SO_ERROR: the LEAT_E number, cleared; 0 */
enum leat_tcp_state tcp_state(const struct tcp_conn *c);
void tcp_names(const struct tcp_conn *c, struct endpoint *local, struct endpoint *remote);
uint64_t tcp_flow(const struct tcp_conn *c);
const struct tcp_opts *tcp_conn_opts(const struct tcp_conn *c);
/*
 * 0, or -LEAT_EINVAL (a value out of range), -LEAT_ENOENT (no such congestion control). Takes
 * effect at once: nodelay and uncork flush.
 */
int tcp_set_opts(struct tcp_conn *c, const struct tcp_opts *opts);

/* What Nagle's rule, a cork or MSG_MORE holds back leaves now. */
void tcp_push(struct tcp_conn *c);
void tcp_info(const struct tcp_conn *c, struct leat_tcp_info *info);
size_t tcp_unread(const struct tcp_conn *c);  /* SIOCINQ */
size_t tcp_unacked(const struct tcp_conn *c); /* SIOCOUTQ: in the send buffer, acknowledged or not yet */
size_t tcp_unsent(const struct tcp_conn *c);
size_t tcp_send_room(const struct tcp_conn *c);

/*
 * For bind(): does a connection that there is, or that rests in TIME-WAIT, keep @local from being
 * taken with @opts' reuse_addr, reuse_port and v6only? Both must agree to share, as on Linux. @v6:
 * by an IPv6 socket, whatever the address. Listeners are the caller's to compare.
 */
bool tcp_local_taken(struct tcp *tcp, const struct endpoint *local, bool v6, const struct tcp_opts *opts);
/* Is this four-tuple free, or in a TIME-WAIT that a new SYN may take over (RFC 6191)? */
bool tcp_tuple_free(struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote);

/* Every connection, for ss. */
void tcp_each(struct tcp *tcp, void (*fn)(struct tcp_conn *c, void *arg), void *arg);

#endif
