/*
 * sim/simio_flight.c - sends datagrams in virtual time. Each travels by itself, with its own delay.
 * It ends at a socket, or it causes an error at its sender.
 */
#include "base/err.h"
#include "sim/simio_dgram.h"
#include "wire/icmp.h"

#include <stdlib.h>
#include <string.h>

void
simio_flight_free(struct simio_flight *f)
{
	timer_cancel(f->net->wheel, &f->arrival);
	list_del(&f->node);
	free(f);
}

void
simio_flights_free(struct simio_net *net)
{
	while (!list_empty(&net->flights))
		simio_flight_free(list_first(&net->flights, struct simio_flight, node));
}

static bool
same(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && ipaddr_eq(&a->addr, &b->addr);
}

/* Returns the socket that receives from @from at @to; one connected to @from is preferred. */
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
arrive_at(struct simio_dgram *d, struct simio_flight *f)
{
	if (f->error && d->connected)
		d->error = f->error;
	if (f->error || d->held + f->len + DGRAM_COST > DGRAM_QUEUE) {
		simio_flight_free(f);
	} else {
		d->held += f->len + DGRAM_COST;
		list_del(&f->node);
		list_push(&d->waiting, &f->node);
	}
	simio_dgram_poke(d);
}

static void fly(struct simio_flight *f, struct simio_host *to, nsec_t delay);

/* Sends @error back to the sender of @f. An error that cannot be delivered itself is discarded. */
static void
bounce(struct simio_flight *f, int error)
{
	struct simio_host *home = simio_find_host(f->host, &f->from.addr);
	struct endpoint from = f->to;

	if (!home || f->error) {
		simio_flight_free(f);
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
	struct simio_flight *f = container_of(t, struct simio_flight, arrival);
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
fly(struct simio_flight *f, struct simio_host *to, nsec_t delay)
{
	f->host = to;
	if (delay != NSEC_NEVER)
		timer_arm(f->net->wheel, &f->arrival, nsec_add(*f->net->now, delay + SIMIO_TICK));
	else
		simio_flight_free(f);
}

/*
 * Computes the delays from @from to @to, and back. A rule describes the traffic to an address, so
 * what is sent from that address has the rule's delay back.
 */
static void
delays(const struct simio_net *net, const struct endpoint *from, const struct endpoint *to, nsec_t *there,
    nsec_t *back)
{
	const struct simio_rule *to_rule = simio_find_rule(net, to), *from_rule = simio_find_rule(net, from);

	*there = nsec_add(to_rule->there, from_rule->back);
	*back = nsec_add(to_rule->back, from_rule->there);
}

/* Makes a datagram, which fly() then sends. Returns NULL without memory. */
static struct simio_flight *
flight_new(struct simio_net *net, const struct endpoint *from, const struct endpoint *to, const void *octets,
    size_t len)
{
	struct simio_flight *f = malloc(sizeof *f + len);

	if (!f)
		return NULL;
	*f = (struct simio_flight){.net = net, .from = *from, .to = *to, .len = len};
	if (len > 0)
		memcpy(f->octets, octets, len);
	timer_init(&f->arrival, arrive);
	list_push(&net->flights, &f->node);
	return f;
}

ssize_t
simio_fly(
    struct simio_dgram *d, const void *buf, size_t len, const struct endpoint *to, struct simio_host *host)
{
	struct endpoint from = d->at;
	struct simio_flight *f;
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

/* Answers an echo request: sends the reply at once, with the delay of both directions. */
ssize_t
simio_fly_echo(struct simio_dgram *d, const void *buf, size_t len, const struct simio_rule *rule)
{
	struct simio_flight *f;

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
