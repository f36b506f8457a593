/*
 * Lines of progress, and a terminal that they are drawn on.
 */
#include "get/show/progress.h"
#include "get/show/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROWS = 30, WIDE = 80 };

/* As much of a terminal as the drawings use. */
struct screen {
	char cell[ROWS][WIDE + 1];
	unsigned row, column;
};

static void
screen_clear(struct screen *s)
{
	*s = (struct screen){0};
	for (unsigned i = 0; i < ROWS; i++)
		memset(s->cell[i], ' ', WIDE);
}

static void
erase_rest(struct screen *s)
{
	memset(s->cell[s->row] + s->column, ' ', WIDE - s->column);
	for (unsigned i = s->row + 1; i < ROWS; i++)
		memset(s->cell[i], ' ', WIDE);
}

static size_t
escape(struct screen *s, const char *at)
{
	char *end;
	unsigned long n = strtoul(at + 2, &end, 10);

	assert_int_equal(at[1], '[');
	if (*end == 'J') {
		erase_rest(s);
	} else {
		assert_int_equal(*end, 'A');
		assert_in_range(n, 1, s->row);
		s->row -= (unsigned)n;
	}
	return (size_t)(end - at) + 1;
}

static void
show(struct screen *s, const struct http_writer *w)
{
	assert_int_equal(w->err, 0);
	for (size_t i = 0; i < w->len;) {
		char c = w->at[i];

		if (c == '\033') {
			i += escape(s, w->at + i);
			continue;
		}
		if (c == '\r') {
			s->column = 0;
		} else if (c == '\n') {
			s->column = 0;
			s->row++;
		} else {
			assert_in_range(s->column, 0, WIDE - 2); /* the last column stays free */
			s->cell[s->row][s->column++] = c;
		}
		i++;
	}
}

static const char *
line(struct screen *s, unsigned row)
{
	size_t n = WIDE;

	while (n > 0 && s->cell[row][n - 1] == ' ')
		n--;
	s->cell[row][n] = '\0';
	return s->cell[row];
}

static char octets[PROGRESS_ROOM];

static void
draw(struct progress *p, struct screen *s, nsec_t now)
{
	struct http_writer w = http_writer(octets, sizeof octets);

	assert_true(progress_draw(p, &w, now));
	show(s, &w);
}

/* A screen on which the transfer @name begins, of which @have octets are here. */
static void
begin(struct progress *p, struct screen *s, struct progress_item *i, const char *name, uint64_t have)
{
	screen_clear(s);
	progress_init(p, WIDE, 4, 0);
	progress_add(p, i, http_span_of(name), have, 0);
}

static void
end(struct progress *p, struct screen *s, struct progress_item *i, bool whole, nsec_t now)
{
	struct http_writer w = http_writer(octets, sizeof octets);

	progress_end(p, i, &w, whole, now);
	show(s, &w);
}

static void
a_line_says_how_far_how_fast_and_how_long(void **state)
{
	struct progress p;
	struct progress_item i;
	struct screen s;

	begin(&p, &s, &i, "big.iso", 0);
	progress_total(&i, 10000000);
	progress_done(&i, 4500000);
	draw(&p, &s, SEC);
	assert_string_equal(
	    line(&s, 0), "big.iso                     45% [======>        ]  4.5 MB   4.5 MB/s    1s left");
	progress_done(&i, 10000000);
	end(&p, &s, &i, true, 2 * SEC);
	assert_string_equal(
	    line(&s, 0), "big.iso                    100% [===============] 10.0 MB   5.0 MB/s      in 2s");
	assert_int_equal(s.row, 1);
	assert_int_equal(s.column, 0);
}

static void
without_a_total_there_is_no_bar(void **state)
{
	struct progress p;
	struct progress_item i;
	struct screen s;

	begin(&p, &s, &i, "stream", 0);
	progress_done(&i, 4500000);
	draw(&p, &s, 3 * SEC);
	assert_non_null(strstr(line(&s, 0), "4.5 MB   1.5 MB/s         3s"));
	assert_null(strchr(line(&s, 0), '%'));
	assert_null(strchr(line(&s, 0), '['));
}

static void
a_line_is_never_wider_than_the_terminal(void **state)
{
	struct progress_item i;
	struct progress p;

	progress_init(&p, WIDE, 4, 0);
	progress_add(&p, &i, http_span_of("a-name-that-is-rather-long-for-a-terminal-中文.tar.gz"), 0, 0);
	progress_total(&i, UINT64_MAX);
	progress_done(&i, UINT64_MAX - 1);
	for (unsigned columns = 14; columns < 300; columns++) {
		struct http_writer w = http_writer(octets, sizeof octets);

		progress_put_line(&w, &i, columns, false, 3 * SEC);
		assert_int_equal(w.err, 0);
		assert_int_equal(show_columns((struct http_span){octets, w.len}), columns);
	}
}

