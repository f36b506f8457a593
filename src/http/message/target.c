/*
 * http/message/target.c - the four forms of a request target (RFC 9112, 3.2), and what a host and
 * port may be. It decodes nothing.
 */
#include "http/message/octet.h"
#include "http/message/start.h"

#include "base/ipaddr.h"

/* An address of IPv6 in brackets; @s begins with "[" and ends with "]". */
static bool
literal_valid(struct http_span s)
{
	char text[IPADDR_TEXT];
	struct ipaddr a;

	if (s.len < 2 || s.len - 2 >= sizeof text || !memchr(s.at, ':', s.len))
		return false;
	memcpy(text, s.at + 1, s.len - 2);
	text[s.len - 2] = 0;
	return ipaddr_parse(text, &a) == 0;
}

/* A registered name (RFC 3986, 3.2.2), which an IPv4 address is, too; not an empty one. */
static bool
name_valid(struct http_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] == '%') {
			if (s.len - i < 3 || http_hex(s.at[i + 1]) < 0 || http_hex(s.at[i + 2]) < 0)
				return false;
			i += 2;
		} else if (!http_octet_is(s.at[i], HTTP_REGNAME)) {
			return false;
		}
	}
	return s.len > 0;
}

/* Digits of a port, perhaps none (RFC 3986, 3.2.3). */
static bool
port_valid(struct http_span s)
{
	unsigned port = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (!http_is_digit(s.at[i]))
			return false;
		port = port * 10 + (unsigned)(s.at[i] - '0');
		if (port > UINT16_MAX)
			return false;
	}
	return true;
}

bool
http_authority_valid(struct http_span s, bool port)
{
	const char *bracket = s.len > 0 && s.at[0] == '[' ? memchr(s.at, ']', s.len) : NULL;
	const char *from = bracket ? bracket : s.at, *end = s.at + s.len;
	const char *colon = s.len > 0 ? memchr(from, ':', (size_t)(end - from)) : NULL;
	struct http_span host = {s.at, colon ? (size_t)(colon - s.at) : s.len};
	struct http_span digits =
	    colon ? (struct http_span){colon + 1, (size_t)(end - colon - 1)} : (struct http_span){NULL, 0};

	if (!port_valid(digits) || (port && digits.len == 0))
		return false;
	if (!bracket)
		return name_valid(host);
	return bracket == host.at + host.len - 1 && literal_valid(host);
}

static void
split_query(struct http_request *r, struct http_span s)
{
	const char *mark = s.len > 0 ? memchr(s.at, '?', s.len) : NULL;

	r->path = s;
	if (!mark)
		return;
	r->has_query = true;
	r->path.len = (size_t)(mark - s.at);
	r->query = (struct http_span){mark + 1, s.len - r->path.len - 1};
}

/*
 * RFC 9112, 3.2.2. Without a path the target means "/"; or "*", in an OPTIONS request that has no
 * query either (3.2.4).
 */
static enum http_reason
split_absolute(struct http_request *r)
{
	const char *p = r->target.at, *end = p + r->target.len;
	const char *colon = memchr(p, ':', r->target.len), *path;

	if (!colon)
		return HTTP_TARGET_FORM;
	r->scheme = (struct http_span){p, (size_t)(colon - p)};
	if (!http_span_is(r->scheme, "http") && !http_span_is(r->scheme, "https"))
		return HTTP_TARGET_SCHEME;
	if (end - colon < 3 || colon[1] != '/' || colon[2] != '/')
		return HTTP_TARGET_FORM;
	for (path = colon + 3; path < end && *path != '/' && *path != '?'; path++)
		;
	r->authority = (struct http_span){colon + 3, (size_t)(path - colon - 3)};
	if (!http_authority_valid(r->authority, false))
		return HTTP_TARGET_AUTHORITY;
	r->form = HTTP_FORM_ABSOLUTE;
	split_query(r, (struct http_span){path, (size_t)(end - path)});
	if (r->path.len == 0)
		r->path = http_span_of(r->method == HTTP_OPTIONS && !r->has_query ? "*" : "/");
	return HTTP_FINE;
}

/* RFC 9112, 3.2.3. */
static enum http_reason
split_authority(struct http_request *r)
{
	if (!http_authority_valid(r->target, true))
		return HTTP_TARGET_AUTHORITY;
	r->form = HTTP_FORM_AUTHORITY;
	r->authority = r->target;
	return HTTP_FINE;
}

enum http_reason
http_target_split(struct http_request *r)
{
	struct http_span t = r->target;

	if (http_octet_run(t.at, t.len, HTTP_TARGET) != t.len)
		return HTTP_TARGET_OCTET;
	if (r->method == HTTP_CONNECT)
		return split_authority(r);
	if (t.at[0] == '/') {
		r->form = HTTP_FORM_ORIGIN;
		split_query(r, t);
		return HTTP_FINE;
	}
	if (t.len != 1 || t.at[0] != '*')
		return split_absolute(r);
	if (r->method != HTTP_OPTIONS)
		return HTTP_TARGET_FORM;
	r->form = HTTP_FORM_ASTERISK;
	r->path = t;
	return HTTP_FINE;
}
