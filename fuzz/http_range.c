/*
 * fuzz/http_range.c - any octets as Range and Content-Range of a representation, whose length the
 * first eight give. Ranges lie within it, and no two of them overlap.
 */
#include "http/semantics/range.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 8 };

static void
check_ranges(const struct http_range *r, size_t n, uint64_t length)
{
	uint64_t octets = 0;

	if (n == 0 || n > MOST)
		abort();
	for (size_t i = 0; i < n; i++) {
		if (r[i].first > r[i].last || r[i].last >= length)
			abort();
		for (size_t j = 0; j < i; j++)
			if (r[i].first <= r[j].last && r[j].first <= r[i].last)
				abort();
		octets += http_range_len(&r[i]);
	}
	if (octets > length)
		abort();
}

/* What is written is read again as the same. */
static void
check_content_range(const struct http_range *r, uint64_t length)
{
	char buf[80];
	struct http_writer w = http_writer(buf, sizeof buf);
	struct http_content_range c;

	http_put_content_range(&w, r, length);
	if (w.err || !http_content_range_read((struct http_span){buf, w.len}, &c))
		abort();
	if (c.range.first != r->first || c.range.last != r->last || c.length != length)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_range range[MOST];
	struct http_content_range c;
	struct http_span value;
	uint64_t length;
	size_t n = 0;

	if (size < sizeof length)
		return 0;
	memcpy(&length, data, sizeof length);
	value = (struct http_span){(const char *)data + sizeof length, size - sizeof length};
	if (http_ranges(value, length, range, MOST, &n) == HTTP_RANGES_PART) {
		check_ranges(range, n, length);
		check_content_range(&range[0], length);
	}
	if (http_content_range_read(value, &c) && c.has_range && c.has_length && c.range.last >= c.length)
		abort();
	return 0;
}
