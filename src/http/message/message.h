/*
 * http/message/message.h - a request and a response as values: start line, fields, and how the
 * content is framed. All spans point into the octets that were parsed.
 */
#ifndef HTTP_MESSAGE_MESSAGE_H
#define HTTP_MESSAGE_MESSAGE_H

#include "http/message/field.h"

#include <stdbool.h>
#include <stdint.h>

/* RFC 9110, 9.3, and PATCH of RFC 5789. Methods are compared with the case of letters. */
enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_PUT,
	HTTP_DELETE,
	HTTP_CONNECT,
	HTTP_OPTIONS,
	HTTP_TRACE,
	HTTP_PATCH,
	HTTP_METHOD_OTHER
};

/* RFC 9112, 3.2. */
enum http_form { HTTP_FORM_ORIGIN, HTTP_FORM_ABSOLUTE, HTTP_FORM_AUTHORITY, HTTP_FORM_ASTERISK };

/* How the content ends (RFC 9112, 6.3). */
enum http_framing {
	HTTP_NO_BODY,
	HTTP_BODY_LENGTH,  /* after Content-Length octets */
	HTTP_BODY_CHUNKED, /* with the last chunk */
	HTTP_BODY_CLOSE    /* with the connection; only of responses */
};

/* What the fields of a head say about its content and its connection. */
struct http_framed {
	enum http_framing framing;
	/*
	 * Octets of content if HTTP_BODY_LENGTH. If HTTP_NO_BODY, what Content-Length says of a
	 * response to HEAD or a 304; else 0.
	 */
	uint64_t length;
	bool has_length;          /* there is a Content-Length */
	bool persistent;          /* the connection may serve another message (RFC 9112, 9.3) */
	bool expect_continue;     /* Expect: 100-continue (RFC 9110, 10.1.1) */
	struct http_span upgrade; /* the Upgrade field that Connection names (RFC 9110, 7.8); or empty */
};

struct http_request {
	enum http_method method;
	enum http_form form;
	struct http_span method_text;
	struct http_span target; /* as it was sent */
	struct http_span scheme; /* of the absolute form; else empty */
	/*
	 * Host and port of the absolute or the authority form, else of the Host field. Empty if
	 * that is missing (in HTTP/1.0) or empty.
	 */
	struct http_span authority;
	struct http_span path;  /* percent-encoded, with its "/"; "*"; empty for CONNECT */
	struct http_span query; /* what follows the first "?" */
	bool has_query;
	uint8_t minor; /* 0 or 1: later ones are treated as 1 (RFC 9110, 2.5) */
	const struct http_field *field;
	uint32_t fields;
	struct http_framed framed;
};

struct http_response {
	uint16_t status;
	uint8_t minor;
	struct http_span phrase; /* the reason phrase, which means nothing */
	const struct http_field *field;
	uint32_t fields;
	struct http_framed framed;
};

#endif
