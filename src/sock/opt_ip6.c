/*
 * sock/opt_ip6.c - the options of ipv6(7).
 */
#include "sock/opt_group.h"
#include "sock/opt_ip.h"

/* Linux's numbers, linux/in6.h. */
enum {
	OPT6_UNICAST_HOPS = 16,
	OPT6_MULTICAST_IF = 17,
	OPT6_MULTICAST_HOPS = 18,
	OPT6_MULTICAST_LOOP = 19,
	OPT6_JOIN_GROUP = 20,
	OPT6_LEAVE_GROUP = 21,
	OPT6_MTU_DISCOVER = 23,
	OPT6_MTU = 24,
	OPT6_RECVERR = 25,
	OPT6_V6ONLY = 26,
	OPT6_MULTICAST_ALL = 29,
	OPT6_RECVPKTINFO = 49,
	OPT6_RECVHOPLIMIT = 51,
	OPT6_DONTFRAG = 62,
	OPT6_RECVTCLASS = 66,
	OPT6_TCLASS = 67,
	OPT6_TRANSPARENT = 75,
	OPT6_FREEBIND = 78,
};

enum { MTU6_MIN = 1280 }; /* RFC 8200, 5 */

/* -1 means the default, which is 0. */
static int
set_tclass(struct sock *sk, const struct sock_opt *o, int v)
{
	opt_ip_set_tos(sk, V6, v == -1 ? 0 : v);
	return 0;
}

/* 0 means as the path allows. */
static int
set_mtu(struct sock *sk, const struct sock_opt *o, int v)
{
	if (v && v < MTU6_MIN)
		return -LEAT_EINVAL;
	return opt_store(sk, o, v);
}

static int
set_multicast_if(struct sock *sk, const struct sock_opt *o, int v)
{
	return opt_ip_set_group_iface(sk, (uint32_t)v);
}

/* clang-format off */
static const struct sock_opt opts[] = {
	[OPT6_UNICAST_HOPS] = {OPT_FIELD(opt.ttl[V6]), .min = -1, .max = 255, .arg = V6,
		.set = opt_ip_set_hops, .get = opt_ip_get_hops},
	[OPT6_MULTICAST_IF] = {OPT_FIELD(opt.dgram.mcast_if), .set = set_multicast_if},
	[OPT6_MULTICAST_HOPS] = {OPT_FIELD(opt.mcast_ttl[V6]), .refuse_in = OPT_STREAM,
		.refusal = LEAT_ENOPROTOOPT, .min = -1, .max = 255, .set = opt_ip_set_group_hops},
	[OPT6_MULTICAST_LOOP] = {OPT_FIELD(opt.dgram.mcast_loop), .min = 0, .max = 1},
	[OPT6_JOIN_GROUP] = {.refuse_in = OPT_STREAM, .refusal = LEAT_EPROTO, .arg = GROUP_ADD,
		.set_raw = opt_group_set_member6},
	[OPT6_LEAVE_GROUP] = {.refuse_in = OPT_STREAM, .refusal = LEAT_EPROTO,
		.set_raw = opt_group_set_member6},
	[OPT6_MTU_DISCOVER] = {OPT_FIELD(opt.dgram.mtu_discover), .min = UDP_PMTU_DONT, .max = UDP_PMTU_OMIT},
	[OPT6_MTU] = {OPT_FIELD(opt.dgram.mtu6), .set = set_mtu, .get = opt_ip_get_path_mtu},
	[OPT6_RECVERR] = {OPT_FIELD(opt.dgram.recverr6), .set = opt_ip_set_recverr},
	[OPT6_V6ONLY] = {OPT_FIELD(opt.dgram.v6only), .refuse_in = OPT_BOUND, .refusal = LEAT_EINVAL},
	[OPT6_MULTICAST_ALL] = {OPT_FIELD(opt.dgram.mcast_all)},
	OPT_GROUP_ROWS(GROUP_V6),
	[OPT6_RECVPKTINFO] = {OPT_FIELD(opt.kept.recv_info[INFO6_PKTINFO])},
	[OPT6_RECVHOPLIMIT] = {OPT_FIELD(opt.kept.recv_info[INFO6_HOPLIMIT])},
	[OPT6_DONTFRAG] = {OPT_FIELD(opt.dgram.dont_frag6)},
	[OPT6_RECVTCLASS] = {OPT_FIELD(opt.kept.recv_info[INFO6_TCLASS])},
	[OPT6_TCLASS] = {OPT_FIELD(opt.tos[V6]), .min = -1, .max = 255, .set = set_tclass},
	[OPT6_TRANSPARENT] = {OPT_FIELD(opt.dgram.transparent), .set = opt_ip_set_transparent},
	[OPT6_FREEBIND] = {OPT_FIELD(opt.freebind)},
};
/* clang-format on */

const struct sock_opt_level opt_level_ip6 = {OPT_LEVEL(opts), .length = OPT_INT, .push = OPT_PUSH_BOTH};
