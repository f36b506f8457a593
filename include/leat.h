/*
 * leat.h - the one public header of Leat, a TCP/IP system in user space.
 *
 * What stands here is the contract: numbers, names, opaque types, calls. It includes nothing of
 * Leat's, so every layer inside may use its numbers, and there is only one list of each. Nothing
 * else is exported.
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
 * Errors. The numbers are Linux's, on every system, so that a caller may hand them on. Functions
 * return them negated.
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
 * TCP_INFO, laid out as Linux's struct tcp_info (linux/tcp.h of 6.1), so that what reads that may
 * read this. Times are in microseconds unless a name says otherwise; tcpi_last_* are in
 * milliseconds. Windows are in segments where Linux has them so (snd_cwnd, snd_ssthresh).
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

/* What the library exports; everything else in it is hidden. */
#if defined(__GNUC__)
#define LEAT_API __attribute__((visibility("default")))
#else
#define LEAT_API
#endif

/*
 * How it is used. A stack is one host. Nothing in it waits, reads a clock or does I/O: frames go in
 * by leat_iface_input() and leave by the interface's transmit callback, and the time is what
 * leat_stack_advance() says. There are three ways to drive one: by hand, with these calls; in
 * virtual time, by a struct leat_sim; on this machine's clock and devices, by a struct leat_loop.
 *
 * Threads. A stack, its interfaces and its sockets, and whatever drives it, belong to one thread at
 * a time. Different ones know nothing of each other. There is no errno and no state outside of
 * these objects.
 *
 * Results. 0 or a count, or an error of enum leat_error, negated; outputs are untouched on errors.
 * Pointers must not be NULL unless it says so.
 *
 * Structs that the caller fills, and that may grow, begin with `size`: set it to sizeof the struct,
 * and what is not used to 0, which is the default of every field. What a caller of an older header
 * leaves out counts as 0; what a newer one fills in and this library does not know is refused with
 * -LEAT_EINVAL. Structs that the library fills are given with their size, and filled as far as that
 * goes.
 */
struct leat_stack; /* a host */
struct leat_iface; /* an interface of one; lives as long as the host */
struct leat_sock;  /* a socket */
struct leat_sim;   /* hosts and links in virtual time */
struct leat_link;  /* an emulated link; lives as long as its simulation */
struct leat_loop;  /* hosts on this machine's clock and devices */

/* Time is in nanoseconds (int64_t), since an epoch that only the caller knows. */
#define LEAT_USEC  INT64_C(1000)
#define LEAT_MSEC  INT64_C(1000000)
#define LEAT_SEC   INT64_C(1000000000)
#define LEAT_NEVER INT64_MAX

/** "0.1.0": which Leat this is. Static. */
LEAT_API const char *leat_version(void);

/**
 * The name of @error (either sign), "ECONNRESET"; "E?" for a number that enum leat_error does not
 * list. Static.
 */
LEAT_API const char *leat_error_name(int error);

/** What a user is told of @error (either sign): "connection reset by peer". Static, never NULL. */
LEAT_API const char *leat_error_words(int error);

/* ---- Addresses ---- */

/*
 * An address, IPv4 in its mapped form ::ffff:a.b.c.d (RFC 4291, 2.5.5.2), and where a socket's name
 * is meant, a port. All 0: IPv6's unspecified address.
 */
struct leat_addr {
	uint8_t octets[16];
	/* For link-local IPv6 addresses: the interface's index (leat_iface_info()); otherwise 0. */
	uint32_t scope;
	uint16_t port;     /* host byte order */
	uint16_t reserved; /* 0 */
};

/* Addresses that begin alike. */
struct leat_prefix {
	uint8_t octets[16]; /* as in struct leat_addr */
	uint32_t bits;      /* of the address's own family: 24 of 32, 64 of 128 */
};

enum { LEAT_ADDR_TEXT = 64 }; /* octets that suffice for leat_addr_format() */

/**
 * Read an address from text: "10.0.0.1", "10.0.0.1:80", "fd00::1", "[fd00::1]:80".
 *
 * @text  no spaces around it, no names, no "%eth0"
 * @out   the address; port 0 where the text has none; scope 0
 *
 * Returns 0, or -LEAT_EINVAL.
 *
 * Source: RFC 4291, 2.2; RFC 3986, 3.2.2.
 */
LEAT_API int leat_addr_parse(const char *text, struct leat_addr *out);

/**
 * Write @addr as text: "10.0.0.1", or with a port "10.0.0.1:80", "[fd00::1]:80".
 *
 * @buf   where the text goes, with its final '\0'
 * @room  octets in @buf; the text is cut where it does not fit, which LEAT_ADDR_TEXT always does
 *
 * Returns @buf.
 *
 * Source: RFC 5952.
 */
LEAT_API char *leat_addr_format(const struct leat_addr *addr, char *buf, size_t room);

/**
 * Read an address and the length of its prefix from text: "10.0.0.1/24", "fd00::1/64", "0.0.0.0/0".
 *
 * Returns 0, or -LEAT_EINVAL.
 *
 * Source: RFC 4632, 3.1; RFC 4291, 2.3.
 */
LEAT_API int leat_prefix_parse(const char *text, struct leat_prefix *out);

/* ---- A host ---- */

enum leat_stack_flag {
	LEAT_STACK_FORWARD = 1, /* packets for others are passed on: a router */
	/*
	 * Packets for any address are delivered here, as a gateway that ends flows wants them; see
	 * LEAT_ANY_PORT.
	 */
	LEAT_STACK_TRANSPARENT = 2,
};

