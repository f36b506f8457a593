/*
 * A server's connection, over octets in memory.
 */
#include "demo.h"
#include "script.h"
#include "wire.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct rig {
	struct demo demo;
	struct http_service service;
	struct http_server s;
	struct wire wire;
};

static int
setup(void **state)
{
	struct rig *r = calloc(1, sizeof *r);
	struct http_buffers b = wire_buffers(&r->wire);

	demo_init(&r->demo, &r->service);
	http_server_init(&r->s, &r->service, &b);
	r->wire.c = &r->s.conn;
	*state = r;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *r = *state;

	http_conn_failed(&r->s.conn, -LEAT_ECONNRESET);
	assert_int_equal(r->demo.open, 0);
	wire_free(&r->wire);
	demo_fini(&r->demo);
	free(r);
	return 0;
}

#define HELLO(connection) "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n" connection "\r\nhello\n"
#define NOT_FOUND         "HTTP/1.1 404 Not Found\r\nContent-Length: 13\r\n\r\nno such page\n"
#define NOT_FOUND_AND_LAST                                                                                   \
	"HTTP/1.1 404 Not Found\r\nContent-Length: 13\r\nConnection: close\r\n\r\nno such page\n"

/* Says @octets; the connection then wants @wants, and has written @answer. */
static void
expect(struct rig *r, const char *octets, unsigned wants, const char *answer)
{
	assert_int_equal(wire_say(&r->wire, octets), wants);
	assert_string_equal(wire_heard(&r->wire), answer);
}

/* RFC 9112, 9.3: a connection of HTTP/1.1 lasts. */
static void
connection_lasts(void **state)
{
	struct rig *r = *state;

	expect(r, GET("/hello"), HTTP_WANT_READ, HELLO(""));
	expect(r, GET("/hello"), HTTP_WANT_READ, HELLO(""));
	assert_string_equal(r->demo.log, "GET /hello\ndone 0\nGET /hello\ndone 0\n");
	assert_int_equal(http_conn_waits(&r->s.conn), HTTP_CONN_IDLE);
}

/* RFC 9112, 9.3.2: pipelined requests are answered in order, and in one write if they fit. */
static void
pipelined_requests_are_answered_in_order(void **state)
{
	struct rig *r = *state;

	expect(r, GET("/hello") GET("/x") GET("/empty"), HTTP_WANT_READ,
	    HELLO("") NOT_FOUND "HTTP/1.1 204 No Content\r\n\r\n");
}

/* A client that reads no answers has its requests taken up to a bound. */
static void
pipelining_is_bounded_by_what_the_client_reads(void **state)
{
	struct rig *r = *state;
	char *at;
	size_t room, sent = 0;

	while (http_conn_wants(&r->s.conn) & HTTP_WANT_READ) {
		room = http_conn_room(&r->s.conn, &at);
		assert_true(room > 0);
		for (size_t i = 0; i < room; i++)
			at[i] = GET("/hello")[sent++ % (sizeof GET("/hello") - 1)];
		http_conn_arrived(&r->s.conn, room);
		assert_true(sent < 10000);
	}
	assert_int_equal(http_conn_wants(&r->s.conn), HTTP_WANT_WRITE);
	assert_int_equal(http_conn_waits(&r->s.conn), HTTP_CONN_WRITE);
}

/* RFC 9112, 9.6: after close nothing more is served. */
static void
close_option_closes_after_the_response(void **state)
{
	struct rig *r = *state;

	expect(r, GET_WITH("/hello", "Connection: close"), HTTP_WANT_CLOSE, HELLO("Connection: close\r\n"));
	assert_false(r->wire.shut);
}

/* RFC 9112, 9.6: requests that came after it would make the kernel reset: it closes in stages. */
static void
requests_after_close_are_not_served(void **state)
{
	struct rig *r = *state;

	expect(r, GET_WITH("/hello", "Connection: close") GET("/hello"), HTTP_WANT_READ,
	    HELLO("Connection: close\r\n"));
	assert_true(r->wire.shut);
	assert_int_equal(http_conn_waits(&r->s.conn), HTTP_CONN_LINGER);
	r->wire.eof = true;
	assert_int_equal(wire_run(&r->wire), HTTP_WANT_CLOSE);
}

