/*
 * core/core.h - the hub of one host. Links, networks and transports do not know one another: they
 * meet here, through the operations that this header declares.
 *
 * A core has no clock: whoever drives it (stack/) sets `now` before each entry and lets the wheel
 * fire. It has no I/O: frames leave through each interface's wire, and come in through
 * iface_input().
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
	uint64_t number; /* this host's name in events */
	uint64_t seed;   /* of every draw that is not a secret */
	struct siphash_key
	    secret; /* of hashes, ISNs, ports: from the machine's generator, or from the seed where a run must repeat */
	struct pkt_pool *pool; /* borrowed */
	struct sink *sink;     /* borrowed; NULL = nobody listens */
	nsec_t now;
	bool gro_off; /* batches are not joined: each packet is handed in and answered by itself */
};

/* What a network tells a transport of a packet that it delivers. */
struct ip_rx {
	struct ipaddr src, dst;
	struct iface *iface;
	uint8_t proto, ttl, tos;
	bool group;      /* the destination is a broadcast or multicast address */
	bool alert;      /* IPv6: with the Router Alert of MLD (RFC 2711) */
	bool fragmented; /* IPv6: it came with a fragment header, alone or in pieces */
};

/* What a transport tells a network of a packet that it sends. */
struct ip_tx {
	struct ipaddr src, dst; /* both set, of one family */
	uint8_t proto;
	uint8_t ttl; /* 0 = the host's default, 64 (1 for multicast) */
	uint8_t tos;
	bool dont_fragment; /* IPv4 DF; IPv6 answers -LEAT_EMSGSIZE instead of fragmenting */
	bool transparent;   /* the source need not be an address of ours */
	uint32_t mtu;       /* IPv6: no packet or fragment is longer (IPV6_MTU); 0 = as the path allows */
	uint32_t ifindex;   /* this interface only; 0 = as routed */
	struct path_cache *cache; /* the sender's, of these names alone; NULL = look the way up */
};

/* What an ICMP error, or a neighbour that does not answer, means for a flow. */
enum net_error_kind {
	NET_ERROR_SOFT, /* may pass: host or network unreachable, TTL exceeded (RFC 5461) */
	NET_ERROR_HARD, /* protocol or port unreachable, prohibited (RFC 1122, 4.2.3.9) */
	NET_ERROR_PMTU, /* packet too big: mtu says what fits */
};

struct net_error {
	enum net_error_kind kind;
	int error;    /* the LEAT_E number for the user */
	uint32_t mtu; /* NET_ERROR_PMTU */
	uint8_t proto;
	struct ipaddr local, remote; /* of the packet that caused it: our side, the other side */
	uint32_t ifindex; /* of the interface that they are on, where they are link-local; 0 = unknown */
	struct ipaddr reporter; /* who says so */
	uint8_t v6, type, code; /* as received; 0, 0, 0 for a neighbour that failed */
	bool own; /* found by this host itself (no neighbour, no route), so it cannot be forged */
	const uint8_t *quoted; /* the transport header's first octets */
	uint16_t quoted_len;   /* at least 8 when it came by ICMP */
};

struct transport_ops {
	/* Consumes @pkt, whose data begins at the transport header; l3 is set. */
	void (*input)(void *self, struct pkt *pkt, const struct ip_rx *rx);
	/*
	 * An error about a packet that this transport is said to have sent. Borrowed. False: it is
	 * of no flow that is known here.
	 */
	bool (*error)(void *self, const struct net_error *e);
	/*
	 * It holds errors against what it has in flight (RFC 5927): what they teach of path MTUs,
	 * and telling the sink of them, is left to it.
	 */
	bool validates_errors;
};

