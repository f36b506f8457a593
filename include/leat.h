/*
 * leat.h - the one public header of Leat, a TCP/IP system in user space.
 *
 * What stands here is the contract: numbers, names, opaque types, calls. It includes nothing of Leat's, so every
 * layer inside may use its numbers, and there is only one list of each. Nothing else is exported.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef LEAT_H
#define LEAT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Errors. The numbers are Linux's, on every system, so that a caller may hand them on. Functions return them negated. */
enum leat_error {
	LEAT_EPERM = 1,
	LEAT_ENOENT = 2,
	LEAT_EINTR = 4,
	LEAT_EIO = 5,
	LEAT_EBADF = 9,
	LEAT_EAGAIN = 11,
	LEAT_ENOMEM = 12,
	LEAT_EACCES = 13,
	LEAT_EFAULT = 14,
	LEAT_EBUSY = 16,
	LEAT_EEXIST = 17,
	LEAT_ENODEV = 19,
	LEAT_EINVAL = 22,
	LEAT_ENFILE = 23,
	LEAT_EMFILE = 24,
	LEAT_ENOSPC = 28,
	LEAT_EPIPE = 32,
	LEAT_ENOSYS = 38,
	LEAT_EPROTO = 71,
	LEAT_ENOTSOCK = 88,
	LEAT_EDESTADDRREQ = 89,
	LEAT_EMSGSIZE = 90,
	LEAT_EPROTOTYPE = 91,
	LEAT_ENOPROTOOPT = 92,
	LEAT_EPROTONOSUPPORT = 93,
	LEAT_ESOCKTNOSUPPORT = 94,
	LEAT_EOPNOTSUPP = 95,
	LEAT_EAFNOSUPPORT = 97,
	LEAT_EADDRINUSE = 98,
	LEAT_EADDRNOTAVAIL = 99,
	LEAT_ENETDOWN = 100,
	LEAT_ENETUNREACH = 101,
	LEAT_ECONNABORTED = 103,
	LEAT_ECONNRESET = 104,
	LEAT_ENOBUFS = 105,
	LEAT_EISCONN = 106,
	LEAT_ENOTCONN = 107,
	LEAT_ETIMEDOUT = 110,
	LEAT_ECONNREFUSED = 111,
	LEAT_EHOSTDOWN = 112,
	LEAT_EHOSTUNREACH = 113,
	LEAT_EALREADY = 114,
	LEAT_EINPROGRESS = 115,
};

/* Readiness, as poll(2) numbers it. */
enum leat_ready {
	LEAT_IN = 0x001,
	LEAT_PRI = 0x002, /* urgent data, or the mark is near */
	LEAT_OUT = 0x004,
	LEAT_ERR = 0x008,
	LEAT_HUP = 0x010,
	LEAT_RDHUP = 0x2000,
};

/* The states of a TCP connection (RFC 9293, 3.3.2), with the numbers of Linux's TCP_INFO. */
enum leat_tcp_state {
	LEAT_TCP_ESTABLISHED = 1,
	LEAT_TCP_SYN_SENT = 2,
	LEAT_TCP_SYN_RECEIVED = 3,
	LEAT_TCP_FIN_WAIT_1 = 4,
	LEAT_TCP_FIN_WAIT_2 = 5,
	LEAT_TCP_TIME_WAIT = 6,
	LEAT_TCP_CLOSED = 7,
	LEAT_TCP_CLOSE_WAIT = 8,
	LEAT_TCP_LAST_ACK = 9,
	LEAT_TCP_LISTEN = 10,
	LEAT_TCP_CLOSING = 11,
};

/*
 * TCP_INFO, laid out as Linux's struct tcp_info (linux/tcp.h of 6.1), so that what reads that may read this. Times are in microseconds
 * unless a name says otherwise; tcpi_last_* are in milliseconds. Windows are in segments where Linux has them so (snd_cwnd, snd_ssthresh).
 */
