/*
 * sock/opt_ip.c - what the options of ip(7) and ipv6(7) have in common.
 */
#include "sock/impl.h"

/* -1 means the default; otherwise @min to 255. 0 stands for the default inside. */
int
opt_ip_set_hops(uint8_t *to, int v, int min)
{
	if (v != -1 && (v < min || v > 255))
		return -LEAT_EINVAL;
	*to = v == -1 ? 0 : (uint8_t)v;
	return 0;
}

/* Linux keeps the ECN bits of a stream's TOS to itself. */
void
opt_ip_set_tos(struct sock *sk, int family, int v)
{
	sk->tos[family] = (uint8_t)(sk->type == SOCK_TYPE_STREAM ? v & ~3 : v);
}

int
opt_ip_set_mtu_discover(struct sock *sk, int v)
{
	if (v < UDP_PMTU_DONT || v > UDP_PMTU_OMIT)
		return -LEAT_EINVAL;
	sk->dgram.mtu_discover = (uint8_t)v;
	return 0;
}

/* Who no longer wants to be told forgets what was kept. */
int
opt_ip_set_recverr(struct sock *sk, bool *which, int v)
{
	*which = v;
	if (!v)
		datagram_forget_errors(sk);
	return 0;
}

int
opt_ip_set_group_iface(struct sock *sk, uint32_t index)
{
	if (index >= CORE_IFACES || (index && !sk->socks->core->iface[index]))
		return -LEAT_ENODEV;
	sk->dgram.mcast_if = index;
	opt_push_datagram(sk);
	return 0;
}

int
opt_ip_path_mtu(struct sock *sk)
{
	struct endpoint local, remote;
	struct path path;
	int err;

	if (sk->udp)
		return udp_path_mtu(sk->udp);
	err = sock_remote(sk, &remote);
	if (err)
		return err;
	sock_local(sk, &local);
	err = route_find(sk->socks->core, &remote.addr, &local.addr, sk->dgram.bound_if, &path);
	return err ? err : (int)path.mtu;
}

/* After any change: both transports have what is theirs. */
int
opt_ip_push(struct sock *sk)
{
	struct tcp_opts before = sk->tcp;

	opt_push_datagram(sk);
	return opt_push_stream(sk, &before);
}
