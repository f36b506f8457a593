/*
 * sim/outside.c - the simulated outside as a whole: who serves what, who listens, and the table
 * that the gateway sees.
 */
#include "sim/outside.h"

#include "base/err.h"
#include "sim/outside_impl.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>

struct out_listener {
	struct list node;
	struct sim_outside *o;
	struct endpoint at;
	void (*incoming)(void *arg, struct out_stream *s, const struct endpoint *peer);
	void *arg;
};

const struct sim_service *
sim_find_service(const struct sim_outside *o, const struct endpoint *to)
{
	for (unsigned i = 0; i < o->nservices; i++) {
		const struct endpoint *at = &o->service[i]->at;

		if ((ipaddr_is_any(&at->addr) || ipaddr_eq(&at->addr, &to->addr)) &&
		    (at->port == 0 || at->port == to->port))
			return o->service[i];
	}
	return NULL;
}

static int
sim_listen(void *self, const struct endpoint *at,
    void (*incoming)(void *arg, struct out_stream *s, const struct endpoint *peer), void *arg,
    struct out_listener **out)
{
	struct sim_outside *o = self;
	struct out_listener *l;

	list_each(n, &o->listeners) {
		if (sim_endpoint_eq(&container_of(n, struct out_listener, node)->at, at))
			return -LEAT_EADDRINUSE;
	}
	l = calloc(1, sizeof *l);
	if (!l)
		return -LEAT_ENOMEM;
	*l = (struct out_listener){.o = o, .at = *at, .incoming = incoming, .arg = arg};
	list_push(&o->listeners, &l->node);
	o->open++;
	*out = l;
	return 0;
}

static void
sim_listener_close(struct out_listener *l)
{
	list_del(&l->node);
	l->o->open--;
	free(l);
}

int
sim_outside_dial(struct sim_outside *o, const struct endpoint *at, const struct endpoint *from,
    const struct sim_service *service, struct out_stream **out)
{
	list_each(n, &o->listeners) {
		struct out_listener *l = container_of(n, struct out_listener, node);

		if (!sim_endpoint_eq(&l->at, at))
			continue;
		*out = sim_stream_new(o, service);
		if (!*out)
			return -LEAT_ENOMEM;
		l->incoming(l->arg, *out, from);
		return 0;
	}
	return -LEAT_ECONNREFUSED;
}

struct sim_outside *
sim_outside_new(struct wheel *wheel, const nsec_t *now)
{
	struct sim_outside *o = calloc(1, sizeof *o);

	if (!o)
		return NULL;
	o->wheel = wheel;
	o->now = now;
	o->most = UINT_MAX;
	list_init(&o->streams);
	list_init(&o->dgrams);
	list_init(&o->listeners);
	return o;
}

void
sim_outside_free(struct sim_outside *o)
{
	if (!o)
		return;
	assert(o->open == 0);
	sim_streams_free(o);
	free(o);
}

int
sim_outside_serve(struct sim_outside *o, const struct sim_service *service)
{
	if (o->nservices == SIM_SERVICES)
		return -LEAT_ENOSPC;
	o->service[o->nservices++] = service;
	return 0;
}

void
sim_outside_limit(struct sim_outside *o, unsigned most)
{
	o->most = most;
}

unsigned
sim_outside_open(const struct sim_outside *o)
{
	return o->open;
}

const struct outside_ops sim_outside_ops = {
    .connect = sim_connect,
    .read = sim_read,
    .write = sim_write,
    .shutdown = sim_shutdown,
    .close = sim_close,
    .error = sim_error,
    .want = sim_want,
    .dgram_open = sim_dgram_open,
    .dgram_send = sim_dgram_send,
    .dgram_recv = sim_dgram_recv,
    .dgram_close = sim_dgram_close,
    .echo_open = sim_echo_open,
    .listen = sim_listen,
    .adopt = sim_adopt,
    .listener_close = sim_listener_close,
    .dgram_listen = sim_dgram_listen,
    .dgram_recv_from = sim_dgram_recv_from,
    .dgram_send_to = sim_dgram_send_to,
};