struct leat_stack_config {
	size_t size;
	size_t memory; /* octets of packets and of what sockets hold, at most; 0 = 64 MiB */
	/*
	 * 0: secrets and draws come from the machine's generator. Otherwise a run repeats exactly,
	 * and is guessable: for tests.
	 */
	uint64_t seed;
	uint64_t host;  /* this host's name in events; 0 = 1 */
	int64_t now;    /* when its time begins */
	uint32_t flags; /* enum leat_stack_flag */
};

/**
 * Make a host: with the loopback interface (127.0.0.1/8, ::1/128) and nothing else.
 *
 * Allocates the host, and later each socket, interface, route and neighbour as it comes into being;
 * packets from a pool that grows to config->memory at most, and keeps what it has.
 *
 * @config  NULL: all defaults
 * @out     the host, the caller's to free with leat_stack_free()
 *
 * Returns 0, or
 *   -LEAT_EINVAL  @config (size, flags)
 *   -LEAT_ENOMEM
 */
LEAT_API int leat_stack_new(const struct leat_stack_config *config, struct leat_stack **out);

/**
 * Free @stack with its interfaces, sockets and devices. Connections are aborted, so resets are
 * handed to the interfaces' callbacks before this returns. NULL is allowed.
 *
 * Not from a callback of this stack, and not for a stack that leat_sim_add_host() made: its
 * simulation frees it.
 */
LEAT_API void leat_stack_free(struct leat_stack *stack);

/**
 * The time is @now: timers that are due fire, watchers are called, and from here on all that is
 * called happens at @now.
 *
 * For who drives the stack by hand, before anything else is called after a pause, and at
 * leat_stack_next() at the latest. Not from a callback.
 *
 * @now  nanoseconds; one that lies before the stack's time leaves that as it is
 */
LEAT_API void leat_stack_advance(struct leat_stack *stack, int64_t now);

/**
 * When leat_stack_advance() must be called at the latest, exactly; LEAT_NEVER when nothing is
 * pending. A past time: at once.
 */
LEAT_API int64_t leat_stack_next(struct leat_stack *stack);

/** The stack's time: what the last leat_stack_advance() or leat_iface_input() said. */
LEAT_API int64_t leat_stack_now(const struct leat_stack *stack);

/**
 * How many packets ended without doing their work, for one reason.
 *
 * Reasons are numbered from 0, for this version of the library alone; their names stay.
 *
 * Returns the count since the stack was made; 0 for a reason that does not exist.
 */
LEAT_API uint64_t leat_stack_drops(const struct leat_stack *stack, unsigned reason);

/**
 * The name of a reason for dropping a packet, "RST_NOT_EXACT"; NULL from the first number on that
 * is none, which ends a loop over all. Static.
 */
LEAT_API const char *leat_drop_name(unsigned reason);

/**
 * The same in words: "RST inside the window but not at RCV.NXT"; NULL for a number that is none.
 * Static.
 */
LEAT_API const char *leat_drop_words(unsigned reason);

/**
 * Which document rules that such a packet is dropped: "RFC 5961, 3.2"; "" where none does; NULL for
 * a number that is none. Static.
 */
LEAT_API const char *leat_drop_source(unsigned reason);

enum leat_event_kind {
	LEAT_EVENT_DROP,       /* .drop: a packet ended without doing its work */
	LEAT_EVENT_TCP_OPEN,   /* .tcp: a connection came into being, on either side */
	LEAT_EVENT_TCP_STATE,  /* .tcp: it changed state */
	LEAT_EVENT_TCP_RTT,    /* .tcp_rtt: a round-trip sample was taken */
	LEAT_EVENT_TCP_CC,     /* .tcp_cc: cwnd, ssthresh or the state of recovery changed */
	LEAT_EVENT_TCP_RETX,   /* .tcp_retx: something was sent again */
	LEAT_EVENT_TCP_CLOSE,  /* .tcp: it is gone for good */
	LEAT_EVENT_NEIGH,      /* .neigh: a neighbour's entry changed state */
	LEAT_EVENT_LINK,       /* .link: the emulated link did something to a frame of this host */
	LEAT_EVENT_ICMP_ERROR, /* .icmp: an ICMP error came for a flow of this host */
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
	uint64_t host; /* struct leat_stack_config; in a simulation counted from 1 in the order of making */
	uint64_t flow; /* which connection, unique within a host; 0 = none */
	union {
		struct {
			uint32_t reason; /* see leat_drop_name() */
			uint32_t len;    /* octets of what was left of the packet */
		} drop;
		struct {
			struct leat_addr local, remote;
			uint32_t from, to; /* enum leat_tcp_state */
			uint32_t error;    /* LEAT_EVENT_TCP_CLOSE: 0, or the enum leat_error that ended it */
			uint32_t passive;  /* 1: came from a listener */
			/* LEAT_EVENT_TCP_CLOSE: how it stood at the end; otherwise NULL. */
			const struct leat_tcp_info *info;
		} tcp;
		struct {
			int64_t rtt, srtt, rttvar, rto;
		} tcp_rtt;
		struct {
			uint32_t cwnd, ssthresh, in_flight; /* octets */
			uint32_t ca_state; /* Linux's: 0 open, 1 disorder, 2 CWR, 3 recovery, 4 loss */
			const char *cause; /* a word or two: "slow start", "RTO" */
		} tcp_cc;
		struct {
			uint32_t seq, len; /* in sequence space */
		} tcp_retx;
		struct {
			struct leat_addr addr;
			uint32_t iface;    /* index */
			uint32_t from, to; /* enum leat_neigh_state */
		} neigh;
		struct {
			uint32_t direction; /* 0 from the link's first host, 1 to it */
			uint32_t verdict;   /* enum leat_verdict */
			uint64_t number;    /* of the frame in its direction, from 1 */
			uint32_t len;       /* octets of the frame */
		} link;
		struct {
			struct leat_addr local, remote;
			uint32_t v6, type, code;
		} icmp;
		uint64_t room[24]; /* what later versions may need */
	} u;
};

