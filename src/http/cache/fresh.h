/*
 * http/cache/fresh.h - a stored response, and whether it may be used for a request without asking
 * its server (RFC 9111, 4.2 and 5.2.1).
 *
 * The cache is private: it serves one user. Times are seconds since 1970.
 */
#ifndef HTTP_CACHE_FRESH_H
#define HTTP_CACHE_FRESH_H

#include "http/message/message.h"

struct http_cached {
	unsigned status;
	const struct http_field *field;
	size_t n;
	int64_t requested; /* when the request was sent that it answers, or a later 304 */
	int64_t received;  /* when it arrived, or that 304 did */
};

/*
 * How long the response is fresh, in seconds: by max-age, else by Expires, else a tenth of the time
 * since it was modified, up to a day (RFC 9111, 4.2.1 and 4.2.2); 0 if there is nothing to go by.
 */
int64_t http_cache_lifetime(const struct http_cached *r);

/* How old the response is at @now (RFC 9111, 4.2.3). */
int64_t http_cache_age(const struct http_cached *r, int64_t now);

enum http_cache_use {
	HTTP_CACHE_USE,        /* as it is */
	HTTP_CACHE_REVALIDATE, /* ask its server with http_cache_put_conditions() */
	HTTP_CACHE_TIMEOUT     /* 504: only what is cached was wanted (RFC 9111, 5.2.1.7) */
};

/* What to do with @r, which is selected for a request with the @n fields at @field. */
enum http_cache_use http_cache_use(
    const struct http_cached *r, const struct http_field *field, size_t n, int64_t now);

/*
 * True if responses with this status may be kept though they do not say how long (RFC 9110, 15.1),
 * so far as this cache keeps them at all.
 */
bool http_cache_status_is_heuristic(unsigned status);

#endif
