/*
 * Ranges of octets (RFC 9110, 14).
 */
#include "http/semantics/range.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { MOST = 5 };

/* clang-format off */
static const struct {
	const char *value;
	uint64_t length;
	const char *outcome; /* "200", "416", or the ranges of a 206 */
} rows[] = {
	/* 14.1.2, with its examples */
	{"bytes=0-499", 10000, "0-499"}, {"bytes=500-999", 10000, "500-999"}, {"bytes=-500", 10000, "9500-9999"},
	{"bytes=9500-", 10000, "9500-9999"}, {"bytes=0-0,-1", 10000, "0-0 9999-9999"},
	{"bytes= 0-999, 4500-5499, -1000", 10000, "0-999 4500-5499 9000-9999"},
	{"bytes=500-600,601-999", 10000, "500-999"}, {"bytes=500-700,601-999", 10000, "500-999"},
	{"bytes=0-", 1, "0-0"}, {"bytes=5-99999", 10, "5-9"}, {"bytes=-99999", 10, "0-9"}, {"bytes=9-9", 10, "9-9"},
	{"bytes=0-18446744073709551615", 10, "0-9"}, {"bytes=0-99999999999999999999999", 10, "0-9"},
	{"bytes=1-,", 10, "1-9"}, {"BYTES=1-2", 10, "1-2"},
	/* 15.5.17 */
	{"bytes=10-", 10, "416"}, {"bytes=10-20", 10, "416"}, {"bytes=-0", 10, "416"}, {"bytes=0-", 0, "416"},
	{"bytes=99999999999999999999999-", 10, "416"}, {"bytes=20-30,-0,40-", 10, "416"},
	{"bytes=20-,1-2", 10, "1-2"},
	/* 14.2: ignored */
	{"", 10, "200"}, {"bytes", 10, "200"}, {"bytes=", 10, "200"}, {"bytes=,", 10, "200"}, {"bytes=-", 10, "200"},
	{"bytes=2-1", 10, "200"}, {"bytes=a-1", 10, "200"}, {"bytes=1", 10, "200"}, {"bytes=1-2-3", 10, "200"},
	{"bytes=1 - 2", 10, "200"}, {"bytes 1-2", 10, "200"}, {"items=1-2", 10, "200"}, {"bytes=1-2,x", 10, "200"},
	{"bytes=+1-2", 10, "200"}, {"bytes=0x1-2", 10, "200"}, {"bytes=-5", 0, "200"},
	/*
	 * 15.3.7.2: overlapping and near ones are one, at the place of the first; else the order
	 * stays
	 */
	{"bytes=5000-5999,0-99", 10000, "5000-5999 0-99"}, {"bytes=0-0,2-2,4-4", 10000, "0-4"},
	{"bytes=5000-5999,0-99,5500-6500", 10000, "5000-6500 0-99"},
	{"bytes=0-9,1000-1009,2000-2009,5-2005", 10000, "0-2009"},
	{"bytes=0-,0-,0-,0-", 10000, "0-9999"},
	/* 17.15 of RFC 9110: many ranges cost the server more than the whole */
	{"bytes=0-0,1000-1000,2000-2000,3000-3000,4000-4000", 10000, "0-0 1000-1000 2000-2000 3000-3000 4000-4000"},
	{"bytes=0-0,1000-1000,2000-2000,3000-3000,4000-4000,5000-5000", 10000, "200"},
	{"bytes=0-0,0-0,0-0,0-0,0-0,0-0", 10000, "200"},
};
/* clang-format on */

static void
text_of(const char *value, uint64_t length, char *text, size_t room)
{
	struct http_range r[MOST];
	size_t n = 0, at = 0;

	text[0] = 0;
	switch (http_ranges(http_span_of(value), length, r, MOST, &n)) {
	case HTTP_RANGES_NONE:
		snprintf(text, room, "200");
		return;
	case HTTP_RANGES_UNSATISFIABLE:
		snprintf(text, room, "416");
		return;
	case HTTP_RANGES_PART:
		for (size_t i = 0; i < n; i++)
			at += (size_t)snprintf(text + at, room - at, "%s%llu-%llu", i ? " " : "",
			    (unsigned long long)r[i].first, (unsigned long long)r[i].last);
	}
}

