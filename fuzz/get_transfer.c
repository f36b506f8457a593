/*
 * fuzz/get_transfer.c - `leat get`'s transfers from a server that answers anything on its
 * connections, in any pieces and at any time. Each transfer ends exactly once, and nothing stays
 * open.
 *
 * The first four octets choose what is asked for, and the sizes and times of pieces. Each octet 0xff
 * ends the connection on which the octets before it were sent.
 */
#include "get/transfer.h"
#include "sim/simio.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TRANSFERS = 2, PEERS = 30 };

struct place;

/* The server's end of a connection. */
struct peer {
	struct place *place;
	struct io_stream *s;
	struct timer more;
};

struct place {
	struct wheel *wheel;
	nsec_t now;
	struct simio_net *net;
	struct io_world *client, *server;
	struct io_listener *listener;
	struct get *get;
	struct get_settings set;
	struct transfer transfer[TRANSFERS];
	struct transfer_request request[TRANSFERS];
	unsigned running;
	struct peer peer[PEERS];
	unsigned peers;
	const uint8_t *data;
	size_t size;
	uint32_t seed;
};

static void
check(bool good)
{
	if (!good)
		abort();
}

static uint32_t
draw(struct place *p, uint32_t below)
{
	p->seed = p->seed * 1664525 + 1013904223;
	return (p->seed >> 8) % below;
}

static nsec_t
wall(void)
{
	return 1700000000 * SEC;
}

static void
pass(struct place *p, nsec_t len)
{
	nsec_t until = p->now + len, next;

	while ((next = wheel_next(p->wheel)) <= until) {
		p->now = nsec_max(next, p->now);
		wheel_advance(p->wheel, p->now);
	}
	p->now = until;
}

static void
leave(struct peer *e, bool reset)
{
	timer_cancel(e->place->wheel, &e->more);
	if (e->s)
		io_close(e->s, reset);
	e->s = NULL;
}

/* Sends a piece of the input, up to its next 0xff. */
static void
on_more(struct timer *t)
{
	struct peer *e = container_of(t, struct peer, more);
	struct place *p = e->place;
	size_t n = 1 + draw(p, 200);
	const uint8_t *end;
	ssize_t done = 0;

	n = n < p->size ? n : p->size;
	end = n > 0 ? memchr(p->data, 0xff, n) : NULL;
	n = end ? (size_t)(end - p->data) : n;
	if (n > 0)
		done = io_write(e->s, p->data, n, 0);
	if (done > 0) {
		p->data += done;
		p->size -= (size_t)done;
	}
	if (p->size == 0 || (end && done == (ssize_t)n)) {
		p->data += p->size > 0;
		p->size -= p->size > 0;
		leave(e, draw(p, 4) == 0);
	} else if (done < 0 && done != -LEAT_EAGAIN) {
		leave(e, false);
	} else {
		timer_arm(p->wheel, t, p->now + (draw(p, 8) ? USEC : (nsec_t)draw(p, 40) * SEC));
	}
}

static void
on_peer(struct io_stream *s, unsigned events, void *arg)
{
	struct peer *e = arg;
	char octets[1000];
	ssize_t n;

	while ((n = io_read(s, octets, sizeof octets)) > 0)
		;
	if (n != -LEAT_EAGAIN)
		io_want(s, 0);
	if (!timer_armed(&e->more))
		timer_arm(e->place->wheel, &e->more, e->place->now + USEC);
}

static void
on_accept(struct io_listener *l, void *arg)
{
	struct place *p = arg;
	struct io_stream *s;
	struct peer *e;

	while (l->ops->accept(l, &s) == 0) {
		if (p->peers == PEERS) {
			io_close(s, true);
			continue;
		}
		e = &p->peer[p->peers++];
		*e = (struct peer){.place = p, .s = s};
		timer_init(&e->more, on_more);
		io_stream_watch(s, on_peer, e, IO_READABLE);
	}
}

static ssize_t
on_body(struct transfer *t, const char *at, size_t n)
{
	struct place *p = t->arg;

	check(n > 0);
	return draw(p, 30) ? (ssize_t)n : -1;
}

static void
on_done(struct transfer *t)
{
	struct place *p = t->arg;

	check(p->running > 0);
	p->running--;
}

static void
begin(struct place *p)
{
	struct endpoint at = {.port = 80};
	struct simio_host *client, *server;

	p->wheel = wheel_new(0);
	p->net = simio_net_new(p->wheel, &p->now, 1);
	check(p->net != NULL);
	client = simio_host_new(p->net);
	server = simio_host_new(p->net);
	check(client && server);
	check(simio_host_address(client, "10.0.0.1") == 0 && simio_host_address(server, "10.0.0.2") == 0);
	p->client = simio_host_world(client);
	p->server = simio_host_world(server);
	check(ipaddr_parse("10.0.0.2", &at.addr) == 0);
	check(io_listen(p->server, &at, 10, on_accept, p, &p->listener) == 0);
	get_settings_usual(&p->set);
	p->set.follow = draw(p, 2);
	p->set.redirects_most = 5;
	p->set.fail = draw(p, 4) == 0;
	p->set.one_shot = draw(p, 4) == 0;
	p->set.codings = draw(p, 2) ? "gzip" : NULL;
	p->set.size_most = draw(p, 4) ? 0 : 100;
	p->set.total_time = 600 * SEC;
	p->set.wall = wall;
	p->get = get_new(p->client, NULL, &p->set);
	check(p->get != NULL);
}

static void
fetch(struct place *p, unsigned i)
{
	static const struct transfer_ops ops = {.body = on_body, .done = on_done};
	static const char *const urls[] = {
	    "http://10.0.0.2/", "http://10.0.0.2/a/b?c#d", "http://u:p@10.0.0.2:80/x", "10.0.0.2"};

	p->request[i] = (struct transfer_request){.url = urls[draw(p, 4)],
	    .method = draw(p, 4) ? TRANSFER_GET : TRANSFER_HEAD,
	    .range = draw(p, 4) ? NULL : "0-9",
	    .resume_from = draw(p, 5) ? 0 : 7};
	p->running++;
	transfer_begin(&p->transfer[i], p->get, &p->request[i], &ops, p);
}

static void
end(struct place *p)
{
	check(p->running == 0);
	for (unsigned i = 0; i < TRANSFERS; i++)
		transfer_fini(&p->transfer[i]);
	get_free(p->get);
	for (unsigned i = 0; i < p->peers; i++)
		leave(&p->peer[i], false);
	p->listener->ops->close(p->listener);
	pass(p, SEC);
	check(simio_net_open(p->net) == 0);
	simio_net_free(p->net);
	check(wheel_count(p->wheel) == 0);
	wheel_free(p->wheel);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct place place;
	struct place *p = &place;

	if (size < 5)
		return 0;
	memset(p, 0, sizeof *p);
	memcpy(&p->seed, data, 4);
	p->data = data + 4;
	p->size = size - 4;
	begin(p);
	for (unsigned i = 0; i < TRANSFERS; i++)
		fetch(p, i);
	pass(p, 700 * SEC);
	end(p);
	return 0;
}
