/*
 * sock/stream.c - BSD calls on TCP: connect, listen, accept, reading, writing, shutdown, close (tcp(7)).
 */
#include "sock/impl.h"

#include <string.h>

static void
stream_news(void *user, unsigned mask)
{
	sock_changed(user);
}

static const struct tcp_user_ops STREAM_OPS = {stream_news};

/* The settings that TCP is to have, with those that differ by family chosen for the peer's. */
static struct tcp_opts
effective_opts(const struct sock *sk, const struct ipaddr *peer)
{
	struct tcp_opts o = sk->tcp;
	int family = ipaddr_is4(peer) ? V4 : V6;

	o.ttl = sk->ttl[family];
	o.tos = sk->tos[family];
	o.reuse_addr = sk->claim.reuse_addr;
	o.reuse_port = sk->claim.reuse_port;
	o.v6only = sk->dgram.v6only;
	return o;
}

int
stream_apply_opts(struct sock *sk)
{
	struct endpoint local, remote;
	struct tcp_opts o;

	if (sk->listener) {
		*tcp_listener_opts(sk->listener) = effective_opts(sk, &sk->local.addr);
		return 0;
	}
	if (!sk->conn)
		return 0;
	tcp_names(sk->conn, &local, &remote);
	o = effective_opts(sk, &remote.addr);
	return tcp_set_opts(sk->conn, &o);
}

struct tuple {
	struct sock *sk;
	struct endpoint local, remote;
};

static bool
tuple_free(uint16_t port, void *arg)
{
	struct tuple *t = arg;

	t->local.port = port;
	return tcp_tuple_free(t->sk->socks->tcp, &t->local, &t->remote);
}

/* Complete @t->local: the address from the route, the port as bound or chosen so that the four-tuple is new. */
static int
choose_local(struct sock *sk, struct tuple *t)
{
	struct path path;
	const struct ipaddr *src = ipaddr_is_any(&sk->local.addr) ? NULL : &sk->local.addr;
	uint32_t ifindex = t->remote.ifindex ? t->remote.ifindex : sk->dgram.bound_if;
	int err;

	if (src && ipaddr_is4(src) != ipaddr_is4(&t->remote.addr))
		return ipaddr_is4(&t->remote.addr) ? -LEAT_ENETUNREACH : -LEAT_EINVAL;
	err = route_find(sk->socks->core, &t->remote.addr, src, ifindex, &path);
	if (err)
		return err;
	if (ipaddr_is_multicast(&t->remote.addr) || iface_is_broadcast(path.iface, &t->remote.addr))
		return -LEAT_ENETUNREACH;
	t->local.addr = path.src;
	t->local.ifindex = t->remote.ifindex;
	t->local.port = sk->local.port;
	if (t->local.port)
		return tuple_free(t->local.port, t) ? 0 : -LEAT_EADDRNOTAVAIL;
	t->local.port =
	    port_choose_for(&sk->socks->ports, sk->claim.proto, &t->local.addr, &t->remote, tuple_free, t);
	return t->local.port ? 0 : -LEAT_EADDRNOTAVAIL;
}

static int
start_connect(struct sock *sk, const struct endpoint *remote)
{
	struct tuple t = {.sk = sk};
	struct tcp_opts o;
	bool had_port = sk->claim.bucket != NULL;
	int err = sock_destination(sk, remote, &t.remote);

	if (err)
		return err;
	if (!had_port)
		sock_claim_fill(sk, &sk->local);
	err = choose_local(sk, &t);
	if (err)
		return err;
	if (!had_port) {
		sock_claim_fill(sk, &t.local);
		sk->claim.automatic = true;
		err = port_take(&sk->socks->ports, &sk->claim);
		if (err)
			return err;
	}
	o = effective_opts(sk, &t.remote.addr);
	err = tcp_connect(sk->socks->tcp, &t.local, &t.remote, &o, &STREAM_OPS, sk, &sk->conn);
	if (err) {
		if (!had_port)
			port_release(&sk->socks->ports, &sk->claim);
		return err;
	}
	sk->local.port = t.local.port;
	sk->connecting = true;
	return -LEAT_EINPROGRESS;
}

/* Back to a socket that may connect anew, with the name that bind() gave it. */
static void
disconnect(struct sock *sk)
{
	tcp_close(sk->conn);
	sk->conn = NULL;
	sk->connecting = false;
	if (sk->claim.automatic || !sk->bound_port) {
		struct ipaddr addr = sk->bound_addr ? sk->local.addr : sock_any(sk);
		bool kept = sk->bound_addr;

		sock_unbind(sk);
		sk->local.addr = addr;
		sk->bound_addr = kept;
	}
}

