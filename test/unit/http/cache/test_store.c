/*
 * What a private cache keeps, selects, renews and drops (RFC 9111, 3 and 4).
 */
#include "fields.h"

#include "http/cache/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* clang-format off */
static const struct {
	enum http_method method;
	unsigned status;
	const char *request, *response;
	bool stored;
} stores[] = {
	{HTTP_GET, 200, "", "", true}, {HTTP_GET, 404, "", "", true}, {HTTP_GET, 301, "", "", true},
	{HTTP_HEAD, 200, "", "", false}, {HTTP_POST, 200, "", "Cache-Control: max-age=60", false},
	{HTTP_GET, 206, "", "Cache-Control: max-age=60", false}, {HTTP_GET, 304, "", "Cache-Control: max-age=60", false},
	{HTTP_GET, 103, "", "Cache-Control: max-age=60", false},
	{HTTP_GET, 200, "Cache-Control: no-store", "", false}, {HTTP_GET, 200, "", "Cache-Control: no-store", false},
	{HTTP_GET, 200, "", "Cache-Control: private", true}, {HTTP_GET, 200, "Authorization: x", "", true},
	{HTTP_GET, 200, "", "Cache-Control: no-cache", true},
	/* how long? */
	{HTTP_GET, 302, "", "", false}, {HTTP_GET, 302, "", "Cache-Control: max-age=60", true}, {HTTP_GET, 500, "", "", false},
	{HTTP_GET, 302, "", "Expires: Sun, 06 Nov 1994 08:49:37 GMT", true}, {HTTP_GET, 302, "", "Cache-Control: public", true},
	{HTTP_GET, 299, "", "Cache-Control: max-age=60", true},
	/* 5.2.2.3 */
	{HTTP_GET, 299, "", "Cache-Control: max-age=60, must-understand, no-store", false},
	{HTTP_GET, 200, "", "Cache-Control: max-age=60, must-understand, no-store", true},
	/* 4.1 */
	{HTTP_GET, 200, "", "Vary: *", false}, {HTTP_GET, 200, "", "Vary: Accept, *", false}, {HTTP_GET, 200, "", "Vary: Accept", true},
};

static const struct {
	const char *response, *then, *now;
	bool selected;
} selections[] = {
	{"", "Accept: a", "Accept: b", true},
	{"Vary: Accept", "Accept: a", "accept: a", true}, {"Vary: Accept", "Accept: a", "Accept: b", false},
	{"Vary: accept", "Accept: a", "", false}, {"Vary: Accept", "", "Accept: a", false}, {"Vary: Accept", "", "", true},
	{"Vary: Accept", "Accept:", "", false},
	{"Vary: Accept", "Accept: a,  b", "Accept: a\nX: y\nAccept: b", true}, {"Vary: Accept", "Accept: a, b", "Accept: b, a", false},
	{"Vary: Accept", "Accept: a", "Accept: a, b", false},
	{"Vary: Accept, Accept-Language", "Accept: a\nAccept-Language: en", "Accept: a\nAccept-Language: zh", false},
	{"Vary: Accept\nVary: Accept-Language", "Accept-Language: en", "Accept-Language: zh", false},
	{"Vary: *", "", "", false},
};
/* clang-format on */

static struct http_cached
cached(unsigned status, const struct fields *f)
{
	return (struct http_cached){status, f->at, f->n, 1700000000, 1700000000};
}

static void
rfc_9111_3_what_is_kept(void **state)
{
	for (size_t i = 0; i < sizeof stores / sizeof stores[0]; i++) {
		struct fields request = fields_of(stores[i].request),
			      response = fields_of(stores[i].response);
		struct http_cached r = cached(stores[i].status, &response);

		print_message("row %zu\n", i);
		assert_int_equal(
		    http_cache_may_store(stores[i].method, request.at, request.n, &r), stores[i].stored);
	}
}

static void
rfc_9111_4_1_what_is_selected(void **state)
{
	for (size_t i = 0; i < sizeof selections / sizeof selections[0]; i++) {
		struct fields f = fields_of(selections[i].response), then = fields_of(selections[i].then),
			      now = fields_of(selections[i].now);
		struct http_cached r = cached(200, &f);

		print_message("row %zu\n", i);
		assert_int_equal(
		    http_cache_selects(&r, then.at, then.n, now.at, now.n), selections[i].selected);
	}
}

