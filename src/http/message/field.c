/*
 * http/message/field.c - compares and cuts up the octets of fields.
 */
#include "http/message/field.h"

#include "http/message/octet.h"

bool
http_span_is(struct http_span s, const char *text)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (text[i] == 0 || http_lower(s.at[i]) != http_lower(text[i]))
			return false;
	return text[i] == 0;
}

bool
http_span_same(struct http_span a, struct http_span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (http_lower(a.at[i]) != http_lower(b.at[i]))
			return false;
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct http_span
http_span_line(struct http_span s)
{
	size_t n = 0;

	while (n < s.len && s.at[n] != '\r' && s.at[n] != '\n')
		n++;
	return (struct http_span){s.at, n};
}

struct http_span
http_span_trim(struct http_span s)
{
	while (s.len > 0 && is_blank(s.at[0])) {
		s.at++;
		s.len--;
	}
	while (s.len > 0 && is_blank(s.at[s.len - 1]))
		s.len--;
	return s;
}

const struct http_field *
http_field_find(const struct http_field *field, size_t n, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < n; i++)
		if (field[i].name.len == len && http_span_is(field[i].name, name))
			return &field[i];
	return NULL;
}

bool
http_list_next(struct http_span *rest, struct http_span *element)
{
	while (rest->len > 0) {
		const char *comma = memchr(rest->at, ',', rest->len);
		size_t len = comma ? (size_t)(comma - rest->at) : rest->len;
		size_t step = comma ? len + 1 : len;

		*element = http_span_trim((struct http_span){rest->at, len});
		rest->at += step;
		rest->len -= step;
		if (element->len > 0)
			return true;
	}
	return false;
}

bool
http_list_has(struct http_span value, const char *token)
{
	struct http_span element;

	while (http_list_next(&value, &element))
		if (http_span_is(element, token))
			return true;
	return false;
}
