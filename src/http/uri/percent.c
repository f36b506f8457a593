/*
 * http/uri/percent.c - encodes and decodes octet by octet, with a table of what stands as it is.
 */
#include "http/uri/percent.h"

#include "http/message/octet.h"

#include "base/err.h"

/* A row has the octets 0x00 to 0x0f with its first hexadecimal digit; from 0x80 on all are 0. */
/* clang-format off */
static const uint8_t plain_sets[128] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 30, 0, 24, 30, 8, 30, 14, 14, 14, 46, 30, 14, 63, 63, 12,
	63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 14, 14, 0, 14, 0, 8,
	14, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63,
	63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 8, 0, 8, 16, 63,
	16, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63,
	63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 0, 16, 0, 31, 0,
};
/* clang-format on */

static bool
is_plain(char c, enum http_plain plain)
{
	return (uint8_t)c < sizeof plain_sets && plain_sets[(uint8_t)c] & plain;
}

/* Octets from @i on that stand as they are. */
static size_t
plain_run(struct http_span s, size_t i, enum http_plain plain)
{
	size_t from = i;

	while (i < s.len && is_plain(s.at[i], plain))
		i++;
	return i - from;
}

static void
put_triplet(struct http_writer *w, char c)
{
	static const char digit[] = "0123456789ABCDEF"; /* capitals: RFC 3986, 2.1 */
	char text[3] = {'%', digit[(uint8_t)c >> 4], digit[(uint8_t)c & 15]};

	http_put(w, text, sizeof text);
}

void
http_percent_encode(struct http_writer *w, struct http_span s, enum http_plain plain)
{
	for (size_t i = 0; i < s.len && !w->err; i++) {
		size_t run = plain_run(s, i, plain);

		http_put(w, s.at + i, run);
		i += run;
		if (i < s.len)
			put_triplet(w, s.at[i]);
	}
}

/* The octet of the triplet at @i, or -1 if there is none. */
static int
triplet(struct http_span s, size_t i)
{
	int high, low;

	if (s.len - i < 3)
		return -1;
	high = http_hex(s.at[i + 1]);
	low = http_hex(s.at[i + 2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

bool
http_percent_valid(struct http_span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] == '%' && triplet(s, i) < 0)
			return false;
	return true;
}

/* One octet, which may lie at or before the place that is read: memcpy() must not be used. */
static void
put_octet(struct http_writer *w, char c)
{
	if (w->err)
		return;
	if (w->len == w->most)
		w->err = -LEAT_ENOBUFS;
	else
		w->at[w->len++] = c;
}

void
http_percent_decode(struct http_writer *w, struct http_span s)
{
	for (size_t i = 0; i < s.len && !w->err; i++) {
		int octet = s.at[i] == '%' ? triplet(s, i) : (uint8_t)s.at[i];

		if (octet < 0) {
			w->err = -LEAT_EINVAL;
			return;
		}
		if (s.at[i] == '%')
			i += 2;
		put_octet(w, (char)octet);
	}
}

void
http_form_encode(struct http_writer *w, struct http_span s)
{
	for (size_t i = 0; i < s.len && !w->err; i++) {
		size_t run = plain_run(s, i, HTTP_PLAIN_FORM);

		http_put(w, s.at + i, run);
		i += run;
		if (i < s.len && s.at[i] == ' ')
			http_put_text(w, "+");
		else if (i < s.len)
			put_triplet(w, s.at[i]);
	}
}

void
http_form_decode(struct http_writer *w, struct http_span s)
{
	for (size_t i = 0; i < s.len && !w->err; i++) {
		int octet = s.at[i] == '%' ? triplet(s, i) : -1;

		if (octet >= 0)
			i += 2;
		else
			octet = s.at[i] == '+' ? ' ' : (uint8_t)s.at[i];
		put_octet(w, (char)octet);
	}
}
