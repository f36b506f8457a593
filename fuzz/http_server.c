/*
 * A server's connection under a client and a driver that do anything. Each request ends for its
 * handler exactly once; and what was written is a row of whole responses, unless the connection was
 * reset.
 */
#include "http/conn/server.h"
#include "http_drive.h"

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { IN = 2400, OUT = 2048, ASKED = 256, BIG = 6000 };

struct site {
	struct http_server s;
	char in[IN], out[OUT];
	struct http_field field[FEED_FIELDS];
	enum http_method asked[ASKED]; /* one for each response */
	enum http_method refused;      /* of the request that was refused */
	unsigned asks, open;
	struct http_exchange *held;
	size_t produced;
	bool switched;
	uint32_t seed;
};

static char big[BIG];

static void
answer(struct site *site, struct http_exchange *x)
{
	struct http_field field = {http_span_of("A"), http_span_of("b")};
	struct http_answer a = {.status = 200, .field = &field, .fields = 1};

	switch (draw(&site->seed, 6)) {
	case 0:
		a.content = http_memory(big, BIG);
		break;
	case 1:
		a.content = http_memory(big, 10);
		break;
	case 2:
		a.content = http_produced(HTTP_LENGTH_UNKNOWN);
		a.content.trailer = &field;
		break;
	case 3:
		a.content = http_produced(3000);
		break;
	case 4:
		a.status = 204;
		break;
	default:
		a.status = 404;
		break;
	}
	site->produced = 0;
	if (x->request->method == HTTP_CONNECT)
		a.status = 405;
	if (http_answer(x, &a) == -LEAT_ENOBUFS)
		abort();
}

/* One of the things that a handler may do with an exchange at any time. */
static void
act(struct site *site, struct http_exchange *x)
{
	bool switches;

	switch (draw(&site->seed, 8)) {
	case 0:
		http_read_body(x);
		break;
	case 1:
		http_resume(x);
		break;
	case 2:
		http_interim(x, 103, NULL, 0);
		break;
	case 3:
		switches = http_switch(x, x->request->method == HTTP_CONNECT ? 200 : 101, NULL, 0) == 0;
		site->switched |= switches;
		break;
	case 4:
		http_read_body(x);
		if (site->held)
			answer(site, x);
		break;
	default:
		answer(site, x);
		break;
	}
}

static void
on_request(struct http_exchange *x)
{
	struct site *site = x->arg;

	if (site->open++)
		abort();
	site->held = x;
	if (site->asks < ASKED)
		site->asked[site->asks++] = x->request->method;
	if (draw(&site->seed, 3))
		act(site, x);
}

static size_t
on_body(struct http_exchange *x, const char *at, size_t n)
{
	struct site *site = x->arg;

	return draw(&site->seed, 3) ? n : draw(&site->seed, (uint32_t)n + 1);
}

static void
on_body_end(struct http_exchange *x)
{
	answer(x->arg, x);
}

static ssize_t
on_produce(struct http_exchange *x, char *at, size_t room)
{
	struct site *site = x->arg;
	size_t n = draw(&site->seed, 1000) + 1;

	if (!draw(&site->seed, 4))
		return -LEAT_EAGAIN;
	if (!draw(&site->seed, 16))
		return -LEAT_EIO;
	n = n < room ? n : room;
	if (site->produced + n > 3000)
		n = 3000 - site->produced;
	memcpy(at, big, n);
	site->produced += n;
	return (ssize_t)n;
}

static bool
on_taken_back(struct http_exchange *x, int error)
{
	struct site *site = x->arg;

	if (!draw(&site->seed, 3))
		return false;
	if (draw(&site->seed, 3))
		answer(site, x);
	else
		site->held = x;
	return true;
}

static void
on_done(struct http_exchange *x, int result)
{
	struct site *site = x->arg;

	if (!site->open--)
		abort();
	site->held = NULL;
}

static void
on_refused(struct http_server *s, const struct http_refused *r)
{
	struct site *site = s->service->arg;

	site->refused = s->conn.parser.request.method;
}

static bool
on_idle(void *arg)
{
	struct site *site = arg;

	if (!site->held || !draw(&site->seed, 30))
		return false;
	act(site, site->held);
	return true;
}

/* One for each request, and one more if its head was refused. */
static void
expect_responses(struct site *site, const struct feed *written)
{
	struct http_field field[FEED_FIELDS];
	struct http_parser p;
	size_t at = 0;

	http_parser_responses(&p, &http_limits_usual, field, FEED_FIELDS);
	for (unsigned i = 0; at < written->len && i < ASKED; i++) {
		http_parser_begin_response(&p, i < site->asks ? site->asked[i] : site->refused, true);
		at += feed_response(NULL, &p, written->text + at, written->len - at);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct http_handler handler = {
	    on_request, on_body, on_body_end, on_produce, on_taken_back, on_done};
	struct site *site = calloc(1, sizeof *site);
	struct http_buffers b = {site->in, IN, site->out, OUT, site->field, FEED_FIELDS};
	struct http_service service = {.handler = &handler,
	    .arg = site,
	    .limits = feed_limits,
	    .drain_most = 100,
	    .refused = on_refused};
	struct driven d = {.conn = &site->s.conn, .seed = &site->seed, .idle = on_idle, .arg = site};
	unsigned wants;

	memset(big, 'x', sizeof big);
	if (size > 4) {
		memcpy(&site->seed, data, 4);
		http_server_init(&site->s, &service, &b);
		wants = drive(&d, data + 4, size - 4);
		http_conn_failed(&site->s.conn, -LEAT_ECONNRESET);
		if (site->open)
			abort();
		if (wants == HTTP_WANT_CLOSE)
			expect_responses(site, &d.written);
	}
	feed_free(&d.written);
	free(site);
	return 0;
}
