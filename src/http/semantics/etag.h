/*
 * http/semantics/etag.h - entity tags (RFC 9110, 8.8.3).
 */
#ifndef HTTP_SEMANTICS_ETAG_H
#define HTTP_SEMANTICS_ETAG_H

#include "http/message/field.h"

struct http_etag {
	struct http_span tag; /* with its quotes */
	bool weak;            /* "W/" stood before it */
};

/* Reads @s, which is one tag and no more. Returns false, with @e untouched, if it is not. */
bool http_etag_read(struct http_span s, struct http_etag *e);

/*
 * Takes the next tag off the list *@rest (If-Match, If-None-Match); a tag may hold a comma. Returns
 * false at the end, and at what is not a tag: nothing after that is read.
 */
bool http_etag_next(struct http_span *rest, struct http_etag *e);

/* The two comparisons of RFC 9110, 8.8.3.2. */
bool http_etag_same_strong(const struct http_etag *a, const struct http_etag *b);
bool http_etag_same_weak(const struct http_etag *a, const struct http_etag *b);

#endif
