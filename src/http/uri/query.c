/*
 * http/uri/query.c - cuts a query at "&" and "=".
 */
#include "http/uri/query.h"

#include "http/uri/percent.h"

/* Takes what stands before the next "&" off *@rest, and that "&". */
static struct http_span
cut_pair(struct http_span *rest)
{
	const char *end = memchr(rest->at, '&', rest->len);
	struct http_span pair = {rest->at, end ? (size_t)(end - rest->at) : rest->len};
	size_t step = end ? pair.len + 1 : pair.len;

	rest->at += step;
	rest->len -= step;
	return pair;
}

bool
http_query_next(struct http_span *rest, struct http_span *name, struct http_span *value)
{
	struct http_span pair = {0};
	const char *equals;

	while (rest->len > 0 && pair.len == 0)
		pair = cut_pair(rest);
	if (pair.len == 0)
		return false;
	equals = memchr(pair.at, '=', pair.len);
	*name = (struct http_span){pair.at, equals ? (size_t)(equals - pair.at) : pair.len};
	*value = equals ? (struct http_span){equals + 1, pair.len - name->len - 1}
			: (struct http_span){pair.at + pair.len, 0};
	return true;
}

bool
http_form_is(struct http_span encoded, const char *text)
{
	for (size_t i = 0; i < encoded.len; i++, text++) {
		char octet;
		struct http_writer w = http_writer(&octet, 1);
		struct http_span one = {encoded.at + i, 1};

		if (encoded.at[i] == '%' && encoded.len - i >= 3 &&
		    http_percent_valid((struct http_span){one.at, 3})) {
			one.len = 3;
			i += 2;
		}
		http_form_decode(&w, one);
		if (*text == 0 || octet != *text)
			return false;
	}
	return *text == 0;
}

bool
http_query_find(struct http_span query, const char *name, struct http_span *value)
{
	struct http_span n, v;

	while (http_query_next(&query, &n, &v)) {
		if (!http_form_is(n, name))
			continue;
		*value = v;
		return true;
	}
	return false;
}
