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
	struct tcp_opts o = sk->opt.tcp;
	int family = ipaddr_is4(peer) ? V4 : V6;

	o.ttl = sk->opt.ttl[family];
	o.tos = sk->opt.tos[family];
	o.reuse_addr = sk->name.claim.reuse_addr;
	o.reuse_port = sk->name.claim.reuse_port;
	o.v6only = sk->opt.dgram.v6only;
	o.bound_if = sk->opt.dgram.bound_if;
	return o;
}

int
sock_stream_apply_opts(struct sock *sk)
{
	struct endpoint local, remote;
	struct tcp_opts o;

	if (sk->end.listener) {
		*tcp_listener_opts(sk->end.listener) = sock_stream_effective_opts(sk, &sk->name.local.addr);
		return 0;
	}
	if (!sk->end.conn)
		return 0;
	tcp_names(sk->end.conn, &local, &remote);
	o = sock_stream_effective_opts(sk, &remote.addr);
	return tcp_set_opts(sk->end.conn, &o);
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
	const struct ipaddr *src = names_a_host(&sk->name.local.addr) ? &sk->name.local.addr : NULL;
	uint32_t ifindex = t->remote.ifindex ? t->remote.ifindex : sk->opt.dgram.bound_if;
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
	t->local.port = sk->name.local.port;
	if (t->local.port)
		return tuple_free(t->local.port, t) ? 0 : -LEAT_EADDRNOTAVAIL;
	t->local.port = port_choose_for(
	    &sk->socks->ports, sk->name.claim.proto, &t->local.addr, &t->remote, tuple_free, t);
	return t->local.port ? 0 : -LEAT_EADDRNOTAVAIL;
}

static int
start_connect(struct sock *sk, const struct endpoint *remote)
{
	struct tuple t = {.sk = sk};
	struct tcp_opts o;
	bool had_port = sk->name.claim.bucket != NULL;
	int err = sock_destination(sk, remote, &t.remote);

	if (err)
		return err;
	if (!had_port)
		sock_claim_fill(sk, &sk->name.local);
	err = choose_local(sk, &t);
	if (err)
		return err;
	if (!had_port) {
		sock_claim_fill(sk, &t.local);
		sk->name.claim.automatic = true;
		err = port_take(&sk->socks->ports, &sk->name.claim);
		if (err)
			return err;
	}
	o = sock_stream_effective_opts(sk, &t.remote.addr);
	err = tcp_connect(
	    sk->socks->tcp, &t.local, &t.remote, &t.path, &o, &sock_stream_ops, sk, &sk->end.conn);
	if (err) {
		if (!had_port)
			port_release(&sk->socks->ports, &sk->name.claim);
		return err;
	}
	sk->name.local.port = t.local.port;
	sk->end.connecting = true;
	sk->opt.quickack_shown = true; /* as at the start of each connection */
	return -LEAT_EINPROGRESS;
}

void
sock_stream_keep_bound_name(struct sock *sk)
{
	if (sk->name.claim.automatic || !sk->name.bound_port) {
		struct ipaddr addr = sk->name.bound_addr ? sk->name.local.addr : sock_any(sk);
		bool kept = sk->name.bound_addr;

		sock_unbind(sk);
		sk->name.local.addr = addr;
		sk->name.bound_addr = kept;
	}
}

/* Frees the connection, so that the socket may connect again. */
static void
disconnect(struct sock *sk)
{
	tcp_close(sk->end.conn);
	sk->end.conn = NULL;
	sk->end.connecting = false;
	sock_stream_keep_bound_name(sk);
}

/* Linux's connect() to AF_UNSPEC: makes any stream a fresh socket. A connection is reset. */
int
sock_stream_dissolve(struct sock *sk)
{
	if (sk->end.listener)
		sock_stream_end_listener(sk);
	if (sk->end.conn) {
		tcp_abort(sk->end.conn);
		sk->end.conn = NULL;
		sk->end.connecting = false;
		sock_stream_keep_bound_name(sk);
	}
	sock_changed(sk);
	return 0;
}

int
sock_stream_connect(struct sock *sk, const struct endpoint *remote)
{
	int err;

	if (sk->end.listener)
		return -LEAT_EISCONN;
	if (!sk->end.conn)
		return start_connect(sk, remote);
	if (!sk->end.connecting)
		return -LEAT_EISCONN;
	switch (tcp_state(sk->end.conn)) {
	case LEAT_TCP_SYN_SENT:
	case LEAT_TCP_SYN_RECEIVED:
		return -LEAT_EALREADY;
	case LEAT_TCP_CLOSED:
		err = tcp_take_error(sk->end.conn);
		disconnect(sk);
		return err ? -err : -LEAT_ECONNABORTED;
	default:
		sk->end.connecting = false;
		return 0;
	}
}

