/*
 * http/uri/uri.c - cuts a URI reference at its delimiters, and joins it again.
 */
#include "http/uri/uri.h"

#include "http/message/octet.h"
#include "http/uri/percent.h"

static bool
is_letter(char c)
{
	return http_lower(c) >= 'a' && http_lower(c) <= 'z';
}

/* RFC 3986, 3.1. */
static bool
scheme_valid(struct http_span s)
{
	if (s.len == 0 || !is_letter(s.at[0]))
		return false;
	for (size_t i = 1; i < s.len; i++)
		if (!is_letter(s.at[i]) && !http_is_digit(s.at[i]) && !http_octet_in(s.at[i], "+-."))
			return false;
	return true;
}

/* True if only octets stand in @s that a component may have, here or in a browser. */
static bool
octets_valid(struct http_span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!http_octet_is(s.at[i], HTTP_TARGET) && !(s.at[i] & 0x80))
			return false;
	return http_percent_valid(s);
}

/* Cuts *@rest off before the first of the @stops; returns what stood before it. */
static struct http_span
cut_before(struct http_span *rest, const char *stops)
{
	struct http_span part = {rest->at, 0};

	while (part.len < rest->len && !http_octet_in(rest->at[part.len], stops))
		part.len++;
	rest->at += part.len;
	rest->len -= part.len;
	return part;
}

static void
skip(struct http_span *rest, size_t n)
{
	rest->at += n;
	rest->len -= n;
}

/* "//" and an authority, if they stand next. */
static void
cut_authority(struct http_span *rest, struct http_uri *u)
{
	u->has_authority = rest->len >= 2 && rest->at[0] == '/' && rest->at[1] == '/';
	if (!u->has_authority)
		return;
	skip(rest, 2);
	u->authority = cut_before(rest, "/?#");
}

/* @mark and what follows it up to one of the @stops, if it stands next. */
static bool
cut_after(struct http_span *rest, char mark, const char *stops, struct http_span *part)
{
	if (rest->len == 0 || rest->at[0] != mark)
		return false;
	skip(rest, 1);
	*part = cut_before(rest, stops);
	return true;
}

bool
http_uri_parse(struct http_span s, struct http_uri *u)
{
	struct http_uri r = {0};
	struct http_span rest = s;
	struct http_span first = cut_before(&rest, ":/?#");

	if (rest.len > 0 && rest.at[0] == ':') {
		if (!scheme_valid(first))
			return false;
		r.scheme = first;
		skip(&rest, 1);
	} else {
		rest = s;
	}
	cut_authority(&rest, &r);
	r.path = cut_before(&rest, "?#");
	r.has_query = cut_after(&rest, '?', "#", &r.query);
	r.has_fragment = cut_after(&rest, '#', "", &r.fragment);
	if (!octets_valid(r.authority) || !octets_valid(r.path) || !octets_valid(r.query) ||
	    !octets_valid(r.fragment))
		return false;
	*u = r;
	return true;
}

void
http_uri_put(struct http_writer *w, const struct http_uri *u)
{
	if (u->scheme.len > 0) {
		http_put_span(w, u->scheme);
		http_put_text(w, ":");
	}
	if (u->has_authority) {
		http_put_text(w, "//");
		http_put_span(w, u->authority);
	}
	http_put_span(w, u->path);
	if (u->has_query) {
		http_put_text(w, "?");
		http_put_span(w, u->query);
	}
	if (u->has_fragment) {
		http_put_text(w, "#");
		http_put_span(w, u->fragment);
	}
}

void
http_uri_clean(struct http_writer *w, struct http_span s)
{
	http_percent_encode(w, s, HTTP_PLAIN_URI);
}

uint16_t
http_uri_default_port(struct http_span scheme)
{
	if (http_span_is(scheme, "http"))
		return 80;
	return http_span_is(scheme, "https") ? 443 : 0;
}
