/*
 * Elements, parameters and weights (RFC 9110, 5.6.4, 5.6.6 and 12.4.2).
 */
#include "http/semantics/param.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct {
	const char *in, *elements; /* each as "[what|name=value|...]" */
} rows[] = {
    {"", ""},
    {" , ,", ""},
    {"a, b ,c", "[a][b][c]"},
    {"a;q=0.5, b; x = y", "[a|q=0.5][b|x=y]"},
    {"a;n=\"x, y; z\";m=1,b", "[a|n=x, y; z|m=1][b]"},
    {"a;n=\"x\\\"y\\\\\"", "[a|n=x\"y\\]"},
    {"a;;x;=y;", "[a|x=|=y]"},
    {"a;n=\"open, b", "[a|n=open, b]"},
    {"a;n=\"\\", "[a|n=\\]"},
    {";x=1", "[|x=1]"},
};

static void
rfc_9110_5_6_6_parameters_are_cut_outside_of_quotes(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_span rest = http_span_of(rows[i].in), element;
		char text[100] = "";
		struct http_writer w = http_writer(text, sizeof text - 1);
		struct http_param p;

		while (http_element_next(&rest, &element)) {
			http_put_text(&w, "[");
			http_put_span(&w, http_param_begin(&element));
			while (http_param_next(&element, &p)) {
				http_put_text(&w, "|");
				http_put_span(&w, p.name);
				http_put_text(&w, "=");
				http_put_param(&w, &p);
			}
			http_put_text(&w, "]");
		}
		assert_string_equal(text, rows[i].elements);
	}
}

static void
a_parameter_is_found_by_name_in_any_case(void **state)
{
	struct http_span rest = http_span_of("multipart/form-data; Boundary=\"x y\"; boundary=z");
	struct http_param p;

	http_param_begin(&rest);
	assert_true(http_param_find(rest, "boundary", &p));
	assert_true(http_span_is(p.value, "x y"));
	assert_false(http_param_find(rest, "bound", &p));
}

static void
rfc_9110_5_6_4_what_is_quoted_is_read_again(void **state)
{
	static const char text[] = "a\"b\\c, d;\t\xff";
	char buf[64], back[64] = "";
	struct http_writer w = http_writer(buf, sizeof buf), d = http_writer(back, sizeof back - 1);
	struct http_span params;
	struct http_param p;

	http_put_text(&w, "n=");
	http_put_quoted(&w, http_span_of(text));
	params = (struct http_span){buf, w.len};
	assert_true(http_param_next(&params, &p));
	http_put_param(&d, &p);
	assert_string_equal(back, text);
	http_put_quoted(&w, http_span_of("a\r\nb"));
	assert_int_equal(w.err, -LEAT_EINVAL);
}

static void
rfc_9110_12_4_2_weights(void **state)
{
	static const struct {
		const char *params;
		int weight;
	} weights[] = {{"", 1000}, {"x=1", 1000}, {"q=1", 1000}, {"q=0", 0}, {"Q=0.5", 500}, {"q=0.123", 123},
	    {"q=1.000", 1000}, {"q=0.", 0}, {"x=y; q=0.25;z", 250}, {"q=1.001", -1}, {"q=2", -1}, {"q=", -1},
	    {"q=-1", -1}, {"q=0.1234", -1}, {"q=.5", -1}, {"q=0,5", -1}, {"q=00", -1}, {"q=1e3", -1}};

	for (size_t i = 0; i < sizeof weights / sizeof weights[0]; i++) {
		print_message("%s\n", weights[i].params);
		assert_int_equal(http_weight(http_span_of(weights[i].params)), weights[i].weight);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_9110_5_6_6_parameters_are_cut_outside_of_quotes),
	    cmocka_unit_test(a_parameter_is_found_by_name_in_any_case),
	    cmocka_unit_test(rfc_9110_5_6_4_what_is_quoted_is_read_again),
	    cmocka_unit_test(rfc_9110_12_4_2_weights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
