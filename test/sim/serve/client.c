/*
 * test/sim/serve/client.c - a client that asks until it has all its answers.
 */
#include "client.h"

#include "../../unit/http/conn/evented.h"
#include "http/conn/client.h"

#include <inttypes.h>
#include <stdlib.h>

enum { IN = 22000, OUT = 4096, FIELDS = 40, ASKS_MOST = 8, ATTEMPTS_MOST = 60 };

struct client {
	struct clients *all;
	struct http_client http;
	struct evented driver;
	struct io_stream *connecting;
	char in[IN], out[OUT];
	struct http_field field[FIELDS];

	struct timer connect, resume, abort;
	struct ask ask;
	unsigned asks; /* still to be answered */
	unsigned attempts;
	unsigned status; /* of the answer that arrives */
	uint64_t got;    /* octets of its content */
	bool slow, aborts, busy;
	nsec_t pause; /* before the next connection */
};

/* The server turns connections away. */
static bool
is_full(unsigned status)
{
	return status == 503 || status == 429;
}

static struct client *
client_of(struct http_client *k)
{
	return container_of(k, struct client, http);
}

static nsec_t
now(const struct client *c)
{
	return sim_now(c->all->w->sim);
}

static void
arm(struct client *c, struct timer *t, nsec_t most)
{
	timer_arm(c->all->io->wheel, t, now(c) + (nsec_t)rng_below(&c->all->w->rng, (uint64_t)most));
}

static void
ask(struct client *c)
{
	struct http_call call = {.method = http_span_of(c->ask.method),
	    .target = http_span_of(c->ask.target),
	    .host = http_span_of("host"),
	    .field = c->ask.field,
	    .fields = c->ask.fields};

	if (c->ask.content > 0)
		call.content = http_memory(ask_content(), c->ask.content);
	c->status = 0;
	c->got = 0;
	c->busy = true;
	if (c->aborts)
		arm(c, &c->abort, 20 * SEC);
	if (http_client_send(&c->http, &call) < 0)
		world_fail(c->all->w, "a request cannot be sent");
}

static void
on_response(struct http_client *k, const struct http_response *r)
{
	client_of(k)->status = r->status;
}

static size_t
on_body(struct http_client *k, const char *at, size_t n)
{
	struct client *c = client_of(k);
	const struct ask *a = &c->ask;

	if (c->slow && rng_below(&c->all->w->rng, 3) == 0) {
		n /= 2;
		arm(c, &c->resume, 5 * SEC);
	}
	if (c->status == a->status && a->known &&
	    (c->got + n > a->len || world_compare(a->key, a->from + c->got, (const uint8_t *)at, n) >= 0))
		world_fail(c->all->w, "%s %s: wrong octets after %" PRIu64, a->method, a->target, c->got);
	c->got += n;
	return n;
}

/* Another try is needed: after a while where the server is full. */
static void
try_again(struct client *c, nsec_t pause)
{
	c->pause = pause;
	if (c->attempts++ == ATTEMPTS_MOST)
		world_fail(c->all->w, "%s %s is not answered, the last status is %u", c->ask.method,
		    c->ask.target, c->status);
}

static void
draw(struct client *c)
{
	struct rng *r = &c->all->w->rng;

	if (c->all->changes && rng_below(r, 6) == 0)
		ask_upload(&c->ask, r);
	else
		ask_draw(&c->ask, r, false);
}

static void
check(struct client *c)
{
	const struct ask *a = &c->ask;

	if (c->status != a->status && c->status != a->also)
		world_fail(c->all->w, "%s %s: status %u, not %u", a->method, a->target, c->status, a->status);
	else if (a->known && c->got != a->len)
		world_fail(c->all->w, "%s %s: %" PRIu64 " octets, not %" PRIu64, a->method, a->target, c->got,
		    a->len);
	c->all->answers++;
	c->attempts = 0;
	if (!ask_next(&c->ask) && --c->asks > 0)
		draw(c);
}

static void
on_done(struct http_client *k, int result)
{
	struct client *c = client_of(k);

	c->busy = false;
	timer_cancel(c->all->io->wheel, &c->resume);
	timer_cancel(c->all->io->wheel, &c->abort);
	if (result < 0 || is_full(c->status))
		try_again(c, result < 0 ? SEC : 20 * SEC);
	else
		check(c);
	if (c->asks == 0)
		http_client_close(k);
	else if (result == 0 && http_client_ready(k))
		ask(c);
}

static void
end(struct client *c)
{
	timer_cancel(c->all->io->wheel, &c->connect);
	c->all->running--;
	free(c);
}

static void
go_on(struct client *c)
{
	if (c->asks == 0 || c->all->w->failed)
		end(c);
	else
		arm(c, &c->connect, c->pause);
}

static void
on_over(struct evented *e, unsigned wants)
{
	struct client *c = container_of(e, struct client, driver);

	timer_cancel(c->all->io->wheel, &c->resume);
	timer_cancel(c->all->io->wheel, &c->abort);
	if (c->busy)
		world_fail(c->all->w, "a connection is over, and its request is not");
	go_on(c);
}

static void
begin(struct client *c)
{
	static const struct http_client_ops ops = {.response = on_response, .body = on_body, .done = on_done};
	struct http_buffers b = {c->in, IN, c->out, OUT, c->field, FIELDS};

	http_client_init(&c->http, &ops, c, &http_limits_usual, &b);
	c->driver = (struct evented){.c = &c->http.conn,
	    .s = c->connecting,
	    .world = c->all->io,
	    .patience = 600 * SEC,
	    .over = on_over};
	c->connecting = NULL;
	evented_begin(&c->driver);
	ask(c);
}

static void
on_connecting(struct io_stream *s, unsigned events, void *arg)
{
	struct client *c = arg;

	if (events & IO_FAILED) {
		c->connecting = NULL;
		io_close(s, false);
		try_again(c, SEC);
		go_on(c);
	} else if (events & IO_CONNECTED) {
		begin(c);
	}
}

static void
on_connect(struct timer *t)
{
	struct client *c = container_of(t, struct client, connect);

	if (io_connect(c->all->io, &c->all->server, on_connecting, c, &c->connecting) < 0)
		world_fail(c->all->w, "cannot connect");
}

static void
on_resume(struct timer *t)
{
	http_client_resume(&container_of(t, struct client, resume)->http);
}

static void
on_abort(struct timer *t)
{
	struct client *c = container_of(t, struct client, abort);

	c->aborts = false;
	http_conn_failed(&c->http.conn, -LEAT_ECONNABORTED);
	io_want(c->driver.s, IO_WRITABLE);
}

void
client_begin(struct clients *all)
{
	struct client *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	c->all = all;
	all->running++;
	timer_init(&c->connect, on_connect);
	timer_init(&c->resume, on_resume);
	timer_init(&c->abort, on_abort);
	c->asks = (unsigned)world_between(&all->w->rng, 1, ASKS_MOST);
	c->slow = rng_below(&all->w->rng, 3) == 0;
	c->aborts = rng_below(&all->w->rng, 4) == 0;
	draw(c);
	arm(c, &c->connect, 10 * SEC);
}
