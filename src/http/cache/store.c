/*
 * http/cache/store.c - what may be kept, and until what it stays.
 */
#include "http/cache/store.h"

#include "http/cache/control.h"
#include "http/semantics/method.h"
#include "http/uri/authority.h"

/*
 * The statuses of RFC 9110 that end an exchange; a cache must know what it keeps (RFC 9111,
 * 5.2.2.3).
 */
static bool
is_understood(unsigned status)
{
	return (status >= 200 && status <= 205) || (status >= 300 && status <= 308 && status != 304) ||
	       (status >= 400 && status <= 417) || status == 421 || status == 422 || status == 426 ||
	       (status >= 500 && status <= 505);
}

/* RFC 9111, 3: something says how long, or the status may go without that. */
static bool
has_lifetime(const struct http_cached *r, const struct http_cache_control *c)
{
	return c->is_public || c->is_private || c->max_age.has ||
	       http_field_find(r->field, r->n, "expires") || http_cache_status_is_heuristic(r->status);
}

/* A response that varies by what no field says is never selected again (RFC 9111, 4.1). */
static bool
varies_by_all(const struct http_cached *r)
{
	const struct http_field *end = r->field + r->n;

	for (const struct http_field *at = r->field;
	     (at = http_field_find(at, (size_t)(end - at), "vary")) != NULL; at++)
		if (http_list_has(at->value, "*"))
			return true;
	return false;
}

bool
http_cache_may_store(
    enum http_method method, const struct http_field *field, size_t n, const struct http_cached *r)
{
	struct http_cache_control asked, said;

	http_cache_control_read(field, n, &asked);
	http_cache_control_read(r->field, r->n, &said);
	if (method != HTTP_GET || r->status < 200 || r->status == 206 || r->status == 304 || asked.no_store)
		return false;
	if (said.must_understand ? !is_understood(r->status) : said.no_store)
		return false;
	return has_lifetime(r, &said) && !varies_by_all(r);
}

/* The names that Connection lists, too, are for one connection. */
static bool
connection_names(const struct http_field *field, size_t n, struct http_span name)
{
	const struct http_field *end = field + n;

	for (const struct http_field *at = field;
	     (at = http_field_find(at, (size_t)(end - at), "connection")) != NULL; at++) {
		struct http_span rest = at->value, element;

		while (http_list_next(&rest, &element))
			if (http_span_same(element, name))
				return true;
	}
	return false;
}

static bool
is_one_of(struct http_span name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (http_span_is(name, names[i]))
			return true;
	return false;
}

bool
http_cache_keeps(const struct http_field *field, size_t n, struct http_span name)
{
	static const char *const never[] = {"connection", "keep-alive", "proxy-authenticate",
	    "proxy-authentication-info", "proxy-authorization", "proxy-connection", "te", "transfer-encoding",
	    "upgrade"};

	return !is_one_of(name, never, sizeof never / sizeof never[0]) && !connection_names(field, n, name);
}

/* The elements of all lines of one name, as if they were one line (RFC 9110, 5.3). */
struct reader {
	const struct http_field *at, *end;
	struct http_span name, rest, element;
};

static const struct http_field *
find(const struct http_field *at, const struct http_field *end, struct http_span name)
{
	while (at < end && !http_span_same(at->name, name))
		at++;
	return at < end ? at : NULL;
}

/* The next element of the lines, false after the last one. */
static bool
next_element(struct reader *r)
{
	while (!http_list_next(&r->rest, &r->element)) {
		r->at = r->at ? find(r->at, r->end, r->name) : NULL;
		if (!r->at)
			return false;
		r->rest = r->at++->value;
	}
	return true;
}

/* Compares what two requests say in the field @name (RFC 9111, 4.1). */
static bool
same_values(
    struct http_span name, const struct http_field *a, size_t a_n, const struct http_field *b, size_t b_n)
{
	struct reader one = {.at = a, .end = a + a_n, .name = name};
	struct reader other = {.at = b, .end = b + b_n, .name = name};

	if (!find(a, a + a_n, name) != !find(b, b + b_n, name))
		return false;
	for (;;) {
		bool more = next_element(&one);

		if (more != next_element(&other))
			return false;
		if (!more)
			return true;
		if (!http_span_eq(one.element, other.element))
			return false;
	}
}

bool
http_cache_selects(const struct http_cached *r, const struct http_field *then, size_t then_n,
    const struct http_field *now, size_t now_n)
{
	struct reader vary = {.at = r->field, .end = r->field + r->n, .name = http_span_of("vary")};

	while (next_element(&vary))
		if (http_span_is(vary.element, "*") || !same_values(vary.element, then, then_n, now, now_n))
			return false;
	return true;
}

bool
http_cache_invalidates(enum http_method method, unsigned status)
{
	return !http_method_is_safe(method) && status >= 200 && status < 400;
}

static bool
same_origin(const struct http_uri *a, const struct http_uri *b)
{
	struct http_authority one, other;

	return http_span_same(a->scheme, b->scheme) && http_authority_parse(a->authority, &one) &&
	       http_authority_parse(b->authority, &other) &&
	       http_authority_same(&one, &other, http_uri_default_port(a->scheme));
}

bool
http_cache_invalidates_too(struct http_writer *w, const struct http_uri *target, struct http_span reference)
{
	struct http_uri ref, uri;
	size_t from = w->len;

	if (w->err || !http_uri_parse(reference, &ref))
		return false;
	http_uri_resolve(w, target, &ref);
	if (w->err)
		return false;
	if (http_uri_parse((struct http_span){w->at + from, w->len - from}, &uri) &&
	    same_origin(target, &uri))
		return true;
	w->len = from;
	return false;
}
