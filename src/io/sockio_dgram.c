/*
 * io/sockio_dgram.c - io's datagram sockets over Leat's own.
 */
#include "base/err.h"
#include "io/sockio_impl.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

struct sockio_dgram {
	struct io_dgram dgram;
	struct sockio_obj obj;
	unsigned want;
	int error; /* LEAT_E of an earlier datagram, for the next receive */
};

static struct sockio_dgram *
dgram_of(const struct io_dgram *d)
{
	return container_of(d, struct sockio_dgram, dgram);
}

static unsigned
dgram_holds(const struct sockio_obj *o)
{
	const struct sockio_dgram *d = container_of(o, const struct sockio_dgram, obj);
	unsigned ready, mask = 0;

	if (!d->dgram.fn || !d->want)
		return 0;
	ready = sock_ready(o->sk);
	if (d->error || ready & (LEAT_IN | LEAT_ERR))
		mask |= IO_READABLE;
	if (ready & LEAT_OUT)
		mask |= IO_WRITABLE;
	return d->want & mask;
}

static void
dgram_notify(struct sockio_obj *o, unsigned events)
{
	struct sockio_dgram *d = container_of(o, struct sockio_dgram, obj);

	d->dgram.fn(&d->dgram, events, d->dgram.arg);
}

static const struct sockio_kind DGRAM_KIND = {dgram_holds, dgram_notify};

static void
dgram_changed(struct sock *sk, void *arg)
{
	struct sockio_dgram *d = arg;

	sockio_serve(&d->obj, dgram_holds(&d->obj));
}

static ssize_t
dgram_recv_from(struct io_dgram *di, void *buf, size_t len, struct endpoint *from)
{
	struct sockio_dgram *d = dgram_of(di);
	struct sock_msg msg;
	ssize_t n = -d->error;

	d->error = 0;
	if (n < 0)
		return n;
	n = sock_recv(d->obj.sk, buf, len, 0, &msg);
	if (n >= 0 && from)
		*from = msg.peer;
	return n;
}

/*
 * Takes the socket's error, which it would return to the next sender instead of sending. It is for
 * recv_from().
 */
static void
keep_error(struct sockio_dgram *d)
{
	int e = 0;
	size_t len = sizeof e;

	if (!(sock_ready(d->obj.sk) & LEAT_ERR))
		return;
	if (sock_getopt(d->obj.sk, SOL_SOCKET, SO_ERROR, &e, &len) == 0 && e)
		d->error = e;
}

static ssize_t
dgram_send_to(struct io_dgram *di, const void *buf, size_t len, const struct endpoint *to)
{
	struct sockio_dgram *d = dgram_of(di);
	struct sock_msg msg = {.local = {.addr = IPADDR_ANY6}};

	keep_error(d);
	if (!to)
		return sock_send(d->obj.sk, buf, len, 0, NULL);
	msg.peer = *to;
	return sock_send(d->obj.sk, buf, len, 0, &msg);
}

static int
dgram_local(const struct io_dgram *di, struct endpoint *out)
{
	return sock_local(dgram_of(di)->obj.sk, out);
}

static void
dgram_want(struct io_dgram *di, unsigned events)
{
	struct sockio_dgram *d = dgram_of(di);

	d->want = events;
	sockio_check(&d->obj);
}

static void
dgram_close(struct io_dgram *di)
{
	struct sockio_dgram *d = dgram_of(di);

	sockio_obj_fini(&d->obj);
	sock_close(d->obj.sk);
	free(d);
}

static const struct io_dgram_ops DGRAM_OPS = {
    .recv_from = dgram_recv_from,
    .send_to = dgram_send_to,
    .local = dgram_local,
    .want = dgram_want,
    .close = dgram_close,
};

/* Opens a datagram socket at @local, or at any port of the family of @peer, or of both families. */
static int
open_named(struct sockio *io, const struct endpoint *local, const struct endpoint *peer, struct sock **out)
{
	const struct endpoint *name = local ? local : peer;
	bool v6 = !name || !ipaddr_is4(&name->addr);
	struct endpoint any = {.addr = v6 ? IPADDR_ANY6 : IPADDR_ANY4};
	struct sock *sk;
	int err = sock_open(io->socks, v6, SOCK_TYPE_DGRAM, &sk);

	if (err)
		return err;
	if (v6 && name)
		sockio_option(sk, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	err = sock_bind(sk, local ? local : &any);
	if (!err && peer)
		err = sock_connect(sk, peer);
	if (err)
		sock_close(sk);
	else
		*out = sk;
	return err;
}

int
sockio_dgram(struct io_world *w, const struct endpoint *local, const struct endpoint *peer, io_dgram_fn *fn,
    void *arg, struct io_dgram **out)
{
	struct sockio *io = sockio_of(w);
	struct sockio_dgram *d = calloc(1, sizeof *d);
	struct sock *sk;
	int err;

	if (!d)
		return -LEAT_ENOMEM;
	err = open_named(io, local, peer, &sk);
	if (err) {
		free(d);
		return err;
	}
	d->dgram = (struct io_dgram){&DGRAM_OPS, fn, arg};
	sockio_obj_init(&d->obj, &DGRAM_KIND, io, sk);
	sock_watch(sk, dgram_changed, d);
	*out = &d->dgram;
	return 0;
}