/* RFC 9112, 9.3: HTTP/1.0 closes, unless the client asks for keep-alive. */
static void
old_version_closes_unless_asked(void **state)
{
	struct rig *r = *state;

	expect(r, "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", HTTP_WANT_READ,
	    HELLO("Connection: keep-alive\r\n"));
	expect(r, "GET /hello HTTP/1.0\r\n\r\n", HTTP_WANT_CLOSE, HELLO("Connection: close\r\n"));
}

static void
requests_of_a_connection_are_bounded(void **state)
{
	struct rig *r = *state;

	r->service.requests_most = 2;
	expect(r, GET("/hello"), HTTP_WANT_READ, HELLO(""));
	expect(r, GET("/hello"), HTTP_WANT_CLOSE, HELLO("Connection: close\r\n"));
}

/* RFC 9110, 9.3.2: HEAD has the fields of GET, and no content. */
static void
head_has_fields_and_no_content(void **state)
{
	struct rig *r = *state;

	expect(r, "HEAD /hello HTTP/1.1\r\nHost: h\r\n\r\nHEAD /produced HTTP/1.1\r\nHost: h\r\n\r\n",
	    HTTP_WANT_READ,
	    "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
	    "chunked\r\n\r\n");
}

/* RFC 9110, 8.6: no Content-Length in a 204; a 304 ends with its head. */
static void
statuses_without_content(void **state)
{
	struct rig *r = *state;

	expect(r, GET("/empty") GET("/same"), HTTP_WANT_READ,
	    "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n");
}

/* RFC 9112, 7.1: content of unknown length is chunked, with trailer fields. */
static void
produced_content_is_chunked(void **state)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
	struct rig *r = *state;
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
	struct rig *r = *state;
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
	struct rig *r = *state;
	char numbers[8192];

	numbers[demo_numbers(numbers, sizeof numbers)] = 0;
	assert_int_equal(wire_say(&r->wire, GET("/counted")), HTTP_WANT_READ);
	assert_memory_equal(wire_heard(&r->wire), head, sizeof head - 1);
	assert_string_equal(r->wire.sent + sizeof head - 1, numbers);
}

/* RFC 9112, 8: a message that is cut off must not look whole. */
static void
content_shorter_than_announced_resets(void **state)
{
	struct rig *r = *state;

	assert_int_equal(wire_say(&r->wire, GET("/short")), HTTP_WANT_RESET);
	assert_string_equal(r->demo.log, "GET /short\ndone EPROTO\n");
}

