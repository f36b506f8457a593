/*
 * tcp/flow/flow.h - four-tuples: who owns one, and which local addresses and ports are in use.
 *
 * It knows a connection only by struct tcp_flow, which its owner keeps at its head.
 */
#ifndef TCP_FLOW_FLOW_H
#define TCP_FLOW_FLOW_H

#include "base/ipaddr.h"
#include "base/list.h"
#include "base/slab.h"
#include "base/table.h"

struct tcp_port;

/* The common head of all that owns a four-tuple: a connection, or its record in TIME-WAIT. */
struct tcp_flow {
	struct table_node node;
	struct endpoint local, remote;
	bool time_wait;        /* true: a struct tcp_tw; false: a struct tcp_conn */
	uint8_t share;         /* enum tcp_share */
	struct tcp_port *port; /* the local port; NULL: the flow is not in the table */
	struct list same_port; /* of struct tcp_port's flows */
};

/* The flows of a host, and the local ports that they use. */
struct tcp_flows {
	struct table table;    /* struct tcp_flow */
	struct tcp_flow *last; /* the flow found last: the next segment mostly belongs to it, too */
	struct table ports;    /* struct tcp_port: the local ports in use */
	struct slab port_slab;
};

/* With whom a flow shares its local address and port: a mask. */
enum tcp_share {
	TCP_SHARE_ADDR = 1,
	TCP_SHARE_PORT = 2,
	TCP_SHARE_V4 = 4, /* IPV6_V6ONLY: does not conflict with IPv4 */
	TCP_SHARES = 8
};

/* A four-tuple as the words that are hashed. */
struct tcp_words {
	uint64_t word[5];
	unsigned n;
};

static inline struct tcp_words
tcp_words(const struct endpoint *local, const struct endpoint *remote)
{
	uint64_t names = (uint64_t)remote->ifindex << 32 | (uint32_t)local->port << 16 | remote->port;

	if (ipaddr_is4(&remote->addr)) /* the octets of an IPv4 address are the last four */
		return (struct tcp_words){
		    {names, (local->addr.w[1] >> 32) | (remote->addr.w[1] >> 32 << 32)}, 2};
	return (struct tcp_words){
	    {names, local->addr.w[0], local->addr.w[1], remote->addr.w[0], remote->addr.w[1]}, 5};
}

/*
 * Returns an endpoint that can be compared octet by octet: only link-local IPv6 addresses keep
 * their scope (RFC 4007, 6).
 */
static inline struct endpoint
tcp_endpoint(const struct ipaddr *addr, uint16_t port, uint32_t ifindex)
{
	bool scoped = !ipaddr_is4(addr) && ipaddr_is_link_local(addr);

	return (struct endpoint){.addr = *addr, .port = port, .ifindex = scoped ? ifindex : 0};
}

int tcp_flows_init(struct tcp_flows *flows, const struct siphash_key *key); /* 0 or -LEAT_ENOMEM */
void tcp_flows_fini(struct tcp_flows *flows);
/*
 * Returns the flow of a four-tuple, or NULL. In both cases *@hash is set to what tcp_flow_add()
 * needs for the same four-tuple.
 */
struct tcp_flow *tcp_find(
    struct tcp_flows *flows, const struct endpoint *local, const struct endpoint *remote, uint64_t *hash);
int tcp_flow_add(struct tcp_flows *flows, struct tcp_flow *flow, uint64_t hash); /* 0 or -LEAT_ENOBUFS */
/* Does nothing if @flow is not in the table. */
void tcp_flow_remove(struct tcp_flows *flows, struct tcp_flow *flow);
/* Puts @to, which is in no table, in the place of @from, and copies its names. */
void tcp_flow_replace(struct tcp_flows *flows, struct tcp_flow *from, struct tcp_flow *to);
/* Changes with whom @flow shares its local address and port. */
void tcp_flow_share(struct tcp_flow *flow, uint8_t share);
/*
 * Returns true if a flow keeps @local from being taken by a socket that shares as @share says. @v6:
 * an IPv6 socket asks, whatever the address.
 */
bool tcp_flows_refuse(const struct tcp_flows *flows, const struct endpoint *local, bool v6, unsigned share);

#endif
