/*
 * get/report/trace.c - writes the trace of a transfer.
 */
#include "get/report/trace.h"

#include "get/url/mask.h"

#include <string.h>

void
trace_put(FILE *to, struct http_span s)
{
	for (size_t i = 0; i < s.len; i++)
		putc(mask_is_control(s, i) ? '?' : s.at[i], to);
}

void
trace_note(const char *text)
{
	fputs("* ", stderr);
	trace_put(stderr, http_span_of(text));
	putc('\n', stderr);
}

void
trace_head(char mark, struct http_span lines)
{
	while (lines.len > 0) {
		const char *end = memchr(lines.at, '\n', lines.len);
		size_t n = end ? (size_t)(end - lines.at) + 1 : lines.len;
		struct http_span line = {lines.at, n};

		while (line.len > 0 && (line.at[line.len - 1] == '\n' || line.at[line.len - 1] == '\r'))
			line.len--;
		fprintf(stderr, "%c ", mark);
		trace_put(stderr, line);
		putc('\n', stderr);
		lines.at += n;
		lines.len -= n;
	}
}
