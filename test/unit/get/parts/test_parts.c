/*
 * Pieces of a file, and who fetches them.
 */
#include "get/parts/parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MB = 1 << 20 };

static void
each_connection_gets_pieces_until_all_are_taken(void **state)
{
	struct parts p;
	struct http_range r;
	uint64_t at = 0;

	parts_init(&p, 4, 100 * MB);
	assert_int_equal(p.piece, 100 * MB / 32);
	for (unsigned i = 0; parts_take(&p, i % 4, &r); i++) {
		assert_int_equal(r.first, at);
		at = r.last + 1;
		parts_got(&p, i % 4, http_range_len(&r));
		assert_true(parts_idle(&p, i % 4));
	}
	assert_int_equal(at, 100 * MB);
	assert_int_equal(parts_have(&p), 100 * MB);
}

static void
pieces_have_bounds(void **state)
{
	struct parts p;
	struct http_range r;

	parts_init(&p, 16, 1000);
	assert_true(parts_take(&p, 0, &r));
	assert_int_equal(http_range_len(&r), 1000);
	assert_false(parts_take(&p, 1, &r));
	parts_init(&p, 1, UINT64_MAX / 2);
	assert_int_equal(p.piece, PARTS_PIECE_MOST);
	parts_init(&p, 3, 0);
	assert_false(parts_take(&p, 0, &r));
	assert_int_equal(parts_have(&p), 0);
}

static void
what_a_connection_did_not_fetch_is_fetched_by_another(void **state)
{
	struct parts p;
	struct http_range r;

	parts_init(&p, 2, MB);
	assert_true(parts_take(&p, 0, &r));
	assert_true(parts_take(&p, 1, &r));
	parts_got(&p, 0, 1000);
	parts_stop(&p, 0);
	assert_int_equal(parts_have(&p), 1000);
	assert_true(parts_take(&p, 0, &r));
	assert_int_equal(r.first, 1000);
	assert_int_equal(r.last, PARTS_PIECE_LEAST - 1);
}

static void
runs_that_touch_are_one(void **state)
{
	struct parts p;
	struct http_range r;

	parts_init(&p, 4, MB);
	for (unsigned i = 0; i < 4; i++)
		assert_true(parts_take(&p, i, &r));
	parts_stop(&p, 2);
	parts_stop(&p, 0);
	assert_int_equal(p.gaps, 2);
	parts_stop(&p, 1);
	assert_int_equal(p.gaps, 1);
	parts_stop(&p, 3);
	assert_int_equal(p.gaps, 1);
	assert_int_equal(p.gap[0].end, MB);
}

static void
what_is_missing_is_read_again_from_its_text(void **state)
{
	char text[PARTS_TEXT];
	struct http_writer w = http_writer(text, sizeof text);
	struct parts p, q;
	struct http_range r;

	parts_init(&p, 2, MB);
	parts_take(&p, 0, &r);
	parts_take(&p, 1, &r);
	parts_got(&p, 0, 10);
	parts_got(&p, 1, PARTS_PIECE_LEAST - 10);
	parts_put(&w, &p);
	text[w.len] = '\0';
	assert_string_equal(text, "length 1048576\nmissing 10-262143\nmissing 524278-1048575\n");
	assert_true(parts_read(&q, 3, (struct http_span){text, w.len}));
	assert_int_equal(parts_have(&q), parts_have(&p));
	assert_true(parts_take(&q, 2, &r));
	assert_int_equal(r.first, 10);
	assert_int_equal(r.last, PARTS_PIECE_LEAST - 1);
}

static void
a_file_reaches_to_its_last_octet_that_is_not_missing(void **state)
{
	static const struct {
		const char *text;
		uint64_t reach;
	} row[] = {{"length 10\n", 10}, {"length 10\nmissing 0-9\n", 0}, {"length 10\nmissing 0-8\n", 10},
	    {"length 10\nmissing 2-3\nmissing 6-9\n", 6}, {"length 10\nmissing 4-5\nmissing 6-9\n", 4}};
	struct parts p;

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		assert_true(parts_read(&p, 2, http_span_of(row[i].text)));
		assert_int_equal(parts_reach(&p), row[i].reach);
	}
}

static void
text_that_contradicts_itself_is_refused(void **state)
{
	static const char *const bad[] = {"", "length", "length \n", "length x\n", "length 10",
	    "length 10\nx\n", "length 10\nmissing 0-10\n", "length 10\nmissing 5-4\n",
	    "length 10\nmissing 4-6\nmissing 6-7\n", "length 10\nmissing 5-6\nmissing 1-2\n",
	    "length 10\nmissing 0-3", "length 10\nmissing -3\n", "length 10\nmissing 0-\n",
	    "length 99999999999999999999\n"};
	struct parts p;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(parts_read(&p, 2, http_span_of(bad[i])));
}

static void
the_number_of_runs_in_a_text_is_bounded(void **state)
{
	static char text[PARTS_TEXT * 2];
	struct http_writer w = http_writer(text, sizeof text);
	struct parts p;

	http_put_text(&w, "length 100000\n");
	for (unsigned i = 0; i < PARTS_GAPS; i++) {
		http_put_text(&w, "missing ");
		http_put_number(&w, 10 * i, 10);
		http_put_text(&w, "-");
		http_put_number(&w, 10 * i + 1, 10);
		http_put_text(&w, "\n");
	}
	assert_false(parts_read(&p, 2, (struct http_span){text, w.len}));
}

/* Whatever connections do, each octet is fetched once, and the runs have room. */
static void
every_octet_is_fetched_once(void **state)
{
	enum { LENGTH = 5 * MB + 17 };
	unsigned char *count = calloc(LENGTH, 1);
	struct http_range r;
	struct parts p;

	srand(7);
	parts_init(&p, PARTS_MOST, LENGTH);
	while (parts_have(&p) < LENGTH) {
		unsigned slot = (unsigned)rand() % PARTS_MOST;

		if (parts_idle(&p, slot)) {
			parts_take(&p, slot, &r);
		} else if (rand() % 4 == 0) {
			parts_stop(&p, slot);
		} else {
			uint64_t left = p.slot[slot].end - p.slot[slot].next,
				 n = (uint64_t)rand() % (left + 1);

			for (uint64_t i = 0; i < n; i++)
				count[p.slot[slot].next + i]++;
			parts_got(&p, slot, n);
		}
	}
	for (size_t i = 0; i < LENGTH; i++)
		assert_int_equal(count[i], 1);
	free(count);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_connection_gets_pieces_until_all_are_taken),
	    cmocka_unit_test(pieces_have_bounds),
	    cmocka_unit_test(what_a_connection_did_not_fetch_is_fetched_by_another),
	    cmocka_unit_test(runs_that_touch_are_one),
	    cmocka_unit_test(what_is_missing_is_read_again_from_its_text),
	    cmocka_unit_test(a_file_reaches_to_its_last_octet_that_is_not_missing),
	    cmocka_unit_test(text_that_contradicts_itself_is_refused),
	    cmocka_unit_test(the_number_of_runs_in_a_text_is_bounded),
	    cmocka_unit_test(every_octet_is_fetched_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
