/*
 * http/message/start.h - request lines and status lines (RFC 9112, 3 and 4).
 */
#ifndef HTTP_MESSAGE_START_H
#define HTTP_MESSAGE_START_H

#include "http/message/message.h"
#include "http/message/reason.h"

enum { HTTP_METHOD_MOST = 32 }; /* octets of a method that anyone could know */

/*
 * Reads a request line, with its target of at most @target_most octets, into the members of @r that
 * stand before @r->field.
 */
enum http_reason http_request_line(struct http_span line, size_t target_most, struct http_request *r);

/* Reads a status line. */
enum http_reason http_status_line(struct http_span line, struct http_response *r);

/* The name of a method, "GET"; "" for HTTP_METHOD_OTHER. */
const char *http_method_name(enum http_method m);

/* The method with this name, or HTTP_METHOD_OTHER. */
enum http_method http_method_of(struct http_span name);

/* Splits @r->target by its form (RFC 9112, 3.2); @r->method is known. */
enum http_reason http_target_split(struct http_request *r);

/*
 * True if @s is a host and, perhaps, ":" and a port (RFC 3986, 3.2.2 and 3.2.3), without user
 * information. A port is needed if @port.
 */
bool http_authority_valid(struct http_span s, bool port);

#endif
