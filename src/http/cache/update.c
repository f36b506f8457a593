/*
 * http/cache/update.c - asks with conditions, and renews by the answer (RFC 9111, 4.3 and 3.2).
 */
#include "http/cache/store.h"

#include "http/semantics/date.h"
#include "http/semantics/etag.h"

bool
http_cache_put_conditions(struct http_writer *w, const struct http_cached *r)
{
	const struct http_field *etag = http_field_find(r->field, r->n, "etag");
	const struct http_field *modified = http_field_find(r->field, r->n, "last-modified");
	struct http_etag e;
	int64_t date;
	bool some = false;

	if (etag && http_etag_read(etag->value, &e)) {
		http_write_field(w, http_span_of("If-None-Match"), etag->value);
		some = true;
	}
	if (modified && http_date_read(modified->value, r->received, &date)) {
		http_write_field(w, http_span_of("If-Modified-Since"), modified->value);
		some = true;
	}
	return some;
}

/* What describes the octets that are stored stays, whatever a 304 says (RFC 9111, 3.2). */
static bool
is_renewed(const struct http_field *field, size_t n, struct http_span name)
{
	static const char *const stay[] = {
	    "content-length", "content-encoding", "content-type", "content-range"};

	for (size_t i = 0; i < sizeof stay / sizeof stay[0]; i++)
		if (http_span_is(name, stay[i]))
			return false;
	return http_cache_keeps(field, n, name);
}

static bool
has(const struct http_field *field, size_t n, struct http_span name)
{
	for (size_t i = 0; i < n; i++)
		if (http_span_same(field[i].name, name))
			return true;
	return false;
}

size_t
http_cache_update(const struct http_cached *r, const struct http_field *field, size_t n,
    struct http_field *out, size_t most)
{
	size_t fields = 0;

	for (size_t i = 0; i < r->n + n; i++) {
		const struct http_field *f = i < r->n ? &r->field[i] : &field[i - r->n];
		bool renewed = is_renewed(field, n, f->name);
		bool stays = i < r->n ? !renewed || !has(field, n, f->name) : renewed;

		if (!stays)
			continue;
		if (fields == most)
			return 0;
		out[fields++] = *f;
	}
	return fields;
}
