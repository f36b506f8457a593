/*
 * Responses out of any octets, to a request of any method: the events are the same whether they
 * come at once or in pieces.
 */
#include "http_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
feed(struct feed *f, const uint8_t *data, size_t size, uint8_t asked, uint32_t seed)
{
	struct http_field field[FEED_FIELDS];
	struct http_parser p;

	http_parser_responses(&p, &feed_limits, field, FEED_FIELDS);
	http_parser_begin_response(&p, asked % (HTTP_METHOD_OTHER + 1), asked & 0x80);
	feed_all(f, &p, data, size, seed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed whole = {0}, pieces = {0};

	if (size < 2)
		return 0;
	feed(&whole, data + 2, size - 2, data[1], 0);
	feed(&pieces, data + 2, size - 2, data[1], 1 + data[0]);
	feed_expect_same(&whole, &pieces);
	feed_free(&whole);
	feed_free(&pieces);
	return 0;
}