struct leat_tcp_info {
	uint8_t tcpi_state; /* enum leat_tcp_state */
	uint8_t tcpi_ca_state;
	uint8_t tcpi_retransmits, tcpi_probes, tcpi_backoff;
	uint8_t tcpi_options;
	uint8_t tcpi_wscale; /* ours to send in the low four bits, ours to receive in the high four */
	uint8_t tcpi_flags;  /* bit 0: the rate was limited by the application */
	uint32_t tcpi_rto, tcpi_ato;
	uint32_t tcpi_snd_mss, tcpi_rcv_mss;
	uint32_t tcpi_unacked, tcpi_sacked, tcpi_lost, tcpi_retrans, tcpi_fackets;
	uint32_t tcpi_last_data_sent, tcpi_last_ack_sent, tcpi_last_data_recv, tcpi_last_ack_recv;
	uint32_t tcpi_pmtu, tcpi_rcv_ssthresh, tcpi_rtt, tcpi_rttvar;
	uint32_t tcpi_snd_ssthresh, tcpi_snd_cwnd, tcpi_advmss, tcpi_reordering;
	uint32_t tcpi_rcv_rtt, tcpi_rcv_space;
	uint32_t tcpi_total_retrans;
	uint64_t tcpi_pacing_rate, tcpi_max_pacing_rate;
	uint64_t tcpi_bytes_acked, tcpi_bytes_received;
	uint32_t tcpi_segs_out, tcpi_segs_in;
	uint32_t tcpi_notsent_bytes, tcpi_min_rtt;
	uint32_t tcpi_data_segs_in, tcpi_data_segs_out;
	uint64_t tcpi_delivery_rate;
	uint64_t tcpi_busy_time, tcpi_rwnd_limited, tcpi_sndbuf_limited;
	uint32_t tcpi_delivered, tcpi_delivered_ce;
	uint64_t tcpi_bytes_sent, tcpi_bytes_retrans;
	uint32_t tcpi_dsack_dups, tcpi_reord_seen, tcpi_rcv_ooopack, tcpi_snd_wnd;
};

#ifndef LEAT_API
#define LEAT_API __attribute__((visibility("default")))
#endif

/*
 * How it is used. A stack is one host. Nothing in it waits, reads a clock or does I/O: frames go in by leat_iface_input(), leave by the interface's transmit
 * callback, and the time is what leat_stack_advance() says. Three ways to drive it: by hand, with these calls; in virtual time, by struct leat_sim; on this
 * machine, by struct leat_loop. A stack and all that belongs to it must be used by one thread at a time; different stacks know nothing of each other.
 *
 * Times are nanoseconds (int64_t). Errors are negative numbers of enum leat_error; outputs are untouched then.
 */
struct leat_stack;
struct leat_iface;
struct leat_sock;
struct leat_sim;
struct leat_loop;

#define LEAT_NEVER INT64_MAX

/** An address and a port. IPv4 stands in its mapped form, ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). */
struct leat_addr {
	uint8_t octets[16];
	uint16_t port;  /* host byte order */
	uint32_t scope; /* interface number, for link-local IPv6; 0 elsewhere */
};

/**
 * Read an address from text: "10.0.0.1", "10.0.0.1:80", "fd00::1", "[fd00::1]:80".
 *
 * Returns 0 with @out set (port 0 when there is none), or -LEAT_EINVAL.
 */
LEAT_API int leat_addr_parse(const char *text, struct leat_addr *out);

/** Write @addr as text, at most @room octets with the final '\0'. Returns @buf. 64 octets always suffice. */
LEAT_API char *leat_addr_text(const struct leat_addr *addr, char *buf, size_t room);

/** What an error number (either sign) means, in words. Never NULL. */
LEAT_API const char *leat_error_words(int error);

/** How a stack is made; zero means the default. */
struct leat_config {
	uint64_t
	    seed; /* 0: secrets and draws come from the machine's generator; otherwise runs repeat exactly, and are guessable */
	size_t memory; /* octets of packets at most; 0 = 64 MiB */
};

/**
 * Make a host, with the loopback interface (127.0.0.1, ::1) and nothing else. Its time begins at 0.
 *
 * @config  may be NULL
 *
 * Returns the stack, the caller's to free; NULL without memory.
 */
LEAT_API struct leat_stack *leat_stack_new(const struct leat_config *config);

/** Free @stack, its interfaces and its sockets, without another word to the peers. Not for stacks that a simulation made. */
LEAT_API void leat_stack_free(struct leat_stack *stack);

/** The time is @now: timers fire, watchers are called, and from here on all that is called happens at @now. */
LEAT_API void leat_stack_advance(struct leat_stack *stack, int64_t now);

/** When leat_stack_advance() must be called at the latest; LEAT_NEVER when nothing is pending. */
LEAT_API int64_t leat_stack_next(struct leat_stack *stack);

/** An interface whose frames the caller carries. */
struct leat_iface_config {
	const char *name; /* at most 15 octets */
	uint32_t mtu;     /* of IP packets; 0 = 1500 */
	uint8_t mac[6];
	int raw_ip; /* not 0: bare IP packets instead of Ethernet frames, and no mac */
	/* A frame to send, borrowed until this returns. It may not call back into the stack. */
	void (*transmit)(void *arg, const void *frame, size_t len);
	void *arg;
};

/**
 * Give @stack an interface, which lives as long as the stack.
 *
 * Returns 0 with @out set, -LEAT_ENOMEM, or -LEAT_ENOSPC (a stack has at most 15).
 */
LEAT_API int leat_iface_add(
    struct leat_stack *stack, const struct leat_iface_config *config, struct leat_iface **out);

