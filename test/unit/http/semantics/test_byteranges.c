/*
 * The frame of multipart/byteranges (RFC 9110, 14.6).
 */
#include "http/semantics/byteranges.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct http_range ranges[] = {{500, 999}, {7000, 7999}, {0, 0}};

static struct http_byteranges
frame(size_t n, const char *type)
{
	return (struct http_byteranges){
	    http_span_of("THIS_STRING_SEPARATES"), http_span_of(type), 8000, ranges, n};
}

/* The example of RFC 9110, 14.6. */
static void
rfc_9110_14_6_heads_and_end_of_parts(void **state)
{
	struct http_byteranges b = frame(2, "application/pdf");
	char buf[512] = "";
	struct http_writer w = http_writer(buf, sizeof buf - 1);

	http_byteranges_type(&w, &b);
	http_put_text(&w, "|");
	for (size_t i = 0; i < b.n; i++) {
		http_byteranges_head(&w, &b, i);
		http_put_text(&w, "...");
	}
	http_byteranges_end(&w, &b);
	assert_string_equal(buf, "multipart/byteranges; boundary=THIS_STRING_SEPARATES|"
				 "--THIS_STRING_SEPARATES\r\n"
				 "Content-Type: application/pdf\r\n"
				 "Content-Range: bytes 500-999/8000\r\n\r\n..."
				 "\r\n--THIS_STRING_SEPARATES\r\n"
				 "Content-Type: application/pdf\r\n"
				 "Content-Range: bytes 7000-7999/8000\r\n\r\n..."
				 "\r\n--THIS_STRING_SEPARATES--\r\n");
}

static void
the_length_is_what_is_written_and_the_ranges(void **state)
{
	static const char *const types[] = {"", "text/plain; charset=utf-8"};

	for (size_t t = 0; t < 2; t++)
		for (size_t n = 1; n <= 3; n++) {
			struct http_byteranges b = frame(n, types[t]);
			uint64_t octets = 0;
			char buf[1024];
			struct http_writer w = http_writer(buf, sizeof buf);

			for (size_t i = 0; i < n; i++) {
				http_byteranges_head(&w, &b, i);
				octets += http_range_len(&ranges[i]);
			}
			http_byteranges_end(&w, &b);
			assert_int_equal(w.err, 0);
			assert_int_equal(http_byteranges_length(&b), w.len + octets);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_9110_14_6_heads_and_end_of_parts),
	    cmocka_unit_test(the_length_is_what_is_written_and_the_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
