/*
 * net/net.c - makes the networks of one host and registers them with the core.
 */
#include "net/net.h"

#include "net/internal.h"
#include "wire/igmp.h"

#include <stdlib.h>

static struct members *
members_of(struct net *net, struct iface *iface, bool v6)
{
	struct members *m = &net->members[v6][iface->index];

	if (!m->iface)
		members_init(m, net, iface, v6);
	return m;
}

static void
group_changed(
    void *self, struct iface *iface, const struct ipaddr *group, uint8_t change, const struct ipaddr *source)
{
	members_changed(members_of(self, iface, !ipaddr_is4(group)), group, change, source);
}

static void
addr_added(void *self, struct iface *iface, const struct iface_addr *a)
{
	struct net *net = self;
	bool v6 = !ipaddr_is4(&a->addr);

	if (!iface->link->has_neighbours)
		return;
	members_of(net, iface, v6); /* from now on queries are answered */
	if (v6) {
		struct ipaddr group = ndp_solicited_node(&a->addr);

		members_changed(members_of(net, iface, true), &group, MCAST_TO_EXCLUDE, NULL);
	}
	if (a->state == ADDR_TENTATIVE)
		dad_start(net, iface, &a->addr);
	else if (v6)
		ndp_announce(iface, &a->addr);
	else
		arp_announce(iface, &a->addr);
}

static const struct network_ops net4_ops = {ip4_input, ip4_output, icmp4_refuse, addr_added, group_changed};
static const struct network_ops net6_ops = {ip6_input, ip6_output, icmp6_refuse, addr_added, group_changed};

/*
 * Sends the error that a fragment timed out, if fragment zero arrived (RFC 1122, 3.3.2; RFC 8200,
 * 4.5).
 */
static void
reassembly_expired(void *arg, const struct pkt *first)
{
	if (!first)
		return;
	if (first->ethertype == ETH_TYPE_IP4)
		icmp4_error(arg, first, ICMP4_TIME_EXCEEDED, ICMP4_TIME_REASSEMBLY, 0);
	else
		icmp6_error(arg, first, ICMP6_TIME_EXCEEDED, ICMP6_TIME_REASSEMBLY, 0);
}

struct net *
net_new(struct core *core)
{
	struct net *net = calloc(1, sizeof *net);

	if (!net)
		return NULL;
	if (frags_init(&net->frags, core, reassembly_expired, net) < 0) {
		free(net);
		return NULL;
	}
	net->core = core;
	net->icmp_rate.key = core->secret;
	list_init(&net->dad);
	list_init(&net->slaac);
	for (unsigned i = 0; i < IP4_ID_SLOTS; i++)
		net->ip4_id[i] = (uint16_t)rng_u64(&core->rng);
	neigh_register(core, false, &arp_neigh_ops, net);
	neigh_register(core, true, &ndp_neigh_ops, net);
	core_register_network(core, false, &net4_ops, net);
	core_register_network(core, true, &net6_ops, net);
	core_register_transport(core, IP_PROTO_ICMP4, &icmp4_ops, net);
	core_register_transport(core, IP_PROTO_ICMP6, &icmp6_ops, net);
	core_register_transport(core, IP_PROTO_IGMP, &igmp_ops, net);
	return net;
}

void
net_free(struct net *net)
{
	if (!net)
		return;
	slaac_free(net);
	dad_free(net);
	for (unsigned i = 0; i < CORE_IFACES; i++)
		for (unsigned v6 = 0; v6 < 2; v6++)
			if (net->members[v6][i].iface)
				members_stop(&net->members[v6][i]);
	frags_fini(&net->frags);
	free(net);
}
