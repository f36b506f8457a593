/*
 * serve/origin.c - whether a page of another origin has made a request. Such a page can have a
 * browser send forms here, with the user's addresses and passwords, and must not change anything.
 *
 * Browsers say where a request comes from: in Sec-Fetch-Site (Fetch Metadata, 2.4), which no script
 * can set, but only to servers that they trust (https, localhost); else in Origin (Fetch, 3.1).
 * Clients that send neither have no pages of strangers.
 */
#include "serve/impl.h"

#include "http/uri/authority.h"

static const struct http_field *
field_of(const struct http_request *r, const char *name)
{
	return http_field_find(r->field, r->fields, name);
}

/* The scheme is not compared: behind a proxy that has TLS the page's is https. */
static bool
is_ours(struct http_span origin, struct http_span host)
{
	struct http_uri u;
	struct http_authority theirs, ours;

	return http_uri_parse(origin, &u) && u.has_authority && http_authority_parse(u.authority, &theirs) &&
	       http_authority_parse(host, &ours) &&
	       http_authority_same(&theirs, &ours, http_uri_default_port(u.scheme));
}

bool
origin_is_other(const struct http_request *r)
{
	const struct http_field *site = field_of(r, "sec-fetch-site"), *origin = field_of(r, "origin");

	if (site)
		return !http_span_is(site->value, "same-origin") && !http_span_is(site->value, "none");
	return origin && !is_ours(origin->value, r->authority);
}

/* With Sec-Fetch-Site the browser has compared; a proxy may have put another name into Host. */
bool
origin_page(const struct http_request *r, struct http_uri *page)
{
	const struct http_field *site = field_of(r, "sec-fetch-site"), *page_of = field_of(r, "referer");

	if (!page_of ||
	    (site ? !http_span_is(site->value, "same-origin") : !is_ours(page_of->value, r->authority)))
		return false;
	return http_uri_parse(page_of->value, page) && page->has_authority;
}
