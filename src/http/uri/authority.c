/*
 * http/uri/authority.c - cuts an authority into user information, host and port.
 */
#include "http/uri/authority.h"

#include "http/message/octet.h"
#include "http/message/start.h"
#include "http/uri/percent.h"

/* Reads an address; it has already been found to be well formed if it is one of IPv6. */
static enum http_host_kind
host_kind(struct http_span host, bool bracketed, struct ipaddr *addr)
{
	char text[IPADDR_TEXT];

	if (host.len >= sizeof text)
		return HTTP_HOST_NAME;
	memcpy(text, host.at, host.len);
	text[host.len] = 0;
	if (ipaddr_parse(text, addr) != 0)
		return HTTP_HOST_NAME;
	return bracketed ? HTTP_HOST_IPV6 : HTTP_HOST_IPV4;
}

/*
 * Cuts the user information off *@s (RFC 3986, 3.2.1). No host has an "@", so the first one ends
 * it.
 */
static bool
cut_userinfo(struct http_span *s, struct http_span *info)
{
	const char *at = s->len > 0 ? memchr(s->at, '@', s->len) : NULL;

	if (!at)
		return false;
	*info = (struct http_span){s->at, (size_t)(at - s->at)};
	s->len -= info->len + 1;
	s->at = at + 1;
	return true;
}

static uint16_t
number(struct http_span digits)
{
	unsigned n = 0;

	for (size_t i = 0; i < digits.len; i++)
		n = n * 10 + (unsigned)(digits.at[i] - '0');
	return (uint16_t)n;
}

bool
http_authority_parse(struct http_span s, struct http_authority *a)
{
	struct http_authority r = {0};
	struct http_span port;
	bool bracketed;

	r.has_userinfo = cut_userinfo(&s, &r.userinfo);
	if (!http_authority_valid(s, false) || !http_percent_valid(r.userinfo))
		return false;
	bracketed = s.at[0] == '[';
	r.host = s;
	if (bracketed)
		r.host.len = (size_t)((const char *)memchr(s.at, ']', s.len) + 1 - s.at);
	else if (memchr(s.at, ':', s.len))
		r.host.len = (size_t)((const char *)memchr(s.at, ':', s.len) - s.at);
	port = (struct http_span){s.at + r.host.len, s.len - r.host.len};
	if (port.len > 1) {
		r.has_port = true;
		r.port = number((struct http_span){port.at + 1, port.len - 1});
	}
	if (bracketed)
		r.host = (struct http_span){r.host.at + 1, r.host.len - 2};
	r.kind = host_kind(r.host, bracketed, &r.addr);
	*a = r;
	return true;
}

static struct http_span
without_dot(struct http_span name)
{
	if (name.len > 1 && name.at[name.len - 1] == '.')
		name.len--;
	return name;
}

bool
http_authority_same(const struct http_authority *a, const struct http_authority *b, uint16_t port)
{
	if ((a->has_port ? a->port : port) != (b->has_port ? b->port : port) || a->kind != b->kind)
		return false;
	return a->kind == HTTP_HOST_NAME ? http_span_same(without_dot(a->host), without_dot(b->host))
					 : ipaddr_eq(&a->addr, &b->addr);
}