/**
 * Have @fn told what happens on this host.
 *
 * It is called at the moment that the thing happens, in the midst of the work: it may call nothing
 * of this stack. The event and what it points to are good until it returns.
 *
 * @mask  a bit (1 << kind) for each enum leat_event_kind that is wanted; 0: nothing any more. An
 *        event that nobody wants costs one test of a bit
 * @fn    one per host; a later call replaces it
 * @arg   handed on to @fn
 */
LEAT_API void leat_stack_watch(struct leat_stack *stack, uint32_t mask,
    void (*fn)(void *arg, const struct leat_event *event), void *arg);

/* ---- Interfaces, addresses, routes, neighbours ---- */

/* A run of memory, laid out as struct iovec. */
struct leat_span {
	const void *data;
	size_t len;
};

enum leat_iface_flag {
	LEAT_IFACE_RAW_IP = 1, /* bare IP packets instead of Ethernet frames: no addresses, no neighbours */
	/*
	 * Each frame, both ways, has a virtio-net header of 10 octets before it (Virtio 1.2, 5.1.6,
	 * struct virtio_net_hdr without num_buffers, little-endian; what a TAP with IFF_VNET_HDR
	 * has), and LEAT_IFACE_SUM and the others say what the caller does that it asks for.
	 * Without this flag frames have at most the MTU and complete checksums.
	 */
	LEAT_IFACE_VNET_HDR = 2,
	LEAT_IFACE_SUM = 4,   /* the caller completes transport checksums, or knows that they need not be */
	LEAT_IFACE_TSO4 = 8,  /* the caller cuts TCP super-segments of up to 64 KiB, over IPv4 */
	LEAT_IFACE_TSO6 = 16, /* over IPv6 */
	LEAT_IFACE_USO = 32,  /* the caller cuts UDP super-datagrams */
	/*
	 * IPv6 configures itself as a host does (RFC 4862): a link-local address, and what routers
	 * advertise. Otherwise they are not listened to.
	 */
	LEAT_IFACE_AUTOCONF = 64,
};

struct leat_iface_config {
	size_t size;
	const char *name; /* at most 15 octets; copied; NULL = "eth0", or "tun0" with LEAT_IFACE_RAW_IP */
	uint32_t mtu;     /* octets of an IP packet, 576 to 65535; 0 = 1500. IPv6 needs 1280 (RFC 8200, 5) */
	uint32_t flags;   /* enum leat_iface_flag */
	/*
	 * The interface's own, not a group's; all 0 = a locally administered one drawn at random.
	 */
	uint8_t mac[6];
	uint8_t reserved[2];
	/*
	 * A frame to send, @len octets in @count runs of memory, borrowed until this returns. It
	 * never waits: what cannot go now is the callback's to queue or to lose. It may call
	 * nothing of this stack. Required.
	 */
	void (*transmit)(void *arg, const struct leat_span *span, unsigned count, size_t len);
	void *arg; /* handed on to transmit */
};

/**
 * Give @stack an interface whose frames the caller carries, without addresses yet.
 *
 * @out  the interface, the stack's: it goes with leat_stack_free()
 *
 * Returns 0, or
 *   -LEAT_EINVAL  @config (size, name, mtu, flags, mac, no transmit)
 *   -LEAT_ENOMEM
 *   -LEAT_ENOSPC  a stack has at most 15 interfaces, loopback included
 */
LEAT_API int leat_iface_add(
    struct leat_stack *stack, const struct leat_iface_config *config, struct leat_iface **out);

/**
 * A frame has arrived on @iface at @now, and is dealt with before this returns: answers are
 * transmitted, watchers called. Not from a callback.
 *
 * @frame  its octets, from the link header on (from the virtio-net header with
 *         LEAT_IFACE_VNET_HDR); copied
 * @len    how many
 * @now    nanoseconds; also what leat_stack_advance() would be told
 *
 * Returns 0, which says nothing of what became of the frame (what is wrong with it is counted:
 * leat_stack_drops()); or, the frame also having been counted,
 *   -LEAT_EINVAL    not an interface whose frames the caller carries, or a virtio-net header that
 *                   lies about the frame
 *   -LEAT_EMSGSIZE  longer than any frame can be
 *   -LEAT_ENOBUFS   the stack's memory is used up
 */
LEAT_API int leat_iface_input(struct leat_iface *iface, const void *frame, size_t len, int64_t now);

struct leat_iface_info {
	char name[16];
	uint32_t index; /* from 1; what struct leat_addr calls scope */
	uint32_t mtu;
	uint8_t mac[6];
	uint8_t reserved[2];
	uint64_t rx_frames, rx_octets, tx_frames, tx_octets;
	uint64_t rx_other_groups; /* of rx_frames: to multicast groups that it has not joined; ignored */
};

/** Fill in @size octets of @info: what @iface is, and how many frames it has seen. */
LEAT_API void leat_iface_info(const struct leat_iface *iface, struct leat_iface_info *info, size_t size);

