/*
 * api/sock.c - opens, connects and closes sockets, and gets and sets their addresses and options.
 * It sends and receives no data: see data.c.
 */
#include "api/impl.h"

#include <stdlib.h>

static struct leat_sock *
wrap(struct leat_stack *owner, struct sock *sk)
{
	struct leat_sock *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->owner = owner;
	s->sk = sk;
	list_push(&owner->socks, &s->node);
	return s;
}

static void
unwrap(struct leat_sock *s)
{
	list_del(&s->node);
	free(s);
}

void
api_socks_abort(struct leat_stack *s)
{
	while (!list_empty(&s->socks))
		leat_sock_abort(list_first(&s->socks, struct leat_sock, node));
}

int
leat_sock_open(struct leat_stack *stack, int family, int type, struct leat_sock **out)
{
	struct leat_sock *s;
	struct sock *sk;
	int err;

	if (family != LEAT_INET && family != LEAT_INET6)
		return -LEAT_EAFNOSUPPORT;
	if (type != LEAT_STREAM && type != LEAT_DGRAM && type != LEAT_PING)
		return -LEAT_ESOCKTNOSUPPORT;
	err = sock_open(stack_socks(stack->stack), family == LEAT_INET6, (enum sock_type)type, &sk);
	if (err)
		return err;
	s = wrap(stack, sk);
	if (!s) {
		sock_close(sk);
		return -LEAT_ENOBUFS;
	}
	*out = s;
	return 0;
}

void
leat_sock_close(struct leat_sock *sock)
{
	if (!sock)
		return;
	sock_close(sock->sk);
	unwrap(sock);
}

void
leat_sock_abort(struct leat_sock *sock)
{
	if (!sock)
		return;
	sock_abort(sock->sk);
	unwrap(sock);
}

int
leat_sock_bind(struct leat_sock *sock, const struct leat_addr *local)
{
	struct endpoint e = api_endpoint(local);

	return sock_bind(sock->sk, &e);
}

int
leat_sock_listen(struct leat_sock *sock, int backlog)
{
	return sock_listen(sock->sk, backlog);
}

int
leat_sock_connect(struct leat_sock *sock, const struct leat_addr *remote)
{
	struct endpoint e;

	sock->reserved = 0;
	if (!remote)
		return sock_connect(sock->sk, NULL);
	e = api_endpoint(remote);
	return sock_connect(sock->sk, &e);
}

int
leat_sock_accept(struct leat_sock *sock, struct leat_sock **out)
{
	struct sock *child;
	struct leat_sock *c;
	int err = sock_accept(sock->sk, &child);

	if (err)
		return err;
	c = wrap(sock->owner, child);
	if (!c) {
		sock_abort(child);
		return -LEAT_ENOBUFS;
	}
	*out = c;
	return 0;
}

int
leat_sock_answer(struct leat_sock *sock, int error)
{
	switch (error) {
	case 0:
		sock_answer(sock->sk, 0);
		return 0;
	case LEAT_ECONNREFUSED:
	case LEAT_EHOSTUNREACH:
	case LEAT_ENETUNREACH:
	case LEAT_EACCES:
		sock_answer(sock->sk, error);
		break;
	case LEAT_ETIMEDOUT:
		sock_answer(sock->sk, -1);
		break;
	default:
		return -LEAT_EINVAL;
	}
	unwrap(sock);
	return 0;
}

int
leat_sock_shutdown(struct leat_sock *sock, int how)
{
	sock->reserved = 0;
	return sock_shutdown(sock->sk, (enum sock_how)how);
}

unsigned
leat_sock_ready(const struct leat_sock *sock)
{
	return sock_ready(sock->sk);
}

static void
notify_watcher(struct sock *sk, void *arg)
{
	struct leat_sock *s = arg;

	s->fn(s, s->arg);
}

void
leat_sock_watch(struct leat_sock *sock, void (*fn)(struct leat_sock *sock, void *arg), void *arg)
{
	sock->fn = fn;
	sock->arg = arg;
	sock_watch(sock->sk, fn ? notify_watcher : NULL, sock);
}

void
leat_sock_local(const struct leat_sock *sock, struct leat_addr *out)
{
	struct endpoint e;

	sock_local(sock->sk, &e);
	*out = api_addr(&e);
}

int
leat_sock_remote(const struct leat_sock *sock, struct leat_addr *out)
{
	struct endpoint e;
	int err = sock_remote(sock->sk, &e);

	if (!err)
		*out = api_addr(&e);
	return err;
}

int
leat_sock_setopt(struct leat_sock *sock, int level, int name, const void *value, size_t len)
{
	return sock_setopt(sock->sk, level, name, value, len);
}

int
leat_sock_getopt(struct leat_sock *sock, int level, int name, void *value, size_t *len)
{
	return sock_getopt(sock->sk, level, name, value, len);
}
