/*
 * test/unit/serve/echo/test_echo.c - a request as it is shown: text, JSON and a page.
 */
#include "serve/echo/echo.h"

#include "http/message/parser.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { FIELDS = 20 };

struct shown {
	char head[2048], text[65536];
};

/* Renders the request with this head, to which an empty line is added, and this content. */
static const char *
show(struct shown *s, enum echo_form form, const char *head, struct http_span content, uint64_t length)
{
	static const struct http_field trailer = {{"Sum", 3}, {"1", 1}};
	struct http_field field[FIELDS];
	struct http_parser p;
	struct http_writer w = http_writer(s->text, sizeof s->text - 1);
	struct echo_request r = {.content = content, .length = length};
	size_t used;

	strcpy(s->head, head);
	strcat(s->head, "\r\n");
	http_parser_requests(&p, &http_limits_usual, field, FIELDS);
	assert_int_equal(http_parser_next(&p, s->head, strlen(s->head), &used), HTTP_EVENT_HEAD);
	r.head = &p.request;
	if (strstr(head, "chunked")) {
		r.trailer = &trailer;
		r.trailers = 1;
	}
	echo_put(&w, form, PAGE_ENGLISH, &r);
	assert_int_equal(w.err, 0);
	s->text[w.len] = '\0';
	return s->text;
}

#define POST(type) "POST /echo?a=1&b=%e4%b8%ad+x HTTP/1.1\r\nHost: h\r\nContent-Type: " type "\r\n"

static void
text_has_the_head_both_kinds_of_parameters_and_the_content(void **state)
{
	struct shown s;

	assert_string_equal(show(&s, ECHO_TEXT, POST("application/x-www-form-urlencoded") "X: y\r\n",
				http_span_of("c=%41&d"), 7),
	    "POST /echo?a=1&b=%e4%b8%ad+x HTTP/1.1\n  Host: h\n"
	    "  Content-Type: application/x-www-form-urlencoded\n  X: y\n\n"
	    "Parameters in the URL:\n  a = 1\n  b = \xe4\xb8\xad x\n"
	    "Parameters in the content:\n  c = A\n  d = \nContent: 7 octets\nc=%41&d\n");
}

static void
controls_in_a_value_do_not_reach_a_terminal(void **state)
{
	struct shown s;

	show(&s, ECHO_TEXT, "GET /echo?a=%1b[31m%7f HTTP/1.1\r\nHost: h\r\n", http_span_of(""), 0);
	assert_non_null(strstr(s.text, "  a = \\x1b[31m\\x7f\n"));
	assert_null(strchr(s.text, 0x1b));
}

static void
content_that_is_no_text_is_shown_as_numbers(void **state)
{
	struct shown s;

	show(&s, ECHO_TEXT, "PUT /echo HTTP/1.1\r\nHost: h\r\n", (struct http_span){"a\0<\xff", 4}, 4);
	assert_non_null(strstr(s.text, "Content: 4 octets\n00000000  61 00 3c ff "));
	assert_non_null(strstr(s.text, "  a.<.\n"));
	show(&s, ECHO_HTML, "PUT /echo HTTP/1.1\r\nHost: h\r\n", (struct http_span){"a\0<\xff", 4}, 4);
	assert_non_null(strstr(s.text, "  a.&lt;.\n"));
}

static void
of_large_content_the_first_octets_are_shown(void **state)
{
	struct shown s;

	/* the last character is cut off */
	show(&s, ECHO_TEXT, "PUT /echo HTTP/1.1\r\nHost: h\r\n", http_span_of("abc\xe4\xb8"), 1000000);
	assert_non_null(strstr(s.text, "Content: 1000000 octets, of which these are the first 3\nabc\n"));
}

static const char *
text_at(const json_t *array, size_t i, const char *name)
{
	return json_string_value(json_object_get(json_array_get(array, i), name));
}

