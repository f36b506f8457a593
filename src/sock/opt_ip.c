/*
 * sock/opt_ip.c - what the options of ip(7) and ipv6(7) have in common.
 */
#include "sock/opt_ip.h"

int
opt_ip_set_hops(struct sock *sk, const struct sock_opt *o, int v)
{
	return opt_store(sk, o, v == -1 ? 0 : v);
}

int
opt_ip_get_hops(struct sock *sk, const struct sock_opt *o, int *v)
{
	*v = sk->opt.ttl[o->arg] ? sk->opt.ttl[o->arg] : OPT_TTL_DEFAULT;
	return 0;
}

int
opt_ip_set_group_hops(struct sock *sk, const struct sock_opt *o, int v)
{
	return opt_store(sk, o, v == -1 ? 1 : v);
}

/* As on Linux. */
void
opt_ip_set_tos(struct sock *sk, int family, int v)
{
	sk->opt.tos[family] = (uint8_t)(sk->type == SOCK_TYPE_STREAM ? v & ~3 : v);
}

int
opt_ip_set_recverr(struct sock *sk, const struct sock_opt *o, int v)
{
	if (!v)
		sock_dgram_forget_errors(sk);
	return opt_store(sk, o, v);
}

int
opt_ip_set_transparent(struct sock *sk, const struct sock_opt *o, int v)
{
	sk->opt.dgram.transparent = sk->opt.tcp.transparent = v;
	return 0;
}

int
opt_ip_set_group_iface(struct sock *sk, uint32_t index)
{
	if (index >= CORE_IFACES || (index && !sk->socks->core->iface[index]))
		return -LEAT_ENODEV;
	sk->opt.dgram.mcast_if = index;
	opt_push_datagram(sk);
	return 0;
}

static int
path_mtu(const struct sock *sk)
{
	struct endpoint local, remote;
	struct path path;
	int err;

	if (sk->end.udp)
		return udp_path_mtu(sk->end.udp);
	err = sock_remote(sk, &remote);
	if (err)
		return err;
	sock_local(sk, &local);
	err = route_find(sk->socks->core, &remote.addr, &local.addr, sk->opt.dgram.bound_if, &path);
	return err ? err : (int)path.mtu;
}

int
opt_ip_get_path_mtu(struct sock *sk, const struct sock_opt *o, int *v)
{
	int mtu = path_mtu(sk);

	if (mtu < 0)
		return mtu;
	*v = mtu;
	return 0;
}
