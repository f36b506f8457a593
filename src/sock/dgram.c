/*
 * sock/dgram.c - BSD calls on datagram sockets: UDP and ICMP echo (udp(7), icmp(7)). It knows no
 * packet formats.
 */
#include "sock/impl.h"
#include "wire/ip.h"

static void
sock_dgram_event(void *user)
{
	sock_changed(user);
}

static const struct udp_user_ops DATAGRAM_OPS = {sock_dgram_event};

int
sock_dgram_open(struct sock *sk)
{
	if (sk->type == SOCK_TYPE_DGRAM)
		return udp_open(sk->socks->udp, &sk->dgram, &DATAGRAM_OPS, sk, &sk->udp);
	sk->ping = ping_open(&sk->socks->pings, sk->v6, sk->dgram.rcvbuf, sock_dgram_event, sk);
	return sk->ping ? 0 : -LEAT_ENOBUFS;
}

void
sock_dgram_close(struct sock *sk)
{
	cork_drop(sk);
	if (sk->udp)
		udp_close(sk->udp);
	if (sk->ping)
		ping_close(sk->ping);
}

int
sock_dgram_rename(struct sock *sk)
{
	if (sk->ping) {
		ping_bind(sk->ping, sk->local.port);
		return 0;
	}
	return udp_bind(sk->udp, &sk->local);
}

/*
 * Ends the association. What bind() did not fix becomes unspecified again (connect(2), AF_UNSPEC).
 */
static int
dissolve(struct sock *sk)
{
	struct endpoint local = sk->local;

	sk->remote = (struct endpoint){sock_any(sk), 0, 0};
	if (!sk->bound_addr)
		local.addr = sock_any(sk);
	if (!sk->bound_port) {
		port_release(&sk->socks->ports, &sk->claim);
		local.port = 0;
	}
	sk->local = local;
	sk->claim.addr = local.addr;
	if (sk->ping) {
		ping_connect(sk->ping, &sk->remote.addr);
		return sock_dgram_rename(sk);
	}
	return udp_connect(sk->udp, &local, NULL);
}

int
sock_dgram_connect(struct sock *sk, const struct endpoint *remote)
{
	struct endpoint to, local;
	struct path path;
	const struct ipaddr *src;
	int err;

	if (!remote)
		return dissolve(sk);
	err = sock_destination(sk, remote, &to);
	if (err)
		return err;
	src = sk->bound_addr && !ipaddr_is_multicast(&sk->local.addr) ? &sk->local.addr : NULL;
	if (src && ipaddr_is4(src) != ipaddr_is4(&to.addr))
		return -LEAT_ENETUNREACH;
	err = route_find(sk->socks->core, &to.addr, src, to.ifindex ? to.ifindex : sk->dgram.bound_if, &path);
	if (err)
		return err;
	if (!sk->dgram.broadcast && iface_is_broadcast(path.iface, &to.addr))
		return -LEAT_EACCES;
	err = sock_autobind(sk);
	if (err)
		return err;
	local = sk->local;
	if (!sk->bound_addr)
		local.addr = path.src;
	if (sk->ping) {
		ping_connect(sk->ping, &to.addr);
	} else {
		err = udp_connect(sk->udp, &local, &to);
		if (err)
			return err;
	}
	sk->local = local;
	sk->claim.addr = local.addr;
	sk->remote = to;
	return 0;
}

int
sock_dgram_peer(const struct sock *sk, const struct sock_msg *msg, struct endpoint *to)
{
	int err = 0;

	if (msg && (msg->peer.port || !ipaddr_is_any(&msg->peer.addr)))
		err = sock_destination(sk, &msg->peer, to);
	else if (ipaddr_is_any(&sk->remote.addr))
		err = -LEAT_EDESTADDRREQ;
	else
		*to = sk->remote;
	if (!err && !sk->ping && !to->port)
		err = -LEAT_EINVAL;
	return err;
}

static void
choose_marks(const struct sock *sk, const struct sock_msg *msg, const struct ipaddr *to, int *ttl, int *tos)
{
	int family = ipaddr_is4(to) ? V4 : V6;

	*ttl = ipaddr_is_multicast(to) ? sk->mcast_ttl[family] : sk->ttl[family];
	*tos = sk->tos[family];
	if (msg && msg->ttl)
		*ttl = msg->ttl;
	if (msg && msg->tos)
		*tos = msg->tos;
}

