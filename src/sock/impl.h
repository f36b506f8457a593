/*
 * sock/impl.h - the inside of the socket layer, shared by its files only.
 */
#ifndef SOCK_IMPL_H
#define SOCK_IMPL_H

#include "base/slab.h"
#include "core/core.h"
#include "sock/ping.h"
#include "sock/ports.h"
#include "sock/sock.h"
#include "tcp/tcp.h"
#include "udp/udp.h"

enum { SOCK_BACKLOG_MAX = 4096 };   /* Linux's somaxconn */
enum { SOCK_BUF_DEFAULT = 212992 }; /* Linux's [rw]mem_default, and its [rw]mem_max */

/* The flags of sk->recv_info: IP_RECVTTL and its like. */
enum {
	INFO_PKTINFO,
	INFO_TTL,
	INFO_TOS,
	INFO_ORIGDSTADDR,
	INFO_BIND_NO_PORT,
	INFO6_PKTINFO,
	INFO6_HOPLIMIT,
	INFO6_TCLASS,
	INFO_COUNT
};

/* An option that IPv4 and IPv6 each have under a name of their own. */
enum { V4 = 0, V6 = 1 };

struct sock_linger {
	bool on;
	int32_t seconds;
};

struct sock {
	struct socks *socks;
	struct list node;  /* of socks->all */
	struct list dirty; /* of socks->dirty, while its watcher is to be called */
	void (*fn)(struct sock *sk, void *arg);
	void *arg;

	enum sock_type type;
	bool v6;
	bool bound_addr, bound_port; /* by bind() itself, so that dissolving an association keeps them */
	bool connecting;             /* Linux's SS_CONNECTING: connect() has not yet told how it ended */
	bool asked;                  /* a child in SYN-RECEIVED whose sock_answer() is outstanding */
	struct endpoint local, remote;
	struct port_claim claim;

	struct tcp_conn *conn; /* streams: one of these two, or neither */
	struct tcp_listener *listener;
	struct udp_end *udp;
	struct ping *ping;
	bool corked;                /* UDP_CORK */
	struct cork_pieces *pieces; /* what has been given of a datagram of which more follows; see cork.c */

	struct tcp_opts tcp;
	struct udp_opts dgram;
	struct sock_linger linger;
	bool freebind, any_port;
	bool recv_info
	    [INFO_COUNT]; /* IP_RECVTTL and its like: kept for whoever turns sock_msg into control messages */
	uint8_t ttl[2], tos[2], mcast_ttl[2]; /* by V4, V6; 0 = the host's default */
	uint32_t sndbuf, rcvbuf;              /* as SO_SNDBUF shows them: doubled */
	struct ipaddr mcast_addr4;            /* as IP_MULTICAST_IF shows it */
	bool gro;          /* UDP_GRO: may be given several datagrams as one, and never is */
	uint32_t stamping; /* SO_TIMESTAMPING, and SO_ZEROCOPY: kept for whoever makes the reports */
	bool zerocopy;
	int timestamp;       /* SO_TIMESTAMP or SO_TIMESTAMPNS, kept likewise; 0 = neither */
	bool quickack_shown; /* what TCP_QUICKACK shows */
	bool inq;            /* TCP_INQ, kept for whoever makes the control message */
	int32_t rcvlowat, priority, busy_poll, incoming_cpu;
	uint64_t timeout[2][2]; /* SO_RCVTIMEO, SO_SNDTIMEO: nobody waits here; kept for whoever does */
};

struct socks {
	struct core *core;
	struct tcp *tcp;
	struct udp *udp;
	struct ports ports;
	struct pings pings;
	struct list all, dirty;
	uint32_t sndbuf_max, rcvbuf_max; /* what SO_SNDBUF and SO_RCVBUF grant at most */
	struct slab slab;                /* of struct sock */
};

/* Its readiness may have changed: the watcher is called at the end of this entry into the stack. */
void sock_changed(struct sock *sk);

struct sock *sock_new(struct socks *s, bool v6, enum sock_type type);
void sock_free(struct sock *sk);

/* names.c */
int sock_check_family(const struct sock *sk, const struct endpoint *e);
int sock_autobind(struct sock *sk);
void sock_unbind(struct sock *sk);
void sock_claim_fill(struct sock *sk, const struct endpoint *local);
struct ipaddr sock_any(const struct sock *sk);
/* connect()'s destination: 0.0.0.0 and :: mean this host. */
int sock_destination(const struct sock *sk, const struct endpoint *remote, struct endpoint *out);

/* stream.c */
int sock_stream_connect(struct sock *sk, const struct endpoint *remote);
int sock_stream_dissolve(struct sock *sk);
void sock_stream_close(struct sock *sk, bool abort);
int sock_stream_shutdown(struct sock *sk, enum sock_how how);
unsigned sock_stream_ready(const struct sock *sk);
int sock_stream_apply_opts(struct sock *sk);
extern const struct tcp_user_ops sock_stream_ops;
/* The settings that TCP is to have, with those that differ by family chosen for the peer's. */
struct tcp_opts sock_stream_effective_opts(const struct sock *sk, const struct ipaddr *peer);
/* Back to the name that bind() gave it; a port that it did not name goes. */
void sock_stream_keep_bound_name(struct sock *sk);

/* accept.c: it listens no more. */
void sock_stream_end_listener(struct sock *sk);

/*
 * cork.c: adds a piece to a datagram, and sends it unless @more or UDP_CORK says that others
 * follow. Returns as sock_send().
 */
ssize_t cork_add(struct sock *sk, const void *buf, size_t len, bool more, const struct sock_msg *msg);
/* Sends, or forgets, what waits for more. */
int cork_send(struct sock *sk);
void cork_drop(struct sock *sk);

/* dgram.c */
/* Finds where a datagram goes: as @msg says, otherwise to the connected peer. */
int sock_dgram_peer(const struct sock *sk, const struct sock_msg *msg, struct endpoint *to);
int sock_dgram_open(struct sock *sk);
void sock_dgram_close(struct sock *sk);
int sock_dgram_rename(struct sock *sk);
int sock_dgram_connect(struct sock *sk, const struct endpoint *remote);
ssize_t sock_dgram_send(struct sock *sk, const void *buf, size_t len, const struct sock_msg *msg);
ssize_t sock_dgram_recv(struct sock *sk, void *buf, size_t len, unsigned flags, struct sock_msg *msg);
ssize_t sock_dgram_recv_error(struct sock *sk, void *buf, size_t len, struct dgram_error *out, size_t *full);
bool sock_dgram_reaches(const struct sock *sk, const struct endpoint *to);
void sock_dgram_forget_errors(struct sock *sk);
int sock_dgram_shutdown(struct sock *sk, enum sock_how how);

/* opt.c */
void opt_defaults(struct sock *sk);
/* Hand changed settings to UDP, or to TCP (which may refuse them: then *@sk's are as @before). */
void opt_push_datagram(struct sock *sk);
int opt_push_stream(struct sock *sk, const struct tcp_opts *before);

#endif
