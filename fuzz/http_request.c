/*
 * Requests out of any octets: the events are the same whether they come at once or in pieces, and
 * no value has an octet that would begin another line.
 */
#include "http_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
feed(struct feed *f, const uint8_t *data, size_t size, uint32_t seed)
{
	struct http_field field[FEED_FIELDS];
	struct http_parser p;

	http_parser_requests(&p, &feed_limits, field, FEED_FIELDS);
	feed_all(f, &p, data, size, seed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed whole = {0}, pieces = {0};

	if (size < 1)
		return 0;
	feed(&whole, data + 1, size - 1, 0);
	feed(&pieces, data + 1, size - 1, 1 + data[0]);
	feed_expect_same(&whole, &pieces);
	feed_free(&whole);
	feed_free(&pieces);
	return 0;
}
