/*
 * sock/opt_ip4.c - the options of ip(7).
 */
#include "base/bytes.h"
#include "sock/impl.h"

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
	OPT_MULTICAST_ALL = 49,
};

/* Which of sk->recv_info an option is; -1 = none of them. */
static int
info_index(int name)
{
	static const int names4[] = {
	    OPT_PKTINFO, OPT_RECVTTL, OPT_RECVTOS, OPT_RECVORIGDSTADDR, OPT_BIND_ADDRESS_NO_PORT};

	for (int i = 0; i < 5; i++)
		if (names4[i] == name)
			return i;
	return -1;
}

/*
 * IP_TOS takes the low octet of anything, and chooses SO_PRIORITY by its old type of service (RFC
 * 1349), too.
 */
static int
set_tos4(struct sock *sk, int v)
{
	static const uint8_t priority[4] = {0, 2, 6, 4};
	uint8_t before = sk->tos[V4];

	opt_ip_set_tos(sk, V4, v);
	if (sk->tos[V4] != before)
		sk->priority = priority[sk->tos[V4] >> 3 & 3];
	return 0;
}

/* IP_MULTICAST_IF takes an address, or the structures of IP_ADD_MEMBERSHIP. */
static int
multicast_if4(struct sock *sk, const uint8_t *value, size_t len)
{
	struct ipaddr at;
	struct iface *iface;
	int32_t index = 0;
	int err;

	if (len < 4)
		return -LEAT_EINVAL;
	at = ipaddr_from4(len >= 8 ? value + 4 : value);
	if (len >= 12)
		memcpy(&index, value + 8, sizeof index);
	iface = index || ipaddr_is_any(&at) ? NULL : iface_of_addr(sk->socks->core, &at);
	if (!index && !ipaddr_is_any(&at) && !iface)
		return -LEAT_EADDRNOTAVAIL;
	err = opt_ip_set_group_iface(sk, iface ? iface->index : (uint32_t)index);
	if (!err)
		sk->mcast_addr4 = at;
	return err;
}

static int
set_ip(struct sock *sk, int name, int v)
{
	int at = info_index(name);

	if (at >= 0) {
		sk->recv_info[at] = v;
		return 0;
	}
	switch (name) {
	case OPT_TOS:
		return set_tos4(sk, v);
	case OPT_TTL:
		return opt_ip_set_hops(&sk->ttl[V4], v, 1);
	case OPT_MULTICAST_TTL:
		if (v < -1 || v > 255 || sk->type == SOCK_TYPE_STREAM)
			return -LEAT_EINVAL;
		sk->mcast_ttl[V4] = v == -1 ? 1 : (uint8_t)v;
		return 0;
	case OPT_MULTICAST_LOOP:
		sk->dgram.mcast_loop = v;
		return 0;
	case OPT_MULTICAST_ALL:
		sk->dgram.mcast_all = v;
		return 0;
	case OPT_MTU_DISCOVER:
		return opt_ip_set_mtu_discover(sk, v);
	case OPT_RECVERR:
		return opt_ip_set_recverr(sk, &sk->dgram.recverr4, v);
	case OPT_FREEBIND:
		sk->freebind = v;
		return 0;
	case OPT_TRANSPARENT:
		sk->dgram.transparent = sk->tcp.transparent = v;
		return 0;
	default:
		return -LEAT_ENOPROTOOPT;
	}
}

/* To these no value at all means 0, as on Linux. */
static bool
may_be_empty(int name)
{
	switch (name) {
	case OPT_TOS:
	case OPT_MTU_DISCOVER:
	case OPT_RECVERR:
		return true;
	default:
		return info_index(name) >= 0;
	}
}

int
opt_ip_set(struct sock *sk, int name, const void *value, size_t len)
{
	int v = 0, err;

	if (name == OPT_MULTICAST_IF)
		return multicast_if4(sk, value, len);
	err = opt_group_set4(sk, name, value, len);
	if (err != -LEAT_ENOPROTOOPT)
		return err;
	err = len || !may_be_empty(name) ? opt_int(value, len, &v) : 0;
	if (!err)
		err = set_ip(sk, name, v);
	return err ? err : opt_ip_push(sk);
}

/* Into less room than an int goes one octet, where the value fits (ip(7)). */
static int
put_ip(int v, void *value, size_t *len)
{
	if (*len > 0 && *len < sizeof v && v >= 0 && v <= UINT8_MAX)
		*len = 1;
	return opt_put_int(v, value, len);
}

int
opt_ip_get(struct sock *sk, int name, void *value, size_t *len)
{
	uint8_t group_from[4];
	int at = info_index(name);
	int v = 0;

	if (at >= 0)
		return put_ip(sk->recv_info[at], value, len);
	switch (name) {
	case OPT_TOS:
		v = sk->tos[V4];
		break;
	case OPT_TTL:
		v = sk->ttl[V4] ? sk->ttl[V4] : OPT_TTL_DEFAULT;
		break;
	case OPT_MULTICAST_IF:
		be32_put(group_from, ipaddr_v4_number(&sk->mcast_addr4));
		return opt_put(group_from, sizeof group_from, value, len);
	case OPT_MULTICAST_TTL:
		v = sk->mcast_ttl[V4];
		break;
	case OPT_MULTICAST_LOOP:
		v = sk->dgram.mcast_loop;
		break;
	case OPT_MULTICAST_ALL:
		v = sk->dgram.mcast_all;
		break;
	case OPT_MTU_DISCOVER:
		v = sk->dgram.mtu_discover;
		break;
	case OPT_MTU:
		v = opt_ip_path_mtu(sk);
		break;
	case OPT_RECVERR:
		v = sk->dgram.recverr4;
		break;
	case OPT_FREEBIND:
		v = sk->freebind;
		break;
	case OPT_TRANSPARENT:
		v = sk->dgram.transparent;
		break;
	default:
		return opt_group_get4(sk, name, value, len);
	}
	return v < 0 ? v : put_ip(v, value, len);
}
