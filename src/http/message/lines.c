/*
 * http/message/lines.c - finds the ends of lines, and octets that no line may have.
 */
#include "http/message/lines.h"

#include "http/message/scan.h"

#include <assert.h>

static size_t
min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* What is wrong with the octet at @p, where the scan stopped before the end of what is there. */
static enum http_reason
stopped_at(char c)
{
	return c == '\n' ? HTTP_BARE_LF : HTTP_CONTROL_OCTET;
}

/*
 * Octets beyond a limit are never looked at. So a limit that is met gives the same reason whether
 * they have arrived or not.
 */
enum http_line
http_lines_next(struct http_lines *l, const char *at, size_t n, size_t most, size_t longest,
    struct http_span *line, enum http_reason *why)
{
	size_t seen = min_size(n, min_size(most, l->line + longest));
	const char *p;

	assert(!l->at || l->at == at);
	l->at = at;
	p = http_scan(at + l->scanned, at + seen);
	l->scanned = (size_t)(p - at);
	if (l->scanned < seen && *p != '\r') {
		*why = stopped_at(*p);
		return HTTP_LINE_BAD;
	}
	if (l->scanned + 1 < seen && p[1] != '\n') {
		*why = HTTP_BARE_CR;
		return HTTP_LINE_BAD;
	}
	if (l->scanned + 1 < seen) {
		*line = (struct http_span){at + l->line, l->scanned - l->line};
		l->line = l->scanned += 2;
		return HTTP_LINE;
	}
	if (seen == most || seen == l->line + longest) {
		*why = seen == most ? HTTP_HEAD_LARGE : HTTP_LINE_LONG;
		return HTTP_LINE_BAD;
	}
	return HTTP_LINE_MORE;
}
