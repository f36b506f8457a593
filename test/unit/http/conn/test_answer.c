/*
 * What a handler may answer, and how it is framed.
 */
#include "script.h"
#include "server_rig.h"

#include "base/err.h"

#include <stdlib.h>
#include <unistd.h>

/* RFC 9110, 9.3.2: HEAD has the fields of GET, and no content. */
static void
head_has_fields_and_no_content(void **state)
{
	struct server_rig *r = *state;

	server_expect(r, "HEAD /hello HTTP/1.1\r\nHost: h\r\n\r\nHEAD /produced HTTP/1.1\r\nHost: h\r\n\r\n",
	    HTTP_WANT_READ,
	    "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
	    "chunked\r\n\r\n");
}

/* RFC 9110, 8.6: no Content-Length in a 204; a 304 ends with its head. */
static void
statuses_without_content(void **state)
{
	struct server_rig *r = *state;

	server_expect(r, GET("/empty") GET("/same"), HTTP_WANT_READ,
	    "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n");
}

/* RFC 9112, 7.1: content of unknown length is chunked, with trailer fields. */
static void
produced_content_is_chunked(void **state)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
	struct server_rig *r = *state;
	char content[8192], numbers[8192];
	size_t len, n = demo_numbers(numbers, sizeof numbers);
	const char *heard;

	assert_int_equal(wire_say(&r->wire, GET("/produced") GET("/hello")), HTTP_WANT_READ);
	heard = wire_heard(&r->wire);
	assert_memory_equal(heard, head, sizeof head - 1);
	heard = script_unchunk(heard + sizeof head - 1, content, &len, "Check: yes\r\n\r\n");
	assert_int_equal(len, n);
	assert_memory_equal(content, numbers, n);
	assert_string_equal(heard, HELLO(""));
}

/* RFC 9112, 6.3: HTTP/1.0 knows no chunks, so the content ends with the connection. */
static void
produced_content_for_an_old_version_ends_with_the_connection(void **state)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
	struct server_rig *r = *state;
	char numbers[8192];
	size_t n = demo_numbers(numbers, sizeof numbers);

	assert_int_equal(
	    wire_say(&r->wire, "GET /produced HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), HTTP_WANT_CLOSE);
	numbers[n] = 0;
	assert_memory_equal(wire_heard(&r->wire), head, sizeof head - 1);
	assert_string_equal(r->wire.sent + sizeof head - 1, numbers);
}

static void
produced_content_with_a_length_is_counted(void **state)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 3890\r\n\r\n";
	struct server_rig *r = *state;
	char numbers[8192];

	numbers[demo_numbers(numbers, sizeof numbers)] = 0;
	assert_int_equal(wire_say(&r->wire, GET("/counted")), HTTP_WANT_READ);
	assert_memory_equal(wire_heard(&r->wire), head, sizeof head - 1);
	assert_string_equal(r->wire.sent + sizeof head - 1, numbers);
}

#define FAILED "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 7\r\n\r\nfailed\n"

static void
content_that_fails_before_anything_was_written_is_answered_anew(void **state)
{
	struct server_rig *r = *state;

	server_expect(
	    r, GET("/hello") GET("/fails") GET("/hello"), HTTP_WANT_READ, HELLO("") FAILED HELLO(""));
	assert_string_equal(
	    r->demo.log, "GET /hello\ndone 0\nGET /fails\ntaken back EIO\ndone 0\nGET /hello\ndone 0\n");
	server_expect(r, GET("/fails-twice") GET("/hello"), HTTP_WANT_READ, FAILED HELLO(""));
}

/* In pieces, and after an answer of which a part was written. */
static void
an_answer_is_taken_back_without_those_before_it(void **state)
{
	struct server_rig *r = *state;

	for (r->wire.piece = 1; r->wire.piece < 100; r->wire.piece++) {
		r->demo.log_len = 0;
		server_expect(
		    r, GET("/hello") GET("/fails") GET("/hello"), HTTP_WANT_READ, HELLO("") FAILED HELLO(""));
	}
}

static void
content_that_fails_after_something_was_written_resets(void **state)
{
	struct server_rig *r = *state;

	assert_int_equal(wire_say(&r->wire, GET("/fails-late")), HTTP_WANT_RESET);
	assert_string_equal(r->demo.log, "GET /fails-late\ndone EIO\n");
}

/* RFC 9112, 8: a message that is cut off must not look whole. */
static void
content_shorter_than_announced_resets(void **state)
{
	struct server_rig *r = *state;

	assert_int_equal(wire_say(&r->wire, GET("/short")), HTTP_WANT_RESET);
	assert_string_equal(r->demo.log, "GET /short\ndone EPROTO\n");
}

