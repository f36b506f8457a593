/*
 * sock/opt_ip6.c - the options of ipv6(7).
 */
#include "sock/impl.h"

#include <string.h>

/* Linux's numbers, linux/in6.h. */
enum {
	OPT6_UNICAST_HOPS = 16,
	OPT6_MULTICAST_IF = 17,
	OPT6_MULTICAST_HOPS = 18,
	OPT6_MULTICAST_LOOP = 19,
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
	OPT6_FREEBIND = 78,
	OPT6_TRANSPARENT = 75,
};

enum { MTU6_MIN = 1280 }; /* RFC 8200, 5 */

/* Which of sk->recv_info an option is, after those of IPv4; -1 = none of them. */
static int
info_index(int name)
{
	static const int names6[] = {OPT6_RECVPKTINFO, OPT6_RECVHOPLIMIT, OPT6_RECVTCLASS};

	for (int i = 0; i < 3; i++)
		if (names6[i] == name)
			return 8 + i;
	return -1;
}

static int
set_tclass(struct sock *sk, int v)
{
	if (v < -1 || v > 255)
		return -LEAT_EINVAL;
	opt_ip_set_tos(sk, V6, v == -1 ? 0 : v);
	return 0;
}

static int
set_ipv6(struct sock *sk, int name, int v)
{
	int at = info_index(name);

	if (at >= 0) {
		sk->recv_info[at] = v;
		return 0;
	}
	switch (name) {
	case OPT6_V6ONLY:
		if (sk->claim.bucket)
			return -LEAT_EINVAL;
		sk->dgram.v6only = v;
		return 0;
	case OPT6_UNICAST_HOPS:
		return opt_ip_set_hops(&sk->ttl[V6], v, 0);
	case OPT6_TCLASS:
		return set_tclass(sk, v);
	case OPT6_MULTICAST_HOPS:
		if (sk->type == SOCK_TYPE_STREAM)
			return -LEAT_ENOPROTOOPT;
		if (v < -1 || v > 255)
			return -LEAT_EINVAL;
		sk->mcast_ttl[V6] = v == -1 ? 1 : (uint8_t)v;
		return 0;
	case OPT6_MULTICAST_LOOP:
		if (v != 0 && v != 1)
			return -LEAT_EINVAL;
		sk->dgram.mcast_loop = v;
		return 0;
	case OPT6_MULTICAST_ALL:
		sk->dgram.mcast_all = v;
		return 0;
	case OPT6_MULTICAST_IF:
		return opt_ip_set_group_iface(sk, (uint32_t)v);
	case OPT6_MTU_DISCOVER:
		return opt_ip_set_mtu_discover(sk, v);
	case OPT6_DONTFRAG:
		sk->dgram.dont_frag6 = v;
		return 0;
	case OPT6_MTU:
		if (v && v < MTU6_MIN)
			return -LEAT_EINVAL;
		sk->dgram.mtu6 = (uint32_t)v;
		return 0;
	case OPT6_RECVERR:
		return opt_ip_set_recverr(sk, &sk->dgram.recverr6, v);
	case OPT6_FREEBIND:
		sk->freebind = v;
		return 0;
	case OPT6_TRANSPARENT:
		sk->dgram.transparent = sk->tcp.transparent = v;
		return 0;
	default:
		return -LEAT_ENOPROTOOPT;
	}
}

int
opt_ipv6_set(struct sock *sk, int name, const void *value, size_t len)
{
	int v, err;

	err = opt_group_set6(sk, name, value, len);
	if (err != -LEAT_ENOPROTOOPT)
		return err;
	if (len < sizeof v)
		return -LEAT_EINVAL;
	memcpy(&v, value, sizeof v);
	err = set_ipv6(sk, name, v);
	return err ? err : opt_ip_push(sk);
}

int
opt_ipv6_get(struct sock *sk, int name, void *value, size_t *len)
{
	int at = info_index(name);
	int v = 0;

	if (at >= 0)
		return opt_put_int(sk->recv_info[at], value, len);
	switch (name) {
	case OPT6_V6ONLY:
		v = sk->dgram.v6only;
		break;
	case OPT6_UNICAST_HOPS:
		v = sk->ttl[V6] ? sk->ttl[V6] : OPT_TTL_DEFAULT;
		break;
	case OPT6_TCLASS:
		v = sk->tos[V6];
		break;
	case OPT6_MULTICAST_HOPS:
		v = sk->mcast_ttl[V6];
		break;
	case OPT6_MULTICAST_LOOP:
		v = sk->dgram.mcast_loop;
		break;
	case OPT6_MULTICAST_ALL:
		v = sk->dgram.mcast_all;
		break;
	case OPT6_MULTICAST_IF:
		v = (int)sk->dgram.mcast_if;
		break;
	case OPT6_MTU_DISCOVER:
		v = sk->dgram.mtu_discover;
		break;
	case OPT6_MTU:
		v = opt_ip_path_mtu(sk);
		break;
	case OPT6_DONTFRAG:
		v = sk->dgram.dont_frag6;
		break;
	case OPT6_RECVERR:
		v = sk->dgram.recverr6;
		break;
	case OPT6_FREEBIND:
		v = sk->freebind;
		break;
	case OPT6_TRANSPARENT:
		v = sk->dgram.transparent;
		break;
	default:
		return opt_group_get6(sk, name, value, len);
	}
	return v < 0 ? v : opt_put_int(v, value, len);
}
