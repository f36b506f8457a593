/*
 * tcp/conn/conn.h - one connection: its state, its timers, its path, and how it begins and ends.
 * Private to src/tcp. It neither reads segments nor builds them.
 *
 * A segment, a timer, a user's call and an ICMP error are each an entry into TCP. An entry changes
 * connections and sets bits of what they want to send (enum tcp_want). It ends with tcp_leave().
 * The tcp_leave() of the outermost entry flushes: it sends what is wanted, frees connections that
 * have ended, and then notifies the users of their events. No connection is freed before, so an
 * entry may go on using one that has just ended. The calls that a user makes when it is notified
 * are entries within this one: what they want is sent before the next user is notified.
 */
#ifndef TCP_CONN_CONN_H
#define TCP_CONN_CONN_H

#include "tcp/buf/rcvbuf.h"
#include "tcp/buf/reass.h"
#include "tcp/buf/sndbuf.h"
#include "tcp/cc/cc.h"
#include "tcp/cc/pace.h"
#include "tcp/conn/chrono.h"
#include "tcp/conn/host.h"
#include "tcp/conn/info.h"
#include "tcp/loss/recovery.h"
#include "tcp/loss/rto.h"

#define TCP_DELACK         (40 * MSEC)  /* Linux's TCP_DELACK_MIN; RFC 1122, 4.2.3.2 allows up to 500 ms */
#define TCP_TIME_WAIT_LEN  (60 * SEC)   /* Linux; RFC 9293, 3.4.2 says 2 MSL, four minutes */
#define TCP_FIN_WAIT_2_LEN (60 * SEC)   /* Linux's tcp_fin_timeout, without a user only */
#define TCP_NO_MEMORY_WAIT (20 * MSEC)  /* a writer that found no memory is notified after this time */
#define TCP_CORK_MAX       (200 * MSEC) /* tcp(7), TCP_CORK; and the override of RFC 9293, 3.8.6.2.1 */
#define TCP_SYN_QUEUE_MIN  (10 * MSEC)  /* a half-open connection is not evicted from the queue before */

enum {
	TCP_R1 = 3,             /* Linux's tcp_retries1 */
	TCP_R1_SYN = 2,         /* Linux doubts the path from a SYN's second retransmission on */
	TCP_R2 = 15,            /* Linux's tcp_retries2 */
	TCP_R2_ORPHAN = 8,      /* Linux's tcp_orphan_retries */
	TCP_R2_SYN = 6,         /* Linux's tcp_syn_retries */
	TCP_R2_SYN_ACK = 5,     /* Linux's tcp_synack_retries */
	TCP_QUICK_ACKS = 16,    /* Linux's TCP_MAX_QUICKACKS: a new connection's first ACKs are not delayed */
	TCP_MSS_DEFAULT4 = 536, /* RFC 9293, 3.7.1 */
	TCP_MSS_DEFAULT6 = 1220,
	TCP_MSS_LEAST =
	    48, /* Linux's TCP_MIN_SND_MSS: tiny segments cost the sender more than the attacker */
};

/* What the flush has to do for a connection. */
enum tcp_want {
	WANT_OUTPUT = 1,    /* send what may be sent */
	WANT_ACK = 2,       /* send an ACK at once */
	WANT_CHALLENGE = 4, /* send a challenge ACK (RFC 5961) */
	WANT_SYN = 8,       /* SYN or SYN-ACK */
	WANT_RST = 16,      /* send RST; the connection has ended */
	WANT_PROBE = 32,    /* window probe */
	WANT_KEEPALIVE = 64,
	WANT_OVERRIDE = 128, /* short segments are no longer held back */
	WANT_UPDATE = 256,   /* report that the window has opened */
	WANT_SETTLE = 512,   /* enter TIME-WAIT, or be freed */
};

/* What both SYNs offered (RFC 9293, 3.2; RFC 7323; RFC 2018). The peer's SYN fills it. */
struct tcp_agreed {
	bool ts_ok, sack_ok, ws_ok;
	uint16_t peer_mss; /* the MSS option, or its default */
};

