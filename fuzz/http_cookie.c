/*
 * fuzz/http_cookie.c - any lines as Set-Cookie fields from several servers, and as lines of a file.
 * The jar keeps its bounds, and what it sends has no octet that would end a field. A cookie that
 * was written into a file is read again.
 */
#include "http/cookie/file.h"
#include "http/cookie/jar.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NOW = 1700000000, MOST = 8 };

static struct http_cookie_peer
peer_of(size_t i)
{
	static const char *const hosts[] = {"www.example.com", "example.com", "localhost", "192.0.2.1"};

	return (struct http_cookie_peer){
	    http_span_of(hosts[i % 4]), http_span_of(i & 4 ? "/docs/x" : "/"), i & 8};
}

static void
check_line(const struct http_cookie *c)
{
	static char buf[4 * HTTP_COOKIE_MOST];
	struct http_writer w = http_writer(buf, sizeof buf);
	struct http_cookie back;

	http_put_cookie_line(&w, c);
	if (w.err)
		return;
	if (http_cookie_line_read((struct http_span){buf, w.len}, &back) != HTTP_COOKIE_LINE)
		abort();
	if (!http_span_eq(back.name, c->name) || !http_span_eq(back.value, c->value) ||
	    !http_span_eq(back.path, c->path) || back.host_only != c->host_only || back.secure != c->secure)
		abort();
}

static void
feed(struct http_jar *j, struct http_span line, size_t number)
{
	struct http_cookie_peer peer = peer_of(number);
	enum http_cookie_reason why;
	struct http_cookie c;

	if (http_set_cookie_read(line, &peer, NOW, &c) == HTTP_COOKIE_FINE)
		check_line(&c);
	if (http_cookie_line_read(line, &c) == HTTP_COOKIE_LINE)
		http_jar_add(j, &c, NOW);
	http_jar_set(j, line, &peer, NOW, &why);
	if (j->n > MOST)
		abort();
}

static void
check_field(struct http_jar *j, size_t number)
{
	struct http_cookie_peer peer = peer_of(number);
	static char buf[2 * HTTP_COOKIE_MOST];
	struct http_writer w = http_writer(buf, sizeof buf);

	http_jar_put(j, &w, &peer, NOW);
	if (w.err || memchr(buf, '\n', w.len) || memchr(buf, '\r', w.len) || memchr(buf, 0, w.len))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_jar j;
	size_t number = 0;

	http_jar_init(&j, MOST);
	for (size_t from = 0; from < size; number++) {
		const uint8_t *end = memchr(data + from, '\n', size - from);
		size_t len = end ? (size_t)(end - data) - from : size - from;

		feed(&j, (struct http_span){(const char *)data + from, len}, number);
		check_field(&j, number);
		from += len + 1;
	}
	http_jar_free(&j);
	return 0;
}
