/*
 * get/report/trace.c - writes the trace of a transfer.
 */
#include "get/report/trace.h"

#include <string.h>

/*
 * True if the octet at @i of @s belongs to a control character, of ASCII or of C1: C2 80 to C2 9F
 * in UTF-8, or such an octet by itself.
 */
static bool
is_control(struct http_span s, size_t i)
{
	unsigned char c = (unsigned char)s.at[i], before = i > 0 ? (unsigned char)s.at[i - 1] : 0;
	unsigned char after = i + 1 < s.len ? (unsigned char)s.at[i + 1] : 0;

	if (c < 0x80)
		return (c < ' ' && c != '\t') || c == 0x7f;
	if (c == 0xc2)
		return after >= 0x80 && after < 0xa0;
	return c < 0xa0 && (before < 0x80 || before == 0xc2);
}

void
trace_put(FILE *to, struct http_span s)
{
	for (size_t i = 0; i < s.len; i++)
		putc(is_control(s, i) ? '?' : s.at[i], to);
}

void
trace_mask(char *at, size_t n)
{
	unsigned char kept = 0;

	for (size_t i = 0; i < n; i++) {
		char pair[3] = {(char)kept, at[i], i + 1 < n ? at[i + 1] : '\0'};

		kept = (unsigned char)at[i];
		if (at[i] != '\r' && at[i] != '\n' && is_control((struct http_span){pair, sizeof pair}, 1))
			at[i] = '?';
	}
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
