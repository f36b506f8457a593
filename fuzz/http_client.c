/*
 * fuzz/http_client.c - a client's connection to a server that answers anything, in any pieces. Each
 * call ends exactly once; and what the first one got is what the parser reads from the same octets
 * in one piece.
 */
#include "http/conn/client.h"
#include "http_drive.h"

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { IN = 2400, OUT = 2048, CONTENT = 5000 };

struct site {
	struct http_client k;
	char in[IN], out[OUT];
	struct http_field field[FEED_FIELDS];
	uint32_t seed;
	unsigned calls, open, idle;
	enum http_method method;
	struct feed got; /* of the first call */
	unsigned status; /* 0: no head has come */
	bool whole;      /* the first call has ended well */
};

static const char content[CONTENT];

static void
call(struct site *site)
{
	static const char *const methods[] = {"GET", "HEAD", "POST", "OPTIONS"};
	unsigned which = draw(&site->seed, 4);
	struct http_call c = {.method = http_span_of(methods[which]),
	    .target = http_span_of("/"),
	    .host = http_span_of("a"),
	    .expect_continue = draw(&site->seed, 2),
	    .last = draw(&site->seed, 4) == 0};

	if (which == 2)
		c.content = draw(&site->seed, 2) ? http_memory(content, draw(&site->seed, CONTENT))
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
	if (draw(&site->seed, 4) == 0)
		n = draw(&site->seed, (uint32_t)n + 1);
	if (site->calls == 1)
		feed_keep(&site->got, at, n);
	return n;
}

static ssize_t
on_produce(struct http_client *k, char *at, size_t room)
{
	struct site *site = k->arg;
	size_t n = draw(&site->seed, 300);

	if (draw(&site->seed, 3) == 0)
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

static bool
on_idle(void *arg)
{
	struct site *site = arg;

	if (site->idle++ >= 1000)
		return false;
	if (draw(&site->seed, 2))
		http_client_go_on(&site->k);
	http_client_resume(&site->k);
	return true;
}

/* What the parser reads from the octets in one piece. */
static void
expect_same(struct site *site, const uint8_t *data, size_t size)
{
	struct http_field field[FEED_FIELDS];
	struct http_parser p;
	struct feed body = {0};
	char *copy = malloc(size + 1);

	memcpy(copy, data, size);
	http_parser_responses(&p, &feed_limits, field, FEED_FIELDS);
	http_parser_begin_response(&p, site->method, false);
	feed_response(&body, &p, copy, size);
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
	struct driven d = {.conn = &site->k.conn, .seed = &site->seed, .idle = on_idle, .arg = site};

	if (size > 4) {
		memcpy(&site->seed, data, 4);
		http_client_init(&site->k, &ops, site, &feed_limits, &b);
		call(site);
		drive(&d, data + 4, size - 4);
		http_conn_failed(&site->k.conn, -LEAT_ECONNRESET);
		if (site->open)
			abort();
		if (site->whole)
			expect_same(site, data + 4, size - 4);
	}
	feed_free(&site->got);
	feed_free(&d.written);
	free(site);
	return 0;
}
