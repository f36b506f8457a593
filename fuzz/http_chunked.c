/*
 * The chunked coding out of any octets, against a decoder that is as plain as the grammar: what
 * both take has the same content, and ends at the same octet.
 */
#include "http/message/chunked.h"
#include "http/message/octet.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { EXTRA = 64 };

struct decoded {
	uint8_t *content;
	size_t len, used;
	bool whole; /* the last chunk was found */
};

/* The decoder under test, fed in pieces of at most @piece octets. */
static void
decode(struct decoded *d, const uint8_t *data, size_t size, size_t piece)
{
	struct http_chunked c = {0};
	enum http_reason why;
	size_t used;

	while (d->used < size) {
		size_t n = size - d->used < piece ? size - d->used : piece;
		enum http_chunk e =
		    http_chunked_next(&c, (const char *)data + d->used, n, EXTRA, &used, &why);

		d->used += used;
		d->whole = e == HTTP_CHUNK_LAST;
		if (e == HTTP_CHUNK_BAD || e == HTTP_CHUNK_LAST)
			return;
		if (e == HTTP_CHUNK_MORE && used != n)
			abort();
		if (e != HTTP_CHUNK_DATA)
			continue;
		n = n - used < c.left ? n - used : (size_t)c.left;
		memcpy(d->content + d->len, data + d->used, n);
		d->len += n;
		d->used += n;
		c.left -= n;
	}
}

/* RFC 9112, 7.1, a line at a time. Returns false where it does not apply. */
static bool
decode_plainly(struct decoded *d, const uint8_t *data, size_t size)
{
	for (;;) {
		const uint8_t *line = data + d->used, *end = memchr(line, '\r', size - d->used);
		unsigned long long n = 0;
		const uint8_t *p = line;

		if (!end || end + 1 >= data + size || end[1] != '\n')
			return false;
		for (; p < end && http_hex((char)*p) >= 0; p++)
			n = n << 4 | (unsigned)http_hex((char)*p);
		if (p == line || p - line > 16)
			return false;
		d->used = (size_t)(end + 2 - data);
		if (n == 0)
			return true;
		if (n > size - d->used || size - d->used - n < 2)
			return false;
		memcpy(d->content + d->len, data + d->used, n);
		d->len += n;
		d->used += n + 2;
		if (data[d->used - 2] != '\r' || data[d->used - 1] != '\n')
			return false;
	}
}

static struct decoded
decoded_new(size_t size)
{
	return (struct decoded){.content = malloc(size + 1)};
}

static void
expect_same(const struct decoded *a, const struct decoded *b)
{
	if (a->used != b->used || a->len != b->len || memcmp(a->content, b->content, a->len) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct decoded whole = decoded_new(size), pieces = decoded_new(size), plain = decoded_new(size);
	bool plainly = decode_plainly(&plain, data, size);

	decode(&whole, data, size, SIZE_MAX);
	decode(&pieces, data, size, 1);
	if (whole.whole != pieces.whole || (whole.whole && !plainly))
		abort();
	if (whole.whole) {
		expect_same(&whole, &pieces);
		expect_same(&whole, &plain);
	}
	free(whole.content);
	free(pieces.content);
	free(plain.content);
	return 0;
}
