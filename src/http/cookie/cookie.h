/*
 * http/cookie/cookie.h - one cookie (RFC 6265): read from Set-Cookie, and matched with requests.
 *
 * It does not know the list of public suffixes, which is not available: a domain of one label
 * ("com") is taken to be public, one of two ("co.uk") is not. SameSite is read and kept, but the
 * client of this module follows no links of other sites, so it has no say in the matching.
 */
#ifndef HTTP_COOKIE_COOKIE_H
#define HTTP_COOKIE_COOKIE_H

#include "http/message/field.h"

#include <stdint.h>

enum http_cookie_reason {
	HTTP_COOKIE_FINE,
#define X(name, words, source) HTTP_COOKIE_##name,
#include "http/cookie/cookie_reasons.h"
#undef X
	HTTP_COOKIE_REASONS /* number of values */
};

enum http_same_site { HTTP_SAME_SITE_LAX, HTTP_SAME_SITE_STRICT, HTTP_SAME_SITE_NONE };

struct http_cookie {
	struct http_span name, value;
	struct http_span domain; /* without "." at its start */
	struct http_span path;
	int64_t expires; /* seconds since 1970, if @persistent; else it ends with the session */
	bool persistent;
	bool host_only; /* for @domain alone, and no host within it */
	bool secure, http_only;
	enum http_same_site same_site;
};

/* The server of a request: its host, the path of the request, and if the connection is secure. */
struct http_cookie_peer {
	struct http_span host; /* a name, or an address without brackets */
	struct http_span path; /* without the query */
	bool secure;
};

enum { HTTP_COOKIE_MOST = 4096 }; /* octets of name and value */

/*
 * Reads the value of a Set-Cookie field that came with the response to a request to @peer. The
 * spans of *@c point into @value and @peer. A cookie that expires at once is one, too: it removes
 * another.
 */
enum http_cookie_reason http_set_cookie_read(
    struct http_span value, const struct http_cookie_peer *peer, int64_t now, struct http_cookie *c);

/* Reads a date as loosely as RFC 6265, 5.1.1, wants. */
bool http_cookie_date_read(struct http_span s, int64_t *seconds);

/*
 * True if @c goes with a request to @peer (RFC 6265, 5.4); whether it has expired is not looked at.
 */
bool http_cookie_matches(const struct http_cookie *c, const struct http_cookie_peer *peer);

/* True if @host is @domain, or a name within it (RFC 6265, 5.1.3). */
bool http_cookie_domain_matches(struct http_span domain, struct http_span host);

/* True if @path is @of, or lies within it (RFC 6265, 5.1.4). */
bool http_cookie_path_matches(struct http_span of, struct http_span path);

static inline bool
http_cookie_expired(const struct http_cookie *c, int64_t now)
{
	return c->persistent && c->expires <= now;
}

/* In words for users, and the rule's place. */
const char *http_cookie_words(enum http_cookie_reason r);
const char *http_cookie_source(enum http_cookie_reason r);

#endif
