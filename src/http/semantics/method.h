/*
 * http/semantics/method.h - what methods promise (RFC 9110, 9.2), and sets of methods.
 */
#ifndef HTTP_SEMANTICS_METHOD_H
#define HTTP_SEMANTICS_METHOD_H

#include "http/message/message.h"
#include "http/message/writer.h"

/* A set of methods: the bit 1 << method for each. */
#define HTTP_METHODS_SAFE       (1U << HTTP_GET | 1U << HTTP_HEAD | 1U << HTTP_OPTIONS | 1U << HTTP_TRACE)
#define HTTP_METHODS_IDEMPOTENT (HTTP_METHODS_SAFE | 1U << HTTP_PUT | 1U << HTTP_DELETE)

/* True if a client may not be blamed for what the method changes (RFC 9110, 9.2.1). */
static inline bool
http_method_is_safe(enum http_method m)
{
	return HTTP_METHODS_SAFE >> m & 1;
}

/* True if a request that may have been lost may be sent again (RFC 9110, 9.2.2). */
static inline bool
http_method_is_idempotent(enum http_method m)
{
	return HTTP_METHODS_IDEMPOTENT >> m & 1;
}

/*
 * The status with which a server refuses the method: 0 if it is one of @allowed, which are those of
 * the resource; 405 if it is one of @known, which are those that the server knows for any resource;
 * else 501 (RFC 9110, 15.5.6 and 15.6.2).
 */
unsigned http_method_refusal(enum http_method m, unsigned allowed, unsigned known);

/* Puts the value of Allow: "GET, HEAD" (RFC 9110, 10.2.1). */
void http_put_methods(struct http_writer *w, unsigned methods);

#endif
