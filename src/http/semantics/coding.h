/*
 * http/semantics/coding.h - content codings (RFC 9110, 8.4.1), and which of them a client accepts
 * (12.5.3). It encodes nothing.
 */
#ifndef HTTP_SEMANTICS_CODING_H
#define HTTP_SEMANTICS_CODING_H

#include "http/message/field.h"

#include <stdint.h>

enum http_coding { HTTP_IDENTITY, HTTP_GZIP, HTTP_DEFLATE, HTTP_BROTLI, HTTP_ZSTD, HTTP_CODINGS };

/* "identity", "gzip", "deflate", "br", "zstd". */
const char *http_coding_name(enum http_coding c);

/* The coding with this name, in any case; HTTP_CODINGS if it is not known. */
enum http_coding http_coding_of(struct http_span name);

/*
 * For each coding, how much the client wants it, in thousandths; 0 if it does not accept it. One
 * that is accepted because no field speaks of it, as identity always is, has 1: less than one that
 * is asked for.
 */
struct http_coding_weights {
	uint16_t of[HTTP_CODINGS];
};

/*
 * Reads the lines of Accept-Encoding among the @n fields. Without any, every coding would be
 * acceptable, but a client that does not speak of codings often knows none: only identity is taken
 * to be accepted.
 */
void http_coding_weights(const struct http_field *field, size_t n, struct http_coding_weights *w);

/*
 * Chooses among the @offers codings at @offer, in which the server's favourite stands first: the
 * one with the highest weight, the first of equals. Returns its index, or -1 if none is accepted:
 * the answer is then 406, unless identity is not offered but accepted.
 */
int http_coding_choose(const struct http_coding_weights *w, const enum http_coding *offer, size_t offers);

#endif
