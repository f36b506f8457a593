/*
 * api/data.c - sends and receives on sockets: with a copy, or in place without one. It checks
 * arguments and converts structs; the sockets themselves are in the layers below.
 */
#include "api/impl.h"
#include "core/errq.h"

enum { PEEK_RUNS = 64 };

static unsigned
flags_in(int flags)
{
	unsigned f = 0;

	f |= flags & LEAT_MSG_OOB ? SOCK_OOB : 0;
	f |= flags & LEAT_MSG_PEEK ? SOCK_PEEK : 0;
	f |= flags & LEAT_MSG_MORE ? SOCK_MORE : 0;
	return f;
}

static int
read_msg(const struct leat_msg *msg, struct sock_msg *out)
{
	struct leat_msg m;
	int err = api_config(&m, sizeof m, msg);

	if (err)
		return err;
	if (m.flags || m.full_len)
		return -LEAT_EINVAL;
	*out = (struct sock_msg){
	    .peer = api_endpoint(&m.peer), .ttl = m.ttl, .tos = m.tos, .seg_size = m.seg_size};
	out->local = api_endpoint(&m.local);
	return 0;
}

ssize_t
leat_sock_send(struct leat_sock *sock, const void *buf, size_t len, int flags, const struct leat_msg *msg)
{
	bool datagram = sock_type(sock->sk) != SOCK_TYPE_STREAM;
	struct sock_msg m;
	int err;

	if (flags & ~(LEAT_MSG_OOB | LEAT_MSG_MORE))
		return -LEAT_EINVAL;
	sock->reserved = 0;
	if (!msg || !datagram)
		return sock_send(sock->sk, buf, len, flags_in(flags), NULL);
	err = read_msg(msg, &m);
	return err ? err : sock_send(sock->sk, buf, len, flags_in(flags), &m);
}

static void
fill_msg(struct leat_msg *msg, const struct sock_msg *m)
{
	struct leat_msg out = {.size = msg->size, .peer = api_addr(&m->peer), .local = api_addr(&m->local)};

	out.flags = m->truncated ? LEAT_MSG_TRUNC : 0;
	out.ttl = m->ttl;
	out.tos = m->tos;
	out.full_len = m->full_len;
	api_fill(msg, msg->size, &out, sizeof out);
}

ssize_t
leat_sock_recv(struct leat_sock *sock, void *buf, size_t len, int flags, struct leat_msg *msg)
{
	bool datagram = sock_type(sock->sk) != SOCK_TYPE_STREAM;
	struct sock_msg m;
	ssize_t n;

	if (flags & ~(LEAT_MSG_OOB | LEAT_MSG_PEEK) || (msg && msg->size < sizeof msg->size))
		return -LEAT_EINVAL;
	n = sock_recv(sock->sk, buf, len, flags_in(flags), datagram ? &m : NULL);
	if (n >= 0 && msg && datagram)
		fill_msg(msg, &m);
	return n;
}

ssize_t
leat_sock_recv_error(struct leat_sock *sock, void *buf, size_t len, struct leat_sock_error *error)
{
	struct leat_sock_error out = {0};
	struct endpoint offender = {.port = 0};
	struct dgram_error e;
	ssize_t n;

	if (!error || error->size < sizeof error->size)
		return -LEAT_EINVAL;
	n = sock_recv_error(sock->sk, buf, len, &e, &out.full_len);
	if (n < 0)
		return n;
	out.size = error->size;
	out.peer = api_addr(&e.peer);
	offender.addr = e.offender;
	if (e.origin != ERRQ_LOCAL)
		out.offender = api_addr(&offender);
	out.info = e.info;
	out.error = e.error;
	out.origin = e.origin;
	out.type = e.type;
	out.code = e.code;
	api_fill(error, error->size, &out, sizeof out);
	return n;
}

ssize_t
leat_sock_reserve(struct leat_sock *sock, size_t want, void **at)
{
	ssize_t n;

	sock->reserved = 0;
	if (sock_type(sock->sk) != SOCK_TYPE_STREAM)
		return -LEAT_EOPNOTSUPP;
	n = sock_reserve(sock->sk, want, at);
	if (n > 0)
		sock->reserved = (size_t)n;
	return n;
}

int
leat_sock_commit(struct leat_sock *sock, size_t len)
{
	if (len > sock->reserved)
		return -LEAT_EINVAL;
	sock->reserved = 0;
	if (len)
		sock_commit(sock->sk, len);
	return 0;
}

unsigned
leat_sock_peek(struct leat_sock *sock, struct leat_span *span, unsigned max)
{
	struct pkt_span in[PEEK_RUNS];
	unsigned n = sock_peek(sock->sk, in, max < PEEK_RUNS ? max : PEEK_RUNS);

	for (unsigned i = 0; i < n; i++)
		span[i] = (struct leat_span){in[i].at, in[i].len};
	return n;
}

int
leat_sock_consume(struct leat_sock *sock, size_t len)
{
	if (sock_type(sock->sk) != SOCK_TYPE_STREAM || len > sock_unread(sock->sk))
		return -LEAT_EINVAL;
	if (len)
		sock_consume(sock->sk, len);
	return 0;
}

size_t
leat_sock_unread(const struct leat_sock *sock)
{
	return sock_unread(sock->sk);
}

size_t
leat_sock_unacked(const struct leat_sock *sock)
{
	return sock_unacked(sock->sk);
}