static void
rfc_9111_3_1_fields_of_one_connection_are_not_kept(void **state)
{
	struct fields f =
	    fields_of("Connection: close, X-Hop\nX-Hop: 1\nETag: \"a\"\nTransfer-Encoding: chunked");
	static const bool kept[] = {false, false, true, false};

	for (size_t i = 0; i < f.n; i++)
		assert_int_equal(http_cache_keeps(f.at, f.n, f.at[i].name), kept[i]);
}

static void
rfc_9111_4_3_1_the_conditions_are_what_identifies_the_response(void **state)
{
	static const struct {
		const char *response, *fields;
	} rows[] = {{"ETag: W/\"a\"\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT",
			"If-None-Match: W/\"a\"\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"},
	    {"ETag: \"a\"", "If-None-Match: \"a\"\r\n"}, {"ETag: a\nLast-Modified: b", ""}, {"", ""}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fields f = fields_of(rows[i].response);
		struct http_cached r = cached(200, &f);
		char buf[200] = "";
		struct http_writer w = http_writer(buf, sizeof buf - 1);

		assert_int_equal(http_cache_put_conditions(&w, &r), rows[i].fields[0] != 0);
		assert_string_equal(buf, rows[i].fields);
	}
}

static void
rfc_9111_3_2_a_304_renews_the_fields(void **state)
{
	struct fields old = fields_of(
			  "Date: 1\nContent-Type: a\nSet-Cookie: x\nSet-Cookie: y\nContent-Length: 5\nX: 1"),
		      new = fields_of(
			  "date: 2\nContent-Type: b\nset-cookie: z\nContent-Length: 0\nConnection: Y\nY: 1");
	struct http_cached r = cached(200, &old);
	struct http_field out[6];
	char buf[200] = "";
	struct http_writer w = http_writer(buf, sizeof buf - 1);
	size_t n = http_cache_update(&r, new.at, new.n, out, 6);

	http_write_fields(&w, out, n);
	assert_string_equal(
	    buf, "Content-Type: a\r\nContent-Length: 5\r\nX: 1\r\ndate: 2\r\nset-cookie: z\r\n");
	assert_int_equal(http_cache_update(&r, new.at, new.n, out, 4), 0);
}

static void
rfc_9111_4_4_unsafe_methods_invalidate(void **state)
{
	assert_true(http_cache_invalidates(HTTP_PUT, 204));
	assert_true(http_cache_invalidates(HTTP_POST, 303));
	assert_true(http_cache_invalidates(HTTP_METHOD_OTHER, 200));
	assert_false(http_cache_invalidates(HTTP_PUT, 412));
	assert_false(http_cache_invalidates(HTTP_GET, 200));
	assert_false(http_cache_invalidates(HTTP_HEAD, 200));
}

static void
rfc_9111_4_4_a_location_of_the_same_origin_is_invalid_too(void **state)
{
	static const struct {
		const char *reference, *uri;
	} rows[] = {{"../y", "http://h/y"}, {"http://H:80/z", "http://H:80/z"}, {"//h/z", "http://h/z"},
	    {"https://h/z", ""}, {"http://other/z", ""}, {"http://h:81/", ""}, {"a b", ""}, {"urn:x", ""}};
	struct http_uri target;

	assert_true(http_uri_parse(http_span_of("http://h/x/"), &target));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char buf[100] = "";
		struct http_writer w = http_writer(buf, sizeof buf - 1);

		assert_int_equal(http_cache_invalidates_too(&w, &target, http_span_of(rows[i].reference)),
		    rows[i].uri[0] != 0);
		buf[w.len] = 0;
		assert_string_equal(buf, rows[i].uri);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_9111_3_what_is_kept),
	    cmocka_unit_test(rfc_9111_4_1_what_is_selected),
	    cmocka_unit_test(rfc_9111_3_1_fields_of_one_connection_are_not_kept),
	    cmocka_unit_test(rfc_9111_4_3_1_the_conditions_are_what_identifies_the_response),
	    cmocka_unit_test(rfc_9111_3_2_a_304_renews_the_fields),
	    cmocka_unit_test(rfc_9111_4_4_unsafe_methods_invalidate),
	    cmocka_unit_test(rfc_9111_4_4_a_location_of_the_same_origin_is_invalid_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
