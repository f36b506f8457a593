/*
 * A server's connection, over octets in memory: how long it lasts, and what it refuses.
 */
#include "script.h"
#include "server_rig.h"

#include "base/err.h"

/* RFC 9112, 9.3: a connection of HTTP/1.1 lasts. */
static void
connection_lasts(void **state)
{
	struct server_rig *r = *state;

	server_expect(r, GET("/hello"), HTTP_WANT_READ, HELLO(""));
	server_expect(r, GET("/hello"), HTTP_WANT_READ, HELLO(""));
	assert_string_equal(r->demo.log, "GET /hello\ndone 0\nGET /hello\ndone 0\n");
	assert_int_equal(http_conn_waits(&r->s.conn), HTTP_CONN_IDLE);
}

/* RFC 9112, 9.3.2: pipelined requests are answered in order, and in one write if they fit. */
static void
pipelined_requests_are_answered_in_order(void **state)
{
	struct server_rig *r = *state;

	server_expect(r, GET("/hello") GET("/x") GET("/empty"), HTTP_WANT_READ,
	    HELLO("") NOT_FOUND "HTTP/1.1 204 No Content\r\n\r\n");
}

/* A client that reads no answers has its requests taken up to a bound. */
static void
pipelining_is_bounded_by_what_the_client_reads(void **state)
{
	struct server_rig *r = *state;
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
	struct server_rig *r = *state;

	server_expect(
	    r, GET_WITH("/hello", "Connection: close"), HTTP_WANT_CLOSE, HELLO("Connection: close\r\n"));
	assert_false(r->wire.shut);
}