enum leat_addr_flag {
	/*
	 * Ask first whether somebody has it (RFC 4862, 5.4; RFC 5227): usable after some seconds,
	 * if nobody does.
	 */
	LEAT_ADDR_PROBE = 1,
};

/**
 * Give @iface an address. Its prefix becomes reachable on the link.
 *
 * @flags  enum leat_addr_flag; 0: usable at once
 *
 * Returns 0, or
 *   -LEAT_EINVAL  not one host's address, more bits than it has, or unknown flags
 *   -LEAT_EEXIST  it has that address
 *   -LEAT_ENOSPC  it has 16
 *   -LEAT_ENOMEM
 */
LEAT_API int leat_iface_addr_add(struct leat_iface *iface, const struct leat_prefix *addr, uint32_t flags);

/**
 * Take an address away, with the route to its prefix. Connections that use it stay and fail.
 * Returns 0, or -LEAT_ENOENT.
 */
LEAT_API int leat_iface_addr_del(struct leat_iface *iface, const struct leat_addr *addr);

enum leat_route_flag {
	LEAT_ROUTE_REJECT = 1, /* what goes there is refused with -LEAT_ENETUNREACH */
};

struct leat_route {
	size_t size;
	struct leat_prefix dst;   /* 0.0.0.0/0 or ::/0: the default route */
	struct leat_addr gateway; /* all 0: the destination is on the link itself */
	struct leat_iface *iface; /* through which; required */
	/* The address to speak from; all 0: as the interface's addresses suit (RFC 6724). */
	struct leat_addr source;
	uint32_t metric; /* of routes to the same prefix the lowest serves */
	uint32_t mtu;    /* 0 = the interface's */
	uint32_t flags;  /* enum leat_route_flag */
};

/**
 * Add a route; the longest prefix wins, then the lowest metric.
 *
 * Returns 0, or
 *   -LEAT_EINVAL  @route (size, bits, flags, no interface, families that differ, another stack's
 *                 interface)
 *   -LEAT_EEXIST
 *   -LEAT_ENOMEM
 */
LEAT_API int leat_route_add(struct leat_stack *stack, const struct leat_route *route);

/**
 * Take away the route with the same dst, gateway and iface. Returns 0, -LEAT_EINVAL, or
 * -LEAT_ENOENT.
 */
LEAT_API int leat_route_del(struct leat_stack *stack, const struct leat_route *route);

/* What is known of a neighbour (RFC 4861, 7.3.2). */
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
 * Fix the link address of @addr on @iface, so that nobody is asked for it. Returns 0, -LEAT_EINVAL
 * (no Ethernet), or -LEAT_ENOSPC.
 */
LEAT_API int leat_neigh_set(struct leat_iface *iface, const struct leat_addr *addr, const uint8_t mac[6]);

/**
 * Call @fn for each neighbour that the stack knows of, in no order. It may call nothing of this
 * stack; @neigh is good until it returns.
 */
LEAT_API void leat_neigh_each(
    struct leat_stack *stack, void (*fn)(void *arg, const struct leat_neigh *neigh), void *arg);

/* ---- Sockets ---- */

enum leat_family { LEAT_INET = 2, LEAT_INET6 = 10 };

enum leat_sock_type {
	LEAT_STREAM = 1, /* TCP */
	LEAT_DGRAM = 2,  /* UDP */
	/*
	 * ICMP echo: what is sent and read begins at the ICMP header, whose identifier is the port.
	 */
	LEAT_PING = 3,
};

/**
 * Open a socket.
 *
 * @family  enum leat_family. An IPv6 socket serves IPv4, too, unless IPV6_V6ONLY is set
 * @type    enum leat_sock_type
 * @out     the socket, the caller's to end with leat_sock_close() or leat_sock_abort()
 *
 * Returns 0, or
 *   -LEAT_EAFNOSUPPORT, -LEAT_ESOCKTNOSUPPORT
 *   -LEAT_ENOBUFS  no memory
 *
 * Source: socket(2).
 */
LEAT_API int leat_sock_open(struct leat_stack *stack, int family, int type, struct leat_sock **out);

/**
 * Close a socket. Does not wait: what was written is still sent and acknowledged, unless something
 * was left unread, which resets the connection. @sock is gone. NULL is allowed.
 *
 * Source: RFC 9293, 3.10.4 (CLOSE call); RFC 2525, 2.17; SO_LINGER in socket(7).
 */
LEAT_API void leat_sock_close(struct leat_sock *sock);

/**
 * Close a socket with a reset, whatever was written or read. @sock is gone. NULL is allowed.
 * Source: RFC 9293, 3.10.5 (ABORT call).
 */
LEAT_API void leat_sock_abort(struct leat_sock *sock);

/**
 * Name this side of a socket.
 *
 * @local  the address (0.0.0.0 or ::, any of the host's) and port (0: an ephemeral one, hard to
 *         guess: RFC 6056)
 *
 * Returns 0, or
 *   -LEAT_EADDRINUSE     and SO_REUSEADDR or SO_REUSEPORT do not make it right
 *   -LEAT_EADDRNOTAVAIL  not an address of this host
 *   -LEAT_EINVAL         bound already
 *   -LEAT_EAFNOSUPPORT   not of the socket's family
 *   -LEAT_ENOBUFS        no memory
 *
 * Source: bind(2).
 */
LEAT_API int leat_sock_bind(struct leat_sock *sock, const struct leat_addr *local);