static void
large_content_is_sent_from_where_it_lies(void **state)
{
	struct rig *r = *state;
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
	struct rig *r = *state;
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

/* RFC 9110, 10.1.1: 100 is sent when the handler begins to read, and not before. */
static void
continue_is_sent_when_the_handler_reads(void **state)
{
	struct rig *r = *state;

	expect(r, POST("/hold", "Expect: 100-continue\r\nContent-Length: 2"), 0, "");
	http_read_body(r->demo.held);
	assert_int_equal(wire_run(&r->wire), HTTP_WANT_READ);
	assert_string_equal(wire_heard(&r->wire), "HTTP/1.1 100 Continue\r\n\r\n");
}

/* RFC 9110, 10.1.1: a server may omit 100 if content has arrived. */
static void
continue_is_left_out_once_content_has_arrived(void **state)
{
	struct rig *r = *state;

	expect(r, POST("/sum", "Expect: 100-continue\r\nContent-Length: 2") "hi", HTTP_WANT_READ,
	    "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n2, no trailer\n");
}

/*
 * RFC 9110, 10.1.1: after a final response the client may send its content or not. No one can say
 * where the next request begins, so the connection closes.
 */
static void
answer_without_continue_closes(void **state)
{
	struct rig *r = *state;

	expect(
	    r, POST("/x", "Expect: 100-continue\r\nContent-Length: 2"), HTTP_WANT_READ, NOT_FOUND_AND_LAST);
	assert_true(r->wire.shut);
}

/* RFC 9110, 10.1.1: an expectation that is not known is answered with 417. */
static void
unknown_expectation_is_417(void **state)
{
	struct rig *r = *state;

	wire_say(&r->wire, GET_WITH("/hello", "Expect: magic"));
	assert_memory_equal(wire_heard(&r->wire), "HTTP/1.1 417 ", 13);
}

static void
unread_content_is_thrown_away_up_to_a_bound(void **state)
{
	struct rig *r = *state;

	expect(r, POST("/x", "Content-Length: 5") "12345" GET("/hello"), HTTP_WANT_READ, NOT_FOUND HELLO(""));
	expect(r, POST("/x", "Transfer-Encoding: chunked") "2\r\nab\r\n0\r\nA: b\r\n\r\n" GET("/hello"),
	    HTTP_WANT_READ, NOT_FOUND HELLO(""));
}

static void
more_unread_content_than_the_bound_closes(void **state)
{
	struct rig *r = *state;

	expect(r, POST("/x", "Content-Length: 51") "12345", HTTP_WANT_READ, NOT_FOUND_AND_LAST);
	assert_true(r->wire.shut);
}

static void
more_unread_chunks_than_the_bound_close(void **state)
{
	struct rig *r = *state;

	expect(r,
	    POST("/x", "Transfer-Encoding: chunked") "33\r\n"
						     "123456789012345678901234567890123456789012345678901\r\n"
						     "0\r\n\r\n",
	    HTTP_WANT_READ, NOT_FOUND);
	assert_true(r->wire.shut);
}

static void
content_and_trailer_reach_the_handler(void **state)
{
	struct rig *r = *state;

	expect(r, POST("/sum", "Transfer-Encoding: chunked") "2\r\nhi\r\n0\r\nDigest: d\r\n\r\n",
	    HTTP_WANT_READ, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n2, d\n");
	expect(r, POST("/sum", "Content-Length: 0"), HTTP_WANT_READ,
	    "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n0, no trailer\n");
}

/* A handler that takes a part is offered the rest later, and meanwhile nothing is read. */
static void
handler_holds_back_the_sender(void **state)
{
	struct rig *r = *state;

	r->demo.take = 2;
	expect(r, POST("/hold", "Content-Length: 9") "12345", 0, "");
	http_read_body(r->demo.held);
	assert_int_equal(http_conn_wants(&r->s.conn), 0);
	assert_int_equal(http_conn_waits(&r->s.conn), HTTP_CONN_PROGRAM);
	http_resume(r->demo.held);
	assert_int_equal(http_conn_wants(&r->s.conn), 0);
	http_resume(r->demo.held);
	assert_int_equal(http_conn_wants(&r->s.conn), HTTP_WANT_READ);
	assert_int_equal(http_conn_waits(&r->s.conn), HTTP_CONN_BODY);
}

/* RFC 9110, 7.8: after the 101 the stream is the new protocol's, with what has arrived. */
static void
upgrade_hands_over_what_follows(void **state)
{
	struct rig *r = *state;
	struct http_span rest;

	expect(r, GET_WITH("/switch", "Connection: upgrade\r\nUpgrade: demo") "new octets",
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
	struct rig *r = *state;
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
	struct rig *r = *state;

	wire_say(&r->wire, GET("/hold"));
	assert_int_equal(http_switch(r->demo.held, 101, NULL, 0), -LEAT_EINVAL);
	assert_int_equal(http_switch(r->demo.held, 200, NULL, 0), -LEAT_EINVAL);
}

/* RFC 9110, 9.3.6: a 2xx to CONNECT has no Content-Length, and a tunnel follows. */
static void
connect_becomes_a_tunnel(void **state)
{
	struct rig *r = *state;

	expect(r, "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n\x16\x03", HTTP_WANT_HANDOVER,
	    "HTTP/1.1 200 OK\r\n\r\n");
	assert_int_equal(http_conn_rest(&r->s.conn).len, 2);
}

/* RFC 9110, 15.5.22 and 7.8: a 426 has Upgrade, and Connection names it. */
static void
upgrade_required_names_upgrade_in_connection(void **state)
{
	struct rig *r = *state;

	expect(r, GET("/old"), HTTP_WANT_READ,
	    "HTTP/1.1 426 Upgrade Required\r\nUpgrade: demo\r\nContent-Length: 0\r\nConnection: "
	    "upgrade\r\n\r\n");
}

/* RFC 9110, 15.2: interim responses are for HTTP/1.1 alone. */
static void
interim_response_comes_first_and_not_for_an_old_version(void **state)
{
	struct rig *r = *state;

	expect(
	    r, GET("/interim"), HTTP_WANT_READ, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" HELLO(""));
	expect(r, "GET /interim HTTP/1.0\r\n\r\n", HTTP_WANT_CLOSE, HELLO("Connection: close\r\n"));
}

/* RFC 9113, 3.3: a client with prior knowledge sends the preface of HTTP/2 at once. */
static void
preface_of_http2_is_handed_over_where_it_is_known(void **state)
{
	struct rig *r = *state;

	r->service.prior_knowledge = true;
	expect(r, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nframes", HTTP_WANT_HANDOVER, "");
	assert_int_equal(http_conn_rest(&r->s.conn).len, 30);
	assert_int_equal(r->demo.refused[HTTP_HTTP2_PREFACE], 0);
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
	struct rig *r = *state;

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
	struct rig *r = *state;
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
	struct rig *r = *state;
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
	struct rig *r = *state;
	struct http_span common = http_span_of("Server: leat\r\n");

	r->service.common = &common;
	expect(r, GET("/empty"), HTTP_WANT_READ, "HTTP/1.1 204 No Content\r\nServer: leat\r\n\r\n");
	wire_say(&r->wire, "GET\r\n");
	assert_non_null(strstr(wire_heard(&r->wire), "\r\nServer: leat\r\n"));
}

/* A refused request is answered with the rule and its section, is counted, and closes in stages. */
static void
refused_request_is_answered_with_its_rule(void **state)
{
	struct rig *r = *state;

	expect(r, GET("/hello") "GET / HTTP/1.1\r\n\r\n" GET("/hello"), HTTP_WANT_READ,
	    HELLO("") "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 30\r\n"
		      "Connection: close\r\n\r\nno Host field (RFC 9112, 3.2)\n");
	assert_true(r->wire.shut);
	assert_int_equal(r->demo.refused[HTTP_HOST_MISSING], 1);
	assert_string_equal(r->demo.log, "GET /hello\ndone 0\nrefused HOST_MISSING\n");
}

/* RFC 9110, 9.3.2: HEAD has no content, even if it is refused. */
static void
refused_head_has_no_content(void **state)
{
	struct rig *r = *state;

	expect(r, "HEAD / HTTP/1.1\r\n\r\n", HTTP_WANT_READ,
	    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 30\r\n"
	    "Connection: close\r\n\r\n");
}

static void
each_reason_fits_its_answer(void **state)
{
	for (enum http_reason why = HTTP_FINE + 1; why < HTTP_REASONS; why++) {
		struct rig *r = *state;

		teardown(state);
		setup(state);
		r = *state;
		http_server_refuse(&r->s, why);
		wire_run(&r->wire);
		assert_non_null(strstr(wire_heard(&r->wire), http_reason_source(why)));
		assert_int_equal(r->wire.sent[strlen(r->wire.sent) - 1], '\n');
	}
}

/* RFC 9112, 6.3: the rest of a request is refused before there is an answer. */
static void
malformed_content_is_answered_with_400(void **state)
{
	struct rig *r = *state;

	wire_say(&r->wire, POST("/sum", "Transfer-Encoding: chunked") "x\r\n");
	assert_memory_equal(wire_heard(&r->wire), "HTTP/1.1 400 ", 13);
	assert_string_equal(r->demo.log, "POST /sum\ndone EPROTO\nrefused CHUNK_SIZE\n");
}

/* After the head of an answer nothing can be said but that it is cut off. */
static void
malformed_content_after_the_answer_resets(void **state)
{
	struct rig *r = *state;

	assert_int_equal(
	    wire_say(&r->wire, POST("/echo", "Transfer-Encoding: chunked") "1\r\nax"), HTTP_WANT_RESET);
	assert_string_equal(r->demo.log, "POST /echo\ndone EPROTO\n");
}

/* RFC 9112, 9.6: a client may end what it sends, and still wants the answers. */
static void
half_closed_connection_is_answered(void **state)
{
	struct rig *r = *state;

	r->wire.eof = true;
	expect(r, GET("/hello") GET("/empty"), HTTP_WANT_CLOSE, HELLO("") "HTTP/1.1 204 No Content\r\n\r\n");
}

static void
end_within_a_head_is_refused(void **state)
{
	struct rig *r = *state;

	r->wire.eof = true;
	assert_int_equal(wire_say(&r->wire, "GET / HT"), HTTP_WANT_CLOSE);
	assert_memory_equal(wire_heard(&r->wire), "HTTP/1.1 400 ", 13);
}

static void
end_between_requests_closes(void **state)
{
	struct rig *r = *state;

	expect(r, GET("/hello"), HTTP_WANT_READ, HELLO(""));
	r->wire.eof = true;
	assert_int_equal(wire_run(&r->wire), HTTP_WANT_CLOSE);
	assert_string_equal(r->demo.log, "GET /hello\ndone 0\n");
}

/* RFC 9112, 9.5: an idle connection ends without an answer. */
static void
idle_connection_times_out_in_silence(void **state)
{
	struct rig *r = *state;

	assert_int_equal(http_conn_waits(&r->s.conn), HTTP_CONN_IDLE);
	http_conn_timeout(&r->s.conn);
	assert_int_equal(http_conn_wants(&r->s.conn), HTTP_WANT_CLOSE);
}

/* RFC 9110, 15.5.9: a request that comes too slowly is answered with 408. */
static void
slow_request_is_answered_with_408(void **state)
{
	static const struct {
		const char *octets;
		enum http_conn_waits waits;
	} at[] = {{"GET", HTTP_CONN_START_LINE}, {"GET / HTTP/1.1\r\nHo", HTTP_CONN_HEAD},
	    {POST("/sum", "Content-Length: 5") "123", HTTP_CONN_BODY}};

	for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
		struct rig *r = *state;

		teardown(state);
		setup(state);
		r = *state;
		wire_say(&r->wire, at[i].octets);
		assert_int_equal(http_conn_waits(&r->s.conn), at[i].waits);
		http_conn_timeout(&r->s.conn);
		wire_run(&r->wire);
		assert_memory_equal(wire_heard(&r->wire), "HTTP/1.1 408 ", 13);
		assert_int_equal(r->demo.refused[HTTP_REQUEST_LATE], 1);
		http_conn_timeout(&r->s.conn); /* lingering */
		assert_int_equal(http_conn_wants(&r->s.conn), HTTP_WANT_CLOSE);
	}
}

static void
handler_or_reader_that_takes_too_long_is_reset(void **state)
{
	struct rig *r = *state;
	char *at;

	wire_say(&r->wire, GET("/hold"));
	assert_int_equal(http_conn_waits(&r->s.conn), HTTP_CONN_PROGRAM);
	http_conn_timeout(&r->s.conn);
	assert_int_equal(http_conn_wants(&r->s.conn), HTTP_WANT_RESET);
	teardown(state);
	setup(state);
	r = *state;
	http_conn_room(&r->s.conn, &at);
	memcpy(at, GET("/big"), sizeof GET("/big"));
	http_conn_arrived(&r->s.conn, sizeof GET("/big") - 1);
	assert_int_equal(http_conn_waits(&r->s.conn), HTTP_CONN_WRITE);
	http_conn_timeout(&r->s.conn);
	assert_int_equal(http_conn_wants(&r->s.conn), HTTP_WANT_RESET);
	assert_string_equal(r->demo.log, "GET /big\ndone ETIMEDOUT\n");
}

static void
finish_lets_the_exchange_end_and_closes(void **state)
{
	struct rig *r = *state;
	struct http_answer a = {.status = 204};

	wire_say(&r->wire, GET("/hold"));
	http_server_finish(&r->s);
	assert_int_equal(http_answer(r->demo.held, &a), 0);
	assert_int_equal(wire_run(&r->wire), HTTP_WANT_CLOSE);
	assert_string_equal(wire_heard(&r->wire), "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
}

static void
finish_closes_an_idle_connection(void **state)
{
	struct rig *r = *state;

	http_server_finish(&r->s);
	assert_int_equal(http_conn_wants(&r->s.conn), HTTP_WANT_CLOSE);
}

static void
count_call(struct http_conn *c, void *arg)
{
	++*(unsigned *)arg;
}

/*
 * A driver that sleeps hears of answers that come from elsewhere, and not of those that it caused.
 */
static void
late_answer_wakes_the_driver(void **state)
{
	struct rig *r = *state;
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
	struct rig *r = *state;

	wire_say(&r->wire, GET("/hold"));
	http_abort(r->demo.held);
	assert_int_equal(http_conn_wants(&r->s.conn), HTTP_WANT_RESET);
	assert_string_equal(r->demo.log, "GET /hold\ndone ECONNABORTED\n");
}

/* Whatever the pieces of reads and writes, the answers are the same. */
static void
any_pieces_give_the_same_answers(void **state)
{
	static char first[200000], other[200000];
	struct rng rng;

	rng_seed(&rng, 1);
	for (unsigned round = 0; round < 300; round++) {
		struct rig *r;

		teardown(state);
		setup(state);
		r = *state;
		r->wire.piece = round == 1 ? 1 : round < 100 ? 20 : 1000;
		r->wire.rng = round > 1 ? &rng : NULL;
		if (round == 0)
			r->wire.piece = 0;
		assert_int_equal(wire_say(&r->wire, script_of_all), HTTP_WANT_CLOSE);
		script_join_chunks(wire_heard(&r->wire), round == 0 ? first : other);
		if (round > 0)
			assert_string_equal(other, first);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(connection_lasts),
	    T(pipelined_requests_are_answered_in_order),
	    T(pipelining_is_bounded_by_what_the_client_reads),
	    T(close_option_closes_after_the_response),
	    T(requests_after_close_are_not_served),
	    T(old_version_closes_unless_asked),
	    T(requests_of_a_connection_are_bounded),
	    T(head_has_fields_and_no_content),
	    T(statuses_without_content),
	    T(produced_content_is_chunked),
	    T(produced_content_for_an_old_version_ends_with_the_connection),
	    T(produced_content_with_a_length_is_counted),
	    T(content_shorter_than_announced_resets),
	    T(large_content_is_sent_from_where_it_lies),
	    T(file_content_follows_the_head),
	    T(continue_is_sent_when_the_handler_reads),
	    T(continue_is_left_out_once_content_has_arrived),
	    T(answer_without_continue_closes),
	    T(unknown_expectation_is_417),
	    T(unread_content_is_thrown_away_up_to_a_bound),
	    T(more_unread_content_than_the_bound_closes),
	    T(more_unread_chunks_than_the_bound_close),
	    T(content_and_trailer_reach_the_handler),
	    T(handler_holds_back_the_sender),
	    T(upgrade_hands_over_what_follows),
	    T(upgrade_waits_for_the_content),
	    T(switch_that_was_not_asked_for_is_an_error),
	    T(connect_becomes_a_tunnel),
	    T(upgrade_required_names_upgrade_in_connection),
	    T(interim_response_comes_first_and_not_for_an_old_version),
	    T(preface_of_http2_is_handed_over_where_it_is_known),
	    T(response_splitting_is_refused),
	    T(answer_is_given_once),
	    T(head_larger_than_half_the_buffer_is_an_error),
	    T(common_fields_are_in_every_response),
	    T(refused_request_is_answered_with_its_rule),
	    T(refused_head_has_no_content),
	    T(each_reason_fits_its_answer),
	    T(malformed_content_is_answered_with_400),
	    T(malformed_content_after_the_answer_resets),
	    T(half_closed_connection_is_answered),
	    T(end_within_a_head_is_refused),
	    T(end_between_requests_closes),
	    T(idle_connection_times_out_in_silence),
	    T(slow_request_is_answered_with_408),
	    T(handler_or_reader_that_takes_too_long_is_reset),
	    T(finish_lets_the_exchange_end_and_closes),
	    T(finish_closes_an_idle_connection),
	    T(late_answer_wakes_the_driver),
	    T(abort_resets),
	    T(any_pieces_give_the_same_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
