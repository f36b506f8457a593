/*
 * udp/udp.h - UDP (RFC 768) as its user sees it: ends that have a local name, perhaps a peer, and a
 * queue of what has arrived.
 *
 * sock/ turns these into BSD calls. Who may share which name with whom is sock's to decide: UDP
 * takes the names as they are given, and hands each datagram to the end whose name fits it best:
 * connected to its sender, then the exact address, then the wildcard, then an end that takes every
 * port. Nothing here waits.
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
struct udp_end; /* one user's end */

/* How an end treats the path MTU: the values of IP_MTU_DISCOVER and IPV6_MTU_DISCOVER, ip(7). */
enum udp_mtu_discover {
	UDP_PMTU_DONT = 0,      /* never DF */
	UDP_PMTU_WANT = 1,      /* DF on what fits, fragments otherwise */
	UDP_PMTU_DO = 2,        /* always DF; what does not fit is -LEAT_EMSGSIZE */
	UDP_PMTU_PROBE = 3,     /* DF, and the interface's MTU instead of the path's */
	UDP_PMTU_INTERFACE = 4, /* the interface's MTU, no DF */
	UDP_PMTU_OMIT = 5,
};

struct udp_opts {
	bool v6only;      /* a wildcard end of "::" takes no IPv4 */
	bool broadcast;   /* may send to broadcast addresses */
	bool reuse_port;  /* shares its datagrams, by a hash of the flow, with ends of the same name */
	bool transparent; /* may send from addresses that are not ours */
	bool any_port;    /* takes every datagram, to any address and port, that no other end takes */
	bool no_sum;      /* SO_NO_CHECK: sends without a checksum over IPv4 */
	bool recverr4,
	    recverr6; /* over each network: is told soft errors too, and errors while it has no peer, and keeps them */
	bool mcast_loop; /* members on this host get what it sends to a group */
	bool mcast_all;  /* takes datagrams of groups that others on this host joined */
	bool dont_frag6; /* IPV6_DONTFRAG */
	uint8_t ttl, mcast_ttl, tos;
	uint8_t mtu_discover; /* enum udp_mtu_discover */
	uint16_t seg_size;    /* UDP_SEGMENT for every send; 0 = none */
	uint32_t mtu6;        /* IPV6_MTU: bounds packets and fragments over IPv6; 0 = as the path allows */
	uint32_t mcast_if;    /* interface for groups; 0 = as routed */
	uint32_t bound_if;    /* SO_BINDTODEVICE; 0 = any */
	uint32_t rcvbuf;      /* octets */
};
void udp_opts_default(struct udp_opts *opts);

struct udp_user_ops {
	void (*notify)(void *user); /* readiness may have changed; may not call back into UDP */
};

/* Registers itself with @core as protocol 17. NULL without memory. */
struct udp *udp_new(struct core *core);

/* Every end must have been closed. */
void udp_free(struct udp *udp);

/* 0 with *@out, or -LEAT_ENOBUFS. */
int udp_open(struct udp *udp, const struct udp_opts *opts, const struct udp_user_ops *ops, void *user,
    struct udp_end **out);

/* Leaves its groups; what was not read is lost. */
void udp_close(struct udp_end *e);

/* Its options, to be read and written at any time; a new v6only holds from the next udp_bind(). */
struct udp_opts *udp_end_opts(struct udp_end *e);

/*
 * Take the name @local (port 0: give up the name, receive nothing). An unspecified address is a
 * wildcard: of IPv4 only, or "::" for both. 0 or -LEAT_ENOBUFS with the name as before.
 */
int udp_bind(struct udp_end *e, const struct endpoint *local);

/*
 * Fix the peer: only its datagrams are taken. The end must be bound; @local is its name from here
 * on. @remote NULL: no peer any more. 0 or -LEAT_ENOBUFS.
 */
int udp_connect(struct udp_end *e, const struct endpoint *local, const struct endpoint *remote);

