/*
 * sock/sock.c - opens and closes sockets and calls their watchers.
 *
 * A call on a socket never calls a watcher. It only marks the socket, and the stack calls
 * socks_flush() at the end of each entry. So no call re-enters its caller.
 */
#include "sock/impl.h"

#include <stdlib.h>
#include <string.h>

enum { SOCKS_KEPT = 256 };

void
socks_set_buffer_max(struct socks *s, uint32_t sndbuf, uint32_t rcvbuf)
{
	s->sndbuf_max = sndbuf;
	s->rcvbuf_max = rcvbuf;
}

struct socks *
socks_new(struct core *core, struct tcp *tcp, struct udp *udp)
{
	struct socks *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->core = core;
	s->tcp = tcp;
	s->udp = udp;
	socks_set_buffer_max(s, SOCK_BUF_DEFAULT, SOCK_BUF_DEFAULT);
	list_init(&s->all);
	list_init(&s->dirty);
	slab_init(&s->slab, sizeof(struct sock), SOCKS_KEPT);
	if (ports_init(&s->ports, &core->secret, &core->rng))
		goto no_ports;
	if (pings_init(&s->pings, core))
		goto no_pings;
	return s;
no_pings:
	ports_fini(&s->ports);
no_ports:
	free(s);
	return NULL;
}

void
socks_free(struct socks *s)
{
	while (!list_empty(&s->all))
		sock_abort(list_first(&s->all, struct sock, node));
	pings_fini(&s->pings);
	ports_fini(&s->ports);
	slab_fini(&s->slab);
	free(s);
}

bool
socks_pending(const struct socks *s)
{
	return !list_empty(&s->dirty);
}

void
socks_flush(struct socks *s)
{
	struct list round;
	struct list *n;

	/*
	 * Sockets that watchers mark again wait for the next round, so that two sockets that wake
	 * each other cannot occupy the stack for ever.
	 */
	list_init(&round);
	while ((n = list_pop(&s->dirty)) != NULL)
		list_push(&round, n);
	while ((n = list_pop(&round)) != NULL) {
		struct sock *sk = container_of(n, struct sock, dirty);

		if (sk->fn)
			sk->fn(sk, sk->arg);
	}
}

void
socks_each(struct socks *s, void (*fn)(struct sock *sk, void *arg), void *arg)
{
	list_each_safe(n, &s->all)
		fn(container_of(n, struct sock, node), arg);
}

void
sock_changed(struct sock *sk)
{
	if (sk->fn && !list_linked(&sk->dirty))
		list_push(&sk->socks->dirty, &sk->dirty);
}

struct ipaddr
sock_any(const struct sock *sk)
{
	return sk->v6 ? IPADDR_ANY6 : IPADDR_ANY4;
}

struct sock *
sock_new(struct socks *s, bool v6, enum sock_type type)
{
	struct sock *sk = slab_take(&s->slab);

	if (!sk)
		return NULL;
	sk->socks = s;
	sk->v6 = v6;
	sk->type = type;
	sk->name.local.addr = sk->name.remote.addr = sock_any(sk);
	sk->opt.mcast_addr4 = IPADDR_ANY4;
	list_init(&sk->dirty);
	list_init(&sk->name.claim.node);
	opt_defaults(sk);
	list_push(&s->all, &sk->node);
	return sk;
}

void
sock_free(struct sock *sk)
{
	port_release(&sk->socks->ports, &sk->name.claim);
	list_del(&sk->node);
	list_del(&sk->dirty);
	slab_give(&sk->socks->slab, sk);
}

int
sock_open(struct socks *s, bool v6, enum sock_type type, struct sock **out)
{
	struct sock *sk = sock_new(s, v6, type);

	if (!sk)
		return -LEAT_ENOBUFS;
	if (type != SOCK_TYPE_STREAM && sock_dgram_open(sk)) {
		sock_free(sk);
		return -LEAT_ENOBUFS;
	}
	*out = sk;
	return 0;
}

static void
close_how(struct sock *sk, bool abort)
{
	if (sk->type == SOCK_TYPE_STREAM)
		sock_stream_close(sk, abort);
	else
		sock_dgram_close(sk);
	sock_free(sk);
}

void
sock_close(struct sock *sk)
{
	close_how(sk, false);
}

void
sock_abort(struct sock *sk)
{
	close_how(sk, true);
}

void
sock_watch(struct sock *sk, void (*fn)(struct sock *sk, void *arg), void *arg)
{
	sk->fn = fn;
	sk->arg = arg;
	if (!fn)
		list_del(&sk->dirty);
}

unsigned
sock_ready(const struct sock *sk)
{
	if (sk->type == SOCK_TYPE_STREAM)
		return sock_stream_ready(sk);
	return sk->end.ping ? ping_ready(sk->end.ping) : udp_ready(sk->end.udp);
}

bool
sock_reaches(const struct sock *sk, const struct endpoint *to)
{
	return sk->type == SOCK_TYPE_DGRAM && sock_dgram_reaches(sk, to);
}

ssize_t
sock_recv_error(struct sock *sk, void *buf, size_t len, struct dgram_error *out, size_t *full)
{
	if (sk->type == SOCK_TYPE_STREAM)
		return -LEAT_EOPNOTSUPP;
	return sock_dgram_recv_error(sk, buf, len, out, full);
}

int
sock_shutdown(struct sock *sk, enum sock_how how)
{
	if (how < SOCK_SHUT_RD || how > SOCK_SHUT_RDWR)
		return -LEAT_EINVAL;
	return sk->type == SOCK_TYPE_STREAM ? sock_stream_shutdown(sk, how) : sock_dgram_shutdown(sk, how);
}

int
sock_connect(struct sock *sk, const struct endpoint *remote)
{
	if (sk->type == SOCK_TYPE_STREAM)
		return remote ? sock_stream_connect(sk, remote) : sock_stream_dissolve(sk);
	return sock_dgram_connect(sk, remote);
}

enum sock_type
sock_type(const struct sock *sk)
{
	return sk->type;
}

bool
sock_is_v6(const struct sock *sk)
{
	return sk->v6;
}

uint64_t
sock_flow(const struct sock *sk)
{
	return sk->end.conn ? tcp_flow(sk->end.conn) : 0;
}

size_t
sock_unread(const struct sock *sk)
{
	if (sk->end.conn)
		return tcp_unread(sk->end.conn);
	if (sk->end.ping)
		return ping_unread(sk->end.ping);
	return sk->end.udp ? udp_unread(sk->end.udp) : 0;
}

size_t
sock_unacked(const struct sock *sk)
{
	return sk->end.conn ? tcp_unacked(sk->end.conn) : 0;
}

bool
sock_at_mark(const struct sock *sk)
{
	return sk->end.conn && tcp_at_mark(sk->end.conn);
}