static ssize_t
ping_send_to(struct sock *sk, const void *buf, size_t len, const struct endpoint *to, int ttl, int tos)
{
	struct ip_tx ip = {.dst = to->addr, .proto = sk->v6 ? IP_PROTO_ICMP6 : IP_PROTO_ICMP4};
	const struct ipaddr *src = ipaddr_is_any(&sk->local.addr) ? NULL : &sk->local.addr;
	struct path path;
	int err = route_find(
	    sk->socks->core, &to->addr, src, to->ifindex ? to->ifindex : sk->dgram.bound_if, &path);

	if (err)
		return err;
	ip.src = path.src;
	ip.ttl = (uint8_t)ttl;
	ip.tos = (uint8_t)tos;
	ip.ifindex = path.iface->index;
	ip.mtu = sk->v6 ? sk->dgram.mtu6 : 0;
	ip.dont_fragment = sk->dgram.mtu_discover == UDP_PMTU_DO;
	return ping_send(sk->ping, buf, len, &ip);
}

ssize_t
sock_dgram_send(struct sock *sk, const void *buf, size_t len, const struct sock_msg *msg)
{
	struct udp_tx tx = UDP_TX_DEFAULT;
	int err = sock_dgram_peer(sk, msg, &tx.peer);

	if (err)
		return err;
	err = sock_autobind(sk);
	if (err)
		return err;
	choose_marks(sk, msg, &tx.peer.addr, &tx.ttl, &tx.tos);
	if (sk->ping)
		return ping_send_to(sk, buf, len, &tx.peer, tx.ttl, tx.tos);
	if (msg) {
		tx.local = msg->local;
		tx.seg_size = msg->seg_size;
	}
	return udp_send(sk->udp, buf, len, &tx);
}

ssize_t
sock_dgram_recv(struct sock *sk, void *buf, size_t len, unsigned flags, struct sock_msg *msg)
{
	struct dgram_names names = {0};
	size_t full = 0;
	bool peek = flags & SOCK_PEEK;
	ssize_t n = sk->ping ? ping_recv(sk->ping, buf, len, peek, &names, &full)
			     : udp_recv(sk->udp, buf, len, peek, &names, &full);

	if (n < 0 || !msg)
		return n;
	*msg = (struct sock_msg){.peer = names.peer,
	    .local = names.local,
	    .ttl = names.ttl,
	    .tos = names.tos,
	    .full_len = full,
	    .truncated = full > (size_t)n};
	return n;
}

ssize_t
sock_dgram_recv_error(struct sock *sk, void *buf, size_t len, struct dgram_error *out, size_t *full)
{
	return sk->ping ? ping_recv_error(sk->ping, buf, len, out, full)
			: udp_recv_error(sk->udp, buf, len, out, full);
}

bool
sock_dgram_reaches(const struct sock *sk, const struct endpoint *to)
{
	struct endpoint from = sk->local;
	const struct ipaddr *src = ipaddr_is_any(&from.addr) ? NULL : &from.addr;
	struct path path;

	if (!sk->udp || route_find(sk->socks->core, &to->addr, src, sk->dgram.bound_if, &path))
		return false;
	from.addr = path.src;
	return udp_is_taken(sk->socks->udp, to, &from, path.iface->index);
}

void
sock_dgram_forget_errors(struct sock *sk)
{
	if (sk->udp)
		udp_forget_errors(sk->udp);
	if (sk->ping)
		ping_forget_errors(sk->ping);
}

/* Without a peer it returns -LEAT_ENOTCONN and shuts down all the same, as on Linux. */
int
sock_dgram_shutdown(struct sock *sk, enum sock_how how)
{
	bool recv = how != SOCK_SHUT_WR, send = how != SOCK_SHUT_RD;

	if (sk->ping)
		ping_shutdown(sk->ping, recv, send);
	else
		udp_shutdown(sk->udp, recv, send);
	return ipaddr_is_any(&sk->remote.addr) ? -LEAT_ENOTCONN : 0;
}