/* SEND (RFC 9293, 3.3.1): written by the user's SEND, by what is transmitted, and by ACKs. */
struct tcp_snd {
	uint8_t shift; /* Snd.Wind.Shift: scale of the windows that arrive (RFC 7323, 2.3) */
	uint16_t mss;  /* payload octets of a full segment, after the timestamps option */
	seq_t una, nxt, iss;
	uint32_t wnd, max_wnd; /* scaled */
	seq_t wl1, wl2;
	seq_t up;   /* the octet after the urgent one, while urgent */
	seq_t push; /* the octet after the last one to be pushed: where a write without MSG_MORE ended */
	seq_t sml;  /* the octet after the last short segment (Minshall's variant of Nagle's rule) */
	seq_t fin;  /* sequence number of our FIN, once fin_queued */
	bool fin_queued, urgent;
	bool more;      /* the last write said MSG_MORE */
	bool gather;    /* the user will write again at once: only whole super-segments leave */
	bool syn_again; /* the SYN or SYN-ACK has been retransmitted */
	struct sndbuf buf;
	struct txq txq;
	struct chrono chrono;
	nsec_t min_rtt; /* the least round-trip time measured; 0 = none yet */
};

/* The urgent octet (RFC 6093; out of line as on Linux). */
enum tcp_urg { URG_NONE, URG_COMING, URG_HERE, URG_READ };

/* RECEIVE (RFC 9293, 3.3.1): written by segments that arrive, and by the user's RECEIVE. */
struct tcp_rcv {
	seq_t nxt, irs;
	seq_t adv;          /* the right edge offered: RCV.NXT + RCV.WND */
	seq_t wup;          /* RCV.NXT as last acknowledged */
	seq_t fin;          /* sequence number of the peer's FIN, once fin_seen */
	seq_t up;           /* sequence number of the urgent octet, while urg is not URG_NONE */
	uint16_t mss;       /* size of the largest recent segment: what counts as full-sized */
	uint8_t shift;      /* Rcv.Wind.Shift: scale of the windows that leave (RFC 7323, 2.3) */
	bool fin_seen;      /* the FIN has arrived, perhaps out of order */
	bool fin_rcvd;      /* the FIN has arrived in order: nothing follows */
	uint8_t quick_left; /* this many more ACKs are not delayed */
	uint8_t urg;        /* enum tcp_urg */
	uint8_t urg_octet;
	struct rcvbuf buf;
	struct reass reass;
};

/* Timestamps (RFC 7323, 4 and 5). Written by segments with the option, and when an ACK is sent. */
struct tcp_ts {
	uint32_t recent;     /* TS.Recent */
	uint32_t offset;     /* what is added to the host's clock for this connection's timestamps */
	seq_t last_ack_sent; /* Last.ACK.sent */
	nsec_t recent_at;    /* when TS.Recent was set */
};

/* Written by timers.c and loss_timer.c. Progress sets retries back to 0. */
struct tcp_timers {
	struct timer loss, persist, delack, keep, orphan, pace;
	uint32_t retries;      /* retransmissions, or probes without an answer, in a row */
	uint32_t keep_probes;  /* without an answer, in a row */
	nsec_t retries_since;  /* when the first of the retries left */
	uint8_t probe_backoff; /* window probes double their interval (RFC 9293, 3.8.6.1) */
};

/* When things last happened (0 = never), and the earliest time at which they may happen again. */
struct tcp_times {
	nsec_t last_sent, last_rcvd, last_data_sent, last_data_rcvd, last_ack_rcvd;
	nsec_t opened, syn_sent, established;
	nsec_t next_challenge; /* challenge ACK */
	nsec_t next_confirm;   /* confirmation of the next hop */
};

/* The path to the peer. Written when routes change, and by ICMP errors. */
struct tcp_path {
	struct path_cache cache;
	uint32_t mtu;
	seq_t pmtu_edge;         /* while pmtu_retx: segments before this one were too large for the path */
	uint64_t mss_generation; /* the route_generation() that snd.mss was computed for */
	bool pmtu_retx;
	bool software_checksum; /* the device does not compute checksums */
};

/* The user's side. Written by the user's calls, and by what is to be reported to the user. */
struct tcp_user {
	struct tcp_subscriber subscriber;
	bool closed;       /* the user has closed: the connection ends by itself */
	bool rcv_shut;     /* shut down for receiving */
	bool no_room;      /* a write found no room: the user is notified when there is room */
	bool was_writable; /* as of the last flush */
	int error;         /* LEAT_E number that the user gets next; 0 */
	int soft_error;    /* LEAT_E number of an ICMP error that may pass (RFC 5461); 0 */
};

