/*
 * sock/stream.c - BSD calls on TCP: connect, read, write, shutdown, close (tcp(7)). accept.c has
 * those of listeners.
 */
#include "sock/impl.h"

#include <string.h>

static void
sock_stream_event(void *user, unsigned mask)
{
	sock_changed(user);
}

const struct tcp_user_ops sock_stream_ops = {sock_stream_event};

struct tcp_opts
sock_stream_effective_opts(const struct sock *sk, const struct ipaddr *peer)
{
	struct tcp_opts o = sk->tcp;
	int family = ipaddr_is4(peer) ? V4 : V6;

	o.ttl = sk->ttl[family];
	o.tos = sk->tos[family];
	o.reuse_addr = sk->claim.reuse_addr;
	o.reuse_port = sk->claim.reuse_port;
	o.v6only = sk->dgram.v6only;
	o.bound_if = sk->dgram.bound_if;
	return o;
}

int
sock_stream_apply_opts(struct sock *sk)
{
	struct endpoint local, remote;
	struct tcp_opts o;

	if (sk->listener) {
		*tcp_listener_opts(sk->listener) = sock_stream_effective_opts(sk, &sk->local.addr);
		return 0;
	}
	if (!sk->conn)
		return 0;
	tcp_names(sk->conn, &local, &remote);
	o = sock_stream_effective_opts(sk, &remote.addr);
	return tcp_set_opts(sk->conn, &o);
}

struct tuple {
	struct sock *sk;
	struct endpoint local, remote;
	struct path path;
};

static bool
tuple_free(uint16_t port, void *arg)
{
	struct tuple *t = arg;

	t->local.port = port;
	return tcp_tuple_free(t->sk->socks->tcp, &t->local, &t->remote);
}

/*
 * Linux lets a stream be bound to a group or to 255.255.255.255. Its packets have another source
 * address.
 */
static bool
names_a_host(const struct ipaddr *a)
{
	return !ipaddr_is_any(a) && !ipaddr_is_multicast(a) && !ipaddr_eq(a, &IPADDR_BROADCAST4);
}

/*
 * Finds @t->path and completes @t->local: the address is the route's, the port the bound one or one
 * that makes the four-tuple unique. Returns 0 or the error.
 */
static int
choose_local(struct sock *sk, struct tuple *t)
{
	const struct ipaddr *src = names_a_host(&sk->local.addr) ? &sk->local.addr : NULL;
	uint32_t ifindex = t->remote.ifindex ? t->remote.ifindex : sk->dgram.bound_if;
	int err;

	if (src && ipaddr_is4(src) != ipaddr_is4(&t->remote.addr))
		return ipaddr_is4(&t->remote.addr) ? -LEAT_ENETUNREACH : -LEAT_EINVAL;
	err = route_find(sk->socks->core, &t->remote.addr, src, ifindex, &t->path);
	if (err)
		return err;
	if (ipaddr_is_multicast(&t->remote.addr) || iface_is_broadcast(t->path.iface, &t->remote.addr))
		return -LEAT_ENETUNREACH;
	t->local.addr = t->path.src;
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
	o = sock_stream_effective_opts(sk, &t.remote.addr);
	err = tcp_connect(sk->socks->tcp, &t.local, &t.remote, &t.path, &o, &sock_stream_ops, sk, &sk->conn);
	if (err) {
		if (!had_port)
			port_release(&sk->socks->ports, &sk->claim);
		return err;
	}
	sk->local.port = t.local.port;
	sk->connecting = true;
	sk->quickack_shown = true; /* as at the start of each connection */
	return -LEAT_EINPROGRESS;
}

void
sock_stream_keep_bound_name(struct sock *sk)
{
	if (sk->claim.automatic || !sk->bound_port) {
		struct ipaddr addr = sk->bound_addr ? sk->local.addr : sock_any(sk);
		bool kept = sk->bound_addr;

		sock_unbind(sk);
		sk->local.addr = addr;
		sk->bound_addr = kept;
	}
}

