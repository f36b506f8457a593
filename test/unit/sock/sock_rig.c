/*
 * test/unit/sock/sock_rig.c - calls that most tests of sockets make. Each asserts that it succeeds.
 */
#include "sock_rig.h"

#include "base/err.h"

#include <string.h>

void
settle(struct simnet *n)
{
	simnet_pass(n, SEC);
}

struct sock *
open_sock(struct simnet *n, unsigned who, bool v6, enum sock_type type)
{
	struct sock *sk;

	assert_int_equal(sock_open(stack_socks(n->host[who]), v6, type, &sk), 0);
	return sk;
}

struct sock *
open_stream(struct simnet *n, unsigned who)
{
	return open_sock(n, who, false, SOCK_TYPE_STREAM);
}

struct sock *
open_listener(struct simnet *n, unsigned who, const char *text, uint16_t port, int backlog)
{
	struct sock *sk = open_sock(n, who, strchr(text, ':'), SOCK_TYPE_STREAM);
	struct endpoint name = at(text, port);

	set_int(sk, SOL_SOCKET, SO_REUSEADDR, 1);
	assert_int_equal(sock_bind(sk, &name), 0);
	assert_int_equal(sock_listen(sk, backlog), 0);
	return sk;
}

void
connect_to(struct simnet *n, struct sock *sk, struct endpoint to)
{
	assert_int_equal(sock_connect(sk, &to), -LEAT_EINPROGRESS);
	settle(n);
	assert_int_equal(sock_connect(sk, &to), 0);
}

void
connect_pair(struct simnet *n, struct sock *l, struct endpoint to, struct sock **client, struct sock **server)
{
	*client = open_sock(n, 0, !ipaddr_is4(&to.addr), SOCK_TYPE_STREAM);
	connect_to(n, *client, to);
	assert_int_equal(sock_accept(l, server), 0);
}

void
set_int(struct sock *sk, int level, int name, int value)
{
	assert_int_equal(sock_setopt(sk, level, name, &value, sizeof value), 0);
}

int
get_int(struct sock *sk, int level, int name)
{
	int v = -1;
	size_t len = sizeof v;

	assert_int_equal(sock_getopt(sk, level, name, &v, &len), 0);
	return v;
}
