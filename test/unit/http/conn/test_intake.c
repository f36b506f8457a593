/*
 * The content of requests: read, held back, thrown away, or refused.
 */
#include "script.h"
#include "server_rig.h"

#include "base/err.h"

/* RFC 9110, 10.1.1: 100 is sent when the handler begins to read, and not before. */
static void
continue_is_sent_when_the_handler_reads(void **state)
{
	struct server_rig *r = *state;

	server_expect(r, POST("/hold", "Expect: 100-continue\r\nContent-Length: 2"), 0, "");
	http_read_body(r->demo.held);
	assert_int_equal(wire_run(&r->wire), HTTP_WANT_READ);
	assert_string_equal(wire_heard(&r->wire), "HTTP/1.1 100 Continue\r\n\r\n");
}

/* RFC 9110, 10.1.1: a server may omit 100 if content has arrived. */
static void
continue_is_left_out_once_content_has_arrived(void **state)
{
	struct server_rig *r = *state;

	server_expect(r, POST("/sum", "Expect: 100-continue\r\nContent-Length: 2") "hi", HTTP_WANT_READ,
	    "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n2, no trailer\n");
}

/*
 * RFC 9110, 10.1.1: after a final response the client may send its content or not. No one can say
 * where the next request begins, so the connection closes.
 */
static void
answer_without_continue_closes(void **state)
{
	struct server_rig *r = *state;

	server_expect(
	    r, POST("/x", "Expect: 100-continue\r\nContent-Length: 2"), HTTP_WANT_READ, NOT_FOUND_AND_LAST);
	assert_true(r->wire.shut);
}

/* RFC 9110, 10.1.1: an expectation that is not known is answered with 417. */
static void
unknown_expectation_is_417(void **state)
{
	struct server_rig *r = *state;

	wire_say(&r->wire, GET_WITH("/hello", "Expect: magic"));
	assert_memory_equal(wire_heard(&r->wire), "HTTP/1.1 417 ", 13);
}

static size_t
take_one_and_resume(struct http_exchange *x, const char *at, size_t n)
{
	http_resume(x);
	return 1;
}

static void
read_at_once(struct http_exchange *x)
{
	http_read_body(x);
}

static void
answer_empty(struct http_exchange *x)
{
	struct http_answer a = {.status = 204};

	assert_int_equal(http_answer(x, &a), 0);
}

static void
do_nothing(struct http_exchange *x, int result)
{
}

/* A handler whose write to the disk has ended before it returns takes the rest at once. */
static void
handler_that_resumes_while_it_is_offered_content_gets_the_rest(void **state)
{
	static const struct http_handler picky = {.request = read_at_once,
	    .body = take_one_and_resume,
	    .body_end = answer_empty,
	    .done = do_nothing};
	struct server_rig *r = *state;

	r->service.handler = &picky;
	server_expect(
	    r, POST("/", "Content-Length: 5") "hello", HTTP_WANT_READ, "HTTP/1.1 204 No Content\r\n\r\n");
}

static void
unread_content_is_thrown_away_up_to_a_bound(void **state)
{
	struct server_rig *r = *state;

	server_expect(
	    r, POST("/x", "Content-Length: 5") "12345" GET("/hello"), HTTP_WANT_READ, NOT_FOUND HELLO(""));
	server_expect(r,
	    POST("/x", "Transfer-Encoding: chunked") "2\r\nab\r\n0\r\nA: b\r\n\r\n" GET("/hello"),
	    HTTP_WANT_READ, NOT_FOUND HELLO(""));
}

static void
more_unread_content_than_the_bound_closes(void **state)
{
	struct server_rig *r = *state;

	server_expect(r, POST("/x", "Content-Length: 51") "12345", HTTP_WANT_READ, NOT_FOUND_AND_LAST);
	assert_true(r->wire.shut);
}

static void
more_unread_chunks_than_the_bound_close(void **state)
{
	struct server_rig *r = *state;

	server_expect(r,
	    POST("/x", "Transfer-Encoding: chunked") "33\r\n"
						     "123456789012345678901234567890123456789012345678901\r\n"
						     "0\r\n\r\n",
	    HTTP_WANT_READ, NOT_FOUND);
	assert_true(r->wire.shut);
}

static void
content_and_trailer_reach_the_handler(void **state)
{
	struct server_rig *r = *state;

	server_expect(r, POST("/sum", "Transfer-Encoding: chunked") "2\r\nhi\r\n0\r\nDigest: d\r\n\r\n",
	    HTTP_WANT_READ, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n2, d\n");
	server_expect(r, POST("/sum", "Content-Length: 0"), HTTP_WANT_READ,
	    "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n0, no trailer\n");
}

/* A handler that takes a part is offered the rest later, and meanwhile nothing is read. */
static void
handler_holds_back_the_sender(void **state)
{
	struct server_rig *r = *state;

	r->demo.take = 2;
	server_expect(r, POST("/hold", "Content-Length: 9") "12345", 0, "");
	http_read_body(r->demo.held);
	assert_int_equal(http_conn_wants(&r->s.conn), 0);
	assert_int_equal(http_conn_waits(&r->s.conn), HTTP_CONN_PROGRAM);
	http_resume(r->demo.held);
	assert_int_equal(http_conn_wants(&r->s.conn), 0);
	http_resume(r->demo.held);
	assert_int_equal(http_conn_wants(&r->s.conn), HTTP_WANT_READ);
	assert_int_equal(http_conn_waits(&r->s.conn), HTTP_CONN_BODY);
}

/* RFC 9112, 6.3: the rest of a request is refused before there is an answer. */
static void
malformed_content_is_answered_with_400(void **state)
{
	struct server_rig *r = *state;

	wire_say(&r->wire, POST("/sum", "Transfer-Encoding: chunked") "x\r\n");
	assert_memory_equal(wire_heard(&r->wire), "HTTP/1.1 400 ", 13);
	assert_string_equal(r->demo.log, "POST /sum\ndone EPROTO\nrefused CHUNK_SIZE\n");
}

/* After the head of an answer nothing can be said but that it is cut off. */
static void
malformed_content_after_the_answer_resets(void **state)
{
	struct server_rig *r = *state;

	assert_int_equal(
	    wire_say(&r->wire, POST("/echo", "Transfer-Encoding: chunked") "1\r\nax"), HTTP_WANT_RESET);
	assert_string_equal(r->demo.log, "POST /echo\ndone EPROTO\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    SERVER_TEST(continue_is_sent_when_the_handler_reads),
	    SERVER_TEST(continue_is_left_out_once_content_has_arrived),
	    SERVER_TEST(answer_without_continue_closes),
	    SERVER_TEST(unknown_expectation_is_417),
	    SERVER_TEST(handler_that_resumes_while_it_is_offered_content_gets_the_rest),
	    SERVER_TEST(unread_content_is_thrown_away_up_to_a_bound),
	    SERVER_TEST(more_unread_content_than_the_bound_closes),
	    SERVER_TEST(more_unread_chunks_than_the_bound_close),
	    SERVER_TEST(content_and_trailer_reach_the_handler),
	    SERVER_TEST(handler_holds_back_the_sender),
	    SERVER_TEST(malformed_content_is_answered_with_400),
	    SERVER_TEST(malformed_content_after_the_answer_resets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
