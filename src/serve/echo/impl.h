/*
 * serve/echo/impl.h - what the files of serve/echo share. For these only.
 */
#ifndef SERVE_ECHO_IMPL_H
#define SERVE_ECHO_IMPL_H

#include "http/form/multipart.h"
#include "serve/echo/echo.h"

/* A parameter; the spans stand until the next one. */
struct echo_param {
	struct http_span name, value; /* decoded */
	struct http_span file_name, type;
	bool has_file_name;
};

enum echo_source { ECHO_NO_FORM, ECHO_URLENCODED, ECHO_MULTIPART };

/* A walk over parameters in the order in which they came. */
struct echo_params {
	enum echo_source source;
	struct http_span rest;
	bool ended;
	struct http_multipart multipart;
	char head[2048], name[ECHO_CONTENT_MOST], value[ECHO_CONTENT_MOST];
};

void echo_params_of_url(struct echo_params *p, const struct echo_request *r);
/* The source is ECHO_NO_FORM if the content has no parameters. */
void echo_params_of_content(struct echo_params *p, const struct echo_request *r);
bool echo_params_next(struct echo_params *p, struct echo_param *out);

/*
 * True if the content is text in UTF-8. A character that is cut off at its end is then taken off
 * *@content.
 */
bool echo_is_text(const struct echo_request *r, struct http_span *content);

/* Puts octets as two hexadecimal digits each. */
void echo_put_hex(struct http_writer *w, struct http_span octets);

/*
 * A line for the octets from @at on: their place, their values, and what they are in ASCII. It is
 * in @line, with its LF.
 */
enum { ECHO_DUMP_OCTETS = 16, ECHO_DUMP_LINE = 96 };
struct http_span echo_dump(struct http_span octets, size_t at, char line[static ECHO_DUMP_LINE]);

void echo_put_json(struct http_writer *w, const struct echo_request *r);
void echo_put_html(struct http_writer *w, enum page_lang lang, const struct echo_request *r);

#endif
