/*
 * http/semantics/condition.h - conditional requests (RFC 9110, 13): what the fields If-* mean for a
 * resource in its present state.
 *
 * It knows no files. A server asks only if it would answer the request without conditions with 2xx
 * (RFC 9110, 13.2.1).
 */
#ifndef HTTP_SEMANTICS_CONDITION_H
#define HTTP_SEMANTICS_CONDITION_H

#include "http/message/message.h"
#include "http/semantics/etag.h"

/* The present state of a resource. */
struct http_validators {
	bool exists; /* it has a representation */
	bool has_etag, has_modified;
	struct http_etag etag;
	int64_t modified; /* seconds since 1970, as Last-Modified says */
};

enum http_condition {
	HTTP_CONDITION_GO_ON,        /* as if there were no conditions */
	HTTP_CONDITION_WHOLE,        /* as if there were no Range field */
	HTTP_CONDITION_NOT_MODIFIED, /* 304 */
	HTTP_CONDITION_FAILED        /* 412 */
};

/*
 * Evaluates the conditions of a request in the order of RFC 9110, 13.2.2. @now is the time in
 * seconds since 1970: a Last-Modified of this very second does not yet tell two states apart
 * (8.8.2.2), so If-Range does not hold with it.
 */
enum http_condition http_condition(enum http_method method, const struct http_field *field, size_t n,
    const struct http_validators *v, int64_t now);

#endif
