/*
 * http/uri/normalise.c - URIs that mean the same, as the same octets (RFC 3986, 6.2).
 */
#include "http/uri/uri.h"

#include "http/message/octet.h"
#include "http/uri/authority.h"
#include "http/uri/percent.h"

static void
put_lower(struct http_writer *w, struct http_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = http_lower(s.at[i]);

		http_put(w, &c, 1);
	}
}

/*
 * Puts @s. Decodes triplets of unreserved octets, and encodes octets that no URI may have (RFC
 * 3986, 6.2.2.2). All other octets and triplets stay as they are.
 */
static void
put_normal(struct http_writer *w, struct http_span s)
{
	for (size_t i = 0; i < s.len && !w->err; i++) {
		bool encoded = s.at[i] == '%';
		char c = s.at[i];

		if (encoded) {
			c = (char)((unsigned)http_hex(s.at[i + 1]) << 4 | (unsigned)http_hex(s.at[i + 2]));
			i += 2;
		}
		if (encoded)
			http_percent_encode(w, (struct http_span){&c, 1}, HTTP_PLAIN_UNRESERVED);
		else
			http_percent_encode(w, (struct http_span){&c, 1}, HTTP_PLAIN_URI);
	}
}

/*
 * The host in small letters; the octets that triplets stand for keep their case (RFC 3986,
 * 6.2.2.1).
 */
static void
put_host(struct http_writer *w, const struct http_authority *a)
{
	char text[IPADDR_TEXT];
	size_t from = w->len;

	if (a->kind == HTTP_HOST_IPV6) {
		http_put_text(w, "[");
		http_put_text(w, ipaddr_text(&a->addr, text));
		http_put_text(w, "]");
		return;
	}
	put_normal(w, a->host);
	for (size_t i = from; i < w->len && !w->err; i++) {
		if (w->at[i] == '%')
			i += 2;
		else
			w->at[i] = http_lower(w->at[i]);
	}
}

static void
put_authority(struct http_writer *w, const struct http_uri *u)
{
	struct http_authority a;

	http_put_text(w, "//");
	if (!http_authority_parse(u->authority, &a)) { /* of another scheme: it means what we do not know */
		http_put_span(w, u->authority);
		return;
	}
	if (a.has_userinfo) {
		put_normal(w, a.userinfo);
		http_put_text(w, "@");
	}
	put_host(w, &a);
	if (a.has_port && a.port != http_uri_default_port(u->scheme)) {
		http_put_text(w, ":");
		http_put_number(w, a.port, 10);
	}
}

static void
put_normal_path(struct http_writer *w, const struct http_uri *u)
{
	size_t from = w->len;

	put_normal(w, u->path);
	if (u->scheme.len > 0)
		http_uri_end_path(w, from, u->has_authority);
	if (w->len == from && http_uri_default_port(u->scheme) != 0)
		http_put_text(w, "/");
}

void
http_uri_normalise(struct http_writer *w, const struct http_uri *u)
{
	put_lower(w, u->scheme);
	if (u->scheme.len > 0)
		http_put_text(w, ":");
	if (u->has_authority)
		put_authority(w, u);
	put_normal_path(w, u);
	if (u->has_query) {
		http_put_text(w, "?");
		put_normal(w, u->query);
	}
	if (u->has_fragment) {
		http_put_text(w, "#");
		put_normal(w, u->fragment);
	}
}
