/*
 * http/cookie/file.h - lines of the cookie files of Netscape, which curl and wget read and write:
 * domain, TRUE for hosts within it, path, TRUE if secure, expiry, name and value, with tabs between
 * them. "#HttpOnly_" before the domain is no comment. It opens no file.
 */
#ifndef HTTP_COOKIE_FILE_H
#define HTTP_COOKIE_FILE_H

#include "http/cookie/cookie.h"
#include "http/message/writer.h"

/* What a file begins with. */
#define HTTP_COOKIE_FILE_HEAD "# Netscape HTTP Cookie File\n"

enum http_cookie_line {
	HTTP_COOKIE_LINE,      /* a cookie */
	HTTP_COOKIE_LINE_NONE, /* empty, or a comment */
	HTTP_COOKIE_LINE_BAD
};

/* Reads @line, which may end with CR or LF; the spans of *@c point into it. */
enum http_cookie_line http_cookie_line_read(struct http_span line, struct http_cookie *c);

/* Puts the line of @c, with its LF. A cookie of the session has the expiry 0. */
void http_put_cookie_line(struct http_writer *w, const struct http_cookie *c);

#endif