static void
rfc_9110_14_each_range_has_its_outcome(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[200];

		print_message("%s\n", rows[i].value);
		text_of(rows[i].value, rows[i].length, text, sizeof text);
		assert_string_equal(text, rows[i].outcome);
	}
}

/* What is sent are the octets that were asked for and the gaps that were closed; none twice. */
static void
rfc_9110_15_3_7_2_every_octet_that_was_asked_for_is_sent_once(void **state)
{
	struct rng rng;

	rng_seed(&rng, 14);
	for (unsigned round = 0; round < 3000; round++) {
		bool asked[1000] = {false};
		unsigned sent[1000] = {0};
		char value[200] = "bytes=";
		struct http_range r[MOST];
		size_t n = 0, at = 6, specs = 1 + rng_below(&rng, MOST);

		for (size_t i = 0; i < specs; i++) {
			uint64_t first = rng_below(&rng, 1000), last = first + rng_below(&rng, 200);

			at += (size_t)snprintf(value + at, sizeof value - at, "%llu-%llu,",
			    (unsigned long long)first, (unsigned long long)last);
			for (uint64_t j = first; j <= last && j < 1000; j++)
				asked[j] = true;
		}
		assert_int_equal(http_ranges(http_span_of(value), 1000, r, MOST, &n), HTTP_RANGES_PART);
		for (size_t i = 0; i < n; i++)
			for (uint64_t j = r[i].first; j <= r[i].last; j++)
				sent[j]++;
		for (unsigned j = 0; j < 1000; j++)
			assert_true(sent[j] <= 1 && sent[j] >= asked[j]);
	}
}

static const struct {
	const char *value;
	bool valid, has_range, has_length;
	uint64_t first, last, length;
} contents[] = {
    {"bytes 0-499/1234", true, true, true, 0, 499, 1234},
    {"bytes 42-1233/*", true, true, false, 42, 1233, 0},
    {"bytes */1234", true, false, true, 0, 0, 1234},
    {"Bytes 0-0/1", true, true, true, 0, 0, 1},
    {"bytes */*", false},
    {"bytes 0-1234/1234", false},
    {"bytes 5-4/10", false},
    {"bytes 0-4", false},
    {"bytes=0-4/10", false},
    {"bytes 0-4/10x", false},
    {"items 0-4/10", false},
    {"bytes 0-18446744073709551615/*", false},
    {"", false},
};

static void
rfc_9110_14_4_content_range_is_read(void **state)
{
	for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
		struct http_content_range c;

		print_message("%s\n", contents[i].value);
		assert_int_equal(
		    http_content_range_read(http_span_of(contents[i].value), &c), contents[i].valid);
		if (!contents[i].valid)
			continue;
		assert_int_equal(c.has_range, contents[i].has_range);
		assert_int_equal(c.has_length, contents[i].has_length);
		assert_int_equal(c.range.first, contents[i].first);
		assert_int_equal(c.range.last, contents[i].last);
		assert_int_equal(c.length, contents[i].length);
	}
}

static void
rfc_9110_14_4_content_range_is_written(void **state)
{
	char buf[64] = "";
	struct http_writer w = http_writer(buf, sizeof buf - 1);

	http_put_content_range(&w, &(struct http_range){0, 499}, 1234);
	http_put_text(&w, "|");
	http_put_unsatisfied_range(&w, 1234);
	assert_string_equal(buf, "bytes 0-499/1234|bytes */1234");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_9110_14_each_range_has_its_outcome),
	    cmocka_unit_test(rfc_9110_15_3_7_2_every_octet_that_was_asked_for_is_sent_once),
	    cmocka_unit_test(rfc_9110_14_4_content_range_is_read),
	    cmocka_unit_test(rfc_9110_14_4_content_range_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
