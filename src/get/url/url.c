/*
 * get/url/url.c - from what a person or a server wrote to a URL that can be fetched.
 */
#include "get/url/url.h"

#include "http/message/octet.h"
#include "http/uri/percent.h"

#include <stdlib.h>

enum { ENCODED = 3 }; /* octets of a percent-encoded one */

/* The scheme of @s if "://" follows it, else empty: "localhost:80/" has none. */
static struct http_span
scheme_of(struct http_span s)
{
	size_t i = 0;

	while (i < s.len &&
	       (http_is_digit(s.at[i]) || (http_lower(s.at[i]) >= 'a' && http_lower(s.at[i]) <= 'z') ||
		   http_octet_in(s.at[i], "+-.")))
		i++;
	return (struct http_span){s.at, s.len - i >= 3 && !memcmp(s.at + i, "://", 3) ? i : 0};
}

/* True for a space and control octets, which are never part of a URL that a person means. */
static bool
has_blank(struct http_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.at[i] <= ' ' || s.at[i] == 0x7f)
			return true;
	}
	return false;
}

/* Puts @s with octets encoded that no URL has, a "%" that encodes nothing among them. */
static void
put_clean(struct http_writer *w, struct http_span s)
{
	for (size_t i = 0, n; i < s.len; i += n) {
		bool stray = s.at[i] == '%' &&
			     (s.len - i < 3 || http_hex(s.at[i + 1]) < 0 || http_hex(s.at[i + 2]) < 0);

		for (n = 1; i + n < s.len && s.at[i + n] != '%';)
			n++;
		if (stray)
			http_put_text(w, "%25");
		http_uri_clean(w, (struct http_span){s.at + i + stray, n - stray});
	}
}

/* Takes @u->text apart; only http and https are accepted. */
static enum get_code
take_apart(struct get_url *u, struct get_result *why)
{
	uint16_t port;

	if (!http_uri_parse(http_span_of(u->text), &u->uri))
		return get_fail(why, GET_URL, "%s: this is not a URL", u->text);
	port = http_uri_default_port(u->uri.scheme);
	if (port == 0)
		return get_fail(why, GET_PROTOCOL, "protocol \"%.*s\" is not supported",
		    (int)u->uri.scheme.len, u->uri.scheme.at);
	if (!u->uri.has_authority || !http_authority_parse(u->uri.authority, &u->at))
		return get_fail(why, GET_URL, "%s: the host or the port is malformed", u->text);
	u->tls = port == 443;
	u->port = u->at.has_port && u->at.port ? u->at.port : port;
	return GET_OK;
}

/* Makes *@u of @ref, resolved against @base. A scheme makes @base irrelevant. */
static enum get_code
resolve(struct get_url *u, const struct http_uri *base, const struct http_uri *ref, size_t most,
    struct get_result *why)
{
	struct get_url made = {.text = malloc(most + 1)};
	struct http_writer w;
	enum get_code code;

	if (!made.text)
		return get_fail(why, GET_MEMORY, NULL);
	w = http_writer(made.text, most);
	http_uri_resolve(&w, base, ref);
	if (ref->has_fragment == 0 && base->has_fragment) {
		http_put_text(&w, "#");
		http_put_span(&w, base->fragment);
	}
	made.text[w.err ? 0 : w.len] = '\0';
	code = take_apart(&made, why);
	if (code)
		get_url_free(&made);
	else
		*u = made;
	return code;
}

enum get_code
get_url_read(struct get_url *u, const char *typed, struct get_result *why)
{
	struct http_span s = http_span_of(typed);
	size_t most = s.len * ENCODED + 16;
	char *clean;
	struct http_writer w;
	struct http_uri uri;
	enum get_code code;

	if (s.len == 0 || s.len > GET_URL_MOST || has_blank(s))
		return get_fail(why, GET_URL,
		    s.len == 0             ? "the URL is empty"
		    : s.len > GET_URL_MOST ? "the URL is longer than 65536 octets"
					   : "the URL has a space or a control octet; write a space as %%20");
	clean = malloc(most);
	if (!clean)
		return get_fail(why, GET_MEMORY, NULL);
	w = http_writer(clean, most);
	if (scheme_of(s).len == 0)
		http_put_text(&w, "http://");
	put_clean(&w, s);
	if (w.err || !http_uri_parse((struct http_span){clean, w.len}, &uri))
		code = get_fail(why, GET_URL, "%s: this is not a URL", typed);
	else
		code = resolve(u, &uri, &uri, most, why);
	free(clean);
	return code;
}

enum get_code
get_url_follow(
    struct get_url *u, const struct get_url *base, struct http_span reference, struct get_result *why)
{
	size_t most = reference.len * ENCODED + 16;
	char *clean;
	struct http_writer w;
	struct http_uri ref;
	enum get_code code;

	if (reference.len > GET_URL_MOST)
		return get_fail(why, GET_URL, "the server redirects to a URL of more than 65536 octets");
	clean = malloc(most);
	if (!clean)
		return get_fail(why, GET_MEMORY, NULL);
	w = http_writer(clean, most);
	put_clean(&w, http_span_trim(reference));
	if (w.err || !http_uri_parse((struct http_span){clean, w.len}, &ref))
		code = get_fail(
		    why, GET_URL, "the server redirects to %.*s, which is not a URL", (int)w.len, clean);
	else
		code = resolve(u, &base->uri, &ref, most + strlen(base->text) + 8, why);
	free(clean);
	return code;
}

void
get_url_free(struct get_url *u)
{
	free(u->text);
	*u = (struct get_url){0};
}

bool
get_url_same_origin(const struct get_url *a, const struct get_url *b)
{
	return a->tls == b->tls && http_authority_same(&a->at, &b->at, a->tls ? 443 : 80);
}

void
get_url_put_host(struct http_writer *w, const struct get_url *u)
{
	bool v6 = u->at.kind == HTTP_HOST_IPV6;

	http_put_text(w, v6 ? "[" : "");
	http_put_span(w, u->at.host);
	http_put_text(w, v6 ? "]" : "");
	if (u->port != (u->tls ? 443 : 80)) {
		http_put_text(w, ":");
		http_put_number(w, u->port, 10);
	}
}

void
get_url_put_target(struct http_writer *w, const struct get_url *u, bool absolute)
{
	if (absolute) {
		http_put_text(w, u->tls ? "https://" : "http://");
		get_url_put_host(w, u);
	}
	if (u->uri.path.len == 0)
		http_put_text(w, "/");
	http_put_span(w, u->uri.path);
	if (u->uri.has_query) {
		http_put_text(w, "?");
		http_put_span(w, u->uri.query);
	}
}

void
get_url_put_referer(struct http_writer *w, const struct get_url *u)
{
	get_url_put_target(w, u, true);
}
