/*
 * Heads, chunks and trailer sections as they are written, and what is refused.
 */
#include "http/message/writer.h"

#include "base/err.h"
#include "http/message/octet.h"
#include "http/message/parser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static char room[1000];

static void
expect(const struct http_writer *w, const char *text)
{
	assert_int_equal(w->err, 0);
	assert_int_equal(w->len, strlen(text));
	assert_memory_equal(w->at, text, w->len);
}

/* RFC 9112, 4: the phrase may be empty, the space before it is sent. */
static void
status_lines(void **state)
{
	struct http_writer w = http_writer(room, sizeof room);

	http_write_status(&w, 404);
	http_write_status(&w, 299);
	expect(&w, "HTTP/1.1 404 Not Found\r\nHTTP/1.1 299 \r\n");
}

static void
request_head(void **state)
{
	struct http_writer w = http_writer(room, sizeof room);

	http_write_request(&w, http_span_of("GET"), http_span_of("/a?b"));
	http_write_text_field(&w, "Host", "h");
	http_write_number_field(&w, "Content-Length", UINT64_MAX);
	http_write_end(&w);
	expect(&w, "GET /a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551615\r\n\r\n");
}

/* RFC 9112, 7.1. */
static void
chunks_and_trailers(void **state)
{
	struct http_field trailer = {http_span_of("A"), http_span_of("b")};
	struct http_writer w = http_writer(room, sizeof room);

	http_write_chunk_line(&w, 0x1a2b);
	http_write_last_chunk(&w, &trailer, 1);
	http_write_last_chunk(&w, NULL, 0);
	expect(&w, "1a2b\r\n0\r\nA: b\r\n\r\n0\r\n\r\n");
}

/* RFC 9110, 5.5: CR, LF and NUL are dangerous; so is every other control octet but the tab. */
static void
each_octet_in_a_value_is_taken_or_refused(void **state)
{
	for (unsigned o = 0; o < 256; o++) {
		char value[3] = {'a', (char)o, 'b'};
		struct http_writer w = http_writer(room, sizeof room);
		bool fine = (o >= 0x20 && o != 0x7f) || o == '\t';

		http_write_field(&w, http_span_of("A"), (struct http_span){value, 3});
		assert_int_equal(w.err, fine ? 0 : -LEAT_EINVAL);
	}
}

static void
each_octet_in_a_name_is_taken_or_refused(void **state)
{
	for (unsigned o = 0; o < 256; o++) {
		char name[3] = {'a', (char)o, 'b'};
		struct http_writer w = http_writer(room, sizeof room);

		http_write_field(&w, (struct http_span){name, 3}, http_span_of("x"));
		assert_int_equal(w.err, http_octet_is((char)o, HTTP_TCHAR) ? 0 : -LEAT_EINVAL);
	}
}

/* What the writer takes, the parser reads back: nothing else could hide in a target. */
static void
each_octet_in_a_target_is_read_back_or_refused(void **state)
{
	for (unsigned o = 0; o < 256; o++) {
		char target[3] = {'/', (char)o, 'b'};
		struct http_writer w = http_writer(room, sizeof room);
		struct http_field field[4];
		struct http_parser p;
		size_t used;

		http_write_request(&w, http_span_of("GET"), (struct http_span){target, 3});
		http_write_text_field(&w, "Host", "h");
		http_write_end(&w);
		if (w.err)
			continue;
		http_parser_requests(&p, &http_limits_usual, field, 4);
		assert_int_equal(http_parser_next(&p, room, w.len, &used), HTTP_EVENT_HEAD);
		assert_memory_equal(p.request.target.at, target, 3);
	}
}

static void
blanks_at_the_ends_of_a_value_are_refused(void **state)
{
	static const char *const bad[] = {" a", "a ", "\ta", "a\t", " "};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(http_value_valid(http_span_of(bad[i])));
	assert_true(http_value_valid(http_span_of("")));
	assert_true(http_value_valid(http_span_of("a b\tc")));
}

/* The first failure stands, nothing is written after it, and no octet beyond the room. */
static void
room_that_ends_is_an_error(void **state)
{
	static const char text[] = "HTTP/1.1 200 OK\r\nA: bc\r\n\r\n";

	for (size_t most = 0; most < sizeof text; most++) {
		char *exact = malloc(most + 1);
		struct http_writer w = http_writer(exact, most);

		http_write_status(&w, 200);
		http_write_text_field(&w, "A", "bc");
		http_write_end(&w);
		assert_int_equal(w.err, most < sizeof text - 1 ? -LEAT_ENOBUFS : 0);
		http_write_text_field(&w, "A b", "c");
		assert_int_equal(w.err, most < sizeof text - 1 ? -LEAT_ENOBUFS : -LEAT_EINVAL);
		assert_true(w.len <= most);
		free(exact);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(status_lines),
	    cmocka_unit_test(request_head),
	    cmocka_unit_test(chunks_and_trailers),
	    cmocka_unit_test(each_octet_in_a_value_is_taken_or_refused),
	    cmocka_unit_test(each_octet_in_a_name_is_taken_or_refused),
	    cmocka_unit_test(each_octet_in_a_target_is_read_back_or_refused),
	    cmocka_unit_test(blanks_at_the_ends_of_a_value_are_refused),
	    cmocka_unit_test(room_that_ends_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
