/*
 * gate/gate_names.c - name servers: which flows are questions to them, in which order they are
 * asked, and how questions reach them over TCP. gate_ask.c does UDP.
 *
 * Order and timeouts are those of the GNU C library (resolv.conf(5)), with one exception: a server
 * that was silent is asked last for a while. The library gives up when its caller does. The gateway
 * must answer a client that repeats its question after about one of those timeouts.
 */
#include "base/err.h"
#include "core/core.h"
#include "gate/stream.h"

#include <stdlib.h>

enum { PORT_DNS = 53, TIMEOUT = 5 };

#define SILENT_LASTS (30 * SEC)

struct gate_tries {
	struct gate_names names;
	struct gate_order order;
	unsigned tried;
};

void
gate_names_renew(struct gate *g)
{
	struct gate_config *c = &g->config;

	if (!c->renew_names || !c->renew_names(c->names_arg, &c->names))
		return;
	g->servers.generation++;
	memset(g->servers.silent_until, 0, sizeof g->servers.silent_until);
}

static bool
is_named(const struct gate_names *names, const struct ipaddr *addr)
{
	for (unsigned i = 0; i < names->nnamed; i++)
		if (ipaddr_eq(&names->named[i].addr, addr) || ipaddr_eq(&names->named_as[i], addr))
			return true;
	return false;
}

static bool
is_for_names(const struct gate_config *c, const struct endpoint *shown)
{
	return shown->port == PORT_DNS &&
	       (ipaddr_eq(&shown->addr, &c->dns) || is_named(&c->names, &shown->addr));
}

int
gate_names_error(const struct gate *g, const struct endpoint *shown, int error)
{
	int refusal = gate_refusal(error);

	if (refusal != LEAT_ENETUNREACH && refusal != LEAT_EHOSTUNREACH)
		return error;
	return is_for_names(&g->config, shown) ? LEAT_ECONNREFUSED : error;
}

bool
gate_names_meant(struct gate *g, const struct endpoint *shown)
{
	const struct gate_config *c = &g->config;

	if (shown->port != PORT_DNS)
		return false;
	gate_names_renew(g);
	if (c->names.servers == 0)
		return false;
	if (ipaddr_eq(&shown->addr, &c->dns))
		return true;
	return c->names.instead && (ipaddr_eq(&shown->addr, &c->own4) || ipaddr_eq(&shown->addr, &c->own6) ||
				       is_named(&c->names, &shown->addr));
}

void
gate_names_order(struct gate *g, const struct gate_names *names, unsigned generation, struct gate_order *out)
{
	unsigned n = names->servers, first = names->rotate ? g->servers.turn++ % n : 0;
	bool current = generation == g->servers.generation;

	out->n = 0;
	for (unsigned silent = 0; silent < 2; silent++) {
		for (unsigned i = 0; i < n; i++) {
			unsigned number = (first + i) % n;

			if ((current && g->servers.silent_until[number] > g->core->now) == silent)
				out->server[out->n++] = (uint8_t)number;
		}
	}
}

/*
 * The timeouts of send_dg() in the GNU C library: the first server has the whole timeout, each
 * later one twice that of the one before, divided by the number of servers.
 */
nsec_t
gate_names_patience(const struct gate_names *names, unsigned at, unsigned n)
{
	unsigned seconds = (names->timeout ? names->timeout : TIMEOUT) << at;

	if (at > 0)
		seconds /= n;
	return (seconds ? seconds : 1) * SEC;
}

void
gate_names_silent(struct gate *g, unsigned generation, unsigned number)
{
	if (generation == g->servers.generation)
		g->servers.silent_until[number] = g->core->now + SILENT_LASTS;
}

void
gate_names_heard(struct gate *g, unsigned generation, unsigned number)
{
	if (generation == g->servers.generation)
		g->servers.silent_until[number] = 0;
}

static bool
tries_begin(struct gate_stream *s)
{
	s->tries = calloc(1, sizeof *s->tries);
	if (!s->tries)
		return false;
	s->tries->names = s->gate->config.names;
	gate_names_order(s->gate, &s->tries->names, s->gate->servers.generation, &s->tries->order);
	return true;
}

int
gate_names_connect(struct gate_stream *s)
{
	struct gate *g = s->gate;
	struct gate_tries *t;
	int e = -LEAT_ETIMEDOUT;

	if (!s->tries && !tries_begin(s))
		return -LEAT_ENOMEM;
	t = s->tries;
	while (t->tried < t->order.n) {
		unsigned at = t->tried++;
		bool last = t->tried == t->order.n;
		nsec_t wait = last ? STREAM_CONNECT_WAIT : gate_names_patience(&t->names, at, t->order.n);

		s->info.outside = t->names.server[t->order.server[at]];
		e = io_connect(g->config.outside, &s->info.outside, stream_on_outside, s, &s->side[OUTSIDE]);
		if (e < 0 && gate_ran_out(e)) { /* try this server again later */
			t->tried = at;
			break;
		}
		if (e == 0) {
			timer_arm(g->core->wheel, &s->timer, g->core->now + wait);
			break;
		}
	}
	return e;
}
