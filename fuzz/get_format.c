/*
 * fuzz/get_format.c - any octets as a template of -w, and as lines of what is missing of a file.
 * What is read of these is written and read again.
 */
#include "get/parts/parts.h"
#include "get/show/format.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
put(struct format_out *o, struct http_span octets, bool errors)
{
	if (octets.len == 0)
		abort();
}

static void
unknown(struct format_out *o, struct http_span name)
{
}

static void
check_parts(struct http_span text)
{
	char octets[PARTS_TEXT];
	struct http_writer w = http_writer(octets, sizeof octets);
	struct parts p, again;

	if (!parts_read(&p, 4, text))
		return;
	parts_put(&w, &p);
	if (w.err || !parts_read(&again, 4, (struct http_span){octets, w.len}) ||
	    parts_have(&p) != parts_have(&again))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_span text = {(const char *)data, size};
	struct http_field field = {{"A", 1}, text};
	struct get_facts f = {.url = text, .field = &field, .fields = 1};
	struct format_out o = {put, unknown};

	format_write(text, &f, &o);
	check_parts(text);
	return 0;
}
