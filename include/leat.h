/*
 * leat.h - the only public header of Leat, a TCP/IP system in user space: numbers, names, opaque
 * types and calls.
 *
 * It includes nothing of Leat's own, so that every layer inside can use its numbers and each list
 * exists once. The library exports nothing else.
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

/*
 * Errors. Functions return them negated. The numbers are Linux's on every system, so that a caller
 * may pass them on.
 */
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
	LEAT_ENONET = 64,
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

/* Readiness. The numbers are those of poll(2). */
enum leat_ready {
	LEAT_IN = 0x001,
	LEAT_PRI = 0x002, /* urgent data; see LEAT_MSG_OOB */
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
 * The value of TCP_INFO. The layout is that of Linux's struct tcp_info (linux/tcp.h of 6.1), so
 * that programs that read that can read this. Times are in microseconds, but tcpi_last_* in
 * milliseconds. Counts are in segments where Linux has them so (snd_cwnd, snd_ssthresh).
 */
struct leat_tcp_info {
	uint8_t tcpi_state; /* enum leat_tcp_state */
	uint8_t tcpi_ca_state;
	uint8_t tcpi_retransmits, tcpi_probes, tcpi_backoff;
	uint8_t tcpi_options;
	uint8_t tcpi_wscale; /* low four bits: for sending; high four: for receiving */
	uint8_t tcpi_flags;  /* bit 0: the application limited the rate */
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

/* What the library exports. Everything else is hidden. */
#if defined(__GNUC__)
#define LEAT_API __attribute__((visibility("default")))
#else
#define LEAT_API
#endif

/*
 * Use. A stack is one host. It does not wait, read a clock or do I/O: frames come by
 * leat_iface_input() and leave by the interface's transmit callback, and leat_stack_advance() sets
 * the time. The caller drives a stack with these calls; or a struct leat_sim does, in virtual time;
 * or a struct leat_loop does, on this machine's clock and devices.
 *
 * Threads. A stack with its interfaces and sockets, and the simulation or loop that drives it, may
 * be used by one thread at a time. Objects that do not belong together are independent. There is no
 * errno, and no state outside of these objects.
 *
 * Results. Functions return 0 or a count; or an error, a negated enum leat_error. On errors,
 * outputs are untouched. Pointers must not be NULL unless the function allows it.
 *
 * Structs. A struct that the caller fills and that may grow begins with `size`, which is its
 * sizeof. Members that are not used must be 0, which is their default. If the caller's header is
 * older than the library, the members that it lacks count as 0. If it is newer, a member that the
 * library does not know must be 0; otherwise the call returns -LEAT_EINVAL. A struct that the
 * library fills is passed with its size, and is filled up to that.
 */
struct leat_stack; /* a host */
struct leat_iface; /* an interface of a host; lives as long as the host */
struct leat_sock;  /* a socket */
struct leat_sim;   /* hosts and links in virtual time */
struct leat_link;  /* an emulated link; lives as long as its simulation */
struct leat_loop;  /* hosts on this machine's clock and devices */

/* Times are in nanoseconds (int64_t). The caller chooses what they count from. */
#define LEAT_USEC  INT64_C(1000)
#define LEAT_MSEC  INT64_C(1000000)
#define LEAT_SEC   INT64_C(1000000000)
#define LEAT_NEVER INT64_MAX

/** Returns the version of the library: "0.1.0". The text is static. */
LEAT_API const char *leat_version(void);

/**
 * Returns the name of an error: "ECONNRESET". The text is static.
 *
 * @error  positive or negative; a number that enum leat_error does not list gives "E?"
 */
LEAT_API const char *leat_error_name(int error);

/**
 * Returns an error in words, for a user: "connection reset by peer". The text is static and never
 * NULL.
 *
 * @error  positive or negative
 */
LEAT_API const char *leat_error_words(int error);

/* ---- Addresses ---- */

/*
 * An address; for the name of a socket, also a port. IPv4 addresses are mapped: ::ffff:a.b.c.d (RFC
 * 4291, 2.5.5.2). All 0 is the unspecified address of IPv6.
 */
struct leat_addr {
	uint8_t octets[16];
	/* For link-local IPv6 addresses, the interface's index (leat_iface_info()). Otherwise 0. */
	uint32_t scope;
	uint16_t port;     /* host byte order */
	uint16_t reserved; /* 0 */
};

/* A prefix: all addresses that begin with the same bits. */
struct leat_prefix {
	uint8_t octets[16]; /* as in struct leat_addr */
	uint32_t bits;      /* counted in the address's own family: 24 of 32, 64 of 128 */
};

enum { LEAT_ADDR_TEXT = 64 }; /* octets that are enough for leat_addr_format() */

/**
 * Parses an address: "10.0.0.1", "10.0.0.1:80", "fd00::1", "[fd00::1]:80".
 *
 * @text  without blanks, names or "%eth0"
 * @out   the address, with scope 0; port 0 if @text has none
 *
 * Returns 0, or -LEAT_EINVAL.
 *
 * Source: RFC 4291, 2.2; RFC 3986, 3.2.2.
 */
LEAT_API int leat_addr_parse(const char *text, struct leat_addr *out);

/**
 * Writes an address as text: "10.0.0.1"; with a port "10.0.0.1:80", "[fd00::1]:80".
 *
 * @buf   gets the text and a final '\0'
 * @room  octets at @buf; a longer text is cut; LEAT_ADDR_TEXT is always enough
 *
 * Returns @buf.
 *
 * Source: RFC 5952.
 */
LEAT_API char *leat_addr_format(const struct leat_addr *addr, char *buf, size_t room);

/**
 * Parses an address and the length of its prefix: "10.0.0.1/24", "fd00::1/64", "0.0.0.0/0".
 *
 * Returns 0, or -LEAT_EINVAL.
 *
 * Source: RFC 4632, 3.1; RFC 4291, 2.3.
 */
LEAT_API int leat_prefix_parse(const char *text, struct leat_prefix *out);

/* ---- A host ---- */

enum leat_stack_flag {
	LEAT_STACK_FORWARD = 1, /* forwards packets for other hosts: a router */
	/*
	 * Takes packets for every address, as a gateway does that ends the connections of others.
	 * See LEAT_ANY_PORT.
	 */
	LEAT_STACK_TRANSPARENT = 2,
};

struct leat_stack_config {
	size_t size;
	size_t memory; /* limit of packets and of what sockets hold, in octets; 0: 64 MiB */
	/*
	 * 0: random numbers come from this machine. Otherwise a run repeats exactly, but can be
	 * guessed: for tests.
	 */
	uint64_t seed;
	uint64_t host;  /* this host's number in events; 0: 1 */
	int64_t now;    /* the time at which it begins */
	uint32_t flags; /* enum leat_stack_flag */
};

/**
 * Makes a host with a loopback interface (127.0.0.1/8, ::1/128).
 *
 * Memory is allocated for the host, and later for each socket, interface, route and neighbour.
 * Packets are in a pool, which grows up to config->memory and does not shrink.
 *
 * @config  NULL: all defaults
 * @out     the host; the caller frees it with leat_stack_free()
 *
 * Returns 0, or
 *   -LEAT_EINVAL  @config: size or flags
 *   -LEAT_ENOMEM
 */
LEAT_API int leat_stack_new(const struct leat_stack_config *config, struct leat_stack **out);

/**
 * Frees a host with its interfaces, sockets and devices. Connections are aborted: their resets are
 * passed to the interfaces' callbacks before this returns.
 *
 * It must not be called from a callback of this stack, and not for a stack of leat_sim_add_host(),
 * which its simulation frees.
 *
 * @stack  NULL is allowed
 */
LEAT_API void leat_stack_free(struct leat_stack *stack);

/**
 * Sets the stack's time, runs the timers that are due, and calls watchers. Later calls happen at
 * that time.
 *
 * A caller that drives the stack itself must call this after each pause, before any other call, and
 * at leat_stack_next() at the latest. It must not be called from a callback.
 *
 * @now  nanoseconds; if it is before the stack's time, that time stays
 */
LEAT_API void leat_stack_advance(struct leat_stack *stack, int64_t now);

/**
 * Returns the time when leat_stack_advance() must be called at the latest, in nanoseconds. A time
 * in the past means at once; LEAT_NEVER means that nothing is pending.
 */
LEAT_API int64_t leat_stack_next(struct leat_stack *stack);

/**
 * Returns the stack's time in nanoseconds, as last set by leat_stack_advance() or
 * leat_iface_input().
 */
LEAT_API int64_t leat_stack_now(const struct leat_stack *stack);

/**
 * Returns how many packets were dropped for one reason since the stack was made.
 *
 * @reason  counted from 0; the numbers belong to this version of the library, the names do not
 *          change; a number without a reason gives 0
 */
LEAT_API uint64_t leat_stack_drops(const struct leat_stack *stack, unsigned reason);

/**
 * Returns the name of a reason for dropping a packet: "RST_NOT_EXACT". The text is static. NULL:
 * there is no such reason, and none with a higher number.
 */
LEAT_API const char *leat_drop_name(unsigned reason);

/**
 * Returns a reason in words: "RST inside the window but not at RCV.NXT". The text is static. NULL:
 * there is no such reason.
 */
LEAT_API const char *leat_drop_words(unsigned reason);

/**
 * Returns the document that requires the drop: "RFC 5961, 3.2"; "" if there is none. The text is
 * static. NULL: there is no such reason.
 */
LEAT_API const char *leat_drop_source(unsigned reason);

enum leat_event_kind {
	LEAT_EVENT_DROP,      /* .drop: a packet was dropped */
	LEAT_EVENT_TCP_OPEN,  /* .tcp: a connection was made, at either side */
	LEAT_EVENT_TCP_STATE, /* .tcp: a connection changed its state */
	LEAT_EVENT_TCP_RTT,   /* .tcp_rtt: a round-trip time was measured */
	LEAT_EVENT_TCP_CC,    /* .tcp_cc: cwnd, ssthresh or the state of recovery changed */
	LEAT_EVENT_TCP_RETX,  /* .tcp_retx: something was sent again */
	LEAT_EVENT_TCP_CLOSE, /* .tcp: a connection ended */
	LEAT_EVENT_NEIGH,     /* .neigh: a neighbour changed its state */
	LEAT_EVENT_LINK, /* .link: the emulated link did something to a frame that this host sends or receives */
	LEAT_EVENT_ICMP_ERROR, /* .icmp: an ICMP error came for a socket of this host */
};

/* What the emulated link did to a frame. */
enum leat_verdict {
	LEAT_LINK_SENT,
	LEAT_LINK_LOST,
	LEAT_LINK_DUPLICATED,
	LEAT_LINK_REORDERED,
	LEAT_LINK_CORRUPTED,
	LEAT_LINK_QUEUE_FULL,
	LEAT_LINK_DELIVERED,
};

struct leat_event {
	uint32_t kind; /* enum leat_event_kind */
	uint32_t reserved;
	int64_t when;
	uint64_t host; /* as in struct leat_stack_config; in a simulation, hosts are numbered from 1 */
	uint64_t flow; /* the connection; unique within a host; 0: none */
	union {
		struct {
			uint32_t reason; /* see leat_drop_name() */
			uint32_t len;    /* octets of the packet, without the headers that were removed */
		} drop;
		struct {
			struct leat_addr local, remote;
			uint32_t from, to; /* enum leat_tcp_state */
			uint32_t error;    /* LEAT_EVENT_TCP_CLOSE: 0, or why it ended (enum leat_error) */
			uint32_t passive;  /* 1: a listener's connection */
			/* LEAT_EVENT_TCP_CLOSE: the state at the end. Otherwise NULL. */
			const struct leat_tcp_info *info;
		} tcp;
		struct {
			int64_t rtt, srtt, rttvar, rto;
		} tcp_rtt;
		struct {
			uint32_t cwnd, ssthresh, in_flight; /* octets */
			uint32_t ca_state; /* as in Linux: 0 open, 1 disorder, 2 CWR, 3 recovery, 4 loss */
			const char *cause; /* in words: "slow start", "RTO" */
		} tcp_cc;
		struct {
			uint32_t seq, len; /* the first sequence number, and how many */
		} tcp_retx;
		struct {
			struct leat_addr addr;
			uint32_t iface;    /* index */
			uint32_t from, to; /* enum leat_neigh_state */
		} neigh;
		struct {
			uint32_t direction; /* 0: from the link's first host; 1: to it */
			uint32_t verdict;   /* enum leat_verdict */
			uint64_t number;    /* counts the frames of a direction from 1 */
			uint32_t len;       /* octets of the frame */
		} link;
		struct {
			struct leat_addr local, remote;
			uint32_t v6, type, code;
		} icmp;
		uint64_t room[24]; /* room for later versions */
	} u;
};

/**
 * Sets the function that is called for events of a host.
 *
 * It is called when the event happens, in the middle of the work, so it must not call anything of
 * this stack. The event and what it points to are valid until it returns.
 *
 * @mask  a bit (1 << kind) for each enum leat_event_kind that is wanted; 0: none. An event that is
 *        not wanted costs the test of one bit
 * @fn    a host has one; a later call replaces it
 * @arg   passed to @fn
 */
LEAT_API void leat_stack_watch(struct leat_stack *stack, uint32_t mask,
    void (*fn)(void *arg, const struct leat_event *event), void *arg);

/* ---- Interfaces, addresses, routes, neighbours ---- */

/* An area of memory. The layout is that of struct iovec. */
struct leat_span {
	const void *data;
	size_t len;
};

enum leat_iface_flag {
	LEAT_IFACE_RAW_IP =
	    1, /* carries IP packets without Ethernet headers; has no link addresses or neighbours */
	/*
	 * A virtio-net header of 10 octets precedes each frame in both directions (Virtio 1.2,
	 * 5.1.6: struct virtio_net_hdr without num_buffers, little-endian; as on a TAP with
	 * IFF_VNET_HDR). The following flags say which of its requests the caller carries out.
	 * Without this flag, frames are at most as long as the MTU, and have complete checksums.
	 */
	LEAT_IFACE_VNET_HDR = 2,
	LEAT_IFACE_SUM = 4,   /* the caller completes transport checksums, or accepts frames without them */
	LEAT_IFACE_TSO4 = 8,  /* the caller cuts IPv4 TCP super-segments of up to 64 KiB */
	LEAT_IFACE_TSO6 = 16, /* the same for IPv6 */
	LEAT_IFACE_USO = 32,  /* the caller cuts UDP super-datagrams */
	/*
	 * IPv6 configures itself (RFC 4862): it takes a link-local address, and what routers
	 * advertise. Without this flag, advertisements are ignored.
	 */
	LEAT_IFACE_AUTOCONF = 64,
};

struct leat_iface_config {
	size_t size;
	const char *name; /* at most 15 octets; copied; NULL: "eth0", or "tun0" with LEAT_IFACE_RAW_IP */
	uint32_t mtu;     /* octets of an IP packet, 576 to 65535; 0: 1500; IPv6 needs 1280 (RFC 8200, 5) */
	uint32_t flags;   /* enum leat_iface_flag */
	/* Not a group address. All 0: a random, locally administered one is taken. */
	uint8_t mac[6];
	uint8_t reserved[2];
	/*
	 * Sends a frame of @len octets in @count areas of memory, which are borrowed until it
	 * returns. It must not wait: it queues or drops what cannot be sent now. It must not call
	 * anything of this stack. Required.
	 */
	void (*transmit)(void *arg, const struct leat_span *span, unsigned count, size_t len);
	void *arg; /* passed to transmit */
};

/**
 * Adds an interface whose frames the caller carries. It has no address yet.
 *
 * @out  the interface; it belongs to the stack and is freed with it
 *
 * Returns 0, or
 *   -LEAT_EINVAL  @config: size, name, mtu, flags, mac, or no transmit
 *   -LEAT_ENOMEM
 *   -LEAT_ENOSPC  the stack has 15 interfaces, loopback included
 */
LEAT_API int leat_iface_add(
    struct leat_stack *stack, const struct leat_iface_config *config, struct leat_iface **out);

/**
 * Passes a frame to the stack, which processes it before this returns: it transmits answers and
 * calls watchers. It must not be called from a callback.
 *
 * @frame  its octets from the link header on, or from the virtio-net header with
 *         LEAT_IFACE_VNET_HDR; copied
 * @len    octets in @frame
 * @now    nanoseconds; sets the time as leat_stack_advance() does
 *
 * Returns 0 even if the frame is wrong or dropped, which is counted (leat_stack_drops()). Otherwise
 * the frame is counted too, and the result is
 *   -LEAT_EINVAL    the caller does not carry this interface's frames, or the virtio-net header
 *                   does not fit the frame
 *   -LEAT_EMSGSIZE  longer than any frame can be
 *   -LEAT_ENOBUFS   the stack's memory is used up
 */
LEAT_API int leat_iface_input(struct leat_iface *iface, const void *frame, size_t len, int64_t now);

struct leat_iface_info {
	char name[16];
	uint32_t index; /* from 1; the scope of struct leat_addr */
	uint32_t mtu;
	uint8_t mac[6];
	uint8_t reserved[2];
	uint64_t rx_frames, rx_octets, tx_frames, tx_octets;
	uint64_t rx_other_groups; /* ignored ones of rx_frames: for multicast groups that it has not joined */
};

/**
 * Describes an interface and counts its frames.
 *
 * @info  filled
 * @size  octets of @info
 */
LEAT_API void leat_iface_info(const struct leat_iface *iface, struct leat_iface_info *info, size_t size);

enum leat_addr_flag {
	/*
	 * Probes whether another host has the address (RFC 4862, 5.4; RFC 5227). If none has, it
	 * can be used after some seconds.
	 */
	LEAT_ADDR_PROBE = 1,
};

/**
 * Adds an address to an interface. The addresses of its prefix become reachable on the link.
 *
 * @flags  enum leat_addr_flag; 0: the address can be used at once
 *
 * Returns 0, or
 *   -LEAT_EINVAL  not the address of one host, too many bits, or unknown flags
 *   -LEAT_EEXIST  the interface has this address
 *   -LEAT_ENOSPC  the interface has 16 addresses
 *   -LEAT_ENOMEM
 */
LEAT_API int leat_iface_addr_add(struct leat_iface *iface, const struct leat_prefix *addr, uint32_t flags);

/**
 * Removes an address and the route to its prefix. Connections that use it stay and fail.
 *
 * Returns 0, or -LEAT_ENOENT.
 */
LEAT_API int leat_iface_addr_del(struct leat_iface *iface, const struct leat_addr *addr);

enum leat_route_flag {
	LEAT_ROUTE_REJECT = 1, /* packets are refused with -LEAT_ENETUNREACH */
};

struct leat_route {
	size_t size;
	struct leat_prefix dst;   /* 0.0.0.0/0 or ::/0: the default route */
	struct leat_addr gateway; /* all 0: the destination is on the link */
	struct leat_iface *iface; /* required */
	/* The source address. All 0: chosen from those of the interface (RFC 6724). */
	struct leat_addr source;
	uint32_t metric; /* of routes to one prefix, that with the lowest metric is used */
	uint32_t mtu;    /* 0: that of the interface */
	uint32_t flags;  /* enum leat_route_flag */
};

/**
 * Adds a route. For a destination the longest prefix is used, and of equal ones the lowest metric.
 *
 * @route  copied
 *
 * Returns 0, or
 *   -LEAT_EINVAL  @route: size, bits, flags, no interface, one of another stack, or different
 *                 families
 *   -LEAT_EEXIST
 *   -LEAT_ENOMEM
 */
LEAT_API int leat_route_add(struct leat_stack *stack, const struct leat_route *route);

/**
 * Removes the route with the same dst, gateway and iface.
 *
 * Returns 0, -LEAT_EINVAL, or -LEAT_ENOENT.
 */
LEAT_API int leat_route_del(struct leat_stack *stack, const struct leat_route *route);

/* States of a neighbour (RFC 4861, 7.3.2). */
enum leat_neigh_state {
	LEAT_NEIGH_NONE,
	LEAT_NEIGH_INCOMPLETE,
	LEAT_NEIGH_REACHABLE,
	LEAT_NEIGH_STALE,
	LEAT_NEIGH_DELAY,
	LEAT_NEIGH_PROBE,
	LEAT_NEIGH_FAILED,
	LEAT_NEIGH_PERMANENT,
};

struct leat_neigh {
	struct leat_addr addr;
	uint8_t mac[6];
	uint8_t reserved[2];
	uint32_t state; /* enum leat_neigh_state */
	uint32_t iface; /* index */
	int64_t updated;
};

/**
 * Sets the link address of a neighbour, which is then not asked for it.
 *
 * Returns 0, -LEAT_EINVAL (not an Ethernet interface), or -LEAT_ENOSPC.
 */
LEAT_API int leat_neigh_set(struct leat_iface *iface, const struct leat_addr *addr, const uint8_t mac[6]);

/**
 * Calls @fn for each neighbour that the stack knows, in any order.
 *
 * @fn   must not call anything of this stack; @neigh is valid until it returns
 * @arg  passed to @fn
 */
LEAT_API void leat_neigh_each(
    struct leat_stack *stack, void (*fn)(void *arg, const struct leat_neigh *neigh), void *arg);

/* ---- Sockets ---- */

enum leat_family { LEAT_INET = 2, LEAT_INET6 = 10 };

enum leat_sock_type {
	LEAT_STREAM = 1, /* TCP */
	LEAT_DGRAM = 2,  /* UDP */
	/*
	 * ICMP echo. What is sent and received begins with the ICMP header. Its identifier is the
	 * port.
	 */
	LEAT_PING = 3,
};

/**
 * Opens a socket.
 *
 * @family  enum leat_family; an IPv6 socket takes IPv4, too, unless IPV6_V6ONLY is set
 * @type    enum leat_sock_type
 * @out     the socket; the caller ends it with leat_sock_close() or leat_sock_abort()
 *
 * Returns 0, or
 *   -LEAT_EAFNOSUPPORT     unknown family
 *   -LEAT_ESOCKTNOSUPPORT  unknown type
 *   -LEAT_ENOBUFS          no memory
 *
 * Source: socket(2).
 */
LEAT_API int leat_sock_open(struct leat_stack *stack, int family, int type, struct leat_sock **out);

/**
 * Closes a socket. It does not wait: what was written is still sent. If octets were left unread,
 * the connection is reset.
 *
 * @sock  freed; NULL is allowed
 *
 * Source: RFC 9293, 3.10.4 (CLOSE call); RFC 2525, 2.17; SO_LINGER in socket(7).
 */
LEAT_API void leat_sock_close(struct leat_sock *sock);

/**
 * Closes a socket and resets its connection.
 *
 * @sock  freed; NULL is allowed
 *
 * Source: RFC 9293, 3.10.5 (ABORT call).
 */
LEAT_API void leat_sock_abort(struct leat_sock *sock);

/**
 * Gives this side of a socket its name.
 *
 * @local  0.0.0.0 and :: mean every address of the host; port 0 means an ephemeral one that is hard
 *         to guess (RFC 6056)
 *
 * Returns 0, or
 *   -LEAT_EADDRINUSE     the name is taken, and SO_REUSEADDR and SO_REUSEPORT do not allow to share
 *                        it
 *   -LEAT_EADDRNOTAVAIL  not an address of this host
 *   -LEAT_EINVAL         the socket has a name
 *   -LEAT_EAFNOSUPPORT   not of the socket's family
 *   -LEAT_ENOBUFS        no memory
 *
 * Source: bind(2).
 */
LEAT_API int leat_sock_bind(struct leat_sock *sock, const struct leat_addr *local);

/**
 * Makes a stream listen for connections, or changes its backlog. A socket without a name gets one.
 *
 * @backlog  how many connections may wait for leat_sock_accept(); at most 4096
 *
 * Returns 0, or
 *   -LEAT_EADDRINUSE
 *   -LEAT_EINVAL      it is connected
 *   -LEAT_EOPNOTSUPP  not a stream
 *   -LEAT_ENOBUFS     no memory
 *
 * Source: listen(2).
 */
LEAT_API int leat_sock_listen(struct leat_sock *sock, int backlog);

/**
 * Connects a socket. It does not wait: LEAT_OUT in leat_sock_ready() means that a further call
 * returns the result.
 *
 * @remote  the peer; NULL dissolves the association of a datagram socket, and makes any stream a
 *          fresh one: its connection is reset, and it no longer listens
 *
 * Returns 0 for datagrams, which get the peer's name. A stream's first call returns
 * -LEAT_EINPROGRESS. Further calls return -LEAT_EALREADY, and at the end once
 *   0                   connected
 *   -LEAT_ECONNREFUSED  the peer sent RST
 *   -LEAT_ETIMEDOUT     the peer did not answer
 *   -LEAT_EHOSTUNREACH, -LEAT_ENETUNREACH, ...  an ICMP error came
 * Both kinds of sockets may return
 *   -LEAT_EISCONN        it is connected or listens
 *   -LEAT_EADDRNOTAVAIL  no local port is free for this peer
 *   -LEAT_EAFNOSUPPORT, -LEAT_EINVAL  the socket cannot have this peer
 *   -LEAT_ENOBUFS        no memory
 *
 * Source: RFC 9293, 3.10.1 (OPEN call); connect(2).
 */
LEAT_API int leat_sock_connect(struct leat_sock *sock, const struct leat_addr *remote);

/**
 * Takes the oldest connection that waits at a listener. It does not wait itself.
 *
 * @out  the socket; the caller closes it
 *
 * Returns 0, or
 *   -LEAT_EAGAIN      no connection waits
 *   -LEAT_EINVAL      the socket does not listen
 *   -LEAT_EOPNOTSUPP  not a stream
 *   -LEAT_ENOBUFS     no memory; the connection still waits
 *
 * Source: accept(2).
 */
LEAT_API int leat_sock_accept(struct leat_sock *sock, struct leat_sock **out);

enum {
	LEAT_SOL_LEAT = 0x4c45, /* the level of Leat's own options */
	/*
	 * int. A listener or datagram socket takes every address and port that no other socket has:
	 * a gateway. leat_sock_bind() is not needed.
	 */
	LEAT_ANY_PORT = 1,
	/*
	 * int. A listener offers connections before it answers their SYN. leat_sock_answer()
	 * answers it.
	 */
	LEAT_DEFER_ACCEPT = 2,
};

/**
 * Answers a connection from a listener with LEAT_DEFER_ACCEPT.
 *
 * @error  0: answers its SYN. Otherwise @sock is freed, and the peer gets for LEAT_ECONNREFUSED a
 *         reset; for LEAT_EHOSTUNREACH, LEAT_ENETUNREACH and LEAT_EACCES (prohibited) an ICMP
 *         error; for LEAT_ETIMEDOUT nothing
 *
 * Returns 0, or -LEAT_EINVAL for other errors.
 *
 * Source: RFC 9293, 3.10.7.2; RFC 1122, 3.2.2.1.
 */
LEAT_API int leat_sock_answer(struct leat_sock *sock, int error);

/* Flags of sending and receiving. The numbers are Linux's. */
enum leat_msg_flag {
	LEAT_MSG_OOB = 0x1,     /* streams: urgent data (RFC 6093) */
	LEAT_MSG_PEEK = 0x2,    /* receiving: what is read stays */
	LEAT_MSG_TRUNC = 0x20,  /* received, in struct leat_msg: the buffer was shorter than the datagram */
	LEAT_MSG_MORE = 0x8000, /* sending: more follows, so a datagram or a short segment is held back */
};

/* What goes with a datagram, besides its octets. */
struct leat_msg {
	size_t size;
	struct leat_addr peer;  /* the sender, or the destination; all 0 on sending: the connected peer */
	struct leat_addr local; /* the address that it came to, or is sent from; all 0 on sending: as bound */
	uint32_t flags;         /* received: LEAT_MSG_TRUNC; on sending, 0 */
	/*
	 * Sending: the octets are sent as datagrams of this size (UDP_SEGMENT in udp(7)). 0: as one
	 * datagram.
	 */
	uint16_t seg_size;
	uint8_t ttl, tos; /* of the IP header; 0 on sending: the socket's */
	size_t full_len;  /* received: octets of the whole datagram */
};

/**
 * Sends octets on a connection, or a datagram. The octets are copied. It does not wait.
 *
 * @len    a datagram is sent whole or not at all
 * @flags  LEAT_MSG_OOB, LEAT_MSG_MORE
 * @msg    NULL: to the connected peer; ignored for streams
 *
 * Returns the number of octets taken, for streams from 1 to @len; or
 *   -LEAT_EAGAIN       no room; wait for LEAT_OUT
 *   -LEAT_EPIPE        this side is closed
 *   -LEAT_ENOTCONN     the stream is not connected
 *   -LEAT_EDESTADDRREQ  the datagram has no destination
 *   -LEAT_EMSGSIZE     more than a datagram holds, or than the path takes without fragmenting
 *   -LEAT_EINVAL       @flags or @msg
 *   -LEAT_ENETUNREACH, ...  no route
 * or, once, the error that ended the connection (LEAT_ECONNRESET, LEAT_ETIMEDOUT), or an ICMP error
 * for a connected datagram socket.
 *
 * Source: RFC 9293, 3.10.2 (SEND call); send(2).
 */
LEAT_API ssize_t leat_sock_send(
    struct leat_sock *sock, const void *buf, size_t len, int flags, const struct leat_msg *msg);

/**
 * Reads octets that have arrived in order on a connection, or a datagram. It does not wait.
 *
 * The octets are copied to @buf. The room that they free may send a window update before this
 * returns.
 *
 * @len    octets at @buf; what does not fit stays in a stream, and is lost of a datagram
 * @flags  LEAT_MSG_OOB, LEAT_MSG_PEEK
 * @msg    NULL, or with its size set; filled for datagrams
 *
 * Returns the number of octets copied. For a stream that is 1 to @len, or 0 after the peer's FIN.
 * Or, with @buf untouched,
 *   -LEAT_EAGAIN        nothing has arrived; wait for LEAT_IN
 *   -LEAT_ENOTCONN      the stream is not connected
 *   -LEAT_EINVAL        @flags or @msg; or LEAT_MSG_OOB without an urgent octet
 *   -LEAT_ECONNRESET    the peer sent RST; once, then 0
 *   -LEAT_ETIMEDOUT     retransmission gave up (RFC 9293, 3.8.3, R2)
 *   -LEAT_ECONNREFUSED  datagrams: no socket of the peer's host has the port; once
 *
 * Source: RFC 9293, 3.10.3 (RECEIVE call); recv(2).
 */
LEAT_API ssize_t leat_sock_recv(
    struct leat_sock *sock, void *buf, size_t len, int flags, struct leat_msg *msg);

/* Where an error about a datagram was found. The numbers are Linux's (SO_EE_ORIGIN_...). */
enum leat_error_origin { LEAT_ORIGIN_LOCAL = 1, LEAT_ORIGIN_ICMP = 2, LEAT_ORIGIN_ICMP6 = 3 };

/* An error about a datagram that was sent. */
struct leat_sock_error {
	size_t size;
	struct leat_addr peer;     /* the datagram's destination */
	struct leat_addr offender; /* the host that reports it, port 0; all 0 with LEAT_ORIGIN_LOCAL */
	uint32_t info;             /* LEAT_EMSGSIZE: the MTU; otherwise 0 */
	int error;                 /* LEAT_ECONNREFUSED, LEAT_EHOSTUNREACH, ... */
	uint8_t origin;            /* enum leat_error_origin */
	uint8_t type, code;        /* of the ICMP message */
	size_t full_len;           /* octets of the datagram's payload that came back */
};

/**
 * Takes the oldest error about a datagram that this socket sent: an ICMP error, or that the
 * datagram was too long. It does not wait.
 *
 * Errors are kept while IP_RECVERR (for IPv4) or IPV6_RECVERR is set, if they fit into SO_RCVBUF
 * together with what has arrived. While there are any, leat_sock_ready() has LEAT_ERR. The pending
 * error, which the next call or SO_ERROR reports, belongs to them: taking the last one clears it.
 *
 * @buf    gets the octets of the datagram's payload that came back
 * @len    octets at @buf; what does not fit is lost
 * @error  with its size set; filled
 *
 * Returns the number of octets copied, which may be 0; or, with nothing touched,
 *   -LEAT_EAGAIN      there is no error
 *   -LEAT_EOPNOTSUPP  a stream
 *   -LEAT_EINVAL      @error
 *
 * Source: ip(7), IP_RECVERR; RFC 1122, 4.1.3.3.
 */
LEAT_API ssize_t leat_sock_recv_error(
    struct leat_sock *sock, void *buf, size_t len, struct leat_sock_error *error);

/**
 * Gives memory in a stream's send buffer, so that octets written there are not copied again. It
 * does not wait.
 *
 * The caller may write there until the next leat_sock_commit(), leat_sock_send(),
 * leat_sock_connect() or leat_sock_shutdown(), or the end of @sock. A further call gives up what
 * was reserved before.
 *
 * @want  the number of octets wanted
 * @at    where to write
 *
 * Returns the number of octets, 1 to @want. There may be more room: reserve again after the commit.
 * 0: no room; wait for LEAT_OUT. Errors are those of leat_sock_send(), and -LEAT_EOPNOTSUPP for
 * datagrams.
 */
LEAT_API ssize_t leat_sock_reserve(struct leat_sock *sock, size_t want, void **at);

/**
 * Sends the first @len octets of what leat_sock_reserve() gave.
 *
 * Returns 0, also if the connection has ended, which the next call reports; or -LEAT_EINVAL if
 * fewer octets were reserved.
 */
LEAT_API int leat_sock_commit(struct leat_sock *sock, size_t len);

/**
 * Shows what has arrived in order on a stream, in place.
 *
 * @span  filled with areas of memory in order; valid until the next call on @sock, or until the
 *        stack is driven again
 * @max   areas in @span; more than 64 are not filled
 *
 * Returns how many areas were filled. 0: nothing has arrived (leat_sock_recv() says why), or not a
 * stream.
 */
LEAT_API unsigned leat_sock_peek(struct leat_sock *sock, struct leat_span *span, unsigned max);

/**
 * Frees the first @len octets of what leat_sock_peek() showed.
 *
 * Returns 0, or -LEAT_EINVAL if fewer octets have arrived.
 */
LEAT_API int leat_sock_consume(struct leat_sock *sock, size_t len);

enum leat_how { LEAT_SHUT_RD = 0, LEAT_SHUT_WR = 1, LEAT_SHUT_RDWR = 2 };

/**
 * Ends one direction or both. LEAT_SHUT_WR sends FIN after all that was written.
 *
 * @how  enum leat_how
 *
 * Returns 0, -LEAT_ENOTCONN, or -LEAT_EINVAL.
 *
 * Source: shutdown(2).
 */
LEAT_API int leat_sock_shutdown(struct leat_sock *sock, int how);

/** Returns a mask of enum leat_ready: what poll(2) would report. */
LEAT_API unsigned leat_sock_ready(const struct leat_sock *sock);

/**
 * Sets the watcher of a socket, which is called when the result of leat_sock_ready() may have
 * changed.
 *
 * Only leat_stack_advance(), leat_iface_input(), leat_sim_run(), leat_loop_run() and
 * leat_loop_turn() call it, never a call on a socket. It may make any call on any socket of this
 * stack, leat_sock_close() of this one included. What arrived is acknowledged afterwards, so an
 * answer that is sent from here carries the ACK.
 *
 * A change that a call on a socket makes is reported by the next leat_stack_advance(), which
 * leat_stack_next() asks for at once. Changes before this call are not reported: call
 * leat_sock_ready() after it.
 *
 * @fn   a socket has one; NULL removes it
 * @arg  passed to @fn
 */
LEAT_API void leat_sock_watch(
    struct leat_sock *sock, void (*fn)(struct leat_sock *sock, void *arg), void *arg);

/**
 * Reads this side's name; without one, it is unspecified with port 0.
 *
 * Source: getsockname(2).
 */
LEAT_API void leat_sock_local(const struct leat_sock *sock, struct leat_addr *out);

/**
 * Reads the peer's name.
 *
 * Returns 0, or -LEAT_ENOTCONN.
 *
 * Source: getpeername(2).
 */
LEAT_API int leat_sock_remote(const struct leat_sock *sock, struct leat_addr *out);

/**
 * Sets an option. Levels, numbers and layouts are Linux's (SOL_SOCKET, IPPROTO_TCP, ...); Leat's
 * own options have level LEAT_SOL_LEAT.
 *
 * @value  copied
 * @len    octets in @value
 *
 * Returns 0, or
 *   -LEAT_ENOPROTOOPT  this socket has no such option
 *   -LEAT_EINVAL       @value, or @len is too short
 *   -LEAT_EPERM, -LEAT_ENODEV, ...  as the option's manual page says
 *
 * Source: socket(7), tcp(7), udp(7), ip(7), ipv6(7).
 */
LEAT_API int leat_sock_setopt(struct leat_sock *sock, int level, int name, const void *value, size_t len);

/**
 * Reads an option. TCP_INFO (level 6, name 11) fills a struct leat_tcp_info.
 *
 * @len  octets at @value; set to how many were filled
 *
 * Returns 0, or as leat_sock_setopt().
 */
LEAT_API int leat_sock_getopt(struct leat_sock *sock, int level, int name, void *value, size_t *len);

/**
 * Returns how many octets leat_sock_recv() would find now. For datagram sockets that is the length
 * of the next datagram.
 *
 * Source: SIOCINQ in tcp(7).
 */
LEAT_API size_t leat_sock_unread(const struct leat_sock *sock);

/**
 * Returns how many octets of a stream the peer has not acknowledged, unsent ones included.
 *
 * Source: SIOCOUTQ in tcp(7).
 */
LEAT_API size_t leat_sock_unacked(const struct leat_sock *sock);

/* ---- Virtual time ---- */

/* A share of frames in parts per 1,000,000,000: LEAT_PERCENT(1.5). */
#define LEAT_PERCENT(x) ((uint32_t)((x)*10000000.0 + 0.5))

/*
 * What an emulated link does to the frames of one direction. Shares are in parts per 1,000,000,000.
 */
struct leat_impair {
	size_t size;
	int64_t delay; /* in one direction, nanoseconds */
	/*
	 * The delay is spread evenly from delay - jitter to delay + jitter. At most delay. The
	 * frames' order is kept, unless reorder is set.
	 */
	int64_t jitter;
	uint32_t loss;
	uint32_t burst;   /* frames in a row that a loss takes on average; 0 or 1: frames are lost singly */
	uint32_t dup;     /* duplicated */
	uint32_t reorder; /* skips the delay, and so overtakes others */
	uint32_t corrupt; /* one bit flipped */
	uint32_t queue;   /* frames that may wait for the rate; 0: 1000 */
	uint64_t rate;    /* bit/s of Ethernet frames, headers included; 0: unlimited */
};

/**
 * Makes a world in virtual time. When nothing is left to do at one moment, time moves to the next
 * event, so minutes pass in milliseconds. The same seed gives the same packets.
 *
 * @out  the world, at time 0; the caller frees it with leat_sim_free()
 *
 * Returns 0, or -LEAT_ENOMEM.
 */
LEAT_API int leat_sim_new(uint64_t seed, struct leat_sim **out);

/**
 * Frees a world with its hosts, their sockets, and its links. It must not be called from a
 * callback.
 *
 * @sim  NULL is allowed
 */
LEAT_API void leat_sim_free(struct leat_sim *sim);

/**
 * Adds a host with a loopback interface. The simulation drives it: leat_stack_advance() and
 * leat_stack_free() must not be called for it.
 *
 * @flags  enum leat_stack_flag
 * @out    the host; it belongs to the simulation
 *
 * Returns 0, -LEAT_EINVAL (@flags), or -LEAT_ENOMEM.
 */
LEAT_API int leat_sim_add_host(struct leat_sim *sim, uint32_t flags, struct leat_stack **out);

struct leat_link_config {
	size_t size;
	const struct leat_impair *up; /* from the first host to the second; NULL: no impairment */
	/* From the second host to the first. NULL: as up, but decided by itself. */
	const struct leat_impair *down;
	uint32_t mtu;   /* octets of an IP packet, 576 to 65535; 0: 1500 */
	uint32_t flags; /* LEAT_IFACE_RAW_IP, LEAT_IFACE_AUTOCONF */
};

/**
 * Adds an emulated link between two hosts, with an interface on each. The interfaces have no
 * addresses yet.
 *
 * @config  NULL: an Ethernet link without delay or loss
 * @out     the link; it belongs to the simulation
 *
 * Returns 0, or
 *   -LEAT_EINVAL  @config or an impairment (size, negative times, shares above 1, mtu, flags), or
 *                 hosts of different worlds
 *   -LEAT_ENOMEM  no memory, or a host cannot have more interfaces
 */
LEAT_API int leat_sim_link(struct leat_sim *sim, struct leat_stack *a, struct leat_stack *b,
    const struct leat_link_config *config, struct leat_link **out);

/**
 * Returns the interface at one end of a link.
 *
 * @end  0: on the link's first host; 1: on its second; others give NULL
 */
LEAT_API struct leat_iface *leat_link_iface(struct leat_link *link, unsigned end);

/**
 * Changes what happens to frames from now on. Frames on the link keep their times.
 *
 * @direction  0: from the first host to the second; 1: back
 *
 * Returns 0, or -LEAT_EINVAL.
 */
LEAT_API int leat_link_set(struct leat_link *link, unsigned direction, const struct leat_impair *impair);

struct leat_link_counters {
	uint64_t frames, octets, delivered, delivered_octets;
	uint64_t lost, duplicated, reordered, corrupted, queue_full;
	uint64_t queue_max; /* the longest length of the queue, in frames */
};

/**
 * Counts what became of the frames of one direction.
 *
 * @out   filled
 * @size  octets of @out
 *
 * Returns 0, or -LEAT_EINVAL (@direction).
 */
LEAT_API int leat_link_counters(
    const struct leat_link *link, unsigned direction, struct leat_link_counters *out, size_t size);

/** Returns the world's time: nanoseconds since it began. */
LEAT_API int64_t leat_sim_now(const struct leat_sim *sim);

/**
 * Runs the world up to a time, or until leat_sim_stop(). It must not be called from a callback.
 *
 * @until  nanoseconds; the world's time afterwards. LEAT_NEVER: until nothing is pending
 *
 * Returns 1 if nothing is pending, otherwise 0.
 */
LEAT_API int leat_sim_run(struct leat_sim *sim, int64_t until);

/** Makes leat_sim_run() return after the present moment's events. For watchers. */
LEAT_API void leat_sim_stop(struct leat_sim *sim);

/* ---- This machine ---- */

/**
 * Makes an event loop on this machine's monotonic clock.
 *
 * @out  the loop; the caller frees it with leat_loop_free()
 *
 * Returns 0, or -LEAT_ENOMEM: no memory, or no descriptor left.
 */
LEAT_API int leat_loop_new(struct leat_loop **out);

/**
 * Frees a loop with its devices. Its stacks stay the caller's, and their devices' interfaces are
 * down. It must not be called from a callback.
 *
 * @loop  NULL is allowed
 */
LEAT_API void leat_loop_free(struct leat_loop *loop);

/**
 * Lets a loop drive a stack, whose time is then the machine's monotonic clock. leat_stack_advance()
 * must not be called for it.
 *
 * Returns 0, -LEAT_EBUSY (something drives the stack already), or -LEAT_ENOMEM.
 */
LEAT_API int leat_loop_add_stack(struct leat_loop *loop, struct leat_stack *stack);

struct leat_tap_config {
	size_t size;
	const char *name; /* at most 15 octets; made if it does not exist; NULL: the kernel chooses */
	/*
	 * Octets of an IP packet, 576 to 65535. 0: 1500. The kernel's end must have the same MTU.
	 */
	uint32_t mtu;
	uint32_t flags; /* LEAT_IFACE_RAW_IP: a TUN; LEAT_IFACE_AUTOCONF */
	uint8_t mac[6]; /* of our end; all 0: a random, locally administered one */
	uint8_t reserved[2];
};

/**
 * Opens a TAP or TUN device as an interface of a stack. The kernel's end is not configured: its
 * addresses and state are the administrator's.
 *
 * Super-segments and unfinished checksums are exchanged if the kernel can.
 *
 * @stack  driven by @loop
 * @out    the interface; it belongs to the stack. The device is closed with the stack or the loop
 *
 * Returns 0, or
 *   -LEAT_EPERM   the device needs CAP_NET_ADMIN, or belongs to another user
 *   -LEAT_ENOENT  no /dev/net/tun
 *   -LEAT_EBUSY   the device is open already
 *   -LEAT_EINVAL  @config (size, name, mtu, flags, mac), or @loop does not drive @stack
 *   -LEAT_ENOMEM
 *   -LEAT_ENOSPC  the stack cannot have more interfaces
 */
LEAT_API int leat_tap_open(struct leat_loop *loop, struct leat_stack *stack,
    const struct leat_tap_config *config, struct leat_iface **out);

/**
 * Runs the loop until leat_loop_stop(). It waits for events. It must not be called from a callback.
 */
LEAT_API void leat_loop_run(struct leat_loop *loop);

/**
 * Runs one turn of the loop, for callers with a loop of their own.
 *
 * @timeout  the longest wait for an event, in nanoseconds; 0: no wait; LEAT_NEVER: no limit
 */
LEAT_API void leat_loop_turn(struct leat_loop *loop, int64_t timeout);

/** Makes leat_loop_run() return after this turn. For callbacks on the loop's own thread. */
LEAT_API void leat_loop_stop(struct leat_loop *loop);

#ifdef __cplusplus
}
#endif

#endif
