/*
 * http/cookie/set_cookie.c - reads Set-Cookie as RFC 6265, 5.2 and 5.3, have it.
 */
#include "http/cookie/cookie.h"

#include "http/message/octet.h"
#include "http/semantics/date.h"

enum { ATTRIBUTE_MOST = 1024 }; /* octets of an attribute's value; a longer one is ignored */

/* Takes what stands before @stop off *@rest, and @stop, which may be missing. */
static struct http_span
cut(struct http_span *rest, char stop)
{
	const char *at = rest->len > 0 ? memchr(rest->at, stop, rest->len) : NULL;
	struct http_span part = {rest->at, at ? (size_t)(at - rest->at) : rest->len};
	size_t step = at ? part.len + 1 : part.len;

	rest->at += step;
	rest->len -= step;
	return part;
}

/* True if no control octet, not even a tab, is in @s: the lines of a file of cookies have tabs. */
static bool
is_clean(struct http_span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!http_octet_is(s.at[i], HTTP_VALUE) || s.at[i] == '\t')
			return false;
	return true;
}

/* What the attributes say; the last one of a name holds. */
struct attributes {
	struct http_span domain, path;
	int64_t max_age, expires;
	bool has_max_age, has_expires, secure, http_only;
	enum http_same_site same_site;
};

/* Max-Age (RFC 6265, 5.2.2): digits, perhaps after "-". */
static void
read_max_age(struct http_span s, struct attributes *a)
{
	bool negative = s.len > 0 && s.at[0] == '-';
	int64_t seconds;

	if (negative)
		s = (struct http_span){s.at + 1, s.len - 1};
	if (!http_seconds_read(s, &seconds))
		return;
	a->has_max_age = true;
	a->max_age = negative ? 0 : seconds;
}

static enum http_same_site
read_same_site(struct http_span s)
{
	if (http_span_is(s, "strict"))
		return HTTP_SAME_SITE_STRICT;
	return http_span_is(s, "none") ? HTTP_SAME_SITE_NONE : HTTP_SAME_SITE_LAX;
}

static void
read_attribute(struct http_span name, struct http_span value, struct attributes *a)
{
	if (value.len > ATTRIBUTE_MOST)
		return;
	if (http_span_is(name, "expires"))
		a->has_expires = http_cookie_date_read(value, &a->expires) || a->has_expires;
	else if (http_span_is(name, "max-age"))
		read_max_age(value, a);
	else if (http_span_is(name, "domain"))
		a->domain = value;
	else if (http_span_is(name, "path"))
		a->path = value;
	else if (http_span_is(name, "secure"))
		a->secure = true;
	else if (http_span_is(name, "httponly"))
		a->http_only = true;
	else if (http_span_is(name, "samesite"))
		a->same_site = read_same_site(value);
}

static void
read_attributes(struct http_span rest, struct attributes *a)
{
	while (rest.len > 0) {
		struct http_span value = cut(&rest, ';');
		struct http_span name = cut(&value, '=');

		read_attribute(http_span_trim(name), http_span_trim(value), a);
	}
}

/* RFC 6265, 5.1.4: the path of the request up to its last "/", without that. */
static struct http_span
default_path(struct http_span path)
{
	if (path.len == 0 || path.at[0] != '/')
		return http_span_of("/");
	while (path.len > 1 && path.at[path.len - 1] != '/')
		path.len--;
	if (path.len > 1)
		path.len--;
	return path;
}

/* RFC 6265, 5.3, steps 4 to 6. */
static enum http_cookie_reason
choose_domain(struct http_span domain, struct http_span host, struct http_cookie *c)
{
	if (domain.len > 0 && domain.at[0] == '.')
		domain = (struct http_span){domain.at + 1, domain.len - 1};
	c->host_only = domain.len == 0;
	c->domain = c->host_only ? host : domain;
	if (c->host_only)
		return HTTP_COOKIE_FINE;
	if (!http_cookie_domain_matches(domain, host))
		return HTTP_COOKIE_DOMAIN;
	if (memchr(domain.at, '.', domain.len))
		return HTTP_COOKIE_FINE;
	c->host_only = true; /* a public domain that is the host itself */
	return http_span_same(domain, host) ? HTTP_COOKIE_FINE : HTTP_COOKIE_PUBLIC;
}

static bool
begins(struct http_span name, const char *prefix)
{
	size_t len = strlen(prefix);

	return name.len >= len && http_span_is((struct http_span){name.at, len}, prefix);
}

/* What the prefixes of names promise (RFC 6265bis, 4.1.3), and who may set a secure cookie. */
static enum http_cookie_reason
check_secure(const struct http_cookie *c, const struct attributes *a, const struct http_cookie_peer *peer)
{
	if (c->secure && !peer->secure)
		return HTTP_COOKIE_SECURE;
	if (begins(c->name, "__Secure-") && !c->secure)
		return HTTP_COOKIE_PREFIX;
	if (begins(c->name, "__Host-") && !(c->secure && a->domain.len == 0 && http_span_is(a->path, "/")))
		return HTTP_COOKIE_PREFIX;
	return HTTP_COOKIE_FINE;
}

/* Max-Age goes before Expires (RFC 6265, 5.3, step 3). */
static void
choose_expiry(const struct attributes *a, int64_t now, struct http_cookie *c)
{
	c->persistent = a->has_max_age || a->has_expires;
	if (a->has_max_age)
		c->expires = a->max_age > 0 ? now + a->max_age : INT64_MIN;
	else if (a->has_expires)
		c->expires = a->expires;
}

enum http_cookie_reason
http_set_cookie_read(
    struct http_span value, const struct http_cookie_peer *peer, int64_t now, struct http_cookie *c)
{
	struct http_span pair = cut(&value, ';');
	struct attributes a = {0};
	struct http_cookie r = {0};
	enum http_cookie_reason why;

	if (pair.len == 0 || !memchr(pair.at, '=', pair.len))
		return HTTP_COOKIE_NAME;
	r.name = http_span_trim(cut(&pair, '='));
	r.value = http_span_trim(pair);
	read_attributes(value, &a);
	if (r.name.len == 0 || !is_clean(r.name) || !is_clean(r.value) || !is_clean(a.path) ||
	    !is_clean(a.domain))
		return HTTP_COOKIE_NAME;
	if (r.name.len + r.value.len > HTTP_COOKIE_MOST)
		return HTTP_COOKIE_LARGE;
	r.path = a.path.len > 0 && a.path.at[0] == '/' ? a.path : default_path(peer->path);
	r.secure = a.secure;
	r.http_only = a.http_only;
	r.same_site = a.same_site;
	choose_expiry(&a, now, &r);
	why = choose_domain(a.domain, peer->host, &r);
	if (why == HTTP_COOKIE_FINE)
		why = check_secure(&r, &a, peer);
	if (why == HTTP_COOKIE_FINE)
		*c = r;
	return why;
}
