/*
 * test/sim/serve/hand.c - clients without an engine: what they say is octets.
 */
#include "client.h"

#include "http/message/parser.h"
#include "http/message/start.h"
#include "http/message/writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ASKS_MOST = 10, SAY_MOST = 8192, FIELDS = 40, ATTEMPTS_MOST = 60, JUNK_MOST = 3000 };

enum plan { PLAN_PIPELINE, PLAN_NEVER_READS, PLAN_TRICKLES, PLAN_JUNK, PLANS };

struct hand {
	struct clients *all;
	enum plan plan;
	struct io_stream *s;
	struct timer timer; /* connects; then the next line, or the end */
	nsec_t connected;
	char say[SAY_MOST];
	size_t len, said;
	struct ask ask[ASKS_MOST];
	unsigned asks, answered, attempts;
	char *got;
	size_t got_len, got_most;
};

static nsec_t
now(const struct hand *h)
{
	return sim_now(h->all->w->sim);
}

static void
arm(struct hand *h, nsec_t after)
{
	timer_arm(h->all->io->wheel, &h->timer, now(h) + after);
}

static void
end(struct hand *h)
{
	timer_cancel(h->all->io->wheel, &h->timer);
	h->all->running--;
	free(h->got);
	free(h);
}

static void
put_ask(struct http_writer *w, const struct ask *a, bool last)
{
	http_write_request(w, http_span_of(a->method), http_span_of(a->target));
	http_write_text_field(w, "Host", "host");
	http_write_fields(w, a->field, a->fields);
	if (last)
		http_write_text_field(w, "Connection", "close");
	http_write_end(w);
}

/* Those that were not answered. */
static void
put_asks(struct hand *h)
{
	struct http_writer w = http_writer(h->say, sizeof h->say);

	for (unsigned i = h->answered; i < h->asks; i++)
		put_ask(&w, &h->ask[i], i + 1 == h->asks);
	h->said = 0;
	h->len = w.len;
}

/* The connection is over; it is made once more if the answers are not complete. */
static void
over(struct hand *h, bool complete, bool reset)
{
	io_close(h->s, reset);
	h->s = NULL;
	if (complete || h->all->w->failed) {
		end(h);
		return;
	}
	if (h->attempts++ == ATTEMPTS_MOST)
		world_fail(h->all->w, "pipelined requests are not answered");
	h->got_len = 0;
	put_asks(h);
	arm(h, 10 * SEC);
}

static void
prepare(struct hand *h)
{
	struct rng *r = &h->all->w->rng;

	h->asks = (unsigned)world_between(r, 1, ASKS_MOST);
	for (unsigned i = 0; i < h->asks; i++) {
		ask_draw(&h->ask[i], r, true);
		if (h->plan == PLAN_NEVER_READS)
			snprintf(h->ask[i].target, sizeof h->ask[i].target, "/f7");
	}
	put_asks(h);
	if (h->plan == PLAN_TRICKLES)
		h->len = strlen(strcpy(h->say, "GET / HTTP/1.1\r\n"));
	if (h->plan != PLAN_JUNK)
		return;
	h->len = world_between(r, 1, JUNK_MOST);
	for (size_t i = 0; i < h->len; i++)
		h->say[i] = (char)rng_below(r, 256);
}

static bool
is_full(unsigned status)
{
	return status == 503 || status == 429;
}

/* False if the answer @a is not complete, or is one of a server that is full. */
static bool
expect_answer(struct hand *h, struct http_parser *p, const struct ask *a, size_t *at)
{
	uint64_t got = 0;
	size_t used;

	for (;;) {
		enum http_event e = http_parser_next(p, h->got + *at, h->got_len - *at, &used);

		*at += used;
		if (e == HTTP_EVENT_MORE)
			e = http_parser_eof(p);
		if (e == HTTP_EVENT_MORE || e == HTTP_EVENT_BAD ||
		    (is_full(p->response.status) && e == HTTP_EVENT_HEAD))
			return false;
		if (e == HTTP_EVENT_HEAD && p->response.status != a->status)
			world_fail(h->all->w, "%s %s: status %u", a->method, a->target, p->response.status);
		if (e == HTTP_EVENT_END)
			break;
		if (e != HTTP_EVENT_BODY || !a->known)
			continue;
		if (got + p->body.len > a->len ||
		    world_compare(a->key, a->from + got, (const uint8_t *)p->body.at, p->body.len) >= 0)
			world_fail(h->all->w, "%s %s: wrong octets", a->method, a->target);
		got += p->body.len;
	}
	if (a->known && got != a->len)
		world_fail(h->all->w, "%s %s: %" PRIu64 " octets", a->method, a->target, got);
	return true;
}