/* What goes with a datagram that is sent. Unset: an unspecified address, 0. */
struct udp_tx {
	struct endpoint peer,
	    local;         /* local.ifindex: over this interface; local.port: used by ends with any_port */
	int ttl, tos;      /* -1 = the end's */
	uint16_t seg_size; /* cut into datagrams of so many octets each; 0 = the end's */
};
extern const struct udp_tx UDP_TX_DEFAULT;

/*
 * All or nothing: @len, or -LEAT_EMSGSIZE, -LEAT_EDESTADDRREQ, -LEAT_EACCES (broadcast),
 * -LEAT_EINVAL, -LEAT_ENETUNREACH, -LEAT_ENOBUFS, -LEAT_EPIPE, the pending error once.
 */
ssize_t udp_send(struct udp_end *e, const void *buf, size_t len, const struct udp_tx *tx);

/* See dgram_read(); 0 after udp_shutdown() of reading, and the pending error once. */
ssize_t udp_recv(
    struct udp_end *e, void *buf, size_t len, bool peek, struct dgram_names *names, size_t *full);

/*
 * What was said of datagrams that it sent, the earliest first, while opts.recverr4 or 6 is set: see
 * errq_take().
 */
ssize_t udp_recv_error(struct udp_end *e, void *buf, size_t len, struct dgram_error *out, size_t *full);
void udp_forget_errors(struct udp_end *e);

/*
 * Returns true if an end takes a datagram to @local from @remote that comes in by interface
 * @ifindex. One that takes every port does not count.
 */
bool udp_is_taken(
    struct udp *udp, const struct endpoint *local, const struct endpoint *remote, uint32_t ifindex);

size_t udp_unread(const struct udp_end *e); /* octets of the next datagram */
unsigned udp_ready(const struct udp_end *e);
int udp_take_error(struct udp_end *e);
void udp_shutdown(struct udp_end *e, bool recv, bool send);

/*
 * 0, -LEAT_EADDRINUSE (joined already), -LEAT_EADDRNOTAVAIL (not joined), -LEAT_ENODEV,
 * -LEAT_ENOBUFS. @ifindex 0 = as routed.
 */
int udp_join(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex);
int udp_leave(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex);

/*
 * Source filters. udp_add_source() adds @source: with @include it is taken, and the group joined if
 * needed (IP_ADD_SOURCE_MEMBERSHIP); otherwise it is left out (IP_BLOCK_SOURCE). udp_drop_source()
 * undoes that. Both return 0, -LEAT_EINVAL (not joined, or the filter is of the other mode),
 * -LEAT_EADDRNOTAVAIL (listed already, or not listed), -LEAT_ENODEV, -LEAT_ENOBUFS.
 */
int udp_add_source(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex,
    const struct ipaddr *source, bool include);
int udp_drop_source(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex,
    const struct ipaddr *source, bool include);

struct udp_filter {
	bool include;
	unsigned nsource;
	const struct ipaddr *source; /* udp_get_filter(): the end's */
};
/* All at once; including none leaves the group. */
int udp_set_filter(
    struct udp_end *e, const struct ipaddr *group, uint32_t ifindex, const struct udp_filter *f);
/* 0, -LEAT_EADDRNOTAVAIL (not joined), -LEAT_EINVAL, -LEAT_ENODEV. */
int udp_get_filter(struct udp_end *e, const struct ipaddr *group, uint32_t ifindex, struct udp_filter *out);

/* The MTU of the way to the peer (IP_MTU), or a negative error. */
int udp_path_mtu(struct udp_end *e);

/*
 * Returns true if a datagram to @local that comes in on @iface, from any peer, would find an end.
 */
bool udp_serves(struct udp *udp, struct iface *iface, const struct endpoint *local);

struct udp_counters {
	uint64_t rx, tx; /* datagrams delivered to an end, and handed to the network */
};
const struct udp_counters *udp_counters(const struct udp *udp);

#endif