/* RFC 9112, 9.6: requests that came after it would make the kernel reset: it closes in stages. */
static void
requests_after_close_are_not_served(void **state)
{
	struct server_rig *r = *state;

	server_expect(r, GET_WITH("/hello", "Connection: close") GET("/hello"), HTTP_WANT_READ,
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
	struct server_rig *r = *state;

	server_expect(r, "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", HTTP_WANT_READ,
	    HELLO("Connection: keep-alive\r\n"));
	server_expect(r, "GET /hello HTTP/1.0\r\n\r\n", HTTP_WANT_CLOSE, HELLO("Connection: close\r\n"));
}

static void
requests_of_a_connection_are_bounded(void **state)
{
	struct server_rig *r = *state;

	r->service.requests_most = 2;
	server_expect(r, GET("/hello"), HTTP_WANT_READ, HELLO(""));
	server_expect(r, GET("/hello"), HTTP_WANT_CLOSE, HELLO("Connection: close\r\n"));
}

/* RFC 9113, 3.3: a client with prior knowledge sends the preface of HTTP/2 at once. */
static void
preface_of_http2_is_handed_over_where_it_is_known(void **state)
{
	struct server_rig *r = *state;

	r->service.prior_knowledge = true;
	server_expect(r, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nframes", HTTP_WANT_HANDOVER, "");
	assert_int_equal(http_conn_rest(&r->s.conn).len, 30);
	assert_int_equal(r->demo.refused[HTTP_HTTP2_PREFACE], 0);
}

/* A refused request is answered with the rule and its section, is counted, and closes in stages. */
static void
refused_request_is_answered_with_its_rule(void **state)
{
	struct server_rig *r = *state;

	server_expect(r, GET("/hello") "GET / HTTP/1.1\r\n\r\n" GET("/hello"), HTTP_WANT_READ,
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
	struct server_rig *r = *state;

	server_expect(r, "HEAD / HTTP/1.1\r\n\r\n", HTTP_WANT_READ,
	    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 30\r\n"
	    "Connection: close\r\n\r\n");
	assert_int_equal(r->demo.refused_octets, 0);
}

/* For the log: the start line as far as it has arrived, wherever the request was refused. */
static void
start_line_of_a_refused_request_is_reported(void **state)
{
	static const struct {
		const char *octets, *line;
		bool late; /* and then time is up */
	} of[] = {{"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1", false},
	    {GET("/hello") "\r\nGET / HTTP/1.1\r\nBad : 1\r\n", "GET / HTTP/1.1", false},
	    {"BAD\tTARGET\r\n", "BAD\tTARGET", false}, {"\x16\x03\x01", "\x16\x03\x01", false},
	    {"GET /a", "GET /a", true}, {"GET /a HTTP/1.1\r\nHo", "GET /a HTTP/1.1", true},
	    {GET("/hello") POST("/sum", "Transfer-Encoding: chunked") "x", "POST /sum HTTP/1.1", false}};

	for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
		struct server_rig *r;
		const char *answer;

		server_teardown(state);
		server_setup(state);
		r = *state;
		wire_say(&r->wire, of[i].octets);
		if (of[i].late)
			http_conn_timeout(&r->s.conn);
		wire_run(&r->wire);
		assert_string_equal(r->demo.refused_line, of[i].line);
		answer = strstr(wire_heard(&r->wire), "Connection: close\r\n\r\n");
		assert_int_equal(strlen(answer), r->demo.refused_octets + 21);
	}
}

static void
each_reason_fits_its_answer(void **state)
{
	for (enum http_reason why = HTTP_FINE + 1; why < HTTP_REASONS; why++) {
		struct server_rig *r = *state;

		server_teardown(state);
		server_setup(state);
		r = *state;
		http_server_refuse(&r->s, why);
		wire_run(&r->wire);
		assert_non_null(strstr(wire_heard(&r->wire), http_reason_source(why)));
		assert_int_equal(r->wire.sent[strlen(r->wire.sent) - 1], '\n');
	}
}

/* RFC 9112, 9.6: a client may end what it sends, and still wants the answers. */
static void
half_closed_connection_is_answered(void **state)
{
	struct server_rig *r = *state;

	r->wire.eof = true;
	server_expect(
	    r, GET("/hello") GET("/empty"), HTTP_WANT_CLOSE, HELLO("") "HTTP/1.1 204 No Content\r\n\r\n");
}

static void
end_within_a_head_is_refused(void **state)
{
	struct server_rig *r = *state;

	r->wire.eof = true;
	assert_int_equal(wire_say(&r->wire, "GET / HT"), HTTP_WANT_CLOSE);
	assert_memory_equal(wire_heard(&r->wire), "HTTP/1.1 400 ", 13);
}

static void
end_between_requests_closes(void **state)
{
	struct server_rig *r = *state;

	server_expect(r, GET("/hello"), HTTP_WANT_READ, HELLO(""));
	r->wire.eof = true;
	assert_int_equal(wire_run(&r->wire), HTTP_WANT_CLOSE);
	assert_string_equal(r->demo.log, "GET /hello\ndone 0\n");
}

/* RFC 9112, 9.5: an idle connection ends without an answer. */
static void
idle_connection_times_out_in_silence(void **state)
{
	struct server_rig *r = *state;

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
		struct server_rig *r = *state;

		server_teardown(state);
		server_setup(state);
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
	struct server_rig *r = *state;
	char *at;

	wire_say(&r->wire, GET("/hold"));
	assert_int_equal(http_conn_waits(&r->s.conn), HTTP_CONN_PROGRAM);
	http_conn_timeout(&r->s.conn);
	assert_int_equal(http_conn_wants(&r->s.conn), HTTP_WANT_RESET);
	server_teardown(state);
	server_setup(state);
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
	struct server_rig *r = *state;
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
	struct server_rig *r = *state;

	http_server_finish(&r->s);
	assert_int_equal(http_conn_wants(&r->s.conn), HTTP_WANT_CLOSE);
}

/* Whatever the pieces of reads and writes, the answers are the same. */
static void
any_pieces_give_the_same_answers(void **state)
{
	static char first[200000], other[200000];
	struct rng rng;

	rng_seed(&rng, 1);
	for (unsigned round = 0; round < 300; round++) {
		struct server_rig *r;

		server_teardown(state);
		server_setup(state);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    SERVER_TEST(connection_lasts),
	    SERVER_TEST(pipelined_requests_are_answered_in_order),
	    SERVER_TEST(pipelining_is_bounded_by_what_the_client_reads),
	    SERVER_TEST(close_option_closes_after_the_response),
	    SERVER_TEST(requests_after_close_are_not_served),
	    SERVER_TEST(old_version_closes_unless_asked),
	    SERVER_TEST(requests_of_a_connection_are_bounded),
	    SERVER_TEST(preface_of_http2_is_handed_over_where_it_is_known),
	    SERVER_TEST(refused_request_is_answered_with_its_rule),
	    SERVER_TEST(refused_head_has_no_content),
	    SERVER_TEST(start_line_of_a_refused_request_is_reported),
	    SERVER_TEST(each_reason_fits_its_answer),
	    SERVER_TEST(half_closed_connection_is_answered),
	    SERVER_TEST(end_within_a_head_is_refused),
	    SERVER_TEST(end_between_requests_closes),
	    SERVER_TEST(idle_connection_times_out_in_silence),
	    SERVER_TEST(slow_request_is_answered_with_408),
	    SERVER_TEST(handler_or_reader_that_takes_too_long_is_reset),
	    SERVER_TEST(finish_lets_the_exchange_end_and_closes),
	    SERVER_TEST(finish_closes_an_idle_connection),
	    SERVER_TEST(any_pieces_give_the_same_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