/* True if all answers have come. Those that have must be right in any case. */
static bool
expect_answers(struct hand *h)
{
	struct http_field field[FIELDS];
	struct http_parser p;
	size_t at = 0;

	http_parser_responses(&p, &http_limits_usual, field, FIELDS);
	while (h->answered < h->asks) {
		const struct ask *a = &h->ask[h->answered];

		http_parser_begin_response(&p, http_method_of(http_span_of(a->method)), false);
		if (!expect_answer(h, &p, a, &at))
			return false;
		h->all->answers++;
		h->answered++;
		h->attempts = 0;
		if (!p.response.framed.persistent)
			break;
	}
	if (at < h->got_len)
		world_fail(h->all->w, "octets after the last answer");
	return h->answered == h->asks;
}

static void
keep(struct hand *h, const char *at, size_t n)
{
	if (h->got_len + n > h->got_most) {
		h->got_most = 2 * (h->got_len + n);
		h->got = realloc(h->got, h->got_most);
	}
	if (!h->got)
		abort();
	memcpy(h->got + h->got_len, at, n);
	h->got_len += n;
}

/* Returns what the last read returned. */
static ssize_t
read_all(struct hand *h)
{
	char buf[5000];
	ssize_t n;

	while ((n = io_read(h->s, buf, sizeof buf)) > 0) {
		if (h->plan == PLAN_PIPELINE)
			keep(h, buf, (size_t)n);
	}
	return n;
}

/* Writes a piece. False if it cannot. */
static bool
say(struct hand *h)
{
	size_t n = h->len - h->said;

	n = h->plan == PLAN_NEVER_READS ? n : world_between(&h->all->w->rng, 1, n);
	n = (size_t)io_write(h->s, h->say + h->said, n, 0);
	if ((ssize_t)n == -LEAT_EAGAIN)
		return true;
	if ((ssize_t)n < 0)
		return false;
	h->said += n;
	return true;
}

static void
want(struct hand *h)
{
	io_want(
	    h->s, (h->plan != PLAN_NEVER_READS ? IO_READABLE : 0u) | (h->said < h->len ? IO_WRITABLE : 0u));
}

static void
on_event(struct io_stream *s, unsigned events, void *arg)
{
	struct hand *h = arg;
	ssize_t n = -LEAT_EAGAIN;

	if (events & IO_CONNECTED) {
		h->connected = now(h);
		arm(h, h->plan == PLAN_TRICKLES ? SEC : 400 * SEC);
	}
	if ((events & IO_WRITABLE) && h->said < h->len && !say(h))
		h->len = h->said; /* the answers that have arrived can still be read */
	if (events & (IO_READABLE | IO_FAILED))
		n = read_all(h);
	if (n != -LEAT_EAGAIN || (events & IO_FAILED))
		over(h, h->plan != PLAN_PIPELINE || expect_answers(h), false);
	else
		want(h);
}

/* RFC 9110, 15.5.9: the server does not wait for the rest of a head for ever. */
static void
trickle(struct hand *h)
{
	if (now(h) - h->connected > 300 * SEC)
		world_fail(h->all->w, "a head that trickles in is not cut");
	io_write(h->s, "A: b\r\n", 6, 0);
	arm(h, SEC);
}

static void
on_timer(struct timer *t)
{
	struct hand *h = container_of(t, struct hand, timer);

	if (h->s && h->plan == PLAN_TRICKLES)
		trickle(h);
	else if (h->s)
		over(h, h->plan != PLAN_PIPELINE, true);
	else if (io_connect(h->all->io, &h->all->server, on_event, h, &h->s) < 0)
		world_fail(h->all->w, "cannot connect");
	else
		want(h);
}

void
hand_client_begin(struct clients *all)
{
	struct hand *h = calloc(1, sizeof *h);

	if (!h)
		abort();
	h->all = all;
	all->running++;
	h->plan = (enum plan)rng_below(&all->w->rng, PLANS);
	timer_init(&h->timer, on_timer);
	prepare(h);
	arm(h, (nsec_t)rng_below(&all->w->rng, 10 * SEC));
}