/**
 * Listen for connections; a name not yet given is chosen.
 *
 * @backlog  how many may wait for leat_sock_accept(); at most 4096. Again to change it
 *
 * Returns 0, or
 *   -LEAT_EADDRINUSE
 *   -LEAT_EINVAL      connected
 *   -LEAT_EOPNOTSUPP  not a stream
 *   -LEAT_ENOBUFS     no memory
 *
 * Source: listen(2).
 */
LEAT_API int leat_sock_listen(struct leat_sock *sock, int backlog);

/**
 * Connect. Never waits: LEAT_OUT in leat_sock_ready() says that it is worth asking again how it
 * went.
 *
 * @remote  whom to; NULL dissolves the association of a datagram socket, and makes a stream a fresh
 *          one, its connection reset, or no longer listening
 *
 * Returns, for datagrams, 0: only the peer's name is fixed. For streams -LEAT_EINPROGRESS, then
 * -LEAT_EALREADY until the answer is there, which then is given once:
 *   0
 *   -LEAT_ECONNREFUSED  the peer sent RST
 *   -LEAT_ETIMEDOUT     it answered nothing
 *   -LEAT_EHOSTUNREACH, -LEAT_ENETUNREACH, ...  somebody on the way said so
 * and for both at once:
 *   -LEAT_EISCONN       connected already, or listening
 *   -LEAT_EADDRNOTAVAIL no local port is free towards this peer
 *   -LEAT_EAFNOSUPPORT, -LEAT_EINVAL  not an address that the socket can speak to
 *   -LEAT_ENOBUFS
 *
 * Source: RFC 9293, 3.10.1 (OPEN call); connect(2).
 */
LEAT_API int leat_sock_connect(struct leat_sock *sock, const struct leat_addr *remote);

/**
 * Take the oldest connection that waits at a listener.
 *
 * @out  its socket, the caller's to close
 *
 * Returns 0, or
 *   -LEAT_EAGAIN      none waits
 *   -LEAT_EINVAL      does not listen
 *   -LEAT_EOPNOTSUPP  not a stream
 *   -LEAT_ENOBUFS     no memory; the connection goes on waiting: ask again later
 *
 * Source: accept(2).
 */
LEAT_API int leat_sock_accept(struct leat_sock *sock, struct leat_sock **out);

enum {
	LEAT_SOL_LEAT = 0x4c45, /* the level of Leat's own options */
	/*
	 * int: a listener or datagram socket that takes every address and port that nobody else
	 * does (a gateway); leat_sock_bind() is then not needed
	 */
	LEAT_ANY_PORT = 1,
	/*
	 * int: a listener that offers connections before their SYN is answered, for
	 * leat_sock_answer() to decide
	 */
	LEAT_DEFER_ACCEPT = 2,
};

/**
 * Decide about a connection that a listener with LEAT_DEFER_ACCEPT offered.
 *
 * @error  0: answer its SYN. Otherwise what the peer is to see: LEAT_ECONNREFUSED, a reset;
 *         LEAT_EHOSTUNREACH, LEAT_ENETUNREACH or LEAT_EACCES (prohibited), an ICMP error;
 *         LEAT_ETIMEDOUT, no answer at all. With each of these @sock is gone
 *
 * Returns 0, or -LEAT_EINVAL for other errors.
 *
 * Source: RFC 9293, 3.10.7.2; RFC 1122, 3.2.2.1.
 */
LEAT_API int leat_sock_answer(struct leat_sock *sock, int error);

/* How to send and to receive, with Linux's numbers. */
enum leat_msg_flag {
	LEAT_MSG_OOB = 0x1,     /* streams: the urgent octet (RFC 6093) */
	LEAT_MSG_PEEK = 0x2,    /* receiving: leave it there */
	LEAT_MSG_TRUNC = 0x20,  /* received, in struct leat_msg: the datagram was longer than the buffer */
	LEAT_MSG_MORE = 0x8000, /* sending: a short segment, or a datagram, waits for what follows at once */
};

/* What there is to say of a datagram beside its octets. */
struct leat_msg {
	size_t size;
	struct leat_addr peer;  /* to whom; all 0 = the connected peer. From whom */
	struct leat_addr local; /* from which of our addresses; all 0 = as bound. To which of our names */
	uint32_t flags;         /* received: LEAT_MSG_TRUNC; 0 on sending */
	/*
	 * Sending: cut what is given into datagrams of so many octets (UDP_SEGMENT in udp(7)); 0 =
	 * one datagram.
	 */
	uint16_t seg_size;
	uint8_t ttl, tos; /* of the IP header; 0 on sending = the socket's */
	size_t full_len;  /* received: how long the datagram was */
};

/**
 * Send octets on a connection, or a datagram. Copied; never waits.
 *
 * @len    a datagram is taken whole or not at all
 * @flags  LEAT_MSG_OOB, LEAT_MSG_MORE
 * @msg    NULL: to the connected peer. Not looked at for streams
 *
 * Returns the octets taken, for streams from 1 to @len; or
 *   -LEAT_EAGAIN        no room: wait for LEAT_OUT
 *   -LEAT_EPIPE         this side is closed
 *   -LEAT_ENOTCONN, -LEAT_EDESTADDRREQ  to whom?
 *   -LEAT_EMSGSIZE      more than a datagram holds, or than passes the way without fragmenting
 *   -LEAT_EINVAL        @flags, @msg
 *   -LEAT_ENETUNREACH, ...  no way there
 *   the error that ended the connection (LEAT_ECONNRESET, LEAT_ETIMEDOUT), or an ICMP error for a
 *   connected datagram socket; once
 *
 * Source: RFC 9293, 3.10.2 (SEND call); send(2).
 */
