/*
 * fuzz/http_cache.c - any lines as the fields of a request and, after an empty line, of a response
 * that a cache keeps. Ages and lifetimes are never negative, what is kept answers the same request
 * again, and a 304 adds no more fields than it has.
 */
#include "http/cache/control.h"
#include "http/cache/store.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 16, NOW = 1700000000 };

struct fields {
	struct http_field at[MOST];
	size_t n;
};

/* Takes lines up to an empty one off *@rest, as fields. */
static void
take_fields(struct http_span *rest, struct fields *f)
{
	for (f->n = 0; rest->len > 0 && f->n < MOST;) {
		const char *end = memchr(rest->at, '\n', rest->len);
		struct http_span line = {rest->at, end ? (size_t)(end - rest->at) : rest->len};
		const char *colon = line.len > 0 ? memchr(line.at, ':', line.len) : NULL;

		rest->at += line.len + (end != NULL);
		rest->len -= line.len + (end != NULL);
		if (line.len == 0)
			return;
		if (!colon)
			continue;
		f->at[f->n].name = (struct http_span){line.at, (size_t)(colon - line.at)};
		f->at[f->n++].value =
		    http_span_trim((struct http_span){colon + 1, (size_t)(line.at + line.len - colon - 1)});
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_span rest = {(const char *)data, size};
	struct http_field out[2 * MOST];
	struct http_cache_control c;
	struct fields request, response;
	struct http_cached r = {200, NULL, 0, NOW - 3, NOW - 1};
	char buf[256];
	struct http_writer w = http_writer(buf, sizeof buf);

	take_fields(&rest, &request);
	take_fields(&rest, &response);
	r.field = response.at;
	r.n = response.n;
	http_cache_control_read(request.at, request.n, &c);
	if (http_cache_lifetime(&r) < 0 || http_cache_age(&r, NOW) < 0)
		abort();
	http_cache_use(&r, request.at, request.n, NOW);
	if (http_cache_may_store(HTTP_GET, request.at, request.n, &r) &&
	    !http_cache_selects(&r, request.at, request.n, request.at, request.n))
		abort();
	http_cache_put_conditions(&w, &r);
	if (http_cache_update(&r, request.at, request.n, out, 2 * MOST) > r.n + request.n)
		abort();
	return 0;
}