/* Frees the connection, so that the socket may connect again. */
static void
disconnect(struct sock *sk)
{
	tcp_close(sk->conn);
	sk->conn = NULL;
	sk->connecting = false;
	sock_stream_keep_bound_name(sk);
}

/* Linux's connect() to AF_UNSPEC: makes any stream a fresh socket. A connection is reset. */
int
sock_stream_dissolve(struct sock *sk)
{
	if (sk->listener)
		sock_stream_end_listener(sk);
	if (sk->conn) {
		tcp_abort(sk->conn);
		sk->conn = NULL;
		sk->connecting = false;
		sock_stream_keep_bound_name(sk);
	}
	sock_changed(sk);
	return 0;
}

int
sock_stream_connect(struct sock *sk, const struct endpoint *remote)
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

void
sock_stream_close(struct sock *sk, bool abort)
{
	if (sk->listener)
		tcp_listener_close(sk->listener);
	if (!sk->conn)
		return;
	/*
	 * The time of SO_LINGER is how long close(2) waits, for callers that can wait. As on Linux,
	 * it ends nothing.
	 */
	if (abort || (sk->linger.on && !sk->linger.seconds))
		tcp_abort(sk->conn);
	else
		tcp_close(sk->conn);
	sk->conn = NULL;
}

int
sock_stream_shutdown(struct sock *sk, enum sock_how how)
{
	int err = 0;

	/* On Linux, SHUT_RD makes a listener a fresh socket, and SHUT_WR does nothing. */
	if (sk->listener) {
		if (how == SOCK_SHUT_WR)
			return 0;
		sock_stream_end_listener(sk);
		sock_changed(sk);
		return 0;
	}
	if (!sk->conn || tcp_state(sk->conn) == LEAT_TCP_CLOSED || tcp_state(sk->conn) == LEAT_TCP_TIME_WAIT)
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
sock_stream_ready(const struct sock *sk)
{
	unsigned mask;

	if (sk->listener)
		return tcp_accept_pending(sk->listener) ? LEAT_IN : 0;
	if (!sk->conn)
		return LEAT_OUT | LEAT_HUP; /* as Linux's tcp_poll() reports a fresh socket */
	mask = tcp_ready(sk->conn);
	if (sk->rcvlowat > 1 && (mask & LEAT_IN) && !(mask & (LEAT_RDHUP | LEAT_HUP | LEAT_ERR)) &&
	    tcp_unread(sk->conn) < (size_t)sk->rcvlowat)
		mask &= ~(unsigned)LEAT_IN;
	return mask;
}

ssize_t
sock_send(struct sock *sk, const void *buf, size_t len, unsigned flags, const struct sock_msg *msg)
{
	if (sk->type != SOCK_TYPE_STREAM && (flags & SOCK_OOB))
		return -LEAT_EOPNOTSUPP;
	if (sk->type == SOCK_TYPE_DGRAM && ((flags & SOCK_MORE) || sk->corked || sk->pieces))
		return cork_add(sk, buf, len, flags & SOCK_MORE, msg);
	if (sk->type != SOCK_TYPE_STREAM)
		return sock_dgram_send(sk, buf, len, msg);
	if (!sk->conn)
		return -LEAT_EPIPE;
	return tcp_send(sk->conn, buf, len, flags & SOCK_OOB, flags & SOCK_MORE);
}

bool
sock_holds_part(const struct sock *sk)
{
	return sk->pieces;
}

ssize_t
sock_recv(struct sock *sk, void *buf, size_t len, unsigned flags, struct sock_msg *msg)
{
	uint8_t octet;
	int n;

	if (sk->type != SOCK_TYPE_STREAM)
		return flags & SOCK_OOB ? -LEAT_EOPNOTSUPP : sock_dgram_recv(sk, buf, len, flags, msg);
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

void
sock_commit_more(struct sock *sk, size_t len)
{
	tcp_commit_more(sk->conn, len);
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
