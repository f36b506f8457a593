/*
 * sim/simio_dgram.c - datagrams in virtual time: each travels by itself, and waits at a socket to
 * be received.
 */
#include "base/err.h"
#include "sim/simio_impl.h"
#include "wire/icmp.h"

#include <stdlib.h>
#include <string.h>

enum {
	DGRAM_QUEUE = 212992, /* what waits at a socket, in octets; Linux's default */
	DGRAM_COST = 768,     /* what a datagram counts there beside its octets */
	DGRAM_MAX4 = 65507,
	DGRAM_MAX6 = 65527,
};

/* A datagram, or what was said of one: @error instead of octets. */
struct flight {
	struct list node;
	struct timer arrival;
	struct simio_net *net;
	struct simio_host *host; /* where it goes */
	struct endpoint from, to;
	nsec_t back; /* how long a reply to it is under way */
	int error;
	size_t len;
	uint8_t octets[];
};

struct simio_dgram {
	struct io_dgram io;
	struct list node;
	struct simio_host *host;
	struct endpoint at, peer;
	bool connected, dual; /* dual: named neither @at nor @peer, it has both families */
	bool echo;            /* its octets are ICMP messages, and its port is their identifier */
	struct list waiting;  /* of flights */
	size_t held;
	int error; /* to be said once */
	unsigned want;
	struct simio_notifier notifier;
};

static struct simio_dgram *
dgram_of(const struct io_dgram *d)
{
	return container_of(d, struct simio_dgram, io);
}

static bool
same(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && ipaddr_eq(&a->addr, &b->addr);
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

static void
poke(struct simio_dgram *d)
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
	poke(d);
	d->io.fn(&d->io, events, d->io.arg);
}

static void
dgram_want(struct io_dgram *io, unsigned events)
{
	dgram_of(io)->want = events;
	poke(dgram_of(io));
}

/* On the way */

static void
flight_free(struct flight *f)
{
	timer_cancel(f->net->wheel, &f->arrival);
	list_del(&f->node);
	free(f);
}

void
simio_flights_free(struct simio_net *net)
{
	while (!list_empty(&net->flights))
		flight_free(list_first(&net->flights, struct flight, node));
}

/* The socket that gets what comes from @from: a connected one before others. */
static struct simio_dgram *
find_dgram(const struct simio_host *h, const struct endpoint *to, const struct endpoint *from)
{
	struct simio_dgram *found = NULL;

	list_each(n, &h->dgrams) {
		struct simio_dgram *d = container_of(n, struct simio_dgram, node);

		if (!(d->dual ? d->at.port == to->port : simio_takes(&d->at, to)) ||
		    (d->connected && !same(&d->peer, from)))
			continue;
		if (!found || d->connected)
			found = d;
	}
	return found;
}

static void
arrive_at(struct simio_dgram *d, struct flight *f)
{
	if (f->error && d->connected)
		d->error = f->error;
	if (f->error || d->held + f->len + DGRAM_COST > DGRAM_QUEUE) {
		flight_free(f);
	} else {
		d->held += f->len + DGRAM_COST;
		list_del(&f->node);
		list_push(&d->waiting, &f->node);
	}
	poke(d);
}

static void fly(struct flight *f, struct simio_host *to, nsec_t delay);

/* The sender is notified of why @f was not delivered. */
static void
bounce(struct flight *f, int error)
{
	struct simio_host *home = simio_find_host(f->host, &f->from.addr);
	struct endpoint from = f->to;

	if (!home || f->error) {
		flight_free(f);
		return;
	}
	f->to = f->from;
	f->from = from;
	f->error = error;
	fly(f, home, f->back);
}

static void
arrive(struct timer *t)
{
	struct flight *f = container_of(t, struct flight, arrival);
	const struct simio_rule *rule = simio_find_rule(f->net, &f->to);
	struct simio_dgram *d = find_dgram(f->host, &f->to, &f->from);

	if (rule->error && !f->error)
		bounce(f, rule->error);
	else if (!d)
		bounce(f, LEAT_ECONNREFUSED);
	else
		arrive_at(d, f);
}

