/*
 * sock/names.c - the names of a socket: bind, getsockname, getpeername (ip(7), ipv6(7)).
 */
#include "sock/impl.h"
#include "wire/ip.h"

/*
 * Returns true if no connection without a socket (closing, TIME-WAIT) holds the port, except one
 * that shares it with this socket.
 */
static bool
port_free(uint16_t port, void *arg)
{
	struct sock *sk = arg;
	struct endpoint at = {sk->name.claim.addr, port, sk->name.claim.bound_if};
	struct tcp_opts share = {.reuse_addr = sk->name.claim.reuse_addr,
	    .reuse_port = sk->name.claim.reuse_port,
	    .v6only = sk->name.claim.v6only};

	return sk->type != SOCK_TYPE_STREAM || !tcp_local_taken(sk->socks->tcp, &at, sk->v6, &share);
}

static uint8_t
claim_proto(const struct sock *sk)
{
	switch (sk->type) {
	case SOCK_TYPE_STREAM:
		return IP_PROTO_TCP;
	case SOCK_TYPE_DGRAM:
		return IP_PROTO_UDP;
	case SOCK_TYPE_PING:
		break;
	}
	return sk->v6 ? IP_PROTO_ICMP6 : IP_PROTO_ICMP4; /* an echo identifier takes the place of the port */
}

bool
sock_port_taken(const struct socks *s, enum sock_type type, uint16_t port)
{
	switch (type) {
	case SOCK_TYPE_STREAM:
		return port_taken(&s->ports, IP_PROTO_TCP, port);
	case SOCK_TYPE_DGRAM:
		return port_taken(&s->ports, IP_PROTO_UDP, port);
	case SOCK_TYPE_PING:
		break;
	}
	return port_taken(&s->ports, IP_PROTO_ICMP4, port) || port_taken(&s->ports, IP_PROTO_ICMP6, port);
}

void
sock_claim_fill(struct sock *sk, const struct endpoint *local)
{
	sk->name.claim.proto = claim_proto(sk);
	sk->name.claim.addr = local->addr;
	sk->name.claim.port = local->port;
	sk->name.claim.v6only = sk->opt.dgram.v6only;
	sk->name.claim.v6 = sk->v6;
	sk->name.claim.bound_if = local->ifindex ? local->ifindex : sk->opt.dgram.bound_if;
}

int
sock_check_family(const struct sock *sk, const struct endpoint *e)
{
	bool v4 = ipaddr_is4(&e->addr);

	if (!sk->v6)
		return v4 ? 0 : -LEAT_EAFNOSUPPORT;
	if (sk->type == SOCK_TYPE_PING && v4)
		return -LEAT_EINVAL;
	return 0;
}

/* Returns 0 if @e may be a name of @sk, or the error. */
static int
check_local(const struct sock *sk, const struct endpoint *e)
{
	int err = sock_check_family(sk, e);

	if (err)
		return err;
	if (sk->v6 && ipaddr_is4(&e->addr) && sk->opt.dgram.v6only)
		return -LEAT_EINVAL;
	if (ipaddr_is_any(&e->addr) || sk->opt.freebind || sk->opt.dgram.transparent)
		return 0;
	if (ipaddr_is_multicast(&e->addr) || ipaddr_eq(&e->addr, &IPADDR_BROADCAST4))
		return sk->type == SOCK_TYPE_STREAM && !ipaddr_is4(&e->addr) ? -LEAT_EINVAL : 0;
	if (!ipaddr_is4(&e->addr) && ipaddr_is_link_local(&e->addr) && !e->ifindex && !sk->opt.dgram.bound_if)
		return -LEAT_EINVAL;
	if (iface_of_addr(sk->socks->core, &e->addr))
		return 0;
	for (unsigned i = 1; i < CORE_IFACES; i++) {
		const struct iface *iface = sk->socks->core->iface[i];

		if (iface && iface_is_broadcast(iface, &e->addr) && sk->type != SOCK_TYPE_STREAM)
			return 0;
	}
	return -LEAT_EADDRNOTAVAIL;
}

/* Takes the name @local. Port 0: an ephemeral port. Returns 0 or the error. */
static int
take_name(struct sock *sk, const struct endpoint *local)
{
	struct ports *ports = &sk->socks->ports;
	int err;

	sock_claim_fill(sk, local);
	sk->name.claim.automatic = false;
	if (!sk->name.claim.port) {
		if (!port_choose(ports, &sk->name.claim, port_free, sk))
			return -LEAT_EADDRINUSE;
	} else if (port_conflicts(ports, &sk->name.claim) || !port_free(sk->name.claim.port, sk)) {
		return -LEAT_EADDRINUSE;
	}
	err = port_take(ports, &sk->name.claim);
	if (err)
		return err;
	sk->name.local = *local;
	sk->name.local.port = sk->name.claim.port;
	if (sk->type == SOCK_TYPE_STREAM)
		return 0;
	err = sock_dgram_rename(sk);
	if (err)
		sock_unbind(sk);
	return err;
}

