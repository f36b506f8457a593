/*
 * http/uri/percent.h - percent-encoding (RFC 3986, 2.1) and its relative in forms, where "+" is a
 * space (application/x-www-form-urlencoded). It knows octets, and no character set.
 */
#ifndef HTTP_URI_PERCENT_H
#define HTTP_URI_PERCENT_H

#include "http/message/writer.h"

/* Which octets stand as they are. All others are written as "%" and two digits. */
enum http_plain {
	HTTP_PLAIN_UNRESERVED = 1, /* letters, digits and - . _ ~ (RFC 3986, 2.3) */
	HTTP_PLAIN_SEGMENT = 2,    /* what a segment of a path may hold (3.3) */
	HTTP_PLAIN_PATH = 4,       /* the same, and "/" */
	HTTP_PLAIN_URI = 8,        /* every octet of any URI, and so "%" as well */
	HTTP_PLAIN_EXT_VALUE = 16, /* attr-char (RFC 8187, 3.2.1) */
	HTTP_PLAIN_FORM = 32,      /* letters, digits and * - . _ (WHATWG URL, 5.2) */
};

/* Puts @s, percent-encoded. */
void http_percent_encode(struct http_writer *w, struct http_span s, enum http_plain plain);

/*
 * Puts @s, decoded. A "%" without two hexadecimal digits is an error of @w (-LEAT_EINVAL). The
 * result may stand where @s does.
 */
void http_percent_decode(struct http_writer *w, struct http_span s);

/* True if two hexadecimal digits follow each "%" of @s. */
bool http_percent_valid(struct http_span s);

/* The same for a name or a value of a form; a space becomes "+". */
void http_form_encode(struct http_writer *w, struct http_span s);

/* A "%" without two hexadecimal digits stands for itself, as in browsers. */
void http_form_decode(struct http_writer *w, struct http_span s);

#endif
