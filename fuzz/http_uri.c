/*
 * fuzz/http_uri.c - any octets as a URI, as a reference, and as the path of a request. A normal
 * form stays as it is, and a path never leads out of its folder.
 */
#include "http/uri/authority.h"
#include "http/uri/path.h"
#include "http/uri/query.h"
#include "http/uri/uri.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 1 << 16 };

/* The normal form of @u in @to; false if it has no room. */
static bool
normalise(const struct http_uri *u, char *to, struct http_span *out)
{
	struct http_writer w = http_writer(to, ROOM);

	http_uri_normalise(&w, u);
	*out = (struct http_span){to, w.len};
	return w.err == 0;
}

static void
check_normal(const struct http_uri *u)
{
	static char once[ROOM], twice[ROOM];
	struct http_span a, b;
	struct http_uri again;

	if (!normalise(u, once, &a))
		return;
	if (!http_uri_parse(a, &again))
		abort();
	if (normalise(&again, twice, &b) && !http_span_eq(a, b))
		abort();
}

/* What a reference means has the scheme of the base or its own, and can be parsed. */
static void
check_resolved(const struct http_uri *ref)
{
	static char to[ROOM];
	struct http_writer w = http_writer(to, ROOM);
	struct http_uri base, target;

	if (!http_uri_parse(http_span_of("http://a/b/c/d;p?q"), &base))
		abort();
	http_uri_resolve(&w, &base, ref);
	if (w.err)
		return;
	if (!http_uri_parse((struct http_span){to, w.len}, &target) || target.scheme.len == 0)
		abort();
	if (ref->scheme.len > 0 && target.has_authority != ref->has_authority)
		abort();
	if (ref->scheme.len == 0 &&
	    !http_span_eq(target.authority, ref->has_authority ? ref->authority : base.authority))
		abort();
}

static void
check_path(struct http_span s)
{
	static char to[ROOM];
	struct http_span rest, segment;
	unsigned segments = 0;
	struct http_path p;

	if (http_path_decode(s, to, s.len + 1, &p) != HTTP_PATH_OK)
		return;
	if (p.text.at[p.text.len] != 0 || strlen(p.text.at) != p.text.len)
		abort();
	for (rest = p.text; http_path_next(&rest, &segment); segments++)
		if (segment.len == 0 || http_span_is(segment, ".") || http_span_is(segment, ".."))
			abort();
	if (segments != p.segments ||
	    (p.text.len > 0 && (p.text.at[0] == '/' || p.text.at[p.text.len - 1] == '/')))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_span s = {(const char *)data, size}, rest = s, name, value;
	struct http_authority a;
	struct http_uri u;

	if (size >= ROOM)
		return 0;
	check_path(s);
	while (http_query_next(&rest, &name, &value))
		http_form_is(name, "name");
	http_authority_parse(s, &a);
	if (http_uri_parse(s, &u)) {
		check_normal(&u);
		check_resolved(&u);
	}
	return 0;
}
