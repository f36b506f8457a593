/*
 * udp/udp.h - UDP's interface for its users (RFC 768): an end has a local name, perhaps a peer, and
 * a queue of datagrams that have arrived.
 *
 * src/sock turns these into BSD calls, and decides who may share a name with whom: UDP accepts the
 * names as they are given. Each datagram goes to the end whose name fits best: one that is
 * connected to the sender, then one with the exact address, then a wildcard, then an end that takes
 * every port. No function here waits.
 */
#ifndef UDP_UDP_H
#define UDP_UDP_H

#include "base/ipaddr.h"
#include "core/dgram.h"
#include "core/errq.h"
#include "leat.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct core;
struct iface;
struct udp;     /* all of UDP on one host */
struct udp_end; /* one user of UDP */

/* How an end handles the path MTU: the values of IP_MTU_DISCOVER and IPV6_MTU_DISCOVER, ip(7). */
enum udp_mtu_discover {
	UDP_PMTU_DONT = 0,      /* never DF */
	UDP_PMTU_WANT = 1,      /* DF if it fits, otherwise fragments */
	UDP_PMTU_DO = 2,        /* always DF; -LEAT_EMSGSIZE if it does not fit */
	UDP_PMTU_PROBE = 3,     /* DF, and the interface's MTU instead of the path's */
	UDP_PMTU_INTERFACE = 4, /* the interface's MTU, no DF */
	UDP_PMTU_OMIT = 5,
};

struct udp_opts {
	bool v6only;      /* a wildcard end of "::" takes no IPv4 */
	bool broadcast;   /* may send to broadcast addresses */
	bool reuse_port;  /* shares its datagrams with ends of the same name, by a hash of the flow */
	bool transparent; /* may send from addresses that are not ours */
	bool any_port;    /* takes every datagram, to any address and port, that no other end takes */
	bool no_sum;      /* SO_NO_CHECK: sends without a checksum over IPv4 */
	/* IP_RECVERR, IPV6_RECVERR: keeps errors, soft ones and those without a peer included */
	bool recverr4, recverr6;
	bool mcast_loop; /* members on this host get what it sends to a group */
	bool mcast_all;  /* takes datagrams of groups that other ends on this host have joined */
	bool dont_frag6; /* IPV6_DONTFRAG */
	uint8_t ttl, mcast_ttl, tos;
	uint8_t mtu_discover; /* enum udp_mtu_discover */
	uint16_t seg_size;    /* UDP_SEGMENT for every send; 0 = none */
	uint32_t mtu6;        /* IPV6_MTU: limits packets and fragments over IPv6; 0 = as the path allows */
	uint32_t mcast_if;    /* interface for groups; 0 = as routed */
	uint32_t bound_if;    /* SO_BINDTODEVICE; 0 = any */
	uint32_t rcvbuf;      /* octets */
};
void udp_opts_default(struct udp_opts *opts);

struct udp_user_ops {
	void (*notify)(void *user); /* readiness may have changed; must not call UDP */
};

/* Returns the host's UDP, registered with @core as protocol 17; NULL without memory. */
struct udp *udp_new(struct core *core);

/* Frees UDP. Every end must have been closed. */
void udp_free(struct udp *udp);

/* Opens an end without a name. Returns 0 with *@out set, or -LEAT_ENOBUFS. */
int udp_open(struct udp *udp, const struct udp_opts *opts, const struct udp_user_ops *ops, void *user,
    struct udp_end **out);

/* Closes the end: it leaves its groups, and unread datagrams are lost. */
void udp_close(struct udp_end *e);

/*
 * Returns the end's options, which may be read and written at any time. A new v6only takes effect
 * at the next udp_bind().
 */
struct udp_opts *udp_end_opts(struct udp_end *e);

/*
 * Gives the end the name @local; with port 0 it has none, and receives nothing. An unspecified
 * address is a wildcard: for IPv4 only, or "::" for both. Returns 0, or -LEAT_ENOBUFS with the name
 * as before.
 */
int udp_bind(struct udp_end *e, const struct endpoint *local);

/*
 * Connects the end, which must be bound: only datagrams of @remote are taken. @local becomes its
 * name. @remote NULL: it has no peer any more. Returns 0 or -LEAT_ENOBUFS.
 */