static void
large_content_is_sent_from_where_it_lies(void **state)
{
	struct server_rig *r = *state;
	struct http_output o;
	char *at;

	http_conn_room(&r->s.conn, &at);
	memcpy(at, GET("/big"), sizeof GET("/big"));
	http_conn_arrived(&r->s.conn, sizeof GET("/big") - 1);
	o = http_conn_output(&r->s.conn);
	assert_int_equal(o.spans, 2);
	assert_ptr_equal(o.span[1].at, r->demo.text);
	assert_int_equal(o.span[1].len, DEMO_BIG);
	assert_int_equal(r->demo.open, 1);
	http_conn_written(&r->s.conn, o.span[0].len + DEMO_BIG - 1);
	assert_int_equal(r->demo.open, 1);
	http_conn_written(&r->s.conn, 1);
	assert_int_equal(r->demo.open, 0);
}

/* A file's octets are the driver's to read, after those of the head. */
static void
file_content_follows_the_head(void **state)
{
	struct server_rig *r = *state;
	char name[] = "/tmp/leat-http-XXXXXX";
	int fd = mkstemp(name);
	struct http_answer a = {.status = 200, .content = http_file(fd, 2, 5)};

	assert_true(fd >= 0);
	unlink(name);
	assert_int_equal(write(fd, "0123456789", 10), 10);
	wire_say(&r->wire, GET("/hold"));
	assert_int_equal(http_answer(r->demo.held, &a), 0);
	assert_true(http_conn_output(&r->s.conn).more);
	r->wire.piece = 3;
	assert_int_equal(wire_run(&r->wire), HTTP_WANT_READ);
	assert_string_equal(wire_heard(&r->wire), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n23456");
	close(fd);
}

/* RFC 9110, 7.8: after the 101 the stream is the new protocol's, with what has arrived. */
static void
upgrade_hands_over_what_follows(void **state)
{
	struct server_rig *r = *state;
	struct http_span rest;

	server_expect(r, GET_WITH("/switch", "Connection: upgrade\r\nUpgrade: demo") "new octets",
	    HTTP_WANT_HANDOVER,
	    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: demo\r\nConnection: upgrade\r\n\r\n");
	rest = http_conn_rest(&r->s.conn);
	assert_int_equal(rest.len, 10);
	assert_memory_equal(rest.at, "new octets", 10);
}

/* RFC 9110, 7.8: a server does not switch before the whole request has arrived. */
static void
upgrade_waits_for_the_content(void **state)
{
	struct server_rig *r = *state;
	struct http_field upgrade = {http_span_of("Upgrade"), http_span_of("demo")};

	wire_say(&r->wire, POST("/hold", "Connection: upgrade\r\nUpgrade: demo\r\nContent-Length: 2"));
	assert_int_equal(http_switch(r->demo.held, 101, &upgrade, 1), -LEAT_EBUSY);
	http_read_body(r->demo.held);
	wire_say(&r->wire, "hi");
	assert_int_equal(http_switch(r->demo.held, 101, &upgrade, 1), 0);
	assert_int_equal(wire_run(&r->wire), HTTP_WANT_HANDOVER);
}

static void
switch_that_was_not_asked_for_is_an_error(void **state)
{
	struct server_rig *r = *state;

	wire_say(&r->wire, GET("/hold"));
	assert_int_equal(http_switch(r->demo.held, 101, NULL, 0), -LEAT_EINVAL);
	assert_int_equal(http_switch(r->demo.held, 200, NULL, 0), -LEAT_EINVAL);
}

/* RFC 9110, 9.3.6: a 2xx to CONNECT has no Content-Length, and a tunnel follows. */
static void
connect_becomes_a_tunnel(void **state)
{
	struct server_rig *r = *state;

	server_expect(r, "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n\x16\x03", HTTP_WANT_HANDOVER,
	    "HTTP/1.1 200 OK\r\n\r\n");
	assert_int_equal(http_conn_rest(&r->s.conn).len, 2);
}

/* RFC 9110, 15.5.22 and 7.8: a 426 has Upgrade, and Connection names it. */
static void
upgrade_required_names_upgrade_in_connection(void **state)
{
	struct server_rig *r = *state;

	server_expect(r, GET("/old"), HTTP_WANT_READ,
	    "HTTP/1.1 426 Upgrade Required\r\nUpgrade: demo\r\nContent-Length: 0\r\nConnection: "
	    "upgrade\r\n\r\n");
}

/* RFC 9110, 15.2: interim responses are for HTTP/1.1 alone. */
static void
interim_response_comes_first_and_not_for_an_old_version(void **state)
{
	struct server_rig *r = *state;

	server_expect(
	    r, GET("/interim"), HTTP_WANT_READ, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" HELLO(""));
	server_expect(r, "GET /interim HTTP/1.0\r\n\r\n", HTTP_WANT_CLOSE, HELLO("Connection: close\r\n"));
}

/* What cannot be sent is refused, and nothing of it is sent. */
static void
response_splitting_is_refused(void **state)
{
	static const struct {
		const char *name;
		struct http_span value;
	} bad[] = {{"A", {"b\r\nC: d", 7}}, {"A", {"b\n", 2}}, {"A", {"b\rc", 3}}, {"A", {"b\0c", 3}},
	    {"A", {" b", 2}}, {"A b", {"c", 1}}, {"A:", {"c", 1}}, {"", {"c", 1}}, {"A\r\nB", {"c", 1}},
	    {"Content-Length", {"5", 1}}, {"transfer-encoding", {"chunked", 7}},
	    {"Connection", {"close", 5}}};
	struct server_rig *r = *state;

	wire_say(&r->wire, GET("/hold"));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct http_field f = {http_span_of(bad[i].name), bad[i].value};
		struct http_answer a = {.status = 200, .field = &f, .fields = 1};

		assert_int_equal(http_answer(r->demo.held, &a), -LEAT_EINVAL);
	}
	assert_int_equal(http_conn_wants(&r->s.conn), 0);
}

static void
answer_is_given_once(void **state)
{
	struct server_rig *r = *state;
	struct http_answer a = {.status = 200, .content = http_produced(HTTP_LENGTH_UNKNOWN)};

	wire_say(&r->wire, GET("/hold"));
	a.status = 100;
	assert_int_equal(http_answer(r->demo.held, &a), -LEAT_EINVAL);
	a.status = 200;
	a.content = http_memory(r->demo.text, DEMO_BIG);
	assert_int_equal(http_answer(r->demo.held, &a), 0);
	assert_int_equal(http_answer(r->demo.held, &a), -LEAT_EALREADY);
	assert_int_equal(http_interim(r->demo.held, 103, NULL, 0), -LEAT_EALREADY);
}

static void
head_larger_than_half_the_buffer_is_an_error(void **state)
{
	struct server_rig *r = *state;
	struct http_field f = {http_span_of("A"), {r->demo.text, WIRE_OUT / 2}};
	struct http_answer a = {.status = 200, .field = &f, .fields = 1};

	wire_say(&r->wire, GET("/hold"));
	assert_int_equal(http_answer(r->demo.held, &a), -LEAT_ENOBUFS);
	f.value.len /= 2;
	assert_int_equal(http_answer(r->demo.held, &a), 0);
}

static void
common_fields_are_in_every_response(void **state)
{
	struct server_rig *r = *state;
	struct http_span common = http_span_of("Server: leat\r\n");

	r->service.common = &common;
	server_expect(r, GET("/empty"), HTTP_WANT_READ, "HTTP/1.1 204 No Content\r\nServer: leat\r\n\r\n");
	wire_say(&r->wire, "GET\r\n");
	assert_non_null(strstr(wire_heard(&r->wire), "\r\nServer: leat\r\n"));
}

static void
count_call(struct http_conn *c, void *arg)
{
	++*(unsigned *)arg;
}

/*
 * A sleeping driver is woken by an answer given outside of its calls, and not by one within them.
 */
static void
late_answer_wakes_the_driver(void **state)
{
	struct server_rig *r = *state;
	unsigned calls = 0;
	struct http_answer a = {.status = 204};

	r->s.conn.woken = count_call;
	r->s.conn.woken_arg = &calls;
	wire_say(&r->wire, GET("/hello") GET("/hold"));
	assert_int_equal(calls, 0);
	assert_int_equal(http_answer(r->demo.held, &a), 0);
	assert_int_equal(calls, 1);
}

static void
abort_resets(void **state)
{
	struct server_rig *r = *state;

	wire_say(&r->wire, GET("/hold"));
	http_abort(r->demo.held);
	assert_int_equal(http_conn_wants(&r->s.conn), HTTP_WANT_RESET);
	assert_string_equal(r->demo.log, "GET /hold\ndone ECONNABORTED\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    SERVER_TEST(head_has_fields_and_no_content),
	    SERVER_TEST(statuses_without_content),
	    SERVER_TEST(produced_content_is_chunked),
	    SERVER_TEST(produced_content_for_an_old_version_ends_with_the_connection),
	    SERVER_TEST(produced_content_with_a_length_is_counted),
	    SERVER_TEST(content_that_fails_before_anything_was_written_is_answered_anew),
	    SERVER_TEST(an_answer_is_taken_back_without_those_before_it),
	    SERVER_TEST(content_that_fails_after_something_was_written_resets),
	    SERVER_TEST(content_shorter_than_announced_resets),
	    SERVER_TEST(large_content_is_sent_from_where_it_lies),
	    SERVER_TEST(file_content_follows_the_head),
	    SERVER_TEST(upgrade_hands_over_what_follows),
	    SERVER_TEST(upgrade_waits_for_the_content),
	    SERVER_TEST(switch_that_was_not_asked_for_is_an_error),
	    SERVER_TEST(connect_becomes_a_tunnel),
	    SERVER_TEST(upgrade_required_names_upgrade_in_connection),
	    SERVER_TEST(interim_response_comes_first_and_not_for_an_old_version),
	    SERVER_TEST(response_splitting_is_refused),
	    SERVER_TEST(answer_is_given_once),
	    SERVER_TEST(head_larger_than_half_the_buffer_is_an_error),
	    SERVER_TEST(common_fields_are_in_every_response),
	    SERVER_TEST(late_answer_wakes_the_driver),
	    SERVER_TEST(abort_resets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
