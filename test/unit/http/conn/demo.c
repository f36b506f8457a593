/*
 * test/unit/http/conn/demo.c - the handler for tests.
 */
#include "demo.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

/* What an exchange remembers. */
struct work {
	unsigned number; /* the next one of /produced */
	bool echo, sum, to_switch;
	unsigned fails; /* answers of which the content fails */
	size_t first;   /* octets before that */
	char buf[100];  /* of /echo */
	size_t len;
	bool ended;
	size_t octets; /* of /sum */
	struct http_field trailer;
	char text[64];
};

__attribute__((format(printf, 2, 3))) static void
say(struct demo *d, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	d->log_len += (size_t)vsnprintf(d->log + d->log_len, sizeof d->log - d->log_len, format, args);
	va_end(args);
	assert_true(d->log_len < sizeof d->log);
}

static void
answer(struct http_exchange *x, unsigned status, struct http_content content)
{
	struct http_answer a = {.status = status, .content = content};

	assert_int_equal(http_answer(x, &a), 0);
}

static void
answer_produced(struct http_exchange *x, uint64_t length)
{
	struct work *w = x->data;
	struct http_content c = http_produced(length);

	w->trailer = (struct http_field){http_span_of("Check"), http_span_of("yes")};
	c.trailer = &w->trailer;
	c.trailers = 1;
	answer(x, 200, c);
}

static uint64_t
numbers_length(void)
{
	static char text[8192];

	return demo_numbers(text, sizeof text);
}

static void
ask_for_upgrade(struct http_exchange *x)
{
	struct http_field upgrade = {http_span_of("Upgrade"), http_span_of("demo")};
	struct http_answer a = {.status = 426, .field = &upgrade, .fields = 1};

	assert_int_equal(http_answer(x, &a), 0);
}

static void
interim(struct http_exchange *x)
{
	struct http_field link = {http_span_of("Link"), http_span_of("</a>")};

	assert_int_equal(http_interim(x, 103, &link, 1), 0);
	answer(x, 200, http_memory("hello\n", 6));
}

static void
read_then_switch(struct http_exchange *x)
{
	struct work *w = x->data;

	w->to_switch = true;
	http_read_body(x);
}

static void
echo(struct http_exchange *x)
{
	struct work *w = x->data;

	w->echo = true;
	http_read_body(x);
	answer(x, 200, http_produced(HTTP_LENGTH_UNKNOWN));
}

static void
answer_failing(struct http_exchange *x, unsigned times, size_t first)
{
	struct work *w = x->data;

	w->fails = times;
	w->first = first;
	answer(x, 200, http_produced(HTTP_LENGTH_UNKNOWN));
}

static void
on_request(struct http_exchange *x)
{
	struct demo *d = x->arg;
	struct http_span path = x->request->path;
	struct work *w = calloc(1, sizeof *w);

	assert_non_null(w);
	x->data = w;
	d->open++;
	say(d, "%.*s %.*s\n", (int)x->request->method_text.len, x->request->method_text.at, (int)path.len,
	    path.at);
	if (http_span_is(path, "/hello"))
		answer(x, 200, http_memory("hello\n", 6));
	else if (http_span_is(path, "/big"))
		answer(x, 200, http_memory(d->text, DEMO_BIG));
	else if (http_span_is(path, "/file"))
		answer(x, 200, http_file(d->fd, 10, 50));
	else if (http_span_is(path, "/produced"))
		answer_produced(x, HTTP_LENGTH_UNKNOWN);
	else if (http_span_is(path, "/counted"))
		answer_produced(x, numbers_length());
	else if (http_span_is(path, "/short"))
		answer_produced(x, numbers_length() + 10);
	else if (http_span_is(path, "/fails"))
		answer_failing(x, 1, 0);
	else if (http_span_is(path, "/fails-twice"))
		answer_failing(x, 2, 0);
	else if (http_span_is(path, "/fails-late"))
		answer_failing(x, 1, 4096);
	else if (http_span_is(path, "/echo"))
		echo(x);
	else if (http_span_is(path, "/sum"))
		w->sum = true, http_read_body(x);
	else if (http_span_is(path, "/hold"))
		d->held = x;
	else if (http_span_is(path, "/empty"))
		answer(x, 204, http_nothing());
	else if (http_span_is(path, "/same"))
		answer(x, 304, http_nothing());
	else if (http_span_is(path, "/interim"))
		interim(x);
	else if (http_span_is(path, "/old"))
		ask_for_upgrade(x);
	else if (http_span_is(path, "/switch") || x->request->method == HTTP_CONNECT)
		read_then_switch(x);
	else
		answer(x, 404, http_memory("no such page\n", 13));
}

