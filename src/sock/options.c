/*
 * sock/options.c - setsockopt and getsockopt: the defaults, the levels, and Leat's own.
 */
#include "sock/impl.h"

#include <string.h>

enum { SOL_LEVEL_IP = 0, SOL_LEVEL_SOCKET = 1, SOL_LEVEL_TCP = 6, SOL_LEVEL_UDP = 17, SOL_LEVEL_IPV6 = 41 };

/* Linux's tcp_wmem and tcp_rmem, as a stream begins. */
enum { TCP_SNDBUF = 16384, TCP_RCVBUF = 131072 };

void
opt_defaults(struct sock *sk)
{
	bool stream = sk->type == SOCK_TYPE_STREAM;

	tcp_opts_default(&sk->tcp);
	udp_opts_default(&sk->dgram);
	sk->sndbuf = stream ? TCP_SNDBUF : SOCK_BUF_DEFAULT;
	sk->rcvbuf = stream ? TCP_RCVBUF : SOCK_BUF_DEFAULT;
	sk->rcvlowat = 1;
	sk->incoming_cpu = -1;
	sk->quickack_told = true;
	sk->mcast_ttl[V4] = sk->mcast_ttl[V6] = 1;
}

int
opt_int(const void *value, size_t len, int *out)
{
	const uint8_t *octet = value;

	if (len >= sizeof *out)
		memcpy(out, value, sizeof *out);
	else if (len >= 1)
		*out = *octet;
	else
		return -LEAT_EINVAL;
	return 0;
}

int
opt_put(const void *from, size_t size, void *value, size_t *len)
{
	if (*len > size)
		*len = size;
	memcpy(value, from, *len);
	return 0;
}

int
opt_put_int(int v, void *value, size_t *len)
{
	return opt_put(&v, sizeof v, value, len);
}

void
opt_push_datagram(struct sock *sk)
{
	if (sk->udp)
		*udp_end_opts(sk->udp) = sk->dgram;
	if (sk->ping) {
		ping_set_rcvbuf(sk->ping, sk->dgram.rcvbuf);
		ping_set_recverr(sk->ping, sk->v6 ? sk->dgram.recverr6 : sk->dgram.recverr4);
	}
}

int
opt_push_stream(struct sock *sk, const struct tcp_opts *before)
{
	int err = stream_apply_opts(sk);

	if (err)
		sk->tcp = *before;
	return err;
}

static int
opt_leat_set(struct sock *sk, int name, const void *value, size_t len)
{
	static const struct endpoint none;
	int v;
	int err = opt_int(value, len, &v);

	if (err)
		return err;
	switch (name) {
	case LEAT_ANY_PORT:
		if (sk->claim.bucket || sk->conn || sk->listener || sk->ping)
			return -LEAT_EINVAL;
		sk->any_port = sk->dgram.any_port = v;
		sk->dgram.transparent = sk->tcp.transparent = v;
		opt_push_datagram(sk);
		return sk->udp ? udp_bind(sk->udp, &none) : 0;
	case LEAT_DEFER_ACCEPT:
		if (sk->type != SOCK_TYPE_STREAM || sk->conn)
			return -LEAT_EINVAL;
		sk->tcp.defer_syn_ack = v;
		return stream_apply_opts(sk);
	default:
		return -LEAT_ENOPROTOOPT;
	}
}

static int
opt_leat_get(struct sock *sk, int name, void *value, size_t *len)
{
	switch (name) {
	case LEAT_ANY_PORT:
		return opt_put_int(sk->any_port, value, len);
	case LEAT_DEFER_ACCEPT:
		return opt_put_int(sk->tcp.defer_syn_ack, value, len);
	default:
		return -LEAT_ENOPROTOOPT;
	}
}

int
sock_setopt(struct sock *sk, int level, int name, const void *value, size_t len)
{
	switch (level) {
	case SOL_LEVEL_SOCKET:
		return opt_socket_set(sk, name, value, len);
	case SOL_LEVEL_TCP:
		return sk->type == SOCK_TYPE_STREAM ? opt_tcp_set(sk, name, value, len) : -LEAT_ENOPROTOOPT;
	case SOL_LEVEL_IP:
		return opt_ip_set(sk, name, value, len);
	case SOL_LEVEL_IPV6:
		return sk->v6 ? opt_ipv6_set(sk, name, value, len) : -LEAT_ENOPROTOOPT;
	case SOL_LEVEL_UDP:
		return sk->udp ? opt_udp_set(sk, name, value, len) : -LEAT_ENOPROTOOPT;
	case LEAT_SOL_LEAT:
		return opt_leat_set(sk, name, value, len);
	default:
		return -LEAT_ENOPROTOOPT;
	}
}

int
sock_getopt(struct sock *sk, int level, int name, void *value, size_t *len)
{
	switch (level) {
	case SOL_LEVEL_SOCKET:
		return opt_socket_get(sk, name, value, len);
	case SOL_LEVEL_TCP:
		return sk->type == SOCK_TYPE_STREAM ? opt_tcp_get(sk, name, value, len)
		       : sk->v6                     ? -LEAT_ENOPROTOOPT
						    : -LEAT_EOPNOTSUPP;
	case SOL_LEVEL_IP:
		return opt_ip_get(sk, name, value, len);
	case SOL_LEVEL_IPV6:
		return sk->v6 ? opt_ipv6_get(sk, name, value, len) : -LEAT_EOPNOTSUPP;
	case SOL_LEVEL_UDP:
		if (sk->udp)
			return opt_udp_get(sk, name, value, len);
		return sk->v6 ? -LEAT_ENOPROTOOPT : -LEAT_EOPNOTSUPP;
	case LEAT_SOL_LEAT:
		return opt_leat_get(sk, name, value, len);
	default:
		return sk->v6 ? -LEAT_ENOPROTOOPT : -LEAT_EOPNOTSUPP; /* as Linux says it here */
	}
}
