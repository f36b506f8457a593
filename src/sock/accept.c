/*
 * sock/accept.c - listeners: listen(2), accept(2), and what a connection inherits from its
 * listener.
 */
#include "sock/impl.h"

#include <string.h>

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
	/* SO_REUSEADDR lets two sockets share a port, but only one of them may listen. */
	sk->claim.listening = true;
	if (!sk->any_port && port_conflicts(&sk->socks->ports, &sk->claim)) {
		err = -LEAT_EADDRINUSE;
		goto quiet;
	}
	o = sock_stream_effective_opts(sk, &sk->local.addr);
	o.any_port = sk->any_port;
	err = tcp_listen(
	    sk->socks->tcp, &sk->local, sk->dgram.v6only, most, &o, &sock_stream_ops, sk, &sk->listener);
	if (!err)
		return 0;
quiet:
	sk->claim.listening = false;
	return err;
}

void
sock_set_unaccepted(struct sock *sk, unsigned n)
{
	if (sk->listener)
		tcp_listener_set_unaccepted(sk->listener, n);
}

/* Copies to an accepted socket what it inherits, except what TCP itself hands down. */
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
	child->quickack_shown = parent->quickack_shown;
	child->kept.inq = parent->kept.inq;
	memcpy(child->ttl, parent->ttl, sizeof child->ttl);
	memcpy(child->tos, parent->tos, sizeof child->tos);
	memcpy(child->kept.recv_info, parent->kept.recv_info, sizeof child->kept.recv_info);
	memcpy(child->kept.timeout, parent->kept.timeout, sizeof child->kept.timeout);
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
	c->conn = tcp_accept(sk->listener, &sock_stream_ops, c);
	if (!c->conn) {
		sock_free(c);
		return -LEAT_EAGAIN;
	}
	inherit(c, sk);
	list_init(&c->claim.node);
	tcp_names(c->conn, &c->local, &c->remote);
	sock_claim_fill(c, &c->local);
	/* The gateway's connections have ports that no socket of ours was bound to. */
	c->claim.automatic = sk->any_port;
	c->bound_addr = c->bound_port = true;
	c->asked = sk->tcp.defer_syn_ack;
	if (port_take(&sk->socks->ports, &c->claim)) {
		tcp_accept_undo(sk->listener, c->conn);
		c->conn = NULL;
		sock_free(c);
		return -LEAT_ENOBUFS;
	}
	*child = c;
	return 0;
}

struct endpoint
sock_accepted_from(const struct sock *child)
{
	return child->remote;
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
	/* If it is not waiting, the peer has gone in the meantime. */
	if (waiting) {
		tcp_answer_refuse(child->conn, error == -1 ? 0 : error);
		child->conn = NULL;
	}
	sock_abort(child);
}

void
sock_stream_end_listener(struct sock *sk)
{
	tcp_listener_close(sk->listener);
	sk->listener = NULL;
	sk->claim.listening = false;
	sock_stream_keep_bound_name(sk);
}