/**
 * A frame has arrived on @iface at @now. The octets are copied.
 *
 * Returns 0, or -LEAT_ENOBUFS when the stack's memory is used up (the frame is dropped and counted).
 */
LEAT_API int leat_iface_input(struct leat_iface *iface, const void *frame, size_t len, int64_t now);

/**
 * Give @iface an address, used at once: "10.0.0.1/24", "fd00::1/64". Its prefix becomes reachable on the link.
 *
 * Returns 0, -LEAT_EINVAL, -LEAT_EEXIST, or -LEAT_ENOSPC.
 */
LEAT_API int leat_iface_address(struct leat_iface *iface, const char *address);

/** Make @gateway, a neighbour on @iface, the default route of its family. Returns 0, -LEAT_EINVAL, -LEAT_EEXIST, or -LEAT_ENOMEM. */
LEAT_API int leat_iface_gateway(struct leat_iface *iface, const char *gateway);

enum leat_sock_type { LEAT_STREAM = 1, LEAT_DGRAM = 2, LEAT_PING = 3 };

/**
 * Open a socket: TCP, UDP, or ICMP echo.
 *
 * @v6  not 0: an IPv6 socket, which serves IPv4 too unless IPV6_V6ONLY is set
 *
 * Returns 0 with @out set, the caller's to close, or -LEAT_ENOBUFS.
 *
 * Source: socket(2).
 */
LEAT_API int leat_socket(struct leat_stack *stack, int v6, enum leat_sock_type type, struct leat_sock **out);

/** Close, as close(2): what was written is still sent, unless data was left unread, which resets the connection (RFC 2525, 2.17). */
LEAT_API void leat_close(struct leat_sock *sock);

/** Close with a reset. */
LEAT_API void leat_abort(struct leat_sock *sock);

/** Returns 0, -LEAT_EADDRINUSE, -LEAT_EADDRNOTAVAIL, -LEAT_EINVAL (bound already), or -LEAT_EAFNOSUPPORT. Port 0: an ephemeral one. */
LEAT_API int leat_bind(struct leat_sock *sock, const struct leat_addr *local);

/** Listen, for at most @backlog connections not yet accepted. Returns 0, -LEAT_EADDRINUSE, -LEAT_EINVAL, or -LEAT_EOPNOTSUPP. */
LEAT_API int leat_listen(struct leat_sock *sock, int backlog);

/**
 * Connect; never waits.
 *
 * Returns, for a stream: -LEAT_EINPROGRESS, then -LEAT_EALREADY, then 0, or the error (-LEAT_ECONNREFUSED, -LEAT_ETIMEDOUT, -LEAT_ENETUNREACH...). For
 * others 0: the peer is fixed. @remote NULL dissolves that again.
 *
 * Source: connect(2).
 */
LEAT_API int leat_connect(struct leat_sock *sock, const struct leat_addr *remote);

/** Returns 0 with the oldest waiting connection in @out, the caller's to close; -LEAT_EAGAIN; or -LEAT_EINVAL (does not listen). */
LEAT_API int leat_accept(struct leat_sock *sock, struct leat_sock **out);

/**
 * Send bytes on a connection, or one datagram to the connected peer. Copied; never waits.
 *
 * Returns the octets taken (a stream may take fewer than @len); or -LEAT_EAGAIN, -LEAT_EPIPE, -LEAT_ENOTCONN, -LEAT_EMSGSIZE, -LEAT_EDESTADDRREQ, or the error
 * that ended the connection, once.
 *
 * Source: RFC 9293, 3.10.2 (SEND call); send(2).
 */
LEAT_API ssize_t leat_write(struct leat_sock *sock, const void *buf, size_t len);

/**
 * Read bytes that have arrived in order on a TCP connection, or one datagram.
 *
 * Never waits. The bytes are copied out, so @buf stays the caller's; the room they free may send a window update before this returns.
 *
 * Returns the octets copied, 1 to @len; 0 once the peer has sent FIN and everything before it was read; or, with @buf untouched:
 *   -LEAT_EAGAIN      nothing has arrived yet
 *   -LEAT_ECONNRESET  the peer sent RST (told once, then 0)
 *   -LEAT_ETIMEDOUT   retransmission gave up (RFC 9293, 3.8.3, R2)
 *
 * Source: RFC 9293, 3.10.3 (RECEIVE call); recv(2).
 */
LEAT_API ssize_t leat_read(struct leat_sock *sock, void *buf, size_t len);

/** Send one datagram to @to. Returns @len, or as leat_write(). */
LEAT_API ssize_t leat_send_to(
    struct leat_sock *sock, const void *buf, size_t len, const struct leat_addr *to);

