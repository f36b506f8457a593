/*
 * api/sock.c - sockets.
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
api_socks_close(struct leat_stack *s)
{
	while (!list_empty(&s->socks))
		leat_abort(list_first(&s->socks, struct leat_sock, node));
}

int
leat_socket(struct leat_stack *stack, int v6, enum leat_sock_type type, struct leat_sock **out)
{
	struct sock *sk;
	int err = sock_open(stack_socks(stack->stack), v6, (enum sock_type)type, &sk);

	if (err)
		return err;
	*out = wrap(stack, sk);
	if (*out)
		return 0;
	sock_close(sk);
	return -LEAT_ENOBUFS;
}

void
leat_close(struct leat_sock *sock)
{
	sock_close(sock->sk);
	unwrap(sock);
}

void
leat_abort(struct leat_sock *sock)
{
	sock_abort(sock->sk);
	unwrap(sock);
}

int
leat_bind(struct leat_sock *sock, const struct leat_addr *local)
{
	struct endpoint e = api_endpoint(local);

	return sock_bind(sock->sk, &e);
}

int
leat_listen(struct leat_sock *sock, int backlog)
{
	return sock_listen(sock->sk, backlog);
}

int
leat_connect(struct leat_sock *sock, const struct leat_addr *remote)
{
	struct endpoint e;

	if (!remote)
		return sock_connect(sock->sk, NULL);
	e = api_endpoint(remote);
	return sock_connect(sock->sk, &e);
}

int
leat_accept(struct leat_sock *sock, struct leat_sock **out)
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

ssize_t
leat_write(struct leat_sock *sock, const void *buf, size_t len)
{
	return sock_send(sock->sk, buf, len, 0, NULL);
}

ssize_t
leat_read(struct leat_sock *sock, void *buf, size_t len)
{
	return sock_recv(sock->sk, buf, len, 0, NULL);
}

ssize_t
leat_send_to(struct leat_sock *sock, const void *buf, size_t len, const struct leat_addr *to)
{
	struct sock_msg msg = {.peer = api_endpoint(to)};

	return sock_send(sock->sk, buf, len, 0, &msg);
}

ssize_t
leat_recv_from(struct leat_sock *sock, void *buf, size_t len, struct leat_addr *from)
{
	struct sock_msg msg = {0};
	ssize_t n = sock_recv(sock->sk, buf, len, 0, &msg);

	if (n >= 0)
		*from = api_addr(&msg.peer);
	return n;
}

int
leat_shutdown(struct leat_sock *sock, enum leat_how how)
{
	return sock_shutdown(sock->sk, (enum sock_how)how);
}

unsigned
leat_ready(const struct leat_sock *sock)
{
	return sock_ready(sock->sk);
}

static void
tell(struct sock *sk, void *arg)
{
	struct leat_sock *s = arg;

	s->fn(s, s->arg);
}

void
leat_watch(struct leat_sock *sock, void (*fn)(struct leat_sock *sock, void *arg), void *arg)
{
	sock->fn = fn;
	sock->arg = arg;
	sock_watch(sock->sk, fn ? tell : NULL, sock);
}

int
leat_local(const struct leat_sock *sock, struct leat_addr *out)
{
	struct endpoint e;
	int err = sock_local(sock->sk, &e);

	if (!err)
		*out = api_addr(&e);
	return err;
}

int
leat_remote(const struct leat_sock *sock, struct leat_addr *out)
{
	struct endpoint e;
	int err = sock_remote(sock->sk, &e);

	if (!err)
		*out = api_addr(&e);
	return err;
}

int
leat_setopt(struct leat_sock *sock, int level, int name, const void *value, size_t len)
{
	return sock_setopt(sock->sk, level, name, value, len);
}

int
leat_getopt(struct leat_sock *sock, int level, int name, void *value, size_t *len)
{
	return sock_getopt(sock->sk, level, name, value, len);
}
