/*
 * sim/simio_connect.c - connects streams in virtual time: who may connect, and from which name.
 */
#include "base/err.h"
#include "sim/simio_conn.h"

/*
 * Two streams that connect may have the same port. This does no harm, because no connection is
 * looked up by its port.
 */
static bool
no_port_is_taken(const struct simio_host *h, const struct endpoint *at)
{
	return false;
}

/*
 * Makes a stream from @from to @to, and sends OPEN. A port of 0 in @from becomes a chosen one.
 * Returns 0 with *@out, or the error.
 */
static int
connect_as(struct simio_host *h, const struct endpoint *from, const struct endpoint *to, io_stream_fn *fn,
    void *arg, struct io_stream **out)
{
	struct simio_host *at = simio_find_host(h, &to->addr);
	struct simio_conn *c = at ? simio_conn_new(h, at, to) : NULL;

	if (!c)
		return at ? -LEAT_ENOBUFS : -LEAT_ENETUNREACH;
	c->end[0].name = *from;
	if (from->port == 0)
		c->end[0].name.port = simio_choose_port(h, &from->addr, no_port_is_taken);
	c->end[1].name = *to;
	*out = simio_end_own(&c->end[0]);
	(*out)->fn = fn;
	(*out)->arg = arg;
	(void)simio_deliver(&c->end[0], &c->end[1].open);
	return 0;
}

/* Returns 0 if @h may connect to @to, or the error that connecting returns at once. */
static int
may_connect(const struct simio_host *h, const struct endpoint *to)
{
	const struct simio_rule *rule = simio_find_rule(h->net, to);

	if (!simio_may_open(h))
		return -LEAT_EMFILE;
	return rule->error && rule->at_once ? -rule->error : 0;
}

int
simio_connect(
    struct io_world *w, const struct endpoint *to, io_stream_fn *fn, void *arg, struct io_stream **out)
{
	struct simio_host *h = container_of(w, struct simio_host, world);
	struct endpoint from = {.port = 0};
	int err = may_connect(h, to);

	if (!err)
		err = simio_source(h, &to->addr, &from.addr);
	return err ? err : connect_as(h, &from, to, fn, arg, out);
}

int
simio_connect_from(struct simio_host *h, const struct endpoint *from, const struct endpoint *to,
    io_stream_fn *fn, void *arg, struct io_stream **out)
{
	int err = may_connect(h, to);

	if (!err && (ipaddr_is_any(&from->addr) || !simio_is_local(h, &from->addr)))
		err = -LEAT_EADDRNOTAVAIL;
	return err ? err : connect_as(h, from, to, fn, arg, out);
}
