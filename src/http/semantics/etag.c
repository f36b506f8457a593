/*
 * http/semantics/etag.c - reads and compares entity tags.
 */
#include "http/semantics/etag.h"

#include "http/message/octet.h"

/* The length of the tag with which @s begins, or 0. */
static size_t
read_start(struct http_span s, struct http_etag *e)
{
	bool weak = s.len >= 2 && s.at[0] == 'W' && s.at[1] == '/';
	size_t from = weak ? 2 : 0, i = from + 1;

	if (s.len <= from || s.at[from] != '"')
		return 0;
	while (i < s.len && s.at[i] != '"') {
		if (!http_octet_is(s.at[i], HTTP_VALUE) || s.at[i] == ' ' || s.at[i] == '\t')
			return 0;
		i++;
	}
	if (i == s.len)
		return 0;
	*e = (struct http_etag){{s.at + from, i + 1 - from}, weak};
	return i + 1;
}

bool
http_etag_read(struct http_span s, struct http_etag *e)
{
	struct http_etag r;

	if (s.len == 0 || read_start(s, &r) != s.len)
		return false;
	*e = r;
	return true;
}

bool
http_etag_next(struct http_span *rest, struct http_etag *e)
{
	size_t i = 0, len;

	while (i < rest->len && (rest->at[i] == ',' || rest->at[i] == ' ' || rest->at[i] == '\t'))
		i++;
	len = read_start((struct http_span){rest->at + i, rest->len - i}, e);
	if (len == 0)
		return false;
	rest->at += i + len;
	rest->len -= i + len;
	return true;
}

bool
http_etag_same_strong(const struct http_etag *a, const struct http_etag *b)
{
	return !a->weak && !b->weak && http_span_eq(a->tag, b->tag);
}

bool
http_etag_same_weak(const struct http_etag *a, const struct http_etag *b)
{
	return http_span_eq(a->tag, b->tag);
}