/** Read one datagram; @from says whose. Returns its octets, cut to @len, or as leat_read(). */
LEAT_API ssize_t leat_recv_from(struct leat_sock *sock, void *buf, size_t len, struct leat_addr *from);

enum leat_how { LEAT_SHUT_RD = 0, LEAT_SHUT_WR = 1, LEAT_SHUT_RDWR = 2 };

/** Half-close: LEAT_SHUT_WR sends FIN after all that was written. Returns 0 or -LEAT_ENOTCONN. */
LEAT_API int leat_shutdown(struct leat_sock *sock, enum leat_how how);

/** What poll(2) would say of the socket now: a mask of enum leat_ready. */
LEAT_API unsigned leat_ready(const struct leat_sock *sock);

/**
 * Have @fn called when leat_ready() may have changed; NULL: no more. There is one watcher.
 *
 * It is called from leat_stack_advance(), leat_iface_input(), leat_sim_run() and leat_loop_run() alone, never from within a call on a socket, and may call
 * anything, leat_close() of this socket included. What happened before it was set is not told.
 */
LEAT_API void leat_watch(struct leat_sock *sock, void (*fn)(struct leat_sock *sock, void *arg), void *arg);

/** The socket's own name. Returns 0. */
LEAT_API int leat_local(const struct leat_sock *sock, struct leat_addr *out);

/** The peer's name. Returns 0 or -LEAT_ENOTCONN. */
LEAT_API int leat_remote(const struct leat_sock *sock, struct leat_addr *out);

/** Options by Linux's levels, numbers and layouts (SOL_SOCKET, IPPROTO_TCP...). Returns 0, -LEAT_ENOPROTOOPT, -LEAT_EINVAL, or -LEAT_EPERM. */
LEAT_API int leat_setopt(struct leat_sock *sock, int level, int name, const void *value, size_t len);

/** The same to read; @len: the room in @value, then what was filled. */
LEAT_API int leat_getopt(struct leat_sock *sock, int level, int name, void *value, size_t *len);

/** What an emulated link does to frames of one direction. Probabilities are parts per 1,000,000,000 of frames. */
struct leat_impair {
	int64_t delay, jitter; /* one way, nanoseconds; jitter keeps order unless reorder > 0 */
	uint32_t loss, dup, reorder, corrupt;
	uint64_t rate;  /* bit/s of Ethernet octets; 0 = unlimited */
	uint32_t queue; /* frames that may wait for the rate; 0 = 1000 */
};

/** Make a world in virtual time, where the same seed gives the same packets. NULL without memory. */
LEAT_API struct leat_sim *leat_sim_new(uint64_t seed);

/** Free @sim with its hosts and links. */
LEAT_API void leat_sim_free(struct leat_sim *sim);

/** A host in @sim, which owns it. NULL without memory. */
LEAT_API struct leat_stack *leat_sim_host(struct leat_sim *sim);

/**
 * Connect two hosts by an emulated Ethernet link with an MTU of 1500.
 *
 * @up     what happens from @a to @b; NULL = nothing bad
 * @down   from @b to @a
 * @iface  filled with the interface on @a, and that on @b
 *
 * Returns 0, -LEAT_ENOMEM, or -LEAT_ENOSPC.
 */
LEAT_API int leat_sim_link(struct leat_sim *sim, struct leat_stack *a, struct leat_stack *b,
    const struct leat_impair *up, const struct leat_impair *down, struct leat_iface *iface[2]);

/** Nanoseconds since the world began. */
LEAT_API int64_t leat_sim_now(const struct leat_sim *sim);

/** Let happen what happens until @until (LEAT_NEVER: until nothing does). Returns 1 when nothing was left to happen, else 0. */
LEAT_API int leat_sim_run(struct leat_sim *sim, int64_t until);

/** Make an event loop on this machine's clock. NULL without memory. */
LEAT_API struct leat_loop *leat_loop_new(void);

/** Free @loop with its devices; its stacks stay the caller's. */
LEAT_API void leat_loop_free(struct leat_loop *loop);

/**
 * Give @stack an interface on the TAP device @name, driven by @loop from here on. A stack may be driven by one loop only.
 *
 * Returns 0 with @out set, -LEAT_EPERM (without CAP_NET_ADMIN), -LEAT_ENOENT (no /dev/net/tun), -LEAT_EBUSY, -LEAT_ENOMEM, or -LEAT_ENOSPC.
 */
LEAT_API int leat_loop_tap(
    struct leat_loop *loop, struct leat_stack *stack, const char *name, struct leat_iface **out);

/** Run until leat_loop_stop(), which may be called from a watcher. */
LEAT_API void leat_loop_run(struct leat_loop *loop);
LEAT_API void leat_loop_stop(struct leat_loop *loop);

#ifdef __cplusplus
}
#endif

#endif