int udp_connect(struct udp_end *e, const struct endpoint *local, const struct endpoint *remote);

/* What is given with a datagram to send. An unspecified address, or 0: not set. */
struct udp_tx {
	struct endpoint peer;
	struct endpoint local; /* .ifindex: the interface to send through; .port: for ends with any_port */
	int ttl, tos;          /* -1 = the end's */
	uint16_t seg_size;     /* cuts into datagrams of so many octets; 0 = the end's */
};
extern const struct udp_tx UDP_TX_DEFAULT;

/*
 * Sends all of @buf or nothing. Returns @len; -LEAT_EMSGSIZE; -LEAT_EDESTADDRREQ; -LEAT_EACCES
 * (broadcast); -LEAT_EINVAL; -LEAT_ENETUNREACH; -LEAT_ENOBUFS; -LEAT_EPIPE; or the pending error,
 * once.
 */
ssize_t udp_send(struct udp_end *e, const void *buf, size_t len, const struct udp_tx *tx);

/*
 * Reads the next datagram: see dgram_read(). Returns 0 after udp_shutdown() for receiving; or the
 * pending error, once.
 */
ssize_t udp_recv(
    struct udp_end *e, void *buf, size_t len, bool peek, struct dgram_names *names, size_t *full);

/*
 * Takes the oldest error about datagrams that the end sent, kept while opts.recverr4 or recverr6 is
 * set: see errq_take(). udp_forget_errors() drops all.
 */
ssize_t udp_recv_error(struct udp_end *e, void *buf, size_t len, struct dgram_error *out, size_t *full);
void udp_forget_errors(struct udp_end *e);

/*
 * Returns true if an end takes a datagram from @remote to @local that arrives on interface
 * @ifindex. An end that takes every port does not count.
 */
bool udp_is_taken(
    struct udp *udp, const struct endpoint *local, const struct endpoint *remote, uint32_t ifindex);

size_t udp_unread(const struct udp_end *e); /* octets of the next datagram */
unsigned udp_ready(const struct udp_end *e);
int udp_take_error(struct udp_end *e);
void udp_shutdown(struct udp_end *e, bool recv, bool send);

/*
 * Join and leave a group; @ifindex 0 = as routed. Return 0, -LEAT_EADDRINUSE (joined already),
 * -LEAT_EADDRNOTAVAIL (not joined), -LEAT_ENODEV or -LEAT_ENOBUFS.
 */
int udp_join(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex);
int udp_leave(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex);

/*
 * Source filters. udp_add_source() adds @source. With @include it is taken, and the group is joined
 * if needed (IP_ADD_SOURCE_MEMBERSHIP); otherwise it is excluded (IP_BLOCK_SOURCE).
 * udp_drop_source() reverts that. Both return 0; -LEAT_EINVAL (not joined, or the filter has the
 * other mode); -LEAT_EADDRNOTAVAIL (listed already, or not listed); -LEAT_ENODEV; -LEAT_ENOBUFS.
 */
int udp_add_source(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex,
    const struct ipaddr *source, bool include);
int udp_drop_source(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex,
    const struct ipaddr *source, bool include);

struct udp_filter {
	bool include;
	unsigned nsource;
	const struct ipaddr *source; /* udp_get_filter(): owned by the end */
};
/* Replaces the whole filter. Including no source leaves the group. */
int udp_set_filter(
    struct udp_end *e, const struct ipaddr *group, uint32_t ifindex, const struct udp_filter *f);
/* Returns 0, -LEAT_EADDRNOTAVAIL (not joined), -LEAT_EINVAL or -LEAT_ENODEV. */
int udp_get_filter(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex, struct udp_filter *out);

/* Returns the MTU of the path to the peer (IP_MTU), or a negative error. */
int udp_path_mtu(struct udp_end *e);

/*
 * Returns true if there is an end for a datagram to @local that arrives on @iface, from any peer.
 */
bool udp_serves(struct udp *udp, struct iface *iface, const struct endpoint *local);

struct udp_counters {
	uint64_t rx, tx; /* datagrams delivered to an end, and sent */
};
const struct udp_counters *udp_counters(const struct udp *udp);

#endif