static void
lines_are_drawn_again_in_their_place(void **state)
{
	struct progress p;
	struct progress_item a, b;
	struct screen s;

	screen_clear(&s);
	progress_init(&p, WIDE, 4, 0);
	progress_expect(&p, 3);
	progress_add(&p, &a, http_span_of("a"), 0, 0);
	progress_add(&p, &b, http_span_of("b"), 0, 0);
	draw(&p, &s, SEC);
	progress_done(&b, 1000);
	draw(&p, &s, 2 * SEC);
	assert_int_equal(line(&s, 0)[0], 'a');
	assert_int_equal(line(&s, 1)[0], 'b');
	assert_string_equal(line(&s, 2), "0 of 3 files, 1.0 kB, 500 B/s");
	assert_string_equal(line(&s, 3), "");

	end(&p, &s, &b, true, 3 * SEC);
	assert_int_equal(line(&s, 0)[0], 'b');
	assert_string_equal(line(&s, 1), "");
	draw(&p, &s, 4 * SEC);
	assert_int_equal(line(&s, 0)[0], 'b');
	assert_int_equal(line(&s, 1)[0], 'a');
	assert_non_null(strstr(line(&s, 2), "1 of 3 files"));
	end(&p, &s, &a, false, 5 * SEC);
	assert_string_equal(line(&s, 1), "");
	assert_int_equal(s.row, 1);
}

static void
more_transfers_than_rows_are_counted_only(void **state)
{
	struct progress p;
	struct progress_item item[6];
	struct screen s;

	screen_clear(&s);
	progress_init(&p, WIDE, 2, 0);
	progress_expect(&p, 6);
	for (unsigned i = 0; i < 6; i++) {
		progress_add(&p, &item[i], http_span_of("x"), 0, 0);
		progress_done(&item[i], 100);
	}
	draw(&p, &s, SEC);
	assert_int_equal(line(&s, 1)[0], 'x');
	assert_string_equal(line(&s, 2), "0 of 6 files, 600 B, 600 B/s");
	assert_string_equal(line(&s, 3), "");
}

static void
drawings_are_a_fifth_of_a_second_apart(void **state)
{
	struct progress p;
	struct progress_item i;
	struct http_writer w = http_writer(octets, sizeof octets);

	progress_init(&p, WIDE, 4, 0);
	progress_add(&p, &i, http_span_of("a"), 0, 0);
	assert_false(progress_draw(&p, &w, 199 * MSEC));
	assert_true(progress_draw(&p, &w, 200 * MSEC));
	assert_false(progress_draw(&p, &w, 399 * MSEC));
	assert_true(progress_draw(&p, &w, 400 * MSEC));
}

static void
what_was_drawn_can_be_erased(void **state)
{
	struct progress p;
	struct progress_item i;
	struct screen s;
	struct http_writer w = http_writer(octets, sizeof octets);

	screen_clear(&s);
	progress_init(&p, WIDE, 4, 0);
	progress_expect(&p, 2);
	progress_add(&p, &i, http_span_of("a"), 0, 0);
	progress_erase(&p, &w);
	assert_int_equal(w.len, 0);
	draw(&p, &s, SEC);
	progress_erase(&p, &w);
	show(&s, &w);
	assert_string_equal(line(&s, 0), "");
	assert_string_equal(line(&s, 1), "");
	assert_int_equal(s.row, 0);
}

static void
octets_of_an_earlier_run_are_no_speed(void **state)
{
	struct progress p;
	struct progress_item i;
	struct screen s;

	begin(&p, &s, &i, "a", 5000000);
	progress_total(&i, 10000000);
	progress_done(&i, 6000000);
	draw(&p, &s, SEC);
	assert_non_null(strstr(line(&s, 0), " 60% "));
	assert_non_null(strstr(line(&s, 0), " 1.0 MB/s "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_says_how_far_how_fast_and_how_long),
	    cmocka_unit_test(without_a_total_there_is_no_bar),
	    cmocka_unit_test(a_line_is_never_wider_than_the_terminal),
	    cmocka_unit_test(lines_are_drawn_again_in_their_place),
	    cmocka_unit_test(more_transfers_than_rows_are_counted_only),
	    cmocka_unit_test(drawings_are_a_fifth_of_a_second_apart),
	    cmocka_unit_test(what_was_drawn_can_be_erased),
	    cmocka_unit_test(octets_of_an_earlier_run_are_no_speed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