int
stream_connect(struct sock *sk, const struct endpoint *remote)
{
	int err;

	if (sk->listener)
		return -LEAT_EISCONN;
	if (!sk->conn)
		return start_connect(sk, remote);
	if (!sk->connecting)
		return -LEAT_EISCONN;
	switch (tcp_state(sk->conn)) {
	case LEAT_TCP_SYN_SENT:
	case LEAT_TCP_SYN_RECEIVED:
		return -LEAT_EALREADY;
	case LEAT_TCP_CLOSED:
		err = tcp_take_error(sk->conn);
		disconnect(sk);
		return err ? -err : -LEAT_ECONNABORTED;
	default:
		sk->connecting = false;
		return 0;
	}
}

int
sock_listen(struct sock *sk, int backlog)
{
	unsigned most = backlog < 0 || backlog > SOCK_BACKLOG_MAX ? SOCK_BACKLOG_MAX : (unsigned)backlog;
	struct tcp_opts o;
	int err;

	if (sk->type != SOCK_TYPE_STREAM)
		return -LEAT_EOPNOTSUPP;
	if (sk->conn)
		return -LEAT_EINVAL;
	if (sk->listener) {
		tcp_listener_set_backlog(sk->listener, most);
		return 0;
	}
	err = sock_autobind(sk);
	if (err)
		return err;
	sk->claim.listening = true; /* two may share a port by SO_REUSEADDR, but only one may listen */
	if (!sk->any_port && port_conflicts(&sk->socks->ports, &sk->claim)) {
		err = -LEAT_EADDRINUSE;
		goto quiet;
	}
	o = effective_opts(sk, &sk->local.addr);
	o.any_port = sk->any_port;
	err = tcp_listen(
	    sk->socks->tcp, &sk->local, sk->dgram.v6only, most, &o, &STREAM_OPS, sk, &sk->listener);
	if (!err)
		return 0;
quiet:
	sk->claim.listening = false;
	return err;
}

/* What a child has from its listener, beside what TCP itself hands down. */
static void
inherit(struct sock *child, const struct sock *parent)
{
	struct port_claim claim = child->claim;

	child->tcp = parent->tcp;
	child->tcp.defer_syn_ack = false;
	child->tcp.any_port = false;
	child->tcp.await_data = 0;
	child->dgram = parent->dgram;
	child->linger = parent->linger;
	child->freebind = parent->freebind;
	child->sndbuf = parent->sndbuf;
	child->rcvbuf = parent->rcvbuf;
	child->rcvlowat = parent->rcvlowat;
	child->priority = parent->priority;
	memcpy(child->ttl, parent->ttl, sizeof child->ttl);
	memcpy(child->tos, parent->tos, sizeof child->tos);
	memcpy(child->recv_info, parent->recv_info, sizeof child->recv_info);
	memcpy(child->timeout, parent->timeout, sizeof child->timeout);
	claim.reuse_addr = parent->claim.reuse_addr;
	claim.reuse_port = parent->claim.reuse_port;
	child->claim = claim;
}

int
sock_accept(struct sock *sk, struct sock **child)
{
	struct sock *c;

	if (sk->type != SOCK_TYPE_STREAM)
		return -LEAT_EOPNOTSUPP;
	if (!sk->listener)
		return -LEAT_EINVAL;
	if (!tcp_accept_pending(sk->listener))
		return -LEAT_EAGAIN;
	c = sock_new(sk->socks, sk->v6, SOCK_TYPE_STREAM);
	if (!c)
		return -LEAT_ENOBUFS;
	c->conn = tcp_accept(sk->listener, &STREAM_OPS, c);
	if (!c->conn) {
		sock_free(c);
		return -LEAT_EAGAIN;
	}
	inherit(c, sk);
	list_init(&c->claim.node);
	tcp_names(c->conn, &c->local, &c->remote);
	sock_claim_fill(c, &c->local);
	c->claim.automatic = sk->any_port; /* the gateway's children stand on ports that nobody here bound */
	c->bound_addr = c->bound_port = true;
	c->asked = sk->tcp.defer_syn_ack;
	if (port_take(&sk->socks->ports, &c->claim)) {
		sock_abort(c);
		return -LEAT_ENOBUFS;
	}
	*child = c;
	return 0;
}

