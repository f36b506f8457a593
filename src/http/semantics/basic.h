/*
 * http/semantics/basic.h - the Basic scheme (RFC 7617), and the search for it among challenges (RFC
 * 9110, 11.6.1). It checks no password.
 */
#ifndef HTTP_SEMANTICS_BASIC_H
#define HTTP_SEMANTICS_BASIC_H

#include "http/message/writer.h"

/* Puts a challenge: Basic realm="...", charset="UTF-8". */
void http_put_basic_challenge(struct http_writer *w, struct http_span realm);

/*
 * Puts credentials, the value of Authorization. A user with ":" is an error of @w (-LEAT_EINVAL).
 */
void http_put_basic(struct http_writer *w, struct http_span user, struct http_span password);

/*
 * Decodes the value of an Authorization field into the @most octets at @to, at which *@user and
 * *@password then point. Returns false, with both untouched, if the scheme is another, or the
 * credentials are malformed, too long, or have control octets (RFC 7617, 2).
 */
bool http_basic_read(
    struct http_span value, char *to, size_t most, struct http_span *user, struct http_span *password);

/*
 * Finds the challenge of @scheme in the value of a WWW-Authenticate or Proxy-Authenticate field.
 * Puts its realm, and nothing if there is none. Returns false if the scheme is not offered.
 */
bool http_challenge_realm(struct http_writer *w, struct http_span value, const char *scheme);

#endif
