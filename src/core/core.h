/*
 * core/core.h - the hub of one host. Links, networks and transports do not know one another: they
 * meet here, through the operations that this header declares.
 *
 * A core has no clock: its driver (stack/) sets `now` before each entry and advances the wheel. It
 * does no I/O: frames leave through the wire of an interface, and come in through iface_input().
 */
#ifndef CORE_CORE_H
#define CORE_CORE_H

#include "base/ipaddr.h"
#include "base/rng.h"
#include "base/siphash.h"
#include "base/wheel.h"
#include "core/drop.h"
#include "core/event.h"
#include "core/iface.h"
#include "core/route.h"
#include "leat.h"
#include "pkt/gro.h"

enum { CORE_IFACES = 16, CORE_PROTOS = 256 };

struct core_config {
	uint64_t number; /* the number of this host in events */
	uint64_t seed;   /* of all random numbers that are not secret */
	/*
	 * key of hashes, ISNs and ports; from the machine's generator, or from the seed if the
	 * run must be repeatable
	 */
	struct siphash_key secret;
	struct pkt_pool *pool; /* borrowed */
	struct sink *sink;     /* borrowed; NULL = no subscriber to events */
	nsec_t now;
	/* turns GRO off: the segments of a batch are not joined, and each is answered separately */
	bool gro_off;
};

/* What a network passes to a transport together with a received packet. */
struct ip_rx {
	struct ipaddr src, dst;
	struct iface *iface;
	uint8_t proto, ttl, tos;
	bool group;      /* the destination is a broadcast or multicast address */
	bool alert;      /* IPv6: with the Router Alert option of MLD (RFC 2711) */
	bool fragmented; /* IPv6: it came with a fragment header, whole or in pieces */
};

/* What a transport passes to a network together with a packet to send. */
struct ip_tx {
	struct ipaddr src, dst; /* both are set and of the same family */
	uint8_t proto;
	uint8_t ttl; /* 0 = the host's default, 64 (1 for multicast) */
	uint8_t tos;
	bool dont_fragment; /* IPv4: sets DF; IPv6: output returns -LEAT_EMSGSIZE instead of fragmenting */
	bool transparent;   /* the source need not be an address of this host */
	uint32_t mtu;       /* IPv6: the longest packet or fragment (IPV6_MTU); 0 = what the path allows */
	uint32_t ifindex;   /* send through this interface only; 0 = as routed */
	/* the sender's cached path, for these two addresses only; NULL = look the path up */
	struct path_cache *cache;
};

/* What an ICMP error, or a neighbour that does not answer, means for a flow. */
enum net_error_kind {
	NET_ERROR_SOFT, /* may be temporary: host or network unreachable, TTL exceeded (RFC 5461) */
	NET_ERROR_HARD, /* protocol or port unreachable, prohibited (RFC 1122, 4.2.3.9) */
	NET_ERROR_PMTU, /* packet too big: mtu is the size that fits */
};

struct net_error {
	enum net_error_kind kind;
	int error;    /* the LEAT_E number for the user */
	uint32_t mtu; /* with NET_ERROR_PMTU */
	uint8_t proto;
	/*
	 * from the packet that caused the error: the address of this host and that of the other one
	 */
	struct ipaddr local, remote;
	uint32_t ifindex;       /* the interface of link-local addresses; 0 = unknown */
	struct ipaddr reporter; /* who reports the error */
	uint8_t v6, type, code; /* of the ICMP message; 0, 0, 0 for a neighbour that failed */
	bool own; /* found by this host itself (no neighbour, no route), so it cannot be forged */
	const uint8_t *quoted; /* the first octets of the transport header */
	uint16_t quoted_len;   /* at least 8 if the error came by ICMP */
};

struct transport_ops {
	/* Consumes @pkt. Its data begins at the transport header, and l3 is set. */
	void (*input)(void *self, struct pkt *pkt, const struct ip_rx *rx);
	/*
	 * Handles an error about a packet that this transport may have sent. @e is borrowed.
	 * Returns false if no flow of this transport matches.
	 */
	bool (*error)(void *self, const struct net_error *e);
	/*
	 * The transport compares errors with its data in flight (RFC 5927). It then also learns
	 * path MTUs from them and reports them to the sink.
	 */
	bool validates_errors;
};

struct network_ops {
	/*
	 * Consumes @pkt, which a link received. Its data begins at the network header. IPv4's
	 * network also gets ARP packets; pkt->ethertype distinguishes them.
	 */
	void (*input)(void *self, struct iface *iface, struct pkt *pkt);
	/*
	 * Consumes @pkt. Its data begins at the transport header, and l4 is set. Adds the network
	 * header, finds the route, fragments the packet or keeps a super-segment whole, and sends
	 * it. Returns 0, or the error for which the packet was dropped and counted
	 * (-LEAT_ENETUNREACH, -LEAT_EMSGSIZE, ...).
	 */
	int (*output)(void *self, struct pkt *pkt, const struct ip_tx *tx);
	/*
	 * Sends the ICMP error that fits @error about @pkt (l3 set), which could not be delivered.
	 * Errors are rate-limited. Borrows @pkt.
	 */
	void (*refuse)(void *self, const struct pkt *pkt, const struct ip_rx *rx, int error);
	/*
	 * @addr has been added to @iface, tentative or not. The network announces it or starts
	 * duplicate detection. NULL = nothing to do.
	 */
	void (*addr_added)(void *self, struct iface *iface, const struct iface_addr *addr);
	/*
	 * What the interface wants of @group has changed. @change is MCAST_TO_EXCLUDE (any source
	 * from now on), MCAST_TO_INCLUDE (the listed sources, possibly none), MCAST_ALLOW or
	 * MCAST_BLOCK (only these two use @source). NULL = nothing to do.
	 */
	void (*group_changed)(void *self, struct iface *iface, const struct ipaddr *group, uint8_t change,
	    const struct ipaddr *source);
};