static size_t
on_body(struct http_exchange *x, const char *at, size_t n)
{
	struct demo *d = x->arg;
	struct work *w = x->data;

	if (d->take > 0 && n > d->take)
		n = d->take;
	w->octets += n;
	if (!w->echo)
		return n;
	if (n > sizeof w->buf - w->len)
		n = sizeof w->buf - w->len;
	memcpy(w->buf + w->len, at, n);
	w->len += n;
	http_resume(x);
	return n;
}

static void
say_sum(struct http_exchange *x)
{
	struct work *w = x->data;
	struct http_span t = x->trailers > 0 ? x->trailer[0].value : http_span_of("no trailer");
	int n = snprintf(w->text, sizeof w->text, "%zu, %.*s\n", w->octets, (int)t.len, t.at);

	answer(x, 200, http_memory(w->text, (size_t)n));
}

static void
on_body_end(struct http_exchange *x)
{
	struct work *w = x->data;

	w->ended = true;
	if (w->echo)
		http_resume(x);
	else if (w->sum)
		say_sum(x);
	else if (w->to_switch && x->request->method == HTTP_CONNECT)
		assert_int_equal(http_switch(x, 200, NULL, 0), 0);
	else if (w->to_switch)
		assert_int_equal(http_switch(x, 101,
				     &(struct http_field){http_span_of("Upgrade"), http_span_of("demo")}, 1),
		    0);
}

/* Makes room in the buffer of the body, so it asks for more of that. */
static ssize_t
produce_echo(struct http_exchange *x, char *at, size_t room)
{
	struct work *w = x->data;
	size_t n = w->len < room ? w->len : room;

	if (n == 0)
		return w->ended ? 0 : -LEAT_EAGAIN;
	memcpy(at, w->buf, n);
	memmove(w->buf, w->buf + n, w->len - n);
	w->len -= n;
	http_resume(x);
	return (ssize_t)n;
}

static ssize_t
on_produce(struct http_exchange *x, char *at, size_t room)
{
	struct work *w = x->data;
	char number[16];
	size_t n = 0;

	if (w->echo)
		return produce_echo(x, at, room);
	if (w->fails > 0) {
		n = w->first < room ? w->first : room;
		memset(at, 'x', n);
		w->first -= n;
		return n > 0 ? (ssize_t)n : -LEAT_EIO;
	}
	while (w->number < DEMO_NUMBERS) {
		int len = snprintf(number, sizeof number, "%u ", w->number);

		if (n + (size_t)len > room)
			break;
		memcpy(at + n, number, (size_t)len);
		n += (size_t)len;
		w->number++;
	}
	return (ssize_t)n;
}

static bool
on_taken_back(struct http_exchange *x, int error)
{
	struct work *w = x->data;

	say(x->arg, "taken back %s\n", err_name(error));
	if (--w->fails > 0)
		answer(x, 200, http_produced(HTTP_LENGTH_UNKNOWN));
	else
		answer(x, 500, http_memory("failed\n", 7));
	return true;
}

static void
on_done(struct http_exchange *x, int result)
{
	struct demo *d = x->arg;

	say(d, "done %s\n", result ? err_name(result) : "0");
	assert_true(d->open > 0);
	d->open--;
	if (d->held == x)
		d->held = NULL;
	free(x->data);
}

const struct http_handler demo_handler = {
    on_request, on_body, on_body_end, on_produce, on_taken_back, on_done};

static void
on_refused(struct http_server *s, const struct http_refused *r)
{
	struct demo *d = s->service->arg;

	d->refused[r->why]++;
	d->refused_octets = r->octets;
	snprintf(d->refused_line, sizeof d->refused_line, "%.*s", (int)r->line.len, r->line.at);
	say(d, "refused %s\n", http_reason_name(r->why));
}

size_t
demo_numbers(char *text, size_t most)
{
	size_t n = 0;

	for (unsigned i = 0; i < DEMO_NUMBERS; i++)
		n += (size_t)snprintf(text + n, most - n, "%u ", i);
	return n;
}

void
demo_init(struct demo *d, struct http_service *service)
{
	*d = (struct demo){0};
	for (size_t i = 0; i < DEMO_BIG; i++)
		d->text[i] = (char)('a' + i % 26);
	d->fd = memfd_create("demo", MFD_CLOEXEC);
	assert_int_equal(write(d->fd, d->text, 100), 100);
	*service = (struct http_service){.handler = &demo_handler,
	    .arg = d,
	    .limits = {.line = 300, .target = 200, .head = 600, .trailer = 200, .extra = 32, .body = 1 << 20},
	    .drain_most = 50,
	    .refused = on_refused};
}

void
demo_fini(struct demo *d)
{
	assert_int_equal(d->open, 0);
	close(d->fd);
}
