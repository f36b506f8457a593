/*
 * http/uri/authority.h - the authority of an http URI (RFC 3986, 3.2; RFC 9110, 4.2): user
 * information, host and port. It resolves no name.
 */
#ifndef HTTP_URI_AUTHORITY_H
#define HTTP_URI_AUTHORITY_H

#include "base/ipaddr.h"
#include "http/message/field.h"

#include <stdint.h>

enum http_host_kind { HTTP_HOST_NAME, HTTP_HOST_IPV4, HTTP_HOST_IPV6 };

struct http_authority {
	struct http_span userinfo; /* as it was sent; has_userinfo says if there is an "@" */
	struct http_span host;     /* as it was sent, without the brackets of an IPv6 address */
	struct ipaddr addr;        /* unless @kind is HTTP_HOST_NAME */
	enum http_host_kind kind;
	uint16_t port; /* 0 if there is none */
	bool has_userinfo, has_port;
};

/*
 * Takes @s apart; the spans point into it. Returns false, with @a untouched, if @s has no host
 * (RFC 9110, 4.2.1), or its host or port is malformed.
 */
bool http_authority_parse(struct http_span s, struct http_authority *a);

/*
 * True if two authorities without user information name the same host and port, where @port stands
 * for a port that is missing. Names are compared as ASCII, in any case, with or without a final
 * dot.
 */
bool http_authority_same(const struct http_authority *a, const struct http_authority *b, uint16_t port);

#endif