/*
 * Operations and object as plain pointers, so that core needs no header of a network or transport.
 */
struct core_transport {
	const struct transport_ops *ops;
	void *self;
};

struct core_network {
	const struct network_ops *ops;
	void *self;
};

struct core {
	nsec_t now;
	struct wheel *wheel;
	struct rng rng;
	struct siphash_key secret;
	struct pkt_pool *pool;
	struct sink *sink;
	uint64_t number;
	uint64_t next_flow; /* the number of the next flow */
	uint64_t drops[DROP_COUNT];

	struct iface *iface[CORE_IFACES]; /* by index; 0 stays empty */
	struct core_network net4, net6;
	struct core_transport transport[CORE_PROTOS];
	struct core_transport ping, echo;
	struct routes *routes;
	uint64_t route_generation; /* never 0: a cache with generation 0 has never been filled */
	struct pmtu *pmtu;
	struct neigh_table *neigh;
	struct gro gro; /* the segments that are being joined during a batch */
	bool joining, gro_off;
	bool forwarding;  /* packets for other hosts are forwarded */
	bool transparent; /* packets for any address are delivered on this host (the gateway) */
};

/*
 * Returns a number that changes whenever a route, an address or a path MTU changes. The holder of a
 * struct path compares it to know when to look the path up again.
 */
static inline uint64_t
route_generation(const struct core *core)
{
	return core->route_generation;
}

/*
 * Returns NULL without memory. The caller frees the core with core_free(), after everything that
 * registered with it has been freed.
 */
struct core *core_new(const struct core_config *config);
void core_free(struct core *core);

/* Sends @e to the sink, with host and time filled in. The caller tests sink_wants() first. */
void core_emit(struct core *core, struct event *e);

/* Each protocol calls these once when it is set up. A transport may unregister with @ops NULL. */
void core_register_network(struct core *core, bool v6, const struct network_ops *ops, void *self);
void core_register_transport(struct core *core, uint8_t proto, const struct transport_ops *ops, void *self);

/*
 * Registers the receiver of echo replies to this host and of errors about its echo requests. Data,
 * and quoted data, begin at the ICMP or ICMPv6 header, which has been checked. @rx->proto is 1 or
 * 58. Requests are sent with core_output(), as by any transport.
 */
void core_register_ping(struct core *core, const struct transport_ops *ops, void *self);

/*
 * Registers who answers echo requests for foreign addresses in a transparent core (the gateway). If
 * no one is registered, the core answers them as it does for its own addresses. Only @ops->input is
 * used. NULL, NULL unregisters.
 */
void core_register_echo(struct core *core, const struct transport_ops *ops, void *self);

static inline const struct core_network *
core_network_of(const struct core *core, const struct ipaddr *addr)
{
	return ipaddr_is4(addr) ? &core->net4 : &core->net6;
}

/* Passes @pkt to the network of @tx's family; see network_ops.output. Consumes @pkt. */
static inline int
core_output(struct core *core, struct pkt *pkt, const struct ip_tx *tx)
{
	const struct core_network *n = core_network_of(core, &tx->dst);

	if (!n->ops) {
		pkt_drop(core, pkt, DROP_IP_NO_ROUTE);
		return -LEAT_ENETUNREACH;
	}
	return n->ops->output(n->self, pkt, tx);
}

/*
 * Passes on a packet that a link received: data at the network header, ethertype set. Consumes it.
 */
void core_input(struct core *core, struct iface *iface, struct pkt *pkt);

/* Between these two calls, packets may be held back and joined (pkt/gro.h). */
void core_input_begin(struct core *core);
void core_input_end(struct core *core);

/*
 * Passes @pkt to the transport of @rx->proto. Returns false if there is none; @pkt then still
 * belongs to the caller.
 */
static inline bool
core_deliver(struct core *core, struct pkt *pkt, const struct ip_rx *rx)
{
	const struct core_transport *t = &core->transport[rx->proto];

	if (!t->ops)
		return false;
	t->ops->input(t->self, pkt, rx);
	return true;
}

/*
 * Passes @e to the transport of @e->proto. Returns false if there is none, or it knows no such
 * flow.
 */
bool core_error(struct core *core, const struct net_error *e);

/*
 * See network_ops.refuse. @error is LEAT_ECONNREFUSED (port), LEAT_EHOSTUNREACH, LEAT_ENETUNREACH,
 * LEAT_EACCES (prohibited) or LEAT_EPROTO (protocol).
 */
void core_refuse(struct core *core, const struct pkt *pkt, const struct ip_rx *rx, int error);

#endif
