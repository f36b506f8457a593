/*
 * http/uri/path.h - from the path of a request to the names that a file system knows.
 *
 * It knows no file system. What it yields cannot leave the folder that it is looked up in, unless
 * by a symbolic link.
 */
#ifndef HTTP_URI_PATH_H
#define HTTP_URI_PATH_H

#include "http/message/field.h"

/* Why a path was refused. Each is answered with 400, but for HTTP_PATH_LONG (414). */
enum http_path_result {
	HTTP_PATH_OK,
	HTTP_PATH_FORM,    /* it does not begin with "/" */
	HTTP_PATH_PERCENT, /* "%" without two hexadecimal digits (RFC 3986, 2.1) */
	HTTP_PATH_NUL,     /* %00, with which a name would end early */
	HTTP_PATH_SLASH,   /* %2F: a segment with "/" in it, which no name has */
	HTTP_PATH_ABOVE,   /* more ".." than segments before them */
	HTTP_PATH_LONG     /* longer than the room for it */
};

struct http_path {
	/*
	 * The decoded segments, joined with "/", without one at either end: "a/b c". A zero
	 * follows. Empty for the root. No segment is empty, "." or ".."; each is any octets but "/"
	 * and NUL.
	 */
	struct http_span text;
	unsigned segments;
	bool folder; /* the path ended with "/", or with "." or ".." as its last segment */
};

/*
 * Decodes the percent-encoded @path of a request into the @most octets at @to, to which @p points.
 * Dot segments are removed (RFC 3986, 5.2.4), encoded ones too; several "/" count as one. A
 * backslash is an octet like others, and octets need not be UTF-8.
 */
enum http_path_result http_path_decode(struct http_span path, char *to, size_t most, struct http_path *p);

/* Takes the next segment off *@rest, which begins as @p->text; false if there is none left. */
bool http_path_next(struct http_span *rest, struct http_span *segment);

/* In words, for the log: "a NUL in the path". */
const char *http_path_words(enum http_path_result r);

#endif
