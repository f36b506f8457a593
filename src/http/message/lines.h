/*
 * http/message/lines.h - cuts a head or a trailer section, of which more and more octets arrive,
 * into its lines.
 *
 * It knows what may stand in any line and how a line ends (RFC 9112, 2.2), and nothing of what the
 * lines say. An octet is looked at once, however the octets arrive in pieces.
 */
#ifndef HTTP_MESSAGE_LINES_H
#define HTTP_MESSAGE_LINES_H

#include "http/message/field.h"
#include "http/message/reason.h"

#include <stddef.h>
#include <stdint.h>

struct http_lines {
	const char *at; /* where the section begins; NULL before its first octets were seen */
	size_t line;    /* offset of the line that has not ended yet */
	size_t scanned; /* octets that were looked at */
};

enum http_line { HTTP_LINE_MORE, HTTP_LINE, HTTP_LINE_BAD };

/*
 * The next line of the section of which the @n octets at @at have arrived; @at must be the same in
 * every call. No line ends after the octet @most of the section or longer than @longest; of both,
 * CR LF included.
 * Returns HTTP_LINE with *@line, without its CR LF; HTTP_LINE_MORE; or HTTP_LINE_BAD with *@why,
 * which is HTTP_HEAD_LARGE or HTTP_LINE_LONG where a limit was met.
 */
enum http_line http_lines_next(struct http_lines *l, const char *at, size_t n, size_t most, size_t longest,
    struct http_span *line, enum http_reason *why);

#endif
