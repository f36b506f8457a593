/*
 * fuzz/http_client.c - a client's connection to a server that answers anything, in any pieces. Each
 * call ends exactly once; and what the first one got is what the parser reads from the same octets
 * in one piece.
 */
#include "http/conn/client.h"
#include "http_feed.h"

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { IN = 2400, OUT = 2048, CONTENT = 5000 };

struct site {
	struct http_client k;
	char in[IN], out[OUT];
	struct http_field field[FEED_FIELDS];
	uint32_t seed;
	unsigned calls, open;
	enum http_method method;
	struct feed got; /* of the first call */
	unsigned status; /* 0: no head has come */
	bool whole;      /* the first call has ended well */
};

static const char content[CONTENT];

static uint32_t
draw(struct site *site, uint32_t below)
{
	site->seed = site->seed * 1664525 + 1013904223;
	return (site->seed >> 8) % below;
}

static void
call(struct site *site)
{
	static const char *const methods[] = {"GET", "HEAD", "POST", "OPTIONS"};
	unsigned which = draw(site, 4);
	struct http_call c = {.method = http_span_of(methods[which]),
	    .target = http_span_of("/"),
	    .host = http_span_of("a"),
	    .expect_continue = draw(site, 2),
	    .last = draw(site, 4) == 0};

	if (which == 2)
		c.content = draw(site, 2) ? http_memory(content, draw(site, CONTENT))
					  : http_produced(HTTP_LENGTH_UNKNOWN);
	if (http_client_send(&site->k, &c) < 0)
		abort();
	if (site->calls++ == 0)
		site->method = (enum http_method)(which == 0   ? HTTP_GET
						  : which == 1 ? HTTP_HEAD
						  : which == 2 ? HTTP_POST
							       : HTTP_OPTIONS);
	site->open++;
}

static void
on_response(struct http_client *k, const struct http_response *r)
{
	struct site *site = k->arg;

	if (site->calls == 1)
		site->status = r->status;
}

static size_t
on_body(struct http_client *k, const char *at, size_t n)
{
	struct site *site = k->arg;

	if (!site->open)
		abort();
	if (draw(site, 4) == 0)
		n = draw(site, (uint32_t)n + 1);
	if (site->calls == 1)
		feed_keep(&site->got, at, n);
	return n;
}

static ssize_t
on_produce(struct http_client *k, char *at, size_t room)
{
	struct site *site = k->arg;
	size_t n = draw(site, 300);

	if (draw(site, 3) == 0)
		return -LEAT_EAGAIN;
	n = n < room ? n : room;
	memset(at, 'x', n);
	return (ssize_t)n;
}

static void
on_done(struct http_client *k, int result)
{
	struct site *site = k->arg;

	if (!site->open--)
		abort();
	if (site->calls == 1)
		site->whole = result == 0;
	if (site->calls < 5 && http_client_ready(k))
		call(site);
}

static void
write_some(struct site *site)
{
	struct http_output o = http_conn_output(&site->k.conn);

	http_conn_written(&site->k.conn, 1 + draw(site, (uint32_t)o.span[0].len));
}

static size_t
read_some(struct site *site, const uint8_t *data, size_t size)
{
	char *at;
	size_t room = http_conn_room(&site->k.conn, &at), n;

	if (room == 0)
		abort();
	n = size < room ? size : room;
	n = n > 0 ? 1 + draw(site, (uint32_t)n) : 0;
	if (n > 0)
		memcpy(at, data, n);
	http_conn_arrived(&site->k.conn, n);
	return n;
}

static void
go_on(struct site *site)
{
	if (draw(site, 2))
		http_client_go_on(&site->k);
	http_client_resume(&site->k);
}

static void
drive(struct site *site, const uint8_t *data, size_t size)
{
	struct http_conn *c = &site->k.conn;
	unsigned wants, idle = 0;

	while (!((wants = http_conn_wants(c)) & HTTP_WANT_OVER)) {
		size_t n;

		if ((wants & HTTP_WANT_WRITE) && (draw(site, 2) || !(wants & HTTP_WANT_READ))) {
			write_some(site);
		} else if (wants & HTTP_WANT_SHUTDOWN) {
			http_conn_shut(c);
		} else if (wants & HTTP_WANT_READ) {
			n = read_some(site, data, size);
			data += n;
			size -= n;
		} else if (idle++ < 1000) {
			go_on(site);
		} else {
			http_conn_timeout(c);
		}
	}
}

/* What the parser reads from the octets in one piece. */
static void
expect_same(struct site *site, const uint8_t *data, size_t size)
{
	struct http_field field[FEED_FIELDS];
	struct http_parser p;
	struct feed body = {NULL, 0, 0, false};
	char *copy = malloc(size + 1);
	size_t at = 0, used;
	enum http_event e;

	memcpy(copy, data, size);
	http_parser_responses(&p, &feed_limits, field, FEED_FIELDS);
	http_parser_begin_response(&p, site->method, false);
	do {
		e = http_parser_next(&p, copy + at, size - at, &used);
		at += used;
		if (e == HTTP_EVENT_MORE)
			e = http_parser_eof(&p);
		if (e == HTTP_EVENT_BODY)
			feed_keep(&body, p.body.at, p.body.len);
		if (e == HTTP_EVENT_MORE || e == HTTP_EVENT_BAD)
			abort();
	} while (e != HTTP_EVENT_END || p.response.status < 200);
	if (p.response.status != site->status)
		abort();
	feed_expect_same(&body, &site->got);
	feed_free(&body);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct http_client_ops ops = {NULL, on_response, on_body, on_produce, on_done};
	struct site *site = calloc(1, sizeof *site);
	struct http_buffers b = {site->in, IN, site->out, OUT, site->field, FEED_FIELDS};

	if (size > 4) {
		memcpy(&site->seed, data, 4);
		http_client_init(&site->k, &ops, site, &feed_limits, &b);
		call(site);
		drive(site, data + 4, size - 4);
		http_conn_failed(&site->k.conn, -LEAT_ECONNRESET);
		if (site->open)
			abort();
		if (site->whole)
			expect_same(site, data + 4, size - 4);
	}
	feed_free(&site->got);
	free(site);
	return 0;
}
