/*
 * Templates of -w.
 */
#include "get/show/format.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct result {
	struct format_out out;
	char text[2][4096]; /* for standard output, and for standard error */
	size_t len[2];
	char unknown[100];
};

static void
put(struct format_out *o, struct http_span octets, bool errors)
{
	struct result *r = (struct result *)o;

	assert_true(r->len[errors] + octets.len < sizeof r->text[0]);
	memcpy(r->text[errors] + r->len[errors], octets.at, octets.len);
	r->len[errors] += octets.len;
}

static void
unknown(struct format_out *o, struct http_span name)
{
	struct result *r = (struct result *)o;

	memcpy(r->unknown, name.at, name.len);
}

static const struct http_field fields[] = {
    {{"Content-Type", 12}, {"text/html", 9}},
    {{"Set-Cookie", 10}, {"a=\"b\"", 5}},
    {{"set-cookie", 10}, {"c=d", 3}},
};

static const struct get_facts facts = {
    .url = {"h:80/x", 6},
    .effective = {"http://h/x", 10},
    .method = {"GET", 3},
    .scheme = {"http", 4},
    .local_ip = {"::1", 3},
    .local_port = 40000,
    .status = 200,
    .has_version = true,
    .minor = 1,
    .field = fields,
    .fields = 3,
    .downloaded = 3000,
    .head_octets = 120,
    .connects = 1,
    .time = {.name = 20 * USEC, .connect = 1500 * USEC, .total = 1500 * MSEC},
};

static struct result
fill_in(const char *template, const struct get_facts *f)
{
	struct result r = {.out = {put, unknown}};

	format_write(http_span_of(template), f, &r.out);
	return r;
}

static void
variables_have_their_values_in_curls_form(void **state)
{
	static const struct {
		const char *template, *text;
	} rows[] = {
	    {"%{http_code} %{response_code}\\n", "200 200\n"},
	    {"%{time_total},%{time_namelookup},%{time_connect},%{time_appconnect}",
		"1.500000,0.000020,0.001500,0.000000"},
	    {"%{size_download}@%{speed_download}", "3000@2000"},
	    {"%{content_type}|%{redirect_url}|%{http_version}", "text/html||1.1"},
	    {"%{url} %{url_effective} %{method}", "h:80/x http://h/x GET"},
	    {"%{local_ip}:%{local_port}", "::1:40000"},
	    {"%header{SET-COOKIE}%header{x}", "a=\"b\""},
	    {"100%%\\t\\r", "100%\t\r"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct result r = fill_in(rows[i].template, &facts);

		assert_string_equal(r.text[0], rows[i].text);
		assert_string_equal(r.unknown, "");
	}
}

/* As curl does it; a user sees the mistake in the output. */
static void
what_is_malformed_stands_for_itself(void **state)
{
	static const char *const rows[] = {"%x", "%", "%{http_code", "%header{x", "\\q", "\\", "%header"};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(fill_in(rows[i], &facts).text[0], rows[i]);
}

static void
an_unknown_variable_is_reported_by_name(void **state)
{
	struct result r = fill_in("a%{http_cod}b", &facts);

	assert_string_equal(r.text[0], "ab");
	assert_string_equal(r.unknown, "http_cod");
}

static void
without_a_response_the_code_is_000(void **state)
{
	struct get_facts none = {.exit_code = 7, .error = {"refused", 7}};

	assert_string_equal(fill_in("%{http_code} %{exitcode} %{errormsg}", &none).text[0], "000 7 refused");
	assert_string_equal(fill_in("%{http_version}", &none).text[0], "0");
}

static void
the_output_can_be_standard_error(void **state)
{
	struct result r = fill_in("a%{stderr}b%{stdout}c", &facts);

	assert_string_equal(r.text[0], "ac");
	assert_string_equal(r.text[1], "b");
}

static void
what_follows_onerror_is_for_failures(void **state)
{
	struct get_facts failed = {.exit_code = 7};

	assert_string_equal(fill_in("a%{onerror}b", &facts).text[0], "a");
	assert_string_equal(fill_in("a%{onerror}b", &failed).text[0], "ab");
}

static void
json_has_all_variables_and_escapes_values(void **state)
{
	struct get_facts f = facts;
	struct result r;

	f.filename = http_span_of("a\"\\\n\xc3\xa9");
	r = fill_in("%{json}", &f);
	assert_true(
	    strncmp(r.text[0], "{\"content_type\":\"text/html\",\"errormsg\":null,\"exitcode\":0,", 56) == 0);
	assert_non_null(
	    strstr(r.text[0], "\"filename_effective\":\"a\\\"\\\\\\u000a\xc3\xa9\",\"http_code\":200,"));
	assert_non_null(strstr(r.text[0], "\"time_total\":1.500000,"));
	assert_int_equal(r.text[0][r.len[0] - 1], '}');
}

static void
fields_of_one_name_are_one_member(void **state)
{
	assert_string_equal(fill_in("%{header_json}", &facts).text[0],
	    "{\"content-type\":[\"text/html\"],\n\"set-cookie\":[\"a=\\\"b\\\"\",\"c=d\"]\n}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(variables_have_their_values_in_curls_form),
	    cmocka_unit_test(what_is_malformed_stands_for_itself),
	    cmocka_unit_test(an_unknown_variable_is_reported_by_name),
	    cmocka_unit_test(without_a_response_the_code_is_000),
	    cmocka_unit_test(the_output_can_be_standard_error),
	    cmocka_unit_test(what_follows_onerror_is_for_failures),
	    cmocka_unit_test(json_has_all_variables_and_escapes_values),
	    cmocka_unit_test(fields_of_one_name_are_one_member),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