void
sock_answer(struct sock *child, int error)
{
	bool waiting = child->asked && child->conn && tcp_state(child->conn) == LEAT_TCP_SYN_RECEIVED;

	child->asked = false;
	if (error == 0) {
		if (waiting)
			tcp_answer_accept(child->conn);
		return;
	}
	if (waiting) { /* otherwise the peer has gone meanwhile */
		tcp_answer_refuse(child->conn, error == -1 ? 0 : error);
		child->conn = NULL;
	}
	sock_abort(child);
}

void
stream_close(struct sock *sk, bool abort)
{
	if (sk->listener)
		tcp_listener_close(sk->listener);
	if (!sk->conn)
		return;
	if (abort || (sk->linger.on && !sk->linger.seconds))
		tcp_abort(sk->conn);
	else if (sk->linger.on)
		tcp_close_linger(sk->conn, sk->linger.seconds * SEC);
	else
		tcp_close(sk->conn);
	sk->conn = NULL;
}

int
stream_shutdown(struct sock *sk, enum sock_how how)
{
	int err = 0;

	if (sk->listener) { /* Linux: reading shut down makes it a fresh socket again; the other way does nothing */
		if (how == SOCK_SHUT_WR)
			return 0;
		tcp_listener_close(sk->listener);
		sk->listener = NULL;
		sk->claim.listening = false;
		sock_changed(sk);
		return 0;
	}
	if (!sk->conn || tcp_state(sk->conn) == LEAT_TCP_CLOSED)
		return -LEAT_ENOTCONN;
	if (tcp_state(sk->conn) == LEAT_TCP_SYN_SENT) {
		disconnect(sk);
		sock_changed(sk);
		return 0;
	}
	if (how != SOCK_SHUT_WR)
		tcp_shutdown_recv(sk->conn);
	if (how != SOCK_SHUT_RD)
		err = tcp_shutdown_send(sk->conn);
	sock_changed(sk);
	return err;
}

unsigned
stream_ready(const struct sock *sk)
{
	unsigned mask;

	if (sk->listener)
		return tcp_accept_pending(sk->listener) ? LEAT_IN : 0;
	if (!sk->conn)
		return LEAT_OUT | LEAT_HUP; /* as Linux's tcp_poll() says of a fresh socket */
	mask = tcp_ready(sk->conn);
	if (sk->rcvlowat > 1 && (mask & LEAT_IN) && !(mask & (LEAT_RDHUP | LEAT_HUP | LEAT_ERR)) &&
	    tcp_unread(sk->conn) < (size_t)sk->rcvlowat)
		mask &= ~(unsigned)LEAT_IN;
	return mask;
}

ssize_t
sock_send(struct sock *sk, const void *buf, size_t len, unsigned flags, const struct sock_msg *msg)
{
	if (sk->type != SOCK_TYPE_STREAM)
		return flags & SOCK_OOB ? -LEAT_EOPNOTSUPP : datagram_send(sk, buf, len, msg);
	if (!sk->conn)
		return -LEAT_EPIPE;
	return tcp_send(sk->conn, buf, len, flags & SOCK_OOB, flags & SOCK_MORE);
}

ssize_t
sock_recv(struct sock *sk, void *buf, size_t len, unsigned flags, struct sock_msg *msg)
{
	uint8_t octet;
	int n;

	if (sk->type != SOCK_TYPE_STREAM)
		return flags & SOCK_OOB ? -LEAT_EOPNOTSUPP : datagram_recv(sk, buf, len, flags, msg);
	if (!sk->conn)
		return -LEAT_ENOTCONN;
	if (!(flags & SOCK_OOB))
		return tcp_recv(sk->conn, buf, len, flags & SOCK_PEEK);
	n = tcp_recv_urgent(sk->conn, &octet, flags & SOCK_PEEK);
	if (n == 1 && len)
		memcpy(buf, &octet, 1);
	return n == 1 && !len ? 0 : n;
}

ssize_t
sock_reserve(struct sock *sk, size_t want, void **at)
{
	return sk->conn ? tcp_reserve(sk->conn, want, at) : -LEAT_EPIPE;
}

void
sock_commit(struct sock *sk, size_t len)
{
	tcp_commit(sk->conn, len);
}

unsigned
sock_peek(struct sock *sk, struct pkt_span *span, unsigned max)
{
	return sk->conn ? tcp_peek_spans(sk->conn, span, max) : 0;
}

void
sock_consume(struct sock *sk, size_t len)
{
	tcp_consume(sk->conn, len);
}
