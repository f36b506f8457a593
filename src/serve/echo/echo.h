/*
 * serve/echo/echo.h - a request as people and programs can read it: what stood in its head, the
 * parameters of its URL and those of its content, and the octets of the content.
 *
 * It renders values into memory of the caller's. It knows no connection.
 *
 * As JSON it is one object with these members:
 *   method, target, version   strings, as they were sent
 *   path, query               strings: the two parts of the target; no query: null
 *   url_parameters            array of {"name", "value"}: decoded, in the order in which they came
 *   body_parameters           the same of the content; parts of a form with files also have "type"
 *                             and "file_name", if they were sent. null: the content is no form
 *   fields, trailers          arrays of {"name", "value"}
 *   content                   object: "octets", how many arrived; "shown", how many are here; and
 *                             "text", or "hex" if they are no text
 */
#ifndef SERVE_ECHO_ECHO_H
#define SERVE_ECHO_ECHO_H

#include "http/message/message.h"
#include "serve/page/page.h"

enum echo_form { ECHO_TEXT, ECHO_JSON, ECHO_HTML, ECHO_FORMS };

/* Their media types: for http_accept_choose(), and for Content-Type. */
extern const char *const echo_form_types[ECHO_FORMS];
extern const char *const echo_content_types[ECHO_FORMS];

/* Octets of content that are shown. */
enum { ECHO_CONTENT_MOST = 16384 };

struct echo_request {
	const struct http_request *head;
	const struct http_field *trailer;
	uint32_t trailers;
	struct http_span content; /* its first octets, at most ECHO_CONTENT_MOST */
	uint64_t length;          /* of all of it */
};

/* Room that is always enough: each octet of a head or a content becomes 12 at most. */
enum { ECHO_MOST = 1 << 20 };

/* Puts what arrived. @lang is that of the page: text and JSON are English. */
void echo_put(struct http_writer *w, enum echo_form form, enum page_lang lang, const struct echo_request *r);

#endif
