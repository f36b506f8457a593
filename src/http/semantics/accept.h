/*
 * http/semantics/accept.h - which media type (RFC 9110, 12.5.1) and which language (12.5.4; RFC
 * 4647) a client prefers.
 */
#ifndef HTTP_SEMANTICS_ACCEPT_H
#define HTTP_SEMANTICS_ACCEPT_H

#include "http/message/field.h"

/*
 * Chooses among the @offers media types at @offer ("text/html"), in which the server's favourite
 * stands first. Returns the index of the one with the highest weight in Accept, the first of
 * equals; the first if there is no such field; -1 if none is acceptable (406, or the first all the
 * same: RFC 9110, 12.1). Parameters of types are not compared, only "q".
 */
int http_accept_choose(const struct http_field *field, size_t n, const char *const *offer, size_t offers);

/*
 * Chooses among the @offers language tags at @offer ("zh", "en-GB") by lookup (RFC 4647, 3.4): the
 * range with the highest weight that, perhaps shortened at its end, is a tag; "*" is none. Returns
 * its index, or -1 if there is none: the default language is then the caller's choice.
 */
int http_language_choose(const struct http_field *field, size_t n, const char *const *offer, size_t offers);

#endif
