/*
 * sock/opt_ip4.c - the options of ip(7).
 */
#include "base/bytes.h"
#include "sock/opt_group.h"
#include "sock/opt_ip.h"

#include <string.h>

/* Linux's numbers, linux/in.h. */
enum {
	OPT_TOS = 1,
	OPT_TTL = 2,
	OPT_PKTINFO = 8,
	OPT_MTU_DISCOVER = 10,
	OPT_RECVERR = 11,
	OPT_RECVTTL = 12,
	OPT_RECVTOS = 13,
	OPT_MTU = 14,
	OPT_FREEBIND = 15,
	OPT_TRANSPARENT = 19,
	OPT_RECVORIGDSTADDR = 20,
	OPT_BIND_ADDRESS_NO_PORT = 24,
	OPT_MULTICAST_IF = 32,
	OPT_MULTICAST_TTL = 33,
	OPT_MULTICAST_LOOP = 34,
	OPT_ADD_MEMBERSHIP = 35,
	OPT_DROP_MEMBERSHIP = 36,
	OPT_UNBLOCK_SOURCE = 37,
	OPT_BLOCK_SOURCE = 38,
	OPT_ADD_SOURCE_MEMBERSHIP = 39,
	OPT_DROP_SOURCE_MEMBERSHIP = 40,
	OPT_MSFILTER = 41,
	OPT_MULTICAST_ALL = 49,
};

/*
 * IP_TOS takes the low octet of any value. A change also sets SO_PRIORITY, by the old type of
 * service (RFC 1349).
 */
static int
set_tos(struct sock *sk, const struct sock_opt *o, int v)
{
	static const uint8_t priority[4] = {0, 2, 6, 4};
	uint8_t before = sk->opt.tos[V4];

	opt_ip_set_tos(sk, V4, v);
	if (sk->opt.tos[V4] != before)
		sk->opt.kept.priority = priority[sk->opt.tos[V4] >> 3 & 3];
	return 0;
}

/* Unlike a hop limit, a TTL may not be 0. */
static int
set_ttl(struct sock *sk, const struct sock_opt *o, int v)
{
	return v == 0 ? -LEAT_EINVAL : opt_ip_set_hops(sk, o, v);
}

/* IP_MULTICAST_IF takes an address, or the structures of IP_ADD_MEMBERSHIP. */
static int
set_multicast_if(struct sock *sk, const struct sock_opt *o, const void *value, size_t len)
{
	const uint8_t *octets = value;
	struct ipaddr at;
	struct iface *iface;
	int32_t index = 0;
	int err;

	if (len < 4)
		return -LEAT_EINVAL;
	at = ipaddr_from4(len >= 8 ? octets + 4 : octets);
	if (len >= 12)
		memcpy(&index, octets + 8, sizeof index);
	iface = index || ipaddr_is_any(&at) ? NULL : iface_of_addr(sk->socks->core, &at);
	if (!index && !ipaddr_is_any(&at) && !iface)
		return -LEAT_EADDRNOTAVAIL;
	err = opt_ip_set_group_iface(sk, iface ? iface->index : (uint32_t)index);
	if (!err)
		sk->opt.mcast_addr4 = at;
	return err;
}

static int
get_multicast_if(struct sock *sk, const struct sock_opt *o, void *value, size_t *len)
{
	uint8_t octets[4];

	be32_put(octets, ipaddr_v4_number(&sk->opt.mcast_addr4));
	return opt_put(octets, sizeof octets, value, len);
}

/* clang-format off */
static const struct sock_opt opts[] = {
	[OPT_TOS] = {OPT_FIELD(opt.tos[V4]), .length = OPT_INT_OR_NOTHING, .set = set_tos},
	[OPT_TTL] = {OPT_FIELD(opt.ttl[V4]), .min = -1, .max = 255, .arg = V4, .set = set_ttl,
		.get = opt_ip_get_hops},
	[OPT_PKTINFO] = {OPT_FIELD(opt.kept.recv_info[INFO_PKTINFO]), .length = OPT_INT_OR_NOTHING},
	[OPT_MTU_DISCOVER] = {OPT_FIELD(opt.dgram.mtu_discover), .length = OPT_INT_OR_NOTHING,
		.min = UDP_PMTU_DONT, .max = UDP_PMTU_OMIT},
	[OPT_RECVERR] = {OPT_FIELD(opt.dgram.recverr4), .length = OPT_INT_OR_NOTHING,
		.set = opt_ip_set_recverr},
	[OPT_RECVTTL] = {OPT_FIELD(opt.kept.recv_info[INFO_TTL]), .length = OPT_INT_OR_NOTHING},
	[OPT_RECVTOS] = {OPT_FIELD(opt.kept.recv_info[INFO_TOS]), .length = OPT_INT_OR_NOTHING},
	[OPT_MTU] = {.get = opt_ip_get_path_mtu},
	[OPT_FREEBIND] = {OPT_FIELD(opt.freebind)},
	[OPT_TRANSPARENT] = {OPT_FIELD(opt.dgram.transparent), .set = opt_ip_set_transparent},
	[OPT_RECVORIGDSTADDR] = {OPT_FIELD(opt.kept.recv_info[INFO_ORIGDSTADDR]), .length = OPT_INT_OR_NOTHING},
	[OPT_BIND_ADDRESS_NO_PORT] = {OPT_FIELD(opt.kept.recv_info[INFO_BIND_NO_PORT]),
		.length = OPT_INT_OR_NOTHING},
	[OPT_MULTICAST_IF] = {.set_raw = set_multicast_if, .get_raw = get_multicast_if},
	[OPT_MULTICAST_TTL] = {OPT_FIELD(opt.mcast_ttl[V4]), .refuse_in = OPT_STREAM, .refusal = LEAT_EINVAL,
		.min = -1, .max = 255, .set = opt_ip_set_group_hops},
	[OPT_MULTICAST_LOOP] = {OPT_FIELD(opt.dgram.mcast_loop)},
	[OPT_ADD_MEMBERSHIP] = {.refuse_in = OPT_STREAM, .refusal = LEAT_EPROTO, .arg = GROUP_ADD,
		.set_raw = opt_group_set_member4},
	[OPT_DROP_MEMBERSHIP] = {.refuse_in = OPT_STREAM, .refusal = LEAT_EPROTO,
		.set_raw = opt_group_set_member4},
	[OPT_UNBLOCK_SOURCE] = {.set_raw = opt_group_set_source4},
	[OPT_BLOCK_SOURCE] = {.arg = GROUP_ADD, .set_raw = opt_group_set_source4},
	[OPT_ADD_SOURCE_MEMBERSHIP] = {.arg = GROUP_ADD | GROUP_INCLUDE, .set_raw = opt_group_set_source4},
	[OPT_DROP_SOURCE_MEMBERSHIP] = {.arg = GROUP_INCLUDE, .set_raw = opt_group_set_source4},
	[OPT_MSFILTER] = {.set_raw = opt_group_set_filter4, .get_raw = opt_group_get_filter4},
	OPT_GROUP_ROWS(0),
	[OPT_MULTICAST_ALL] = {OPT_FIELD(opt.dgram.mcast_all)},
};
/* clang-format on */

const struct sock_opt_level opt_level_ip4 = {
    OPT_LEVEL(opts), .length = OPT_INT_OR_OCTET, .push = OPT_PUSH_BOTH, .octet_answer = true};
