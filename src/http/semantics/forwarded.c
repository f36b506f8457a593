/*
 * http/semantics/forwarded.c - walks the chain of proxies from its end.
 */
#include "http/semantics/forwarded.h"

#include "http/semantics/param.h"

enum { HOPS = 32 };

/* The last elements of the list; that with the number i is at i % HOPS. */
struct chain {
	struct http_span element[HOPS];
	size_t n;
};

static void
read_chain(struct chain *c, const char *name, const struct http_field *field, size_t n)
{
	const struct http_field *end = field + n;

	for (const struct http_field *at = field;
	     (at = http_field_find(at, (size_t)(end - at), name)) != NULL; at++) {
		struct http_span rest = at->value, element;

		while (http_element_next(&rest, &element))
			c->element[c->n++ % HOPS] = element;
	}
}

/* An address, which may have a port; one of IPv6 stands in brackets then (RFC 7239, 6). */
static bool
read_node(struct http_span s, struct ipaddr *a)
{
	const char *colon = s.len > 0 ? memchr(s.at, ':', s.len) : NULL;
	char text[IPADDR_TEXT];

	if (s.len > 0 && s.at[0] == '[') {
		const char *bracket = memchr(s.at, ']', s.len);

		if (!bracket)
			return false;
		s = (struct http_span){s.at + 1, (size_t)(bracket - s.at - 1)};
	} else if (colon && !memchr(colon + 1, ':', s.len - (size_t)(colon + 1 - s.at))) {
		s.len = (size_t)(colon - s.at);
	}
	if (s.len >= sizeof text)
		return false;
	memcpy(text, s.at ? s.at : "", s.len);
	text[s.len] = 0;
	return ipaddr_parse(text, a) == 0;
}

static bool
read_hop(enum http_forwarded which, struct http_span element, struct ipaddr *a)
{
	struct http_param p;

	if (which == HTTP_X_FORWARDED_FOR)
		return read_node(element, a);
	return http_param_find(element, "for", &p) && read_node(p.value, a);
}

static bool
is_trusted(const struct ipaddr *a, const struct http_trusted *trusted, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ipaddr_prefix_match(a, &trusted[i].addr, trusted[i].bits))
			return true;
	return false;
}

struct ipaddr
http_forwarded_client(enum http_forwarded which, const struct http_field *field, size_t n,
    const struct ipaddr *peer, const struct http_trusted *trusted, size_t trusted_n)
{
	struct ipaddr client = *peer, before;
	struct chain c;

	if (!is_trusted(peer, trusted, trusted_n))
		return client;
	c.n = 0;
	read_chain(&c, which == HTTP_FORWARDED ? "forwarded" : "x-forwarded-for", field, n);
	for (size_t i = 0; i < HOPS && i < c.n; i++) {
		if (!is_trusted(&client, trusted, trusted_n) ||
		    !read_hop(which, c.element[(c.n - 1 - i) % HOPS], &before))
			break;
		client = before;
	}
	return client;
}
