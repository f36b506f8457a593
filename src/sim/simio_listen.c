/*
 * sim/simio_listen.c - listeners in virtual time: their addresses and accept queues. It does not
 * know how a connection's messages travel.
 */
#include "base/err.h"
#include "sim/simio_conn.h"

#include <stdlib.h>

struct simio_listener {
	struct io_listener io;
	struct list node;
	struct simio_host *host;
	struct endpoint at; /* port 0: all ports that have no other listener */
	struct list queue;  /* the accept queue: ends, the oldest first */
	int waiting, backlog;
	bool wanted; /* the owner wants to be notified */
	struct simio_notifier notifier;
};

static struct simio_listener *
listener_of(const struct io_listener *l)
{
	return container_of(l, struct simio_listener, io);
}

static bool
may_accept(const struct simio_listener *l)
{
	return l->waiting > 0 && simio_may_open(l->host);
}

static bool
to_notify(const struct simio_listener *l)
{
	return may_accept(l) && l->io.fn && l->wanted;
}

static void
poke(struct simio_listener *l)
{
	if (to_notify(l))
		simio_notify_soon(&l->notifier);
}

static void
notify(struct timer *t)
{
	struct simio_listener *l = container_of(t, struct simio_listener, notifier.timer);

	if (!to_notify(l))
		return;
	poke(l);
	l->io.fn(&l->io, l->io.arg);
}

void
simio_listeners_poke(struct simio_host *h)
{
	list_each(n, &h->listeners)
		poke(container_of(n, struct simio_listener, node));
}

bool
simio_listener_push(struct simio_listener *l, struct list *node)
{
	if (l->waiting >= l->backlog)
		return false;
	list_push(&l->queue, node);
	l->waiting++;
	poke(l);
	return true;
}

struct simio_listener *
simio_find_listener(const struct simio_host *h, const struct endpoint *to)
{
	struct simio_listener *found = NULL;

	list_each(n, &h->listeners) {
		struct simio_listener *l = container_of(n, struct simio_listener, node);

		if (l->at.port == 0 && !found)
			found = l;
		if (l->at.port && simio_takes(&l->at, to) &&
		    (!found || found->at.port == 0 || !ipaddr_is_any(&l->at.addr)))
			found = l;
	}
	return found;
}

/* Operations */

static int
listener_accept(struct io_listener *io, struct io_stream **out)
{
	struct simio_listener *l = listener_of(io);

	if (!may_accept(l))
		return -LEAT_EAGAIN;
	l->waiting--;
	*out = simio_end_own(list_first(&l->queue, struct simio_end, queued));
	return 0;
}

static int
listener_local(const struct io_listener *io, struct endpoint *out)
{
	*out = listener_of(io)->at;
	return 0;
}

static void
listener_want(struct io_listener *io, bool yes)
{
	listener_of(io)->wanted = yes;
	poke(listener_of(io));
}

static void
listener_close(struct io_listener *io)
{
	struct simio_listener *l = listener_of(io);

	while (!list_empty(&l->queue))
		simio_end_reset(list_first(&l->queue, struct simio_end, queued));
	timer_cancel(l->host->net->wheel, &l->notifier.timer);
	list_del(&l->node);
	l->host->net->open--;
	free(l);
}

static const struct io_listener_ops listener_ops = {
    .accept = listener_accept,
    .local = listener_local,
    .want = listener_want,
    .close = listener_close,
};

static int
listener_new(struct simio_host *h, const struct endpoint *at, int backlog,
    void (*fn)(struct io_listener *l, void *arg), void *arg, struct io_listener **out)
{
	struct simio_listener *l = calloc(1, sizeof *l);

	if (!l)
		return -LEAT_ENOMEM;
	l->io = (struct io_listener){.ops = &listener_ops, .fn = fn, .arg = arg};
	l->host = h;
	l->wanted = true;
	l->at = *at;
	l->backlog = backlog > 0 ? backlog : 1;
	list_init(&l->queue);
	simio_notifier_init(&l->notifier, h->net, notify);
	list_push(&h->listeners, &l->node);
	h->net->open++;
	*out = &l->io;
	return 0;
}

static bool
is_taken(const struct simio_host *h, const struct endpoint *at)
{
	list_each(n, &h->listeners) {
		if (simio_overlap(&container_of(n, struct simio_listener, node)->at, at))
			return true;
	}
	return false;
}

int
simio_listen(struct io_world *w, const struct endpoint *at, int backlog,
    void (*fn)(struct io_listener *l, void *arg), void *arg, struct io_listener **out)
{
	struct simio_host *h = container_of(w, struct simio_host, world);
	struct endpoint name = *at;

	if (!simio_is_local(h, &at->addr))
		return -LEAT_EADDRNOTAVAIL;
	if (name.port == 0)
		name.port = simio_choose_port(h, &name.addr, is_taken);
	if (name.port == 0 || is_taken(h, &name))
		return -LEAT_EADDRINUSE;
	return listener_new(h, &name, backlog, fn, arg, out);
}

int
simio_listen_rest(struct simio_host *h, int backlog, void (*fn)(struct io_listener *l, void *arg), void *arg,
    struct io_listener **out)
{
	const struct endpoint rest = {.addr = IPADDR_ANY6};

	if (is_taken(h, &rest))
		return -LEAT_EADDRINUSE;
	return listener_new(h, &rest, backlog, fn, arg, out);
}
