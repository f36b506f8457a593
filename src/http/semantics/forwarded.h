/*
 * http/semantics/forwarded.h - the client behind proxies, from Forwarded (RFC 7239) or the older
 * X-Forwarded-For.
 *
 * Anyone can send these fields. They are believed as far as the address that connected, and each
 * that reported the next, is one that the operator trusts.
 */
#ifndef HTTP_SEMANTICS_FORWARDED_H
#define HTTP_SEMANTICS_FORWARDED_H

#include "base/ipaddr.h"
#include "http/message/field.h"

/* A prefix of addresses of proxies: 10.0.0.0/8 has the @bits 8. */
struct http_trusted {
	struct ipaddr addr;
	unsigned bits;
};

/*
 * The field that the trusted proxies set. Only one is read: a proxy that sets one field passes the
 * other on as a client forged it.
 */
enum http_forwarded { HTTP_FORWARDED, HTTP_X_FORWARDED_FOR };

/*
 * Returns the client's address: the last one of the chain that is not trusted, as far as it can be
 * followed from @peer, whose connection it is. What is hidden, unknown or malformed ends the chain,
 * as do 32 proxies.
 */
struct ipaddr http_forwarded_client(enum http_forwarded which, const struct http_field *field, size_t n,
    const struct ipaddr *peer, const struct http_trusted *trusted, size_t trusted_n);

#endif
