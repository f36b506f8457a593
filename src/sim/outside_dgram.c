/*
 * Datagrams outside, in virtual time: each waits in the flow's list until its time has come, and
 * then to be received.
 */
#include "base/err.h"
#include "sim/outside.h"
#include "sim/outside_impl.h"
#include "wire/icmp.h"

#include <stdlib.h>

struct waiting {
	struct list node;
	nsec_t when;
	int error; /* instead of octets */
	struct endpoint peer;
	size_t len;
	uint8_t octets[];
};

struct out_dgram {
	struct list node;
	struct sim_outside *o;
	const struct sim_service *service; /* of a listening one: whom its last peer's answers are told to */
	struct endpoint at;                /* where it is connected, or listens */
	bool listening, echo;
	void (*news)(void *arg, unsigned mask);
	void *arg;
	struct list waiting; /* by time */
	struct timer timer;
};

static void
dgram_arm(struct out_dgram *d)
{
	struct waiting *w = list_first(&d->waiting, struct waiting, node);

	if (w && !timer_armed(&d->timer))
		timer_arm(d->o->wheel, &d->timer, nsec_max(w->when, *d->o->now + SIM_TICK));
}

static void
dgram_fire(struct timer *t)
{
	struct out_dgram *d = container_of(t, struct out_dgram, timer);

	dgram_arm(d); /* level-triggered */
	d->news(d->arg, OUT_READABLE);
}

static void
dgram_put(
    struct out_dgram *d, const void *octets, size_t len, nsec_t delay, int error, const struct endpoint *peer)
{
	struct waiting *w;

	if (delay == NSEC_NEVER)
		return;
	w = malloc(sizeof *w + len);
	if (!w)
		return; /* lost, as datagrams may be */
	*w = (struct waiting){
	    .when = *d->o->now + delay + SIM_TICK, .error = error, .peer = *peer, .len = len};
	memcpy(w->octets, octets, len);
	list_push(&d->waiting, &w->node);
	dgram_arm(d);
}

static struct out_dgram *
dgram_new(struct sim_outside *o, const struct endpoint *at, void (*news)(void *arg, unsigned mask), void *arg)
{
	struct out_dgram *d = calloc(1, sizeof *d);

	if (!d)
		return NULL;
	*d = (struct out_dgram){.o = o, .at = *at, .news = news, .arg = arg};
	list_init(&d->waiting);
	timer_init(&d->timer, dgram_fire);
	list_push(&o->dgrams, &d->node);
	o->open++;
	return d;
}

int
sim_dgram_open(void *self, const struct endpoint *to, void (*news)(void *arg, unsigned mask), void *arg,
    struct out_dgram **out)
{
	const struct sim_service *service = sim_find_service(self, to);
	struct sim_outside *o = self;

	if (o->open >= o->most)
		return -LEAT_EMFILE;
	if (!service)
		return -LEAT_ENETUNREACH;
	if (service->error && service->at_once)
		return -service->error;
	*out = dgram_new(o, to, news, arg);
	if (!*out)
		return -LEAT_ENOMEM;
	(*out)->service = service;
	return 0;
}

int
sim_echo_open(void *self, const struct ipaddr *to, void (*news)(void *arg, unsigned mask), void *arg,
    struct out_dgram **out)
{
	struct endpoint e = {.addr = *to};
	int err = sim_dgram_open(self, &e, news, arg, out);

	if (err == 0)
		(*out)->echo = true;
	return err;
}

int
sim_dgram_listen(void *self, const struct endpoint *at, void (*news)(void *arg, unsigned mask), void *arg,
    struct out_dgram **out)
{
	*out = dgram_new(self, at, news, arg);
	if (!*out)
		return -LEAT_ENOMEM;
	(*out)->listening = true;
	return 0;
}

/* As the kernel's echo sockets: the identifier is theirs. */
static void
echo_answer(struct out_dgram *d, const uint8_t *octets, size_t len)
{
	uint8_t reply[2048];

	if (len > sizeof reply || !icmp_valid(octets, len))
		return;
	memcpy(reply, octets, len);
	reply[ICMP_TYPE] = ipaddr_is4(&d->at.addr) ? ICMP4_ECHO_REPLY : ICMP6_ECHO_REPLY;
	be16_put(reply + ICMP_ECHO_ID, 0x5117);
	dgram_put(d, reply, len, d->service->delay, 0, &d->at);
}

ssize_t
sim_dgram_send(struct out_dgram *d, const void *buf, size_t len)
{
	const struct sim_service *s = d->service;

	if (s->error)
		dgram_put(d, "", 0, s->delay, s->error, &d->at);
	else if (d->echo)
		echo_answer(d, buf, len);
	else if (s->dgram)
		s->dgram(s->arg, d, buf, len);
	return (ssize_t)len;
}

ssize_t
sim_dgram_recv_from(struct out_dgram *d, void *buf, size_t len, struct endpoint *peer)
{
	struct waiting *w = list_first(&d->waiting, struct waiting, node);
	ssize_t n;

	if (!w || w->when > *d->o->now)
		return -LEAT_EAGAIN;
	n = w->error ? -w->error : (ssize_t)(w->len < len ? w->len : len);
	if (n > 0)
		memcpy(buf, w->octets, (size_t)n);
	*peer = w->peer;
	list_del(&w->node);
	free(w);
	dgram_arm(d);
	return n;
}

ssize_t
sim_dgram_recv(struct out_dgram *d, void *buf, size_t len)
{
	struct endpoint peer;

	return sim_dgram_recv_from(d, buf, len, &peer);
}

ssize_t
sim_dgram_send_to(struct out_dgram *d, const void *buf, size_t len, const struct endpoint *peer)
{
	(void)peer;
	if (d->service && d->service->dgram)
		d->service->dgram(d->service->arg, d, buf, len);
	return (ssize_t)len;
}

void
sim_dgram_close(struct out_dgram *d)
{
	struct list *n;

	timer_cancel(d->o->wheel, &d->timer);
	while ((n = list_pop(&d->waiting)))
		free(container_of(n, struct waiting, node));
	list_del(&d->node);
	d->o->open--;
	free(d);
}

void
sim_dgram_reply(struct out_dgram *d, const void *octets, size_t len)
{
	dgram_put(d, octets, len, d->service->delay, 0, &d->at);
}

int
sim_outside_send(struct sim_outside *o, const struct endpoint *at, const struct endpoint *from,
    const void *octets, size_t len, const struct sim_service *service)
{
	list_each(n, &o->dgrams) {
		struct out_dgram *d = container_of(n, struct out_dgram, node);

		if (!d->listening || !sim_endpoint_eq(&d->at, at))
			continue;
		d->service = service;
		dgram_put(d, octets, len, 0, 0, from);
		return 0;
	}
	return -LEAT_ECONNREFUSED;
}
