/*
 * http/uri/query.h - queries and forms as pairs of name and value
 * (application/x-www-form-urlencoded; WHATWG URL, 5.1).
 */
#ifndef HTTP_URI_QUERY_H
#define HTTP_URI_QUERY_H

#include "http/message/field.h"

/*
 * Takes the next pair off *@rest, which begins as the whole query. Name and value are still
 * encoded; http_form_decode() decodes them. The value is empty if there is no "=". Returns false at
 * the end.
 */
bool http_query_next(struct http_span *rest, struct http_span *name, struct http_span *value);

/* True if @encoded means @text, in the same case. */
bool http_form_is(struct http_span encoded, const char *text);

/* Finds the first pair with the name @name; *@value is still encoded. */
bool http_query_find(struct http_span query, const char *name, struct http_span *value);

#endif
