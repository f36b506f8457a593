/*
 * http/cache/store.h - what a private cache may keep (RFC 9111, 3), for which requests it is (4.1),
 * how a 304 renews it (4.3) and what makes it invalid (4.4). It keeps nothing itself.
 */
#ifndef HTTP_CACHE_STORE_H
#define HTTP_CACHE_STORE_H

#include "http/cache/fresh.h"
#include "http/message/writer.h"
#include "http/uri/uri.h"

/*
 * True if the response @r to a request with @method and the @n fields at @field may be kept, and
 * can be of use. Only whole responses to GET are (RFC 9111, 3).
 */
bool http_cache_may_store(
    enum http_method method, const struct http_field *field, size_t n, const struct http_cached *r);

/*
 * True if a field with this name is kept with a response that has the @n fields at @field: it is
 * not for one connection or proxy alone (RFC 9111, 3.1).
 */
bool http_cache_keeps(const struct http_field *field, size_t n, struct http_span name);

/*
 * True if the stored response @r, which answered a request with the fields at @then, answers one
 * with the fields at @now as well: they have the same values of all fields that its Vary names.
 */
bool http_cache_selects(const struct http_cached *r, const struct http_field *then, size_t then_n,
    const struct http_field *now, size_t now_n);

/*
 * Puts If-None-Match and If-Modified-Since with what identifies @r, as field lines. Returns false,
 * with nothing put, if nothing does.
 */
bool http_cache_put_conditions(struct http_writer *w, const struct http_cached *r);

/*
 * Renews @r by a 304 with the @n fields at @field: puts the fields of both into the @most at @out,
 * where the new ones take the place of all old ones with their names (RFC 9111, 3.2). The spans are
 * not copied. Returns the number of fields, or 0 if they do not fit.
 */
size_t http_cache_update(const struct http_cached *r, const struct http_field *field, size_t n,
    struct http_field *out, size_t most);

/* True if a response with @status to @method makes what is stored for its URI invalid. */
bool http_cache_invalidates(enum http_method method, unsigned status);

/*
 * Puts the URI that @reference, the Location or Content-Location of such a response to a request
 * for @target, means. Returns false, with nothing put, if it is of another origin: what is stored
 * for that stays (RFC 9111, 4.4).
 */
bool http_cache_invalidates_too(
    struct http_writer *w, const struct http_uri *target, struct http_span reference);

#endif
