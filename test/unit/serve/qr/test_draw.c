/*
 * Squares of a QR code as SVG and in a terminal. A camera's program reads both in the system tests.
 */
#include "serve/qr/qr.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct qr_code code = {.width = 3, .dark = {1, 1, 0, 0, 0, 1, 1, 0, 1}};

static void
each_run_of_dark_squares_is_one_shape(void **state)
{
	static char text[4096];
	struct http_writer w = http_writer(text, sizeof text - 1);

	qr_put_svg(&w, &code, http_span_of("a&b"));
	assert_int_equal(w.err, 0);
	assert_non_null(strstr(text, "viewBox=\"0 0 11 13\""));
	assert_non_null(strstr(text, "d=\"M4 4h2v1h-2zM6 5h1v1h-1zM4 6h1v1h-1zM6 6h1v1h-1z\""));
	assert_non_null(strstr(text, "<title>a&amp;b</title>"));
}

static void
two_rows_are_one_line_of_the_terminal(void **state)
{
	static char text[4096];
	struct http_writer w = http_writer(text, sizeof text - 1);
	const char *third = text;

	qr_put_terminal(&w, &code);
	assert_int_equal(w.err, 0);
	for (int i = 0; i < 2; i++)
		third = strchr(third, '\n') + 1;
	assert_int_equal(
	    strncmp(
		third, "  \x1b[38;5;16;48;5;231m    \xe2\x96\x80\xe2\x96\x80\xe2\x96\x84    \x1b[0m\n", 42),
	    0);
}

/* What is drawn of the longest text has room. */
static void
the_longest_text_has_room(void **state)
{
	static struct qr_code made;
	static char text[QR_TEXT_MOST + 1], out[QR_SVG_MOST];
	struct http_writer w = http_writer(out, sizeof out);

	if (!qr_available())
		skip();
	memset(text, '&', sizeof text);
	assert_int_equal(qr_make((struct http_span){text, sizeof text}, &made), -LEAT_ENOBUFS);
	assert_int_equal(qr_make((struct http_span){text, 0}, &made), -LEAT_ENOBUFS);
	assert_int_equal(qr_make((struct http_span){text, QR_TEXT_MOST}, &made), 0);
	assert_true(made.width <= QR_WIDTH_MOST);
	qr_put_svg(&w, &made, (struct http_span){text, QR_TEXT_MOST});
	assert_int_equal(w.err, 0);
	w = http_writer(out, QR_TERMINAL_MOST);
	qr_put_terminal(&w, &made);
	assert_int_equal(w.err, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_run_of_dark_squares_is_one_shape),
	    cmocka_unit_test(two_rows_are_one_line_of_the_terminal),
	    cmocka_unit_test(the_longest_text_has_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