static void
fly(struct flight *f, struct simio_host *to, nsec_t delay)
{
	f->host = to;
	if (delay != NSEC_NEVER)
		timer_arm(f->net->wheel, &f->arrival, nsec_add(*f->net->now, delay + SIMIO_TICK));
	else
		flight_free(f);
}

/*
 * How long from @from to @to. A rule is about those who send to a name, so what that name sends is
 * on the way back.
 */
static void
delays(const struct simio_net *net, const struct endpoint *from, const struct endpoint *to, nsec_t *there,
    nsec_t *back)
{
	const struct simio_rule *to_rule = simio_find_rule(net, to), *from_rule = simio_find_rule(net, from);

	*there = nsec_add(to_rule->there, from_rule->back);
	*back = nsec_add(to_rule->back, from_rule->there);
}

/* Sending and receiving */

/* A datagram that is about to fly; NULL without memory. */
static struct flight *
flight_new(struct simio_net *net, const struct endpoint *from, const struct endpoint *to, const void *octets,
    size_t len)
{
	struct flight *f = malloc(sizeof *f + len);

	if (!f)
		return NULL;
	*f = (struct flight){.net = net, .from = *from, .to = *to, .len = len};
	if (len > 0)
		memcpy(f->octets, octets, len);
	timer_init(&f->arrival, arrive);
	list_push(&net->flights, &f->node);
	return f;
}

static ssize_t
send_from(
    struct simio_dgram *d, const void *buf, size_t len, const struct endpoint *to, struct simio_host *host)
{
	struct endpoint from = d->at;
	struct flight *f;
	nsec_t delay;

	if (ipaddr_is_any(&from.addr) && simio_source(d->host, &to->addr, &from.addr))
		return -LEAT_ENETUNREACH;
	f = flight_new(d->host->net, &from, to, buf, len);
	if (!f)
		return -LEAT_ENOBUFS;
	delays(f->net, &from, to, &delay, &f->back);
	fly(f, host, delay);
	return (ssize_t)len;
}

/* An echo request: its reply flies at once, and takes as long as both would. */
static ssize_t
send_echo(struct simio_dgram *d, const void *buf, size_t len, const struct simio_rule *rule)
{
	struct flight *f;

	if (!icmp_valid(buf, len))
		return -LEAT_EINVAL;
	f = flight_new(d->host->net, &d->peer, &d->at, buf, len);
	if (!f)
		return -LEAT_ENOBUFS;
	f->error = rule->error;
	f->octets[ICMP_TYPE] = ipaddr_is4(&d->peer.addr) ? ICMP4_ECHO_REPLY : ICMP6_ECHO_REPLY;
	be16_put(f->octets + ICMP_ECHO_ID, d->at.port);
	fly(f, d->host, nsec_add(rule->there, rule->back));
	return (ssize_t)len;
}

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
		return send_echo(d, buf, len, rule);
	host = simio_find_host(d->host, &to->addr);
	if (to->port == 0)
		return -LEAT_EINVAL;
	if (!host || (!d->dual && ipaddr_is4(&to->addr) != ipaddr_is4(&d->at.addr)))
		return -LEAT_ENETUNREACH;
	return send_from(d, buf, len, to, host);
}

static ssize_t
dgram_recv_from(struct io_dgram *io, void *buf, size_t len, struct endpoint *from)
{
	struct simio_dgram *d = dgram_of(io);
	struct flight *f = list_first(&d->waiting, struct flight, node);
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
	flight_free(f);
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
		flight_free(list_first(&d->waiting, struct flight, node));
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

/* The name of a socket that is bound to @local, and has @peer; both may be NULL. 0 or the error. */
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
	struct simio_dgram *d;
	int err = dgram_open(container_of(w, struct simio_host, world), local, peer, fn, arg, &d);

	if (!err)
		*out = &d->io;
	return err;
}

int
simio_echo(struct io_world *w, const struct ipaddr *to, io_dgram_fn *fn, void *arg, struct io_dgram **out)
{
	const struct endpoint peer = {.addr = *to};
	struct simio_dgram *d;
	int err = dgram_open(container_of(w, struct simio_host, world), NULL, &peer, fn, arg, &d);

	if (err)
		return err;
	d->echo = true;
	*out = &d->io;
	return 0;
}
