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
		return udp_open(sk->socks->udp, &sk->opt.dgram, &DATAGRAM_OPS, sk, &sk->end.udp);
	sk->end.ping = ping_open(&sk->socks->pings, sk->v6, sk->opt.dgram.rcvbuf, sock_dgram_event, sk);
	return sk->end.ping ? 0 : -LEAT_ENOBUFS;
}

void
sock_dgram_close(struct sock *sk)
{
	cork_drop(sk);
	if (sk->end.udp)
		udp_close(sk->end.udp);
	if (sk->end.ping)
		ping_close(sk->end.ping);
}

int
sock_dgram_rename(struct sock *sk)
{
	if (sk->end.ping) {
		ping_bind(sk->end.ping, sk->name.local.port);
		return 0;
	}
	return udp_bind(sk->end.udp, &sk->name.local);
}

/*
 * Ends the association. What bind() did not fix becomes unspecified again (connect(2), AF_UNSPEC).
 */
static int
dissolve(struct sock *sk)
{
	struct endpoint local = sk->name.local;

	sk->name.remote = (struct endpoint){sock_any(sk), 0, 0};
	if (!sk->name.bound_addr)
		local.addr = sock_any(sk);
	if (!sk->name.bound_port) {
		port_release(&sk->socks->ports, &sk->name.claim);
		local.port = 0;
	}
	sk->name.local = local;
	sk->name.claim.addr = local.addr;
	if (sk->end.ping) {
		ping_connect(sk->end.ping, &sk->name.remote.addr);
		return sock_dgram_rename(sk);
	}
	return udp_connect(sk->end.udp, &local, NULL);
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
	src = sk->name.bound_addr && !ipaddr_is_multicast(&sk->name.local.addr) ? &sk->name.local.addr : NULL;
	if (src && ipaddr_is4(src) != ipaddr_is4(&to.addr))
		return -LEAT_ENETUNREACH;
	err = route_find(
	    sk->socks->core, &to.addr, src, to.ifindex ? to.ifindex : sk->opt.dgram.bound_if, &path);
	if (err)
		return err;
	if (!sk->opt.dgram.broadcast && iface_is_broadcast(path.iface, &to.addr))
		return -LEAT_EACCES;
	err = sock_autobind(sk);
	if (err)
		return err;
	local = sk->name.local;
	if (!sk->name.bound_addr)
		local.addr = path.src;
	if (sk->end.ping) {
		ping_connect(sk->end.ping, &to.addr);
	} else {
		err = udp_connect(sk->end.udp, &local, &to);
		if (err)
			return err;
	}
	sk->name.local = local;
	sk->name.claim.addr = local.addr;
	sk->name.remote = to;
	return 0;
}

int
sock_dgram_peer(const struct sock *sk, const struct sock_msg *msg, struct endpoint *to)
{
	int err = 0;

	if (msg && (msg->peer.port || !ipaddr_is_any(&msg->peer.addr)))
		err = sock_destination(sk, &msg->peer, to);
	else if (ipaddr_is_any(&sk->name.remote.addr))
		err = -LEAT_EDESTADDRREQ;
	else
		*to = sk->name.remote;
	if (!err && !sk->end.ping && !to->port)
		err = -LEAT_EINVAL;
	return err;
}

static void
choose_marks(const struct sock *sk, const struct sock_msg *msg, const struct ipaddr *to, int *ttl, int *tos)
{
	int family = ipaddr_is4(to) ? V4 : V6;

	*ttl = ipaddr_is_multicast(to) ? sk->opt.mcast_ttl[family] : sk->opt.ttl[family];
	*tos = sk->opt.tos[family];
	if (msg && msg->ttl)
		*ttl = msg->ttl;
	if (msg && msg->tos)
		*tos = msg->tos;
}

static ssize_t
ping_send_to(struct sock *sk, const void *buf, size_t len, const struct endpoint *to, int ttl, int tos)
{
	struct ip_tx ip = {.dst = to->addr, .proto = sk->v6 ? IP_PROTO_ICMP6 : IP_PROTO_ICMP4};
	const struct ipaddr *src = ipaddr_is_any(&sk->name.local.addr) ? NULL : &sk->name.local.addr;
	struct path path;
	int err = route_find(
	    sk->socks->core, &to->addr, src, to->ifindex ? to->ifindex : sk->opt.dgram.bound_if, &path);

	if (err)
		return err;
	ip.src = path.src;
	ip.ttl = (uint8_t)ttl;
	ip.tos = (uint8_t)tos;
	ip.ifindex = path.iface->index;
	ip.mtu = sk->v6 ? sk->opt.dgram.mtu6 : 0;
	ip.dont_fragment = sk->opt.dgram.mtu_discover == UDP_PMTU_DO;
	return ping_send(sk->end.ping, buf, len, &ip);
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
	if (sk->end.ping)
		return ping_send_to(sk, buf, len, &tx.peer, tx.ttl, tx.tos);
	if (msg) {
		tx.local = msg->local;
		tx.seg_size = msg->seg_size;
	}
	return udp_send(sk->end.udp, buf, len, &tx);
}

ssize_t
sock_dgram_recv(struct sock *sk, void *buf, size_t len, unsigned flags, struct sock_msg *msg)
{
	struct dgram_names names = {0};
	size_t full = 0;
	bool peek = flags & SOCK_PEEK;
	ssize_t n = sk->end.ping ? ping_recv(sk->end.ping, buf, len, peek, &names, &full)
				 : udp_recv(sk->end.udp, buf, len, peek, &names, &full);

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
	return sk->end.ping ? ping_recv_error(sk->end.ping, buf, len, out, full)
			    : udp_recv_error(sk->end.udp, buf, len, out, full);
}

bool
sock_dgram_reaches(const struct sock *sk, const struct endpoint *to)
{
	struct endpoint from = sk->name.local;
	const struct ipaddr *src = ipaddr_is_any(&from.addr) ? NULL : &from.addr;
	struct path path;

	if (!sk->end.udp || route_find(sk->socks->core, &to->addr, src, sk->opt.dgram.bound_if, &path))
		return false;
	from.addr = path.src;
	return udp_is_taken(sk->socks->udp, to, &from, path.iface->index);
}

void
sock_dgram_forget_errors(struct sock *sk)
{
	if (sk->end.udp)
		udp_forget_errors(sk->end.udp);
	if (sk->end.ping)
		ping_forget_errors(sk->end.ping);
}

/* Without a peer it returns -LEAT_ENOTCONN and shuts down all the same, as on Linux. */
int
sock_dgram_shutdown(struct sock *sk, enum sock_how how)
{
	bool recv = how != SOCK_SHUT_WR, send = how != SOCK_SHUT_RD;

	if (sk->end.ping)
		ping_shutdown(sk->end.ping, recv, send);
	else
		udp_shutdown(sk->end.udp, recv, send);
	return ipaddr_is_any(&sk->name.remote.addr) ? -LEAT_ENOTCONN : 0;
}
