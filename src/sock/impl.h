/*
 * sock/impl.h - the structs and functions that the files of the socket layer share.
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

/* The flags of recv_info: which control messages the user wants, and IP_BIND_ADDRESS_NO_PORT. */
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

/* Indexes of options that IPv4 and IPv6 each have by themselves. */
enum { V4 = 0, V6 = 1 };

struct sock_linger {
	bool on;
	int32_t seconds;
};

/*
 * Options that change nothing in this layer. They are kept for the user, who makes the control
 * messages, the reports and the waits that they ask for.
 */
struct sock_kept {
	bool recv_info[INFO_COUNT]; /* IP_RECVTTL and its like */
	bool gro;                   /* UDP_GRO; datagrams are never joined */
	bool zerocopy;
	bool inq;          /* TCP_INQ */
	uint32_t stamping; /* SO_TIMESTAMPING */
	int32_t timestamp; /* SO_TIMESTAMP or SO_TIMESTAMPNS: the one that is set; 0: neither */
	int32_t priority, busy_poll, incoming_cpu;
	uint64_t timeout[2][2]; /* SO_RCVTIMEO, SO_SNDTIMEO: each as two numbers of Linux's struct */
};

/* The names of a socket. Written by bind(), connect() and what undoes them (names.c). */
struct sock_name {
	/* Whether bind() gave the address and the port. Dissolving an association keeps those. */
	bool bound_addr, bound_port;
	struct endpoint local, remote;
	struct port_claim claim;
};

/* What the socket is to its transport. Written by stream.c, accept.c and dgram.c. */
struct sock_end {
	bool connecting; /* Linux's SS_CONNECTING: connect() has not reported yet how it ended */
	bool asked;      /* an accepted connection in SYN-RECEIVED that waits for sock_answer() */
	/* A stream has one of these two, or neither. */
	struct tcp_conn *conn;
	struct tcp_listener *listener;
	struct udp_end *udp;
	struct ping *ping;
};

/* A datagram that is sent in pieces. Written by cork.c and UDP_CORK. */
struct sock_cork {
	bool on;                    /* UDP_CORK */
	struct cork_pieces *pieces; /* the pieces so far of a datagram of which more follows */
};

/* What setsockopt() sets (opt*.c). */
struct sock_opts {
	struct tcp_opts tcp;
	struct udp_opts dgram;
	struct sock_linger linger;
	struct sock_kept kept;
	bool freebind, any_port;
	uint8_t ttl[2], tos[2], mcast_ttl[2]; /* by V4, V6; 0: the host's default */
	uint32_t sndbuf, rcvbuf;              /* as SO_SNDBUF and SO_RCVBUF show them: doubled */
	int32_t rcvlowat;
	struct ipaddr mcast_addr4; /* as IP_MULTICAST_IF shows it */
	bool quickack_shown;       /* what TCP_QUICKACK shows */
};

struct sock {
	struct socks *socks;
	struct list node;  /* in socks->all */
	struct list dirty; /* in socks->dirty, until its watcher has been called */
	void (*fn)(struct sock *sk, void *arg);
	void *arg;
	enum sock_type type;
	bool v6;
	struct sock_name name;
	struct sock_end end;
	struct sock_cork cork;
	struct sock_opts opt;
};

struct socks {
	struct core *core;
	struct tcp *tcp;
	struct udp *udp;
	struct ports ports;
	struct pings pings;
	struct list all, dirty;
	uint32_t sndbuf_max, rcvbuf_max; /* limits of SO_SNDBUF and SO_RCVBUF */
	struct slab slab;                /* of struct sock */
};

/* Marks @sk as changed. Its watcher is called at the end of this entry into the stack. */
void sock_changed(struct sock *sk);

struct sock *sock_new(struct socks *s, bool v6, enum sock_type type);
void sock_free(struct sock *sk);

/* names.c */
int sock_check_family(const struct sock *sk, const struct endpoint *e);
int sock_autobind(struct sock *sk);
void sock_unbind(struct sock *sk);
void sock_claim_fill(struct sock *sk, const struct endpoint *local);
struct ipaddr sock_any(const struct sock *sk);
/*
 * Finds the destination of connect() to @remote: 0.0.0.0 and :: mean this host. Returns 0 with
 * *@out, or the error.
 */
int sock_destination(const struct sock *sk, const struct endpoint *remote, struct endpoint *out);

/* stream.c */
int sock_stream_connect(struct sock *sk, const struct endpoint *remote);
int sock_stream_dissolve(struct sock *sk);
void sock_stream_close(struct sock *sk, bool abort);
int sock_stream_shutdown(struct sock *sk, enum sock_how how);
unsigned sock_stream_ready(const struct sock *sk);
int sock_stream_apply_opts(struct sock *sk);
extern const struct tcp_user_ops sock_stream_ops;
/*
 * Returns the settings for TCP. Those that IPv4 and IPv6 have by themselves are those of @peer's.
 */
struct tcp_opts sock_stream_effective_opts(const struct sock *sk, const struct ipaddr *peer);
/*
 * Gives up a port that bind() did not give, and with it the name; an address that bind() gave
 * stays.
 */
void sock_stream_keep_bound_name(struct sock *sk);

/* accept.c: stops listening. */
void sock_stream_end_listener(struct sock *sk);

/*
 * cork.c: adds a piece to a datagram. Sends the datagram unless more pieces follow, as @more or
 * UDP_CORK says. Returns as sock_send().
 */
ssize_t cork_add(struct sock *sk, const void *buf, size_t len, bool more, const struct sock_msg *msg);
/* Sends the pieces so far as one datagram. Returns 0 or the error. */
int cork_send(struct sock *sk);
/* Discards the pieces so far. */
void cork_drop(struct sock *sk);

/* dgram.c */
/*
 * Finds the destination of a datagram: @msg's, otherwise the connected peer. 0 with *@to, or the
 * error.
 */
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
/* Hands changed settings to UDP or to the echo socket. */
void opt_push_datagram(struct sock *sk);
/* Hands changed settings to TCP. If TCP refuses them, restores @before and returns the error. */
int opt_push_stream(struct sock *sk, const struct tcp_opts *before);

#endif
