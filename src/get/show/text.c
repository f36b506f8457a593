/*
 * get/show/text.c - text in columns: UTF-8 is decoded, and each character has a width.
 */
#include "get/show/text.h"

#include <stdio.h>

struct glyph {
	size_t octets;
	unsigned columns;
	bool shown; /* as it is; else as "?" */
};

void
show_put_size(struct http_writer *w, uint64_t octets)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
	double n = (double)octets;
	size_t unit = 0;
	char text[32];

	for (; n >= 999.5 && unit < sizeof units / sizeof *units - 1; unit++)
		n /= 1000;
	snprintf(text, sizeof text, "%.*f %s", unit > 0 && n < 99.95 ? 1 : 0, n, units[unit]);
	http_put_text(w, text);
}

void
show_put_time(struct http_writer *w, nsec_t t)
{
	long long s = (t + SEC / 2) / SEC;
	char text[32];

	if (s < 60)
		snprintf(text, sizeof text, "%llds", s);
	else if (s < 3600)
		snprintf(text, sizeof text, "%lldm%02llds", s / 60, s % 60);
	else if (s < 100 * 3600)
		snprintf(text, sizeof text, "%lldh%02lldm", s / 3600, s / 60 % 60);
	else
		snprintf(text, sizeof text, "%lldd", s / 86400 < 10000 ? s / 86400 : 9999);
	http_put_text(w, text);
}

/*
 * Octets of the character at @s, and the character; 0 octets if it is no UTF-8. Overlong forms
 * pass: the character is judged, not its octets.
 */
static size_t
decode(struct http_span s, uint32_t *code)
{
	unsigned char c = (unsigned char)s.at[0];
	size_t len = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;

	if (len == 0 || len > s.len)
		return 0;
	*code = len == 1 ? c : c & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		unsigned char next = (unsigned char)s.at[i];

		if ((next & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (next & 0x3f);
	}
	return len;
}

/* Characters that command a terminal, or change the direction of the text after them. */
static bool
is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/* The blocks of wide characters (Unicode, UAX #11), without their gaps. */
static bool
is_wide(uint32_t c)
{
	return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
	       (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
	       (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
}

static struct glyph
glyph_at(struct http_span s)
{
	uint32_t code;
	size_t len = decode(s, &code);

	if (len == 0 || is_control(code))
		return (struct glyph){len > 0 ? len : 1, 1, false};
	return (struct glyph){len, is_wide(code) ? 2 : 1, true};
}

static struct http_span
after(struct http_span s, size_t n)
{
	return (struct http_span){s.at + n, s.len - n};
}

unsigned
show_columns(struct http_span name)
{
	unsigned columns = 0;

	while (name.len > 0) {
		struct glyph g = glyph_at(name);

		columns += g.columns;
		name = after(name, g.octets);
	}
	return columns;
}

/* Puts the characters of *@name that fit @columns; returns the columns that are left. */
static unsigned
put_glyphs(struct http_writer *w, struct http_span *name, unsigned columns)
{
	while (name->len > 0) {
		struct glyph g = glyph_at(*name);

		if (g.columns > columns)
			break;
		if (g.shown)
			http_put(w, name->at, g.octets);
		else
			http_put_text(w, "?");
		columns -= g.columns;
		*name = after(*name, g.octets);
	}
	return columns;
}

void
show_put_name(struct http_writer *w, struct http_span name, unsigned columns)
{
	if (show_columns(name) > columns && columns > 1) {
		unsigned end = (columns - 1) / 2;

		columns = put_glyphs(w, &name, columns - 1 - end) + end;
		http_put_text(w, "…");
		while (show_columns(name) > end)
			name = after(name, glyph_at(name).octets);
	}
	columns = put_glyphs(w, &name, columns);
	for (; columns > 0; columns--)
		http_put_text(w, " ");
}