static void
json_has_each_member_for_any_request(void **state)
{
	struct shown s;
	json_t *o = json_loads(show(&s, ECHO_JSON, POST("x/y") "Transfer-Encoding: chunked\r\n",
				   (struct http_span){"\"\x01", 2}, 2),
	    0, NULL);
	json_t *content = json_object_get(o, "content");

	assert_non_null(o);
	assert_string_equal(json_string_value(json_object_get(o, "method")), "POST");
	assert_string_equal(json_string_value(json_object_get(o, "path")), "/echo");
	assert_string_equal(json_string_value(json_object_get(o, "query")), "a=1&b=%e4%b8%ad+x");
	assert_string_equal(text_at(json_object_get(o, "url_parameters"), 1, "value"), "\xe4\xb8\xad x");
	assert_true(json_is_null(json_object_get(o, "body_parameters")));
	assert_string_equal(text_at(json_object_get(o, "fields"), 1, "value"), "x/y");
	assert_string_equal(text_at(json_object_get(o, "trailers"), 0, "name"), "Sum");
	assert_int_equal(json_integer_value(json_object_get(content, "octets")), 2);
	assert_string_equal(json_string_value(json_object_get(content, "hex")), "2201");
	json_decref(o);
}

#define PART(fields, data) "--B\r\nContent-Disposition: form-data; " fields "\r\n\r\n" data "\r\n"

static void
parts_of_a_form_with_files_stand_beside_the_parameters_of_the_url(void **state)
{
	struct shown s;
	struct http_span content = http_span_of(PART("name=\"n\"", "v\r\n--w")
		PART("name=\"f\"; filename=\"a<b\"\r\nContent-Type: text/css", "data") "--B--\r\n");
	json_t *o, *params;

	show(&s, ECHO_TEXT, POST("multipart/form-data; boundary=B"), content, content.len);
	assert_non_null(strstr(s.text, "  n = v\\x0d\\x0a--w\n  f = data  (file a<b, 4 octets)\n"));
	o = json_loads(
	    show(&s, ECHO_JSON, POST("multipart/form-data; boundary=B"), content, content.len), 0, NULL);
	params = json_object_get(o, "body_parameters");
	assert_int_equal(json_array_size(params), 2);
	assert_string_equal(text_at(params, 0, "value"), "v\r\n--w");
	assert_null(text_at(params, 0, "file_name"));
	assert_string_equal(text_at(params, 1, "file_name"), "a<b");
	assert_string_equal(text_at(params, 1, "type"), "text/css");
	json_decref(o);
	show(&s, ECHO_HTML, POST("multipart/form-data; boundary=B"), content, content.len);
	assert_non_null(strstr(s.text, "<tr><th scope=\"row\">f<td>data (a&lt;b, 4 octets)\n"));
}

static void
a_form_that_is_cut_off_shows_what_there_is(void **state)
{
	struct shown s;
	struct http_span content = http_span_of(PART("name=\"n\"", "v") "--B\r\nContent-Dispo");

	show(&s, ECHO_TEXT, POST("multipart/form-data; boundary=B"), content, 100000);
	assert_non_null(strstr(s.text, "Parameters in the content:\n  n = v\nContent: 100000"));
}

/* Whoever sends someone a link to the page must not run a script there. */
static void
the_page_has_no_sign_of_others(void **state)
{
	struct shown s;

	show(&s, ECHO_HTML, "GET /echo?%3Cscript%3E=%22' HTTP/1.1\r\nHost: h\r\nX: <script>\r\n",
	    http_span_of("<script>\tx\n"), 11);
	assert_null(strstr(s.text, "<script"));
	assert_non_null(strstr(s.text, "<th scope=\"row\">&lt;script&gt;<td>&quot;&#39;"));
	assert_non_null(strstr(s.text, "<pre>\n&lt;script&gt;\tx\n</pre>"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_has_the_head_both_kinds_of_parameters_and_the_content),
	    cmocka_unit_test(controls_in_a_value_do_not_reach_a_terminal),
	    cmocka_unit_test(content_that_is_no_text_is_shown_as_numbers),
	    cmocka_unit_test(of_large_content_the_first_octets_are_shown),
	    cmocka_unit_test(json_has_each_member_for_any_request),
	    cmocka_unit_test(parts_of_a_form_with_files_stand_beside_the_parameters_of_the_url),
	    cmocka_unit_test(a_form_that_is_cut_off_shows_what_there_is),
	    cmocka_unit_test(the_page_has_no_sign_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
