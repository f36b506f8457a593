/*
 * http/semantics/coding.c - reads Accept-Encoding.
 */
#include "http/semantics/coding.h"

#include "http/semantics/param.h"

static const char *const names[HTTP_CODINGS] = {[HTTP_IDENTITY] = "identity",
    [HTTP_GZIP] = "gzip",
    [HTTP_DEFLATE] = "deflate",
    [HTTP_BROTLI] = "br",
    [HTTP_ZSTD] = "zstd"};

const char *
http_coding_name(enum http_coding c)
{
	return names[c];
}

enum http_coding
http_coding_of(struct http_span name)
{
	enum http_coding c;

	if (http_span_is(name, "x-gzip")) /* RFC 9110, 8.4.1.3 */
		return HTTP_GZIP;
	for (c = 0; c < HTTP_CODINGS; c++)
		if (http_span_is(name, names[c]))
			break;
	return c;
}

/* What the lines have said so far; -1 where they have said nothing. */
struct said {
	int of[HTTP_CODINGS], others;
};

static void
read_line(struct http_span value, struct said *said)
{
	struct http_span element;

	while (http_element_next(&value, &element)) {
		struct http_span name = http_param_begin(&element);
		enum http_coding c = http_coding_of(name);
		int weight = http_weight(element);

		if (weight < 0)
			continue;
		if (c < HTTP_CODINGS)
			said->of[c] = weight;
		else if (http_span_is(name, "*"))
			said->others = weight;
	}
}

void
http_coding_weights(const struct http_field *field, size_t n, struct http_coding_weights *w)
{
	struct said said = {.others = -1};
	const struct http_field *end = field + n;

	for (enum http_coding c = 0; c < HTTP_CODINGS; c++)
		said.of[c] = -1;
	for (const struct http_field *at = field;
	     (at = http_field_find(at, (size_t)(end - at), "accept-encoding")) != NULL; at++)
		read_line(at->value, &said);
	for (enum http_coding c = 0; c < HTTP_CODINGS; c++) {
		int weight = said.of[c] >= 0 ? said.of[c] : said.others;

		w->of[c] = (uint16_t)(weight >= 0 ? weight : c == HTTP_IDENTITY);
	}
}

int
http_coding_choose(const struct http_coding_weights *w, const enum http_coding *offer, size_t offers)
{
	unsigned best = 0;
	int chosen = -1;

	for (size_t i = 0; i < offers; i++) {
		if (w->of[offer[i]] <= best)
			continue;
		best = w->of[offer[i]];
		chosen = (int)i;
	}
	return chosen;
}