void
sock_stream_close(struct sock *sk, bool abort)
{
	if (sk->end.listener)
		tcp_listener_close(sk->end.listener);
	if (!sk->end.conn)
		return;
	/*
	 * The time of SO_LINGER is how long close(2) waits, for callers that can wait. As on Linux,
	 * it ends nothing.
	 */
	if (abort || (sk->opt.linger.on && !sk->opt.linger.seconds))
		tcp_abort(sk->end.conn);
	else
		tcp_close(sk->end.conn);
	sk->end.conn = NULL;
}

int
sock_stream_shutdown(struct sock *sk, enum sock_how how)
{
	int err = 0;

	/* On Linux, SHUT_RD makes a listener a fresh socket, and SHUT_WR does nothing. */
	if (sk->end.listener) {
		if (how == SOCK_SHUT_WR)
			return 0;
		sock_stream_end_listener(sk);
		sock_changed(sk);
		return 0;
	}
	if (!sk->end.conn || tcp_state(sk->end.conn) == LEAT_TCP_CLOSED ||
	    tcp_state(sk->end.conn) == LEAT_TCP_TIME_WAIT)
		return -LEAT_ENOTCONN;
	if (tcp_state(sk->end.conn) == LEAT_TCP_SYN_SENT) {
		disconnect(sk);
		sock_changed(sk);
		return 0;
	}
	if (how != SOCK_SHUT_WR)
		tcp_shutdown_recv(sk->end.conn);
	if (how != SOCK_SHUT_RD)
		err = tcp_shutdown_send(sk->end.conn);
	sock_changed(sk);
	return err;
}

unsigned
sock_stream_ready(const struct sock *sk)
{
	unsigned mask;

	if (sk->end.listener)
		return tcp_accept_pending(sk->end.listener) ? LEAT_IN : 0;
	if (!sk->end.conn)
		return LEAT_OUT | LEAT_HUP; /* as Linux's tcp_poll() reports a fresh socket */
	mask = tcp_ready(sk->end.conn);
	if (sk->opt.rcvlowat > 1 && (mask & LEAT_IN) && !(mask & (LEAT_RDHUP | LEAT_HUP | LEAT_ERR)) &&
	    tcp_unread(sk->end.conn) < (size_t)sk->opt.rcvlowat)
		mask &= ~(unsigned)LEAT_IN;
	return mask;
}

unsigned
sock_ended(const struct sock *sk)
{
	return sk->end.conn ? tcp_ended(sk->end.conn) : LEAT_HUP;
}

ssize_t
sock_send(struct sock *sk, const void *buf, size_t len, unsigned flags, const struct sock_msg *msg)
{
	if (sk->type != SOCK_TYPE_STREAM && (flags & SOCK_OOB))
		return -LEAT_EOPNOTSUPP;
	if (sk->type == SOCK_TYPE_DGRAM && ((flags & SOCK_MORE) || sk->cork.on || sk->cork.pieces))
		return cork_add(sk, buf, len, flags & SOCK_MORE, msg);
	if (sk->type != SOCK_TYPE_STREAM)
		return sock_dgram_send(sk, buf, len, msg);
	if (!sk->end.conn)
		return -LEAT_EPIPE;
	return tcp_send(sk->end.conn, buf, len, flags & SOCK_OOB, flags & SOCK_MORE);
}

bool
sock_holds_part(const struct sock *sk)
{
	return sk->cork.pieces;
}

ssize_t
sock_recv(struct sock *sk, void *buf, size_t len, unsigned flags, struct sock_msg *msg)
{
	uint8_t octet;
	int n;

	if (sk->type != SOCK_TYPE_STREAM)
		return flags & SOCK_OOB ? -LEAT_EOPNOTSUPP : sock_dgram_recv(sk, buf, len, flags, msg);
	if (!sk->end.conn)
		return -LEAT_ENOTCONN;
	if (!(flags & SOCK_OOB))
		return tcp_recv(sk->end.conn, buf, len, flags & SOCK_PEEK);
	n = tcp_recv_urgent(sk->end.conn, &octet, flags & SOCK_PEEK);
	if (n == 1 && len)
		memcpy(buf, &octet, 1);
	return n == 1 && !len ? 0 : n;
}

ssize_t
sock_reserve(struct sock *sk, size_t want, void **at)
{
	return sk->end.conn ? tcp_reserve(sk->end.conn, want, at) : -LEAT_EPIPE;
}

void
sock_commit(struct sock *sk, size_t len)
{
	tcp_commit(sk->end.conn, len);
}

void
sock_commit_more(struct sock *sk, size_t len)
{
	tcp_commit_more(sk->end.conn, len);
}

unsigned
sock_peek(struct sock *sk, struct pkt_span *span, unsigned max)
{
	return sk->end.conn ? tcp_peek_spans(sk->end.conn, span, max) : 0;
}

void
sock_consume(struct sock *sk, size_t len)
{
	tcp_consume(sk->end.conn, len);
}
