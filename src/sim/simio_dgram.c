/*
 * sim/simio_dgram.c - opens and closes datagram sockets in virtual time, receives, and notifies
 * their owners. How datagrams travel is in simio_flight.c.
 */
#include "sim/simio_dgram.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

enum { DGRAM_MAX4 = 65507, DGRAM_MAX6 = 65527 };

static struct simio_dgram *
dgram_of(const struct io_dgram *d)
{
	return container_of(d, struct simio_dgram, io);
}

/* Events */

static unsigned
to_notify(const struct simio_dgram *d)
{
	unsigned level = IO_WRITABLE;

	if (!list_empty(&d->waiting) || d->error)
		level |= IO_READABLE;
	return d->io.fn ? d->want & level : 0;
}

void
simio_dgram_poke(struct simio_dgram *d)
{
	if (to_notify(d))
		simio_notify_soon(&d->notifier);
}

static void
notify(struct timer *t)
{
	struct simio_dgram *d = container_of(t, struct simio_dgram, notifier.timer);
	unsigned events = to_notify(d);

	if (!events)
		return;
	simio_dgram_poke(d);
	d->io.fn(&d->io, events, d->io.arg);
}

static void
dgram_want(struct io_dgram *io, unsigned events)
{
	dgram_of(io)->want = events;
	simio_dgram_poke(dgram_of(io));
}

/* Sending and receiving */

static ssize_t
dgram_send_to(struct io_dgram *io, const void *buf, size_t len, const struct endpoint *to)
{
	struct simio_dgram *d = dgram_of(io);
	const struct simio_rule *rule;
	struct simio_host *host;

	if (!to && !d->connected)
		return -LEAT_EDESTADDRREQ;
	if (!to)
		to = &d->peer;
	if (len > (ipaddr_is4(&to->addr) ? DGRAM_MAX4 : DGRAM_MAX6))
		return -LEAT_EMSGSIZE;
	rule = simio_find_rule(d->host->net, to);
	if (rule->error && rule->at_once)
		return -rule->error;
	if (d->echo)
		return simio_fly_echo(d, buf, len, rule);
	host = simio_find_host(d->host, &to->addr);
	if (to->port == 0)
		return -LEAT_EINVAL;
	if (!host || (!d->dual && ipaddr_is4(&to->addr) != ipaddr_is4(&d->at.addr)))
		return -LEAT_ENETUNREACH;
	return simio_fly(d, buf, len, to, host);
}

static ssize_t
dgram_recv_from(struct io_dgram *io, void *buf, size_t len, struct endpoint *from)
{
	struct simio_dgram *d = dgram_of(io);
	struct simio_flight *f = list_first(&d->waiting, struct simio_flight, node);
	int error = d->error;

	if (error) {
		d->error = 0;
		return -error;
	}
	if (!f)
		return -LEAT_EAGAIN;
	len = len < f->len ? len : f->len;
	if (len > 0)
		memcpy(buf, f->octets, len);
	if (from)
		*from = f->from;
	d->held -= f->len + DGRAM_COST;
	simio_flight_free(f);
	return (ssize_t)len;
}

static int
dgram_local(const struct io_dgram *io, struct endpoint *out)
{
	*out = dgram_of(io)->at;
	return 0;
}

static void
dgram_close(struct io_dgram *io)
{
	struct simio_dgram *d = dgram_of(io);

	while (!list_empty(&d->waiting))
		simio_flight_free(list_first(&d->waiting, struct simio_flight, node));
	timer_cancel(d->host->net->wheel, &d->notifier.timer);
	list_del(&d->node);
	simio_closed(d->host);
	free(d);
}

static const struct io_dgram_ops dgram_ops = {
    .recv_from = dgram_recv_from,
    .send_to = dgram_send_to,
    .local = dgram_local,
    .want = dgram_want,
    .close = dgram_close,
};

static bool
is_taken(const struct simio_host *h, const struct endpoint *at)
{
	list_each(n, &h->dgrams) {
		if (simio_overlap(&container_of(n, struct simio_dgram, node)->at, at))
			return true;
	}
	return false;
}

/*
 * Chooses the address and port of a socket that is bound to @local and connected to @peer; both may
 * be NULL. Returns 0 or the error.
 */
static int
choose_name(
    struct simio_host *h, const struct endpoint *local, const struct endpoint *peer, struct endpoint *out)
{
	const struct endpoint any = {.addr = peer && ipaddr_is4(&peer->addr) ? IPADDR_ANY4 : IPADDR_ANY6};

	*out = local ? *local : any;
	if (!simio_is_local(h, &out->addr))
		return -LEAT_EADDRNOTAVAIL;
	if (peer && ipaddr_is4(&peer->addr) != ipaddr_is4(&out->addr))
		return -LEAT_EAFNOSUPPORT;
	if (peer && (!simio_find_host(h, &peer->addr) ||
			(ipaddr_is_any(&out->addr) && simio_source(h, &peer->addr, &out->addr))))
		return -LEAT_ENETUNREACH;
	if (out->port == 0)
		out->port = simio_choose_port(h, &out->addr, is_taken);
	return out->port == 0 || is_taken(h, out) ? -LEAT_EADDRINUSE : 0;
}

static int
dgram_open(struct simio_host *h, const struct endpoint *local, const struct endpoint *peer, io_dgram_fn *fn,
    void *arg, struct simio_dgram **out)
{
	const struct simio_rule *rule = peer ? simio_find_rule(h->net, peer) : NULL;
	struct simio_dgram *d;
	struct endpoint at;
	int err;

	if (!simio_may_open(h))
		return -LEAT_EMFILE;
	if (rule && rule->error && rule->at_once)
		return -rule->error;
	err = choose_name(h, local, peer, &at);
	if (err)
		return err;
	d = calloc(1, sizeof *d);
	if (!d)
		return -LEAT_ENOMEM;
	d->io = (struct io_dgram){.ops = &dgram_ops, .fn = fn, .arg = arg};
	d->host = h;
	d->at = at;
	d->connected = peer != NULL;
	d->dual = !local && !peer;
	if (peer)
		d->peer = *peer;
	list_init(&d->waiting);
	simio_notifier_init(&d->notifier, h->net, notify);
	list_push(&h->dgrams, &d->node);
	simio_opened(h);
	*out = d;
	return 0;
}

int
simio_dgram(struct io_world *w, const struct endpoint *local, const struct endpoint *peer, io_dgram_fn *fn,
    void *arg, struct io_dgram **out)
{
	struct simio_dgram *d = NULL;
	int err = dgram_open(container_of(w, struct simio_host, world), local, peer, fn, arg, &d);

	if (!err)
		*out = &d->io;
	return err;
}

int
simio_echo(struct io_world *w, const struct ipaddr *to, io_dgram_fn *fn, void *arg, struct io_dgram **out)
{
	const struct endpoint peer = {.addr = *to};
	struct simio_dgram *d = NULL;
	int err = dgram_open(container_of(w, struct simio_host, world), NULL, &peer, fn, arg, &d);

	if (err)
		return err;
	d->echo = true;
	*out = &d->io;
	return 0;
}
