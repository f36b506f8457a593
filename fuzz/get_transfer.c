/*
 * fuzz/get_transfer.c - `leat get`'s transfers from a server that answers anything on its
 * connections, in any pieces and at any time. Each transfer ends exactly once, and nothing stays
 * open.
 *
 * The first four octets choose what is asked for, and the sizes and times of pieces. Each octet 0xff
 * ends the connection on which the octets before it were sent.
 */
#include "draw.h"
#include "get/transfer/transfer.h"
#include "hosts.h"

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
	struct hosts hosts;
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
leave(struct peer *e, bool reset)
{
	timer_cancel(e->place->hosts.wheel, &e->more);
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
	size_t n = 1 + draw(&p->seed, 200);
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
		leave(e, draw(&p->seed, 4) == 0);
	} else if (done < 0 && done != -LEAT_EAGAIN) {
		leave(e, false);
	} else {
		timer_arm(p->hosts.wheel, t,
		    p->hosts.now + (draw(&p->seed, 8) ? USEC : (nsec_t)draw(&p->seed, 40) * SEC));
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
		timer_arm(e->place->hosts.wheel, &e->more, e->place->hosts.now + USEC);
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
	return draw(&p->seed, 30) ? (ssize_t)n : -1;
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
	hosts_begin(&p->hosts);
	check(io_listen(p->hosts.server, &p->hosts.at, 10, on_accept, p, &p->listener) == 0);
	get_settings_usual(&p->set);
	p->set.follow = draw(&p->seed, 2);
	p->set.redirects_most = 5;
	p->set.fail = draw(&p->seed, 4) == 0;
	p->set.one_shot = draw(&p->seed, 4) == 0;
	p->set.codings = draw(&p->seed, 2) ? "gzip" : NULL;
	p->set.size_most = draw(&p->seed, 4) ? 0 : 100;
	p->set.total_time = 600 * SEC;
	p->set.wall = hosts_wall;
	p->get = get_new(p->hosts.client, NULL, &p->set);
	check(p->get != NULL);
}

static void
fetch(struct place *p, unsigned i)
{
	static const struct transfer_ops ops = {.body = on_body, .done = on_done};
	static const char *const urls[] = {
	    "http://10.0.0.2/", "http://10.0.0.2/a/b?c#d", "http://u:p@10.0.0.2:80/x", "10.0.0.2"};

	p->request[i] = (struct transfer_request){.url = urls[draw(&p->seed, 4)],
	    .method = draw(&p->seed, 4) ? TRANSFER_GET : TRANSFER_HEAD,
	    .range = draw(&p->seed, 4) ? NULL : "0-9",
	    .resume_from = draw(&p->seed, 5) ? 0 : 7};
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
	hosts_end(&p->hosts);
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
	hosts_pass(&p->hosts, 700 * SEC);
	end(p);
	return 0;
}