LEAT_API ssize_t leat_sock_send(
    struct leat_sock *sock, const void *buf, size_t len, int flags, const struct leat_msg *msg);

/**
 * Read octets that have arrived in order on a connection, or a datagram.
 *
 * Never waits. The octets are copied out, so @buf stays the caller's; the room they free may send a
 * window update before this returns.
 *
 * @buf    where they go
 * @len    room in @buf; what does not fit stays (streams) or is lost (datagrams)
 * @flags  LEAT_MSG_OOB, LEAT_MSG_PEEK
 * @msg    NULL, or its size set: filled for datagrams
 *
 * Returns the octets copied: for a stream 1 to @len, or 0 once the peer has sent FIN and everything
 * before it was read. Or, with @buf untouched,
 *   -LEAT_EAGAIN        nothing has arrived yet: wait for LEAT_IN
 *   -LEAT_ENOTCONN
 *   -LEAT_EINVAL        @flags, @msg; LEAT_MSG_OOB without an urgent octet
 *   -LEAT_ECONNRESET    the peer sent RST (told once, then 0)
 *   -LEAT_ETIMEDOUT     retransmission gave up (RFC 9293, 3.8.3, R2)
 *   -LEAT_ECONNREFUSED  datagrams: the peer's host said that nobody is there; once
 *
 * Source: RFC 9293, 3.10.3 (RECEIVE call); recv(2).
 */
LEAT_API ssize_t leat_sock_recv(
    struct leat_sock *sock, void *buf, size_t len, int flags, struct leat_msg *msg);

/* Who found an error about a datagram, with Linux's numbers (SO_EE_ORIGIN_...). */
enum leat_error_origin { LEAT_ORIGIN_LOCAL = 1, LEAT_ORIGIN_ICMP = 2, LEAT_ORIGIN_ICMP6 = 3 };

/* What was said of a datagram that was sent. */
struct leat_sock_error {
	size_t size;
	struct leat_addr peer;     /* where it was sent to */
	struct leat_addr offender; /* who says so, port 0; all 0 with LEAT_ORIGIN_LOCAL */
	uint32_t info;             /* LEAT_EMSGSIZE: the MTU; otherwise 0 */
	int error;                 /* LEAT_ECONNREFUSED, LEAT_EHOSTUNREACH, ... */
	uint8_t origin;            /* enum leat_error_origin */
	uint8_t type, code;        /* of the ICMP message */
	size_t full_len;           /* how many octets of its payload came back */
};

/**
 * Take the first of what was said of datagrams that this socket sent: ICMP errors, and what was
 * found too long here.
 *
 * They are kept while IP_RECVERR (for IPv4) or IPV6_RECVERR is set by leat_sock_setopt(), as far as
 * they fit into SO_RCVBUF together with what has arrived; leat_sock_ready() has LEAT_ERR while
 * there are any. The socket's pending error, told once by the next call or as SO_ERROR, goes along
 * with them: taking the last takes it, too. Never waits.
 *
 * @buf    where those octets of the datagram's payload go that came back
 * @len    room in @buf; what does not fit is lost
 * @error  its size set: filled
 *
 * Returns the octets copied, which may be none; or, with nothing touched,
 *   -LEAT_EAGAIN      nothing was said
 *   -LEAT_EOPNOTSUPP  a stream
 *   -LEAT_EINVAL      @error
 *
 * Source: ip(7), IP_RECVERR; RFC 1122, 4.1.3.3.
 */
LEAT_API ssize_t leat_sock_recv_error(
    struct leat_sock *sock, void *buf, size_t len, struct leat_sock_error *error);

/**
 * Get memory of a stream's send buffer to write into, so that what is written there need not be
 * copied again.
 *
 * The memory is the caller's until the next leat_sock_commit(), leat_sock_send(),
 * leat_sock_connect(), leat_sock_shutdown() or end of @sock; reserving again gives up what was
 * reserved before.
 *
 * @want  octets that are wished for
 * @at    where they may be written
 *
 * Returns the octets there, 1 to @want (fewer than there is room for: reserve again after the
 * commit); 0: no room, wait for LEAT_OUT; or as leat_sock_send(); -LEAT_EOPNOTSUPP for datagrams.
 */
LEAT_API ssize_t leat_sock_reserve(struct leat_sock *sock, size_t want, void **at);

/**
 * The first @len octets of what leat_sock_reserve() gave are written: send them.
 *
 * Returns 0, also when the connection has ended meanwhile, which the next call tells; or
 * -LEAT_EINVAL: so many were not reserved.
 */
LEAT_API int leat_sock_commit(struct leat_sock *sock, size_t len);

/**
 * Look at what has arrived in order on a stream, where it lies.
 *
 * @span  at most @max runs of memory (and never more than 64), in order; good until the next call
 *        on @sock, or until the stack is driven again
 *
 * Returns how many runs were filled; 0: nothing is there (leat_sock_recv() tells why), or not a
 * stream.
 */
LEAT_API unsigned leat_sock_peek(struct leat_sock *sock, struct leat_span *span, unsigned max);

/**
 * The first @len octets of what leat_sock_peek() showed have been read: free their room. Returns 0,
 * or -LEAT_EINVAL: so many are not there.
 */
LEAT_API int leat_sock_consume(struct leat_sock *sock, size_t len);

enum leat_how { LEAT_SHUT_RD = 0, LEAT_SHUT_WR = 1, LEAT_SHUT_RDWR = 2 };