struct network_ops {
	/*
	 * Consumes @pkt: from a link, data at the network header. IPv4's network gets ARP, too:
	 * pkt->ethertype tells them apart.
	 */
	void (*input)(void *self, struct iface *iface, struct pkt *pkt);
	/*
	 * Consumes @pkt, data at the transport header, l4 set: adds the network header, routes,
	 * fragments or keeps the super-segment whole, sends. 0 or the reason it went nowhere
	 * (-LEAT_ENETUNREACH, -LEAT_EMSGSIZE, ...), which has been counted.
	 */
	int (*output)(void *self, struct pkt *pkt, const struct ip_tx *tx);
	/*
	 * "This packet (l3 set) could not be delivered": emit the ICMP error that fits,
	 * rate-limited. Borrows @pkt.
	 */
	void (*refuse)(void *self, const struct pkt *pkt, const struct ip_rx *rx, int error);
	/*
	 * @addr of this family has come to @iface, tentative or not: announce it, or begin to look
	 * for duplicates. NULL = nothing to do.
	 */
	void (*addr_added)(void *self, struct iface *iface, const struct iface_addr *addr);
	/*
	 * What the interface wants of @group has changed, as @change says: MCAST_TO_EXCLUDE (any
	 * source from now on), MCAST_TO_INCLUDE (the listed sources, possibly none), MCAST_ALLOW or
	 * MCAST_BLOCK (of @source). NULL if there is nothing to do.
	 */
	void (*group_changed)(void *self, struct iface *iface, const struct ipaddr *group, uint8_t change,
	    const struct ipaddr *source);
};

/* A bare pointer pair, so that core needs to know neither networks nor transports. */
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
	uint64_t next_flow; /* the number that the next flow gets */
	uint64_t drops[DROP_COUNT];

	struct iface *iface[CORE_IFACES]; /* by index; 0 stays empty */
	struct core_network net4, net6;
	struct core_transport transport[CORE_PROTOS];
	struct core_transport ping, echo;
	struct routes *routes;
	uint64_t route_generation; /* never 0: a cache of 0 has never been filled */
	struct pmtu *pmtu;
	struct neigh_table *neigh;
	struct gro gro; /* while a batch comes in: what is being joined */
	bool joining, gro_off;
	bool forwarding;  /* packets for others are passed on */
	bool transparent; /* packets for any address are delivered here (the gateway) */
};

/*
 * Changes whenever a route, an address or a path MTU does, so that holders of a struct path know
 * when to look again.
 */
static inline uint64_t
route_generation(const struct core *core)
{
	return core->route_generation;
}

/*
 * NULL without memory. The caller frees with core_free() after everything that registered itself
 * has gone.
 */
struct core *core_new(const struct core_config *config);
void core_free(struct core *core);

/* Tell the sink, with host and time filled in. Callers test sink_wants() first. */
void core_emit(struct core *core, struct event *e);

/*
 * Called once by each protocol as it is set up. Transports may take themselves out again with @ops
 * NULL.
 */
void core_register_network(struct core *core, bool v6, const struct network_ops *ops, void *self);
void core_register_transport(struct core *core, uint8_t proto, const struct transport_ops *ops, void *self);

/*
 * Who pings: gets the echo replies to this host, and the errors about its echo requests. Data (and
 * what is quoted) begin at the ICMP or ICMPv6 header, checked; @rx->proto (1 or 58) tells which. It
 * sends its requests through core_output() like any transport.
 */
void core_register_ping(struct core *core, const struct transport_ops *ops, void *self);

/*
 * Who answers echo requests for addresses that are not our own, in a transparent core (the
 * gateway). Without one, they are answered as our own are. Only input is used. NULL, NULL takes it
 * back.
 */
void core_register_echo(struct core *core, const struct transport_ops *ops, void *self);

static inline const struct core_network *
core_network_of(const struct core *core, const struct ipaddr *addr)
{
	return ipaddr_is4(addr) ? &core->net4 : &core->net6;
}

/* Hand @pkt to the network of @tx's family; see network_ops.output. Consumes @pkt. */
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

/* A link brought @pkt: data at the network header, ethertype set. Consumes it. */
void core_input(struct core *core, struct iface *iface, struct pkt *pkt);

/* From here to core_input_end() packets may be kept back and joined (pkt/gro.h). */
void core_input_begin(struct core *core);
void core_input_end(struct core *core);

/*
 * Hand @pkt to the transport of @rx->proto. False, with @pkt still the caller's, when there is
 * none.
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

/* Hand @e to the transport of @e->proto. False when there is none, or it knows no such flow. */
bool core_error(struct core *core, const struct net_error *e);

/*
 * See network_ops.refuse; @error is LEAT_ECONNREFUSED (port), LEAT_EHOSTUNREACH, LEAT_ENETUNREACH,
 * LEAT_EACCES (prohibited), LEAT_EPROTO (protocol).
 */
void core_refuse(struct core *core, const struct pkt *pkt, const struct ip_rx *rx, int error);

#endif
