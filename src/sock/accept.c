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
	if (sk->end.conn)
		return -LEAT_EINVAL;
	if (sk->end.listener) {
		tcp_listener_set_backlog(sk->end.listener, most);
		return 0;
	}
	err = sock_autobind(sk);
	if (err)
		return err;
	/* SO_REUSEADDR lets two sockets share a port, but only one of them may listen. */
	sk->name.claim.listening = true;
	if (!sk->opt.any_port && port_conflicts(&sk->socks->ports, &sk->name.claim)) {
		err = -LEAT_EADDRINUSE;
		goto quiet;
	}
	o = sock_stream_effective_opts(sk, &sk->name.local.addr);
	o.any_port = sk->opt.any_port;
	err = tcp_listen(sk->socks->tcp, &sk->name.local, sk->opt.dgram.v6only, most, &o, &sock_stream_ops,
	    sk, &sk->end.listener);
	if (!err)
		return 0;
quiet:
	sk->name.claim.listening = false;
	return err;
}

void
sock_set_unaccepted(struct sock *sk, unsigned n)
{
	if (sk->end.listener)
		tcp_listener_set_unaccepted(sk->end.listener, n);
}

/* Copies to an accepted socket what it inherits, except what TCP itself hands down. */
static void
inherit(struct sock *child, const struct sock *parent)
{
	struct port_claim claim = child->name.claim;

	child->opt.tcp = parent->opt.tcp;
	child->opt.tcp.defer_syn_ack = false;
	child->opt.tcp.any_port = false;
	child->opt.tcp.await_data = 0;
	child->opt.dgram = parent->opt.dgram;
	child->opt.linger = parent->opt.linger;
	child->opt.freebind = parent->opt.freebind;
	child->opt.sndbuf = parent->opt.sndbuf;
	child->opt.rcvbuf = parent->opt.rcvbuf;
	child->opt.rcvlowat = parent->opt.rcvlowat;
	child->opt.quickack_shown = parent->opt.quickack_shown;
	child->opt.kept.inq = parent->opt.kept.inq;
	memcpy(child->opt.ttl, parent->opt.ttl, sizeof child->opt.ttl);
	memcpy(child->opt.tos, parent->opt.tos, sizeof child->opt.tos);
	memcpy(child->opt.kept.recv_info, parent->opt.kept.recv_info, sizeof child->opt.kept.recv_info);
	memcpy(child->opt.kept.timeout, parent->opt.kept.timeout, sizeof child->opt.kept.timeout);
	claim.reuse_addr = parent->name.claim.reuse_addr;
	claim.reuse_port = parent->name.claim.reuse_port;
	child->name.claim = claim;
}

int
sock_accept(struct sock *sk, struct sock **child)
{
	struct sock *c;

	if (sk->type != SOCK_TYPE_STREAM)
		return -LEAT_EOPNOTSUPP;
	if (!sk->end.listener)
		return -LEAT_EINVAL;
	if (!tcp_accept_pending(sk->end.listener))
		return -LEAT_EAGAIN;
	c = sock_new(sk->socks, sk->v6, SOCK_TYPE_STREAM);
	if (!c)
		return -LEAT_ENOBUFS;
	c->end.conn = tcp_accept(sk->end.listener, &sock_stream_ops, c);
	if (!c->end.conn) {
		sock_free(c);
		return -LEAT_EAGAIN;
	}
	inherit(c, sk);
	list_init(&c->name.claim.node);
	tcp_names(c->end.conn, &c->name.local, &c->name.remote);
	sock_claim_fill(c, &c->name.local);
	/* The gateway's connections have ports that no socket of ours was bound to. */
	c->name.claim.automatic = sk->opt.any_port;
	c->name.bound_addr = c->name.bound_port = true;
	c->end.asked = sk->opt.tcp.defer_syn_ack;
	if (port_take(&sk->socks->ports, &c->name.claim)) {
		tcp_accept_undo(sk->end.listener, c->end.conn);
		c->end.conn = NULL;
		sock_free(c);
		return -LEAT_ENOBUFS;
	}
	*child = c;
	return 0;
}

struct endpoint
sock_accepted_from(const struct sock *child)
{
	return child->name.remote;
}

void
sock_answer(struct sock *child, int error)
{
	bool waiting =
	    child->end.asked && child->end.conn && tcp_state(child->end.conn) == LEAT_TCP_SYN_RECEIVED;

	child->end.asked = false;
	if (error == 0) {
		if (waiting)
			tcp_answer_accept(child->end.conn);
		return;
	}
	/* If it is not waiting, the peer has gone in the meantime. */
	if (waiting) {
		tcp_answer_refuse(child->end.conn, error == -1 ? 0 : error);
		child->end.conn = NULL;
	}
	sock_abort(child);
}

void
sock_stream_end_listener(struct sock *sk)
{
	tcp_listener_close(sk->end.listener);
	sk->end.listener = NULL;
	sk->name.claim.listening = false;
	sock_stream_keep_bound_name(sk);
}