/**
 * End one direction: LEAT_SHUT_WR sends FIN behind all that was written.
 *
 * @how  enum leat_how
 *
 * Returns 0, -LEAT_ENOTCONN, or -LEAT_EINVAL.
 *
 * Source: shutdown(2).
 */
LEAT_API int leat_sock_shutdown(struct leat_sock *sock, int how);

/** What poll(2) would say of the socket: a mask of enum leat_ready. */
LEAT_API unsigned leat_sock_ready(const struct leat_sock *sock);

/**
 * Have @fn called when leat_sock_ready() may say something else than before.
 *
 * It is called from leat_stack_advance(), leat_iface_input(), leat_sim_run() and leat_loop_run()
 * alone, never from within a call on a socket, and may call anything on any socket of this stack,
 * leat_sock_close() of this one included. What arrived is acknowledged afterwards: an answer that
 * is sent from here carries the ACK. What a call on a socket itself changes is told at the next
 * leat_stack_advance(), which leat_stack_next() then wants at once. What happened before there was
 * a watcher is not told: ask leat_sock_ready() after setting one.
 *
 * @fn   one per socket; NULL: none any more
 * @arg  handed on to @fn
 */
LEAT_API void leat_sock_watch(
    struct leat_sock *sock, void (*fn)(struct leat_sock *sock, void *arg), void *arg);

/** The name of this side; unspecified with port 0 before it has one. Source: getsockname(2). */
LEAT_API void leat_sock_local(const struct leat_sock *sock, struct leat_addr *out);

/** The peer's name. Returns 0, or -LEAT_ENOTCONN. Source: getpeername(2). */
LEAT_API int leat_sock_remote(const struct leat_sock *sock, struct leat_addr *out);

/**
 * Set an option, by Linux's levels, numbers and layouts (SOL_SOCKET, IPPROTO_TCP, ...), or Leat's
 * own at LEAT_SOL_LEAT.
 *
 * Returns 0, or
 *   -LEAT_ENOPROTOOPT  no such option for this socket
 *   -LEAT_EINVAL       @value, or @len too short
 *   -LEAT_EPERM, -LEAT_ENODEV, ...  as the option's manual page says
 *
 * Source: socket(7), tcp(7), udp(7), ip(7), ipv6(7).
 */
LEAT_API int leat_sock_setopt(struct leat_sock *sock, int level, int name, const void *value, size_t len);

/**
 * Read an option; TCP_INFO (level 6, name 11) fills a struct leat_tcp_info.
 *
 * @len  the room in @value; then how much of it was filled
 *
 * Returns 0, or as leat_sock_setopt().
 */
LEAT_API int leat_sock_getopt(struct leat_sock *sock, int level, int name, void *value, size_t *len);

/**
 * Octets that leat_sock_recv() would find at once; of a datagram socket, the length of the next
 * one. Source: SIOCINQ in tcp(7).
 */
LEAT_API size_t leat_sock_unread(const struct leat_sock *sock);

/** Octets written to a stream that the peer has not acknowledged. Source: SIOCOUTQ in tcp(7). */
LEAT_API size_t leat_sock_unacked(const struct leat_sock *sock);

/* ---- Virtual time ---- */

/* A share of frames in parts per 1,000,000,000: LEAT_PERCENT(1.5). */
#define LEAT_PERCENT(x) ((uint32_t)((x)*10000000.0 + 0.5))

/* What an emulated link does to the frames of one direction. Shares are parts per 1,000,000,000. */
struct leat_impair {
	size_t size;
	int64_t delay; /* one way, nanoseconds */
	/*
	 * Uniform over delay - jitter to delay + jitter, at most delay; order is kept unless
	 * reorder > 0.
	 */
	int64_t jitter;
	uint32_t loss;
	uint32_t burst; /* frames in a row that a loss takes on average; 0 or 1 = each is judged by itself */
	uint32_t dup;   /* sent twice */
	uint32_t reorder; /* skips the delay, and so overtakes */
	uint32_t corrupt; /* one bit flipped */
	uint32_t queue;   /* frames that may wait for the rate; 0 = 1000 */
	uint64_t rate;    /* bit/s of Ethernet octets, header included; 0 = unlimited */
};

/**
 * Make a world in virtual time: whatever happens next is done next, so minutes pass in
 * milliseconds, and the same seed gives the same packets.
 *
 * @out  the world, the caller's to free with leat_sim_free(); its time begins at 0
 *
 * Returns 0, or -LEAT_ENOMEM.
 */
LEAT_API int leat_sim_new(uint64_t seed, struct leat_sim **out);

/** Free @sim with its hosts, their sockets, and its links. Not from a callback. NULL is allowed. */
LEAT_API void leat_sim_free(struct leat_sim *sim);

/**
 * Add a host, with the loopback interface alone. The simulation drives it: leat_stack_advance() and
 * leat_stack_free() are not for it.
 *
 * @flags  enum leat_stack_flag
 * @out    the host, the simulation's
 *
 * Returns 0, -LEAT_EINVAL (@flags), or -LEAT_ENOMEM.
 */
LEAT_API int leat_sim_add_host(struct leat_sim *sim, uint32_t flags, struct leat_stack **out);

struct leat_link_config {
	size_t size;
	const struct leat_impair *up; /* from the first host to the second; NULL = nothing bad */
	/* From the second to the first; NULL = as up, with draws of its own. */
	const struct leat_impair *down;
	uint32_t mtu;   /* octets of an IP packet, 576 to 65535; 0 = 1500 */
	uint32_t flags; /* LEAT_IFACE_RAW_IP, LEAT_IFACE_AUTOCONF */
};