/* The listener's queue that a child is in. */
enum tcp_queue { QUEUE_NONE, QUEUE_SYN, QUEUE_ACCEPT };

/* A SYN whose answer the user decides on (defer_syn_ack). */
struct tcp_deferred {
	struct pkt *pkt;
	struct ip_rx rx;
};

/* A child of a listener, until it is accepted. Written by listen.c and steps.c. */
struct tcp_child {
	enum tcp_queue queue;
	bool bare_ack; /* SYN-RECEIVED: the handshake is done, but await_data asks for data first */
	struct tcp_listener *listener;
	struct list link; /* of the listener's syn_queue or accept_queue */
	struct tcp_deferred *deferred;
};

/* What has happened so far, for TCP_INFO. */
struct tcp_count {
	uint64_t octets_sent, octets_retx, octets_acked, octets_rcvd;
	uint32_t segs_in, segs_out, data_segs_in, data_segs_out, segs_retx;
	uint32_t dsacks, reord_seen, out_of_order;
	uint64_t rate_octets; /* the last delivery rate: this many octets */
	nsec_t rate_interval; /* in this time; 0 = not measured */
	bool rate_app_limited;
};

/*
 * The fields stand in the order of their use, so that a segment touches few cache lines
 * (docs/design/0021-connections.md).
 */
struct tcp_conn {
	struct tcp_flow flow; /* first */
	struct tcp *tcp;
	struct list all;   /* of the host's conns.all */
	struct list dirty; /* of the host's pending.dirty, while want is not 0 */
	uint32_t want;     /* enum tcp_want */
	uint8_t state;     /* enum leat_tcp_state */
	bool passive;      /* opened by a listener */
	bool ended;        /* not in the table any more: nothing arrives */
	bool emptied;      /* all queues except rcv.buf have been freed */
	struct tcp_agreed agreed;
	struct tcp_snd snd;
	struct recovery recovery;
	struct rto rto;
	struct cc cc;
	struct pace pace;
	struct tcp_rcv rcv;
	struct tcp_ts ts;
	struct tcp_timers timer;
	struct tcp_times when;
	struct tcp_path path;
	struct tcp_opts opts;
	enum drop_reason why_dropped; /* the segment at hand */
	struct tcp_user user;
	struct tcp_child child;
	uint64_t number; /* the flow in struct event */
	struct tcp_count count;
};

/* conn.c: the life of a connection */
/*
 * Returns a connection in CLOSED that is in the table; NULL without memory, or at the limit. @hash
 * is what tcp_find() computed for these names. @path is the path of an active OPEN; NULL: passive.
 */
struct tcp_conn *tcp_conn_new(struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote,
    uint64_t hash, const struct tcp_opts *opts, const struct path *path);
void tcp_conn_free(struct tcp_conn *c);
void tcp_set_iss(struct tcp_conn *c, seq_t iss);
void tcp_settle(struct tcp_conn *c);
void tcp_set_state(struct tcp_conn *c, enum leat_tcp_state state);
void tcp_notify(struct tcp_conn *c, unsigned events);
/*
 * Ends the connection for the reason @error (LEAT_E number; 0 = in order). The flush frees it if no
 * user holds it.
 */
void tcp_end(struct tcp_conn *c, int error);
/* As tcp_end(), and sends RST. */
void tcp_end_with_reset(struct tcp_conn *c, int error);
void tcp_emit_close(struct tcp_conn *c, int error);
void tcp_emit_retx(struct tcp_conn *c, seq_t seq, uint32_t len, enum pkt_why why);
void tcp_emit_cc(struct tcp_conn *c, const char *cause);

/* Returns RCV.WND: what is left of the window last offered. */
static inline uint32_t
tcp_rcv_wnd(const struct tcp_conn *c)
{
	return seq_gt(c->rcv.adv, c->rcv.nxt) ? c->rcv.adv - c->rcv.nxt : 0;
}

/* Returns the sequence number of the next octet that the user reads. */
static inline seq_t
tcp_read_seq(const struct tcp_conn *c)
{
	return c->rcv.nxt - c->rcv.fin_rcvd - (uint32_t)rcvbuf_unread(&c->rcv.buf);
}

/* Returns the sequence number after the last octet to send, FIN included. */
static inline seq_t
tcp_snd_end(const struct tcp_conn *c)
{
	return c->snd.fin_queued ? c->snd.fin + 1 : c->snd.txq.una + (uint32_t)sndbuf_len(&c->snd.buf);
}

