/*
 * http/cache/control.h - Cache-Control (RFC 9111, 5.2), of requests and of responses.
 */
#ifndef HTTP_CACHE_CONTROL_H
#define HTTP_CACHE_CONTROL_H

#include "http/message/field.h"

#include <stdint.h>

/* A number of seconds that may be missing. */
struct http_cache_seconds {
	bool has;
	int64_t seconds;
};

/*
 * The directives that mean something to a private cache. Where one stands twice, the stricter
 * holds; a malformed number of seconds is 0 (RFC 9111, 4.2.1). "no-cache" and "private" with the
 * names of fields are taken to be those without, which is stricter.
 */
struct http_cache_control {
	bool no_store, no_cache, must_revalidate, must_understand, is_private, is_public, only_if_cached;
	bool max_stale_any; /* max-stale without a number */
	struct http_cache_seconds max_age, max_stale, min_fresh;
};

/*
 * Reads the lines of Cache-Control among the @n fields. Pragma: no-cache is read where there are
 * none (RFC 9111, 5.4).
 */
void http_cache_control_read(const struct http_field *field, size_t n, struct http_cache_control *c);

#endif