/**
 * Lay an emulated link between two hosts of @sim: an interface on each, without addresses yet.
 *
 * @config  NULL: Ethernet, to which nothing bad happens, not even a delay
 * @out     the link, the simulation's
 *
 * Returns 0, or
 *   -LEAT_EINVAL  @config or an impairment (size, negative times, shares above 1, mtu, flags),
 *                 hosts of different worlds
 *   -LEAT_ENOMEM, or a host has all the interfaces that it can have
 */
LEAT_API int leat_sim_link(struct leat_sim *sim, struct leat_stack *a, struct leat_stack *b,
    const struct leat_link_config *config, struct leat_link **out);

/**
 * The interface at one end of a link: @end 0 on its first host, 1 on its second. NULL for other
 * ends.
 */
LEAT_API struct leat_iface *leat_link_iface(struct leat_link *link, unsigned end);

/**
 * Change what happens to frames from now on; those under way keep their times.
 *
 * @direction  0 from the first host to the second, 1 back
 *
 * Returns 0, or -LEAT_EINVAL.
 */
LEAT_API int leat_link_set(struct leat_link *link, unsigned direction, const struct leat_impair *impair);

struct leat_link_counters {
	uint64_t frames, octets, delivered, delivered_octets;
	uint64_t lost, duplicated, reordered, corrupted, queue_full;
	uint64_t queue_max; /* the longest that the queue has been, in frames */
};

/**
 * Fill in @size octets of @out: what became of the frames of one direction. Returns 0, or
 * -LEAT_EINVAL (@direction).
 */
LEAT_API int leat_link_counters(
    const struct leat_link *link, unsigned direction, struct leat_link_counters *out, size_t size);

/** The world's time: nanoseconds since it began. */
LEAT_API int64_t leat_sim_now(const struct leat_sim *sim);

/**
 * Let happen what happens up to @until, or until leat_sim_stop(). Not from a callback.
 *
 * @until  nanoseconds, to which the time is then set; LEAT_NEVER: until nothing is left to happen
 *
 * Returns 1 when nothing was left to happen, otherwise 0.
 */
LEAT_API int leat_sim_run(struct leat_sim *sim, int64_t until);

/** From a watcher: leat_sim_run() is to return when what happens at this moment is done. */
LEAT_API void leat_sim_stop(struct leat_sim *sim);

/* ---- This machine ---- */

/**
 * Make an event loop on this machine's monotonic clock.
 *
 * @out  the loop, the caller's to free with leat_loop_free()
 *
 * Returns 0, or -LEAT_ENOMEM: no memory, or no descriptor left.
 */
LEAT_API int leat_loop_new(struct leat_loop **out);

/**
 * Free @loop with its devices. Its stacks stay the caller's, with interfaces that are down. Not
 * from a callback. NULL is allowed.
 */
LEAT_API void leat_loop_free(struct leat_loop *loop);

/**
 * Have @stack driven by @loop: its time is the machine's monotonic clock from here on, and
 * leat_stack_advance() is not for it.
 *
 * Returns 0, -LEAT_EBUSY (something drives it already), or -LEAT_ENOMEM.
 */
LEAT_API int leat_loop_add_stack(struct leat_loop *loop, struct leat_stack *stack);

struct leat_tap_config {
	size_t size;
	const char *name; /* at most 15 octets; made unless it exists; NULL = the kernel chooses */
	/*
	 * Octets of an IP packet, 576 to 65535; 0 = 1500. The kernel's end must be set to the same
	 * by who made it.
	 */
	uint32_t mtu;
	uint32_t flags; /* LEAT_IFACE_RAW_IP: a TUN; LEAT_IFACE_AUTOCONF */
	uint8_t mac[6]; /* of our end; all 0 = a locally administered one drawn at random */
	uint8_t reserved[2];
};

/**
 * Open a TAP (or TUN) device as an interface of @stack. Whoever runs the machine gives the kernel's
 * end its addresses and sets it up.
 *
 * Super-segments and unfinished checksums pass both ways where the kernel can.
 *
 * @stack  one that @loop drives
 * @out    the interface, the stack's; the device closes with the stack or the loop
 *
 * Returns 0, or
 *   -LEAT_EPERM   without CAP_NET_ADMIN, and the device is not one that this user may open
 *   -LEAT_ENOENT  no /dev/net/tun
 *   -LEAT_EBUSY   somebody has the device open
 *   -LEAT_EINVAL  @config (size, name, mtu, flags, mac), or @loop does not drive @stack
 *   -LEAT_ENOMEM, -LEAT_ENOSPC
 */
LEAT_API int leat_tap_open(struct leat_loop *loop, struct leat_stack *stack,
    const struct leat_tap_config *config, struct leat_iface **out);

/** Run the loop until leat_loop_stop(). This is what waits. Not from a callback. */
LEAT_API void leat_loop_run(struct leat_loop *loop);

/**
 * One turn of the loop, for who has more to do than to wait for it.
 *
 * @timeout  nanoseconds to wait at most for something to happen; LEAT_NEVER: as long as it takes;
 *           0: not at all
 */
LEAT_API void leat_loop_turn(struct leat_loop *loop, int64_t timeout);

/** From a callback, on the loop's own thread: leat_loop_run() is to return after this turn. */
LEAT_API void leat_loop_stop(struct leat_loop *loop);

#ifdef __cplusplus
}
#endif

#endif
