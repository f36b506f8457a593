/*
 * io/sockio_listen.c - io's listeners over Leat's own sockets.
 */
#include "base/err.h"
#include "io/sockio_impl.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

struct sockio_listener {
	struct io_listener listener;
	struct sockio_obj obj;
	bool wanted; /* the callback */
};

static struct sockio_listener *
listener_of(const struct io_listener *l)
{
	return container_of(l, struct sockio_listener, listener);
}

static unsigned
listener_holds(const struct sockio_obj *o)
{
	const struct sockio_listener *l = container_of(o, const struct sockio_listener, obj);

	return l->listener.fn && l->wanted && sock_ready(o->sk) & LEAT_IN ? IO_READABLE : 0;
}

static void
listener_notify(struct sockio_obj *o, unsigned events)
{
	struct sockio_listener *l = container_of(o, struct sockio_listener, obj);

	l->listener.fn(&l->listener, l->listener.arg);
}

static const struct sockio_kind LISTENER_KIND = {listener_holds, listener_notify};

static void
listener_changed(struct sock *sk, void *arg)
{
	struct sockio_listener *l = arg;

	sockio_serve(&l->obj, listener_holds(&l->obj));
}

static int
listener_accept(struct io_listener *li, struct io_stream **out)
{
	struct sockio_listener *l = listener_of(li);
	struct sockio_stream *s;
	struct sock *child;
	int err;

	if (!(sock_ready(l->obj.sk) & LEAT_IN))
		return -LEAT_EAGAIN;
	s = sockio_stream_new(l->obj.io); /* first, since a connection that was taken cannot be put back */
	if (!s)
		return -LEAT_ENOMEM;
	err = sock_accept(l->obj.sk, &child);
	if (err) {
		sockio_stream_free(s);
		return err;
	}
	*out = sockio_stream_begin(s, child, false);
	return 0;
}

static int
listener_local(const struct io_listener *li, struct endpoint *out)
{
	return sock_local(listener_of(li)->obj.sk, out);
}

static void
listener_want(struct io_listener *li, bool yes)
{
	struct sockio_listener *l = listener_of(li);

	l->wanted = yes;
	sockio_check(&l->obj);
}

static void
listener_close(struct io_listener *li)
{
	struct sockio_listener *l = listener_of(li);

	sockio_obj_fini(&l->obj);
	sock_close(l->obj.sk);
	free(l);
}

static const struct io_listener_ops LISTENER_OPS = {
    .accept = listener_accept,
    .local = listener_local,
    .want = listener_want,
    .close = listener_close,
};

/* Opens a socket that listens at @at. Its children inherit its options. */
static int
open_listening(struct sockio *io, const struct endpoint *at, int backlog, struct sock **out)
{
	bool v6 = !ipaddr_is4(&at->addr);
	struct sock *sk;
	int err = sock_open(io->socks, v6, SOCK_TYPE_STREAM, &sk);

	if (err)
		return err;
	sockio_option(sk, SOL_SOCKET, SO_REUSEADDR, 1);
	sockio_option(sk, SOL_SOCKET, SO_OOBINLINE, 1);
	sockio_option(sk, IPPROTO_TCP, TCP_NODELAY, 1);
	if (v6)
		sockio_option(sk, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	err = sock_bind(sk, at);
	if (!err)
		err = sock_listen(sk, backlog);
	if (err)
		sock_close(sk);
	else
		*out = sk;
	return err;
}

int
sockio_listen(struct io_world *w, const struct endpoint *at, int backlog,
    void (*fn)(struct io_listener *l, void *arg), void *arg, struct io_listener **out)
{
	struct sockio *io = sockio_of(w);
	struct sockio_listener *l = calloc(1, sizeof *l);
	struct sock *sk;
	int err;

	if (!l)
		return -LEAT_ENOMEM;
	err = open_listening(io, at, backlog, &sk);
	if (err) {
		free(l);
		return err;
	}
	l->listener = (struct io_listener){&LISTENER_OPS, fn, arg};
	l->wanted = true;
	sockio_obj_init(&l->obj, &LISTENER_KIND, io, sk);
	sock_watch(sk, listener_changed, l);
	*out = &l->listener;
	return 0;
}