/* queue.c: the queues of a listener, which its children pass */
bool tcp_accept_queue_full(const struct tcp_listener *l);
/* Adds a child to the end of a queue. A user is notified of a child that it can accept. */
void tcp_child_enqueue(struct tcp_listener *l, struct tcp_conn *c, enum tcp_queue queue);
/* The handshake is done: the child may be accepted. */
void tcp_child_established(struct tcp_conn *c);
void tcp_child_leave_queue(struct tcp_conn *c);
/* Frees the SYN whose answer was deferred. Does nothing without one. */
void tcp_child_forget_deferred(struct tcp_conn *c);

/* timers.c: the events that start and stop timers */
void timers_init(struct tcp_conn *c);
void timers_cancel(struct tcp_conn *c);
void timers_ack_owed(struct tcp_conn *c); /* an ACK is due, but not at once */
void timers_output_done(struct tcp_conn *c, bool unsent,
    bool stopped); /* the flush has sent what it may: decides whether a probe is needed */
void timers_established(struct tcp_conn *c);
void timers_opts_changed(struct tcp_conn *c);
void timers_await_fin(struct tcp_conn *c); /* in FIN-WAIT-2 without a user, limits the wait for the FIN */
void timers_paced(struct tcp_conn *c, nsec_t until);

/* loss_timer.c: the events that start and stop the timer of loss recovery */
void loss_timer_init(struct tcp_conn *c);
void loss_timer_stop(struct tcp_conn *c);
void loss_timer_sent(struct tcp_conn *c);  /* a segment that must be acknowledged has left */
void loss_timer_acked(struct tcp_conn *c); /* SND.UNA moved */

/* retry.c: how long to try again without an answer */
bool tcp_tried_enough(const struct tcp_conn *c); /* R2 is reached: the timer gives up */
void tcp_give_up(struct tcp_conn *c);
void tcp_count_retry(struct tcp_conn *c);
void tcp_doubt_path(struct tcp_conn *c); /* from R1 on */

/* path.c: the path to the peer */
/*
 * Returns the current path to the peer, which is looked up again after routes change; NULL without
 * a route.
 */
const struct path *tcp_route(struct tcp_conn *c);
/* Computes snd.mss after a change of the route, its MTU or the options. */
void tcp_sync_mss(struct tcp_conn *c);
/* Returns the MSS option: what one segment to us may carry (RFC 9293, 3.7.1; RFC 6691). */
uint16_t tcp_mss_to_announce(const struct tcp_conn *c);
/* Marks what is in flight in segments too large for the path as lost, without congestion. */
void tcp_resend_large(struct tcp_conn *c);

static inline nsec_t
tcp_now(const struct tcp_conn *c)
{
	return c->tcp->core->now;
}

/* Returns what a congestion control that begins now may know. */
static inline struct cc_start
tcp_cc_start(const struct tcp_conn *c)
{
	return (struct cc_start){.now = tcp_now(c), .srtt = c->rto.srtt, .min_rtt = c->snd.min_rtt};
}

static inline void
tcp_arm(struct tcp_conn *c, struct timer *t, nsec_t after)
{
	timer_arm(c->tcp->core->wheel, t, nsec_add(tcp_now(c), after));
}

static inline void
timers_segment_arrived(struct tcp_conn *c)
{
	c->when.last_rcvd = tcp_now(c);
	c->timer.keep_probes = 0;
}

/* An ACK has left, on whatever segment. */
static inline void
timers_ack_sent(struct tcp_conn *c)
{
	timer_cancel(c->tcp->core->wheel, &c->timer.delack);
	if (c->rcv.quick_left)
		c->rcv.quick_left--;
}

static inline void
tcp_want(struct tcp_conn *c, uint32_t want)
{
	c->want |= want;
	if (!list_linked(&c->dirty))
		list_push(&c->tcp->pending.dirty, &c->dirty);
}

/* Returns true in the states in which both sides have agreed on sequence numbers. */
static inline bool
tcp_synchronized(const struct tcp_conn *c)
{
	return c->state != LEAT_TCP_CLOSED && c->state != LEAT_TCP_LISTEN && c->state != LEAT_TCP_SYN_SENT &&
	       c->state != LEAT_TCP_SYN_RECEIVED;
}

#endif