/*
 * Returns true if IP_BIND_ADDRESS_NO_PORT leaves the port to connect(), so that connections to
 * different peers may share one (ip(7)).
 */
static bool
waits_for_port(const struct sock *sk, const struct endpoint *local)
{
	return !local->port && sk->type != SOCK_TYPE_PING && sk->opt.kept.recv_info[INFO_BIND_NO_PORT];
}

static int
take_address(struct sock *sk, const struct endpoint *local)
{
	sk->name.local = *local;
	return 0;
}

int
sock_bind(struct sock *sk, const struct endpoint *local)
{
	bool v6only = sk->opt.dgram.v6only;
	int err;

	if (sk->name.claim.bucket || sk->end.conn || sk->end.listener)
		return -LEAT_EINVAL;
	err = check_local(sk, local);
	if (err)
		return err;
	/* As on Linux, where getsockopt() shows it. */
	if (!ipaddr_is4(&local->addr) && !ipaddr_is_any(&local->addr))
		sk->opt.dgram.v6only = true;
	err = waits_for_port(sk, local) ? take_address(sk, local) : take_name(sk, local);
	if (err) {
		sk->opt.dgram.v6only = v6only;
		return err;
	}
	opt_push_datagram(sk);
	sk->name.bound_addr = !ipaddr_is_any(&local->addr);
	sk->name.bound_port = local->port != 0;
	return 0;
}

/* Takes an ephemeral port for a socket that listens or sends without a name. */
int
sock_autobind(struct sock *sk)
{
	struct endpoint any = {sk->name.local.addr, 0, sk->name.local.ifindex};
	int err;

	if (sk->name.claim.bucket || sk->opt.any_port)
		return 0;
	err = take_name(sk, &any);
	return err == -LEAT_EADDRINUSE ? -LEAT_EAGAIN : err; /* as on Linux */
}

void
sock_unbind(struct sock *sk)
{
	port_release(&sk->socks->ports, &sk->name.claim);
	sk->name.local = (struct endpoint){sock_any(sk), 0, 0};
	sk->name.bound_addr = sk->name.bound_port = false;
}

int
sock_destination(const struct sock *sk, const struct endpoint *remote, struct endpoint *out)
{
	int err = sock_check_family(sk, remote);

	if (err)
		return err;
	*out = *remote;
	if (ipaddr_is_any(&out->addr)) {
		bool v4 = ipaddr_is4(&out->addr) || (sk->v6 && ipaddr_is4(&sk->name.local.addr));

		out->addr = v4 ? IPADDR_LOOPBACK4 : IPADDR_LOOPBACK6;
	}
	if (sk->v6 && sk->opt.dgram.v6only && ipaddr_is4(&out->addr))
		return -LEAT_ENETUNREACH;
	if (!out->ifindex && !ipaddr_is4(&out->addr) && ipaddr_is_link_local(&out->addr)) {
		out->ifindex = sk->opt.dgram.bound_if ? sk->opt.dgram.bound_if : sk->name.local.ifindex;
		if (!out->ifindex)
			return -LEAT_EINVAL;
	}
	return 0;
}

int
sock_local(const struct sock *sk, struct endpoint *out)
{
	struct endpoint remote;

	if (sk->end.conn)
		tcp_names(sk->end.conn, out, &remote);
	else
		*out = sk->name.local;
	return 0;
}

int
sock_remote(const struct sock *sk, struct endpoint *out)
{
	struct endpoint local;
	enum leat_tcp_state state;

	if (sk->type != SOCK_TYPE_STREAM) {
		if (!sk->name.remote.port &&
		    (sk->type != SOCK_TYPE_PING || ipaddr_is_any(&sk->name.remote.addr)))
			return -LEAT_ENOTCONN;
		*out = sk->name.remote;
		return 0;
	}
	if (!sk->end.conn)
		return -LEAT_ENOTCONN;
	state = tcp_state(sk->end.conn);
	/* A connection in TIME-WAIT has left its socket, as on Linux. */
	if (state == LEAT_TCP_CLOSED || state == LEAT_TCP_SYN_SENT || state == LEAT_TCP_TIME_WAIT)
		return -LEAT_ENOTCONN;
	tcp_names(sk->end.conn, &local, out);
	return 0;
}
