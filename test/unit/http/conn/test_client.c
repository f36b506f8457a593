/*
 * A client's connection: over octets in memory, and against the server's.
 */
#include "demo.h"
#include "wire.h"

#include "base/err.h"
#include "http/conn/client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct rig {
	struct http_client k;
	struct wire wire;
	char log[20000]; /* what the callbacks reported */
	size_t log_len;
	size_t take;
	const char *produced; /* what produce() gives, a few octets at a time */
	bool produce_later, produce_fails;
	const char *again; /* the target of a call to send from within done() */
};

__attribute__((format(printf, 2, 3))) static void
say(struct rig *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	r->log_len += (size_t)vsnprintf(r->log + r->log_len, sizeof r->log - r->log_len, format, args);
	va_end(args);
	assert_true(r->log_len < sizeof r->log);
}

static struct http_call
call_of(const char *method, const char *target)
{
	return (struct http_call){
	    .method = http_span_of(method), .target = http_span_of(target), .host = http_span_of("h")};
}

static void
on_interim(struct http_client *k, const struct http_response *response)
{
	say(k->arg, "interim %u\n", response->status);
}

static void
on_response(struct http_client *k, const struct http_response *response)
{
	say(k->arg, "response %u\n", response->status);
}

static size_t
on_body(struct http_client *k, const char *at, size_t n)
{
	struct rig *r = k->arg;

	if (r->take > 0 && n > r->take)
		n = r->take;
	say(r, "%.*s", (int)n, at);
	return n;
}

static ssize_t
on_produce(struct http_client *k, char *at, size_t room)
{
	struct rig *r = k->arg;
	size_t n = strlen(r->produced);

	if (r->produce_later)
		return -LEAT_EAGAIN;
	if (r->produce_fails)
		return -LEAT_EIO;
	n = n < 3 ? n : 3;
	memcpy(at, r->produced, n);
	r->produced += n;
	return (ssize_t)n;
}

static void
on_done(struct http_client *k, int result)
{
	struct rig *r = k->arg;
	struct http_call call;

	if (k->trailers > 0)
		say(r, "\ntrailer %.*s", (int)k->trailer[0].value.len, k->trailer[0].value.at);
	say(r, "\ndone %s %s\n", result ? err_name(result) : "0", http_reason_name(k->reason));
	if (!r->again)
		return;
	call = call_of("GET", r->again);
	r->again = NULL;
	assert_int_equal(http_client_send(k, &call), 0);
}

static const struct http_client_ops ops = {on_interim, on_response, on_body, on_produce, on_done};
static const struct http_limits limits = {
    .line = 300, .target = 200, .head = 600, .trailer = 200, .extra = 32, .body = 1 << 20};

static int
setup(void **state)
{
	struct rig *r = calloc(1, sizeof *r);
	struct http_buffers b = wire_buffers(&r->wire);

	http_client_init(&r->k, &ops, r, &limits, &b);
	r->wire.c = &r->k.conn;
	r->produced = "";
	*state = r;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *r = *state;

	http_client_close(&r->k);
	wire_free(&r->wire);
	free(r);
	return 0;
}

static void
send_call(struct rig *r, const struct http_call *call, const char *sent)
{
	assert_int_equal(http_client_send(&r->k, call), 0);
	wire_run(&r->wire);
	assert_string_equal(wire_heard(&r->wire), sent);
}

static void
send_get(struct rig *r)
{
	struct http_call get = call_of("GET", "/a");

	send_call(r, &get, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
}

/* The other side says @octets; then the connection wants @wants, and the callbacks have reported @log. */
static void
expect(struct rig *r, const char *octets, unsigned wants, const char *log)
{
	assert_int_equal(wire_say(&r->wire, octets), wants);
	assert_string_equal(r->log, log);
	r->log_len = 0;
	r->log[0] = 0;
}

#define OK "HTTP/1.1 200 OK\r\n"

static void
calls_follow_on_one_connection(void **state)
{
	struct rig *r = *state;

	for (unsigned i = 0; i < 3; i++) {
		send_get(r);
		assert_int_equal(http_client_send(&r->k, &(struct http_call){0}), -LEAT_EBUSY);
		expect(
		    r, OK "Content-Length: 2\r\n\r\nhi", HTTP_WANT_READ, "response 200\nhi\ndone 0 FINE\n");
		assert_true(http_client_ready(&r->k));
	}
}

static void
call_may_be_sent_from_within_done(void **state)
{
	struct rig *r = *state;

	r->again = "/b";
	send_get(r);
	expect(r, OK "Content-Length: 0\r\n\r\n", HTTP_WANT_READ, "response 200\n\ndone 0 FINE\n");
	assert_string_equal(wire_heard(&r->wire), "GET /b HTTP/1.1\r\nHost: h\r\n\r\n");
	expect(r, OK "Content-Length: 0\r\n\r\n", HTTP_WANT_READ, "response 200\n\ndone 0 FINE\n");
}

/* RFC 9110, 8.6: POST without content has Content-Length: 0; GET has none. */
static void
content_is_framed_by_what_is_known_of_it(void **state)
{
	struct rig *r = *state;
	struct http_call call = call_of("POST", "/a");

	send_call(r, &call, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
	expect(r, OK "Content-Length: 0\r\n\r\n", HTTP_WANT_READ, "response 200\n\ndone 0 FINE\n");
	call.content = http_memory("abc", 3);
	send_call(r, &call, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
	expect(r, OK "Content-Length: 0\r\n\r\n", HTTP_WANT_READ, "response 200\n\ndone 0 FINE\n");
	call.content = http_produced(HTTP_LENGTH_UNKNOWN);
	r->produced = "hello";
	send_call(r, &call,
	    "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
	    "chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n");
}

static void
octets_that_split_a_request_are_refused(void **state)
{
	struct rig *r = *state;
	struct http_call call = call_of("GET", "/a b");
	struct http_field f = {http_span_of("Content-Length"), http_span_of("5")};

	assert_int_equal(http_client_send(&r->k, &call), -LEAT_EINVAL);
	call = call_of("GET", "/a\r\nHost:x");
	assert_int_equal(http_client_send(&r->k, &call), -LEAT_EINVAL);
	call = call_of("G T", "/");
	assert_int_equal(http_client_send(&r->k, &call), -LEAT_EINVAL);
	call = call_of("GET", "/");
	call.host = http_span_of("h\r\nA: b");
	assert_int_equal(http_client_send(&r->k, &call), -LEAT_EINVAL);
	call = call_of("GET", "/");
	call.field = &f;
	call.fields = 1;
	assert_int_equal(http_client_send(&r->k, &call), -LEAT_EINVAL);
	assert_int_equal(http_conn_wants(&r->k.conn), HTTP_WANT_READ);
	assert_true(http_client_ready(&r->k));
}

/* RFC 9110, 10.1.1: the content waits for the 100. */
static void
content_waits_for_continue(void **state)
{
	static const char head[] =
	    "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
	struct rig *r = *state;
	struct http_call call = call_of("PUT", "/a");

	call.content = http_memory("abc", 3);
	call.expect_continue = true;
	send_call(r, &call, head);
	expect(r, "HTTP/1.1 100 Continue\r\n\r\n", HTTP_WANT_READ, "interim 100\n");
	assert_string_equal(wire_heard(&r->wire), "abc");
	expect(r, OK "Content-Length: 0\r\n\r\n", HTTP_WANT_READ, "response 200\n\ndone 0 FINE\n");
	send_call(r, &call, head);
	http_client_go_on(&r->k);
	wire_run(&r->wire);
	assert_string_equal(wire_heard(&r->wire), "abc");
}

/* RFC 9110, 10.1.1: a final response instead of the 100: the content is not sent at all. */
static void
content_is_not_sent_after_a_final_response(void **state)
{
	struct rig *r = *state;
	struct http_call call = call_of("PUT", "/a");

	call.content = http_memory("abc", 3);
	call.expect_continue = true;
	assert_int_equal(http_client_send(&r->k, &call), 0);
	wire_run(&r->wire);
	wire_heard(&r->wire);
	expect(r, "HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n", HTTP_WANT_CLOSE,
	    "response 413\n\ndone 0 FINE\n");
	assert_string_equal(wire_heard(&r->wire), "");
}

/* RFC 9112, 9.5: an answer that comes before the content is out ends the connection. */
static void
early_answer_stops_the_content(void **state)
{
	struct rig *r = *state;
	struct http_call call = call_of("PUT", "/a");

	call.content = http_produced(100);
	r->produce_later = true;
	assert_int_equal(http_client_send(&r->k, &call), 0);
	expect(r, "HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n", HTTP_WANT_CLOSE,
	    "response 413\n\ndone 0 FINE\n");
}

static void
content_that_fails_resets(void **state)
{
	struct rig *r = *state;
	struct http_call call = call_of("PUT", "/a");

	call.content = http_produced(100);
	r->produce_fails = true;
	assert_int_equal(http_client_send(&r->k, &call), 0);
	expect(r, "", HTTP_WANT_RESET, "\ndone EIO FINE\n");
}

/* RFC 9110, 15.2: any number of interim responses comes before the final one. */
static void
interim_responses_are_reported(void **state)
{
	struct rig *r = *state;

	r->wire.piece = 1;
	send_get(r);
	for (unsigned i = 0; i < 30; i++)
		wire_say(&r->wire,
		    "HTTP/1.1 103 Early Hints\r\nLink: </a-rather-long-name-to-fill-the-buffer>\r\n\r\n");
	r->log_len = 0;
	expect(r, OK "Content-Length: 2\r\n\r\nhi", HTTP_WANT_READ, "response 200\nhi\ndone 0 FINE\n");
}

/* RFC 9112, 6.3. */
static void
content_ends_with_the_connection(void **state)
{
	struct rig *r = *state;

	send_get(r);
	r->wire.eof = true;
	expect(r, OK "\r\nhi", HTTP_WANT_CLOSE, "response 200\nhi\ndone 0 FINE\n");
}

static void
trailer_fields_are_there_when_it_is_done(void **state)
{
	struct rig *r = *state;

	send_get(r);
	expect(r, OK "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nDigest: d\r\n\r\n", HTTP_WANT_READ,
	    "response 200\nhi\ntrailer d\ndone 0 FINE\n");
}

static void
close_of_either_side_ends_the_connection(void **state)
{
	struct rig *r = *state;
	struct http_call call = call_of("GET", "/a");

	send_get(r);
	expect(r, OK "Connection: close\r\nContent-Length: 0\r\n\r\n", HTTP_WANT_CLOSE,
	    "response 200\n\ndone 0 FINE\n");
	assert_int_equal(http_client_send(&r->k, &call), -LEAT_ENOTCONN);
	teardown(state);
	setup(state);
	r = *state;
	call.last = true;
	send_call(r, &call, "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	expect(r, OK "Content-Length: 0\r\n\r\n", HTTP_WANT_CLOSE, "response 200\n\ndone 0 FINE\n");
}

/* RFC 9112, 9.2: octets that answer no request must not become the next one's response. */
static void
octets_after_a_response_end_the_connection(void **state)
{
	struct rig *r = *state;

	send_get(r);
	expect(r, OK "Content-Length: 0\r\n\r\n" OK, HTTP_WANT_CLOSE, "response 200\n\ndone 0 FINE\n");
}

static void
octets_without_a_request_end_the_connection(void **state)
{
	struct rig *r = *state;

	expect(r, OK, HTTP_WANT_CLOSE, "");
}

/* RFC 9112, 9.3.1: only what was not answered at all may be sent again. */
static void
end_before_the_response_can_be_told_from_one_within_it(void **state)
{
	struct rig *r = *state;

	send_get(r);
	r->wire.eof = true;
	expect(r, "", HTTP_WANT_RESET, "\ndone ECONNRESET FINE\n");
	assert_false(r->k.touched);
	teardown(state);
	setup(state);
	r = *state;
	send_get(r);
	r->wire.eof = true;
	expect(r, "HTTP/1.1 2", HTTP_WANT_RESET, "\ndone EPROTO EOF_IN_HEAD\n");
	assert_true(r->k.touched);
	teardown(state);
	setup(state);
	r = *state;
	send_get(r);
	r->wire.eof = true;
	expect(
	    r, "HTTP/1.1 100 Continue\r\n\r\n", HTTP_WANT_RESET, "interim 100\n\ndone EPROTO EOF_IN_HEAD\n");
}

static void
malformed_response_is_refused(void **state)
{
	struct rig *r = *state;

	send_get(r);
	expect(r, OK "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", HTTP_WANT_RESET,
	    "\ndone EPROTO LENGTH_LIST\n");
}

/* RFC 9110, 7.8 and 9.3.6. */
static void
switch_hands_over_what_follows(void **state)
{
	struct rig *r = *state;
	struct http_field upgrade = {http_span_of("Upgrade"), http_span_of("x")};
	struct http_call call = call_of("GET", "/a");

	call.field = &upgrade;
	call.fields = 1;
	send_call(r, &call, "GET /a HTTP/1.1\r\nHost: h\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n");
	expect(r, "HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nxyz", HTTP_WANT_HANDOVER,
	    "response 101\n\ndone 0 FINE\n");
	assert_int_equal(http_conn_rest(&r->k.conn).len, 3);
	teardown(state);
	setup(state);
	r = *state;
	call = call_of("CONNECT", "h:443");
	call.host = http_span_of("h:443");
	send_call(r, &call, "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n");
	expect(r, OK "\r\nxy", HTTP_WANT_HANDOVER, "response 200\n\ndone 0 FINE\n");
	assert_int_equal(http_conn_rest(&r->k.conn).len, 2);
}

static void
reader_holds_back_the_server(void **state)
{
	struct rig *r = *state;

	r->take = 2;
	send_get(r);
	expect(r, OK "Content-Length: 5\r\n\r\nabcd", 0, "response 200\nab");
	assert_int_equal(http_conn_waits(&r->k.conn), HTTP_CONN_PROGRAM);
	http_client_resume(&r->k);
	expect(r, "e", HTTP_WANT_READ, "cde\ndone 0 FINE\n");
}

static void
timeout_ends_the_call(void **state)
{
	struct rig *r = *state;

	send_get(r);
	assert_int_equal(http_conn_waits(&r->k.conn), HTTP_CONN_HEAD);
	http_conn_timeout(&r->k.conn);
	expect(r, "", HTTP_WANT_RESET, "\ndone ETIMEDOUT FINE\n");
}

/* A client and a server, each the other's other side, with pieces of random size. */
static void
exchange_some(struct wire *from, struct wire *to)
{
	unsigned wants = wire_run(from);

	if (from->sent_len == 0 && !(wants & HTTP_WANT_OVER))
		return;
	to->eof = (wants & HTTP_WANT_OVER) || from->shut;
	wire_say(to, wire_heard(from));
}

static void
client_and_server_understand_each_other(void **state)
{
	struct rng rng;

	rng_seed(&rng, 1);
	for (unsigned round = 0; round < 200; round++) {
		struct rig *r = *state;
		struct demo demo;
		struct http_service service;
		struct http_server s;
		struct wire server = {.c = &s.conn, .rng = &rng, .piece = 1 + round};
		struct http_buffers b = wire_buffers(&server);
		struct http_call call = call_of("POST", "/sum");

		r->wire.rng = &rng;
		r->wire.piece = 1 + round / 2;
		demo_init(&demo, &service);
		http_server_init(&s, &service, &b);
		call.content = http_produced(HTTP_LENGTH_UNKNOWN);
		call.expect_continue = round % 2;
		r->produced = "eleven octe";
		r->again = "/produced";
		assert_int_equal(http_client_send(&r->k, &call), 0);
		for (unsigned i = 0; i < 100 && (r->k.busy || r->again); i++) {
			exchange_some(&r->wire, &server);
			exchange_some(&server, &r->wire);
		}
		assert_false(r->k.busy);
		assert_non_null(
		    strstr(r->log, "response 200\n11, no trailer\n\ndone 0 FINE\nresponse 200\n0 1 2 "));
		assert_non_null(strstr(r->log, " 998 999 \ntrailer yes\ndone 0 FINE\n"));
		wire_free(&server);
		demo_fini(&demo);
		teardown(state);
		setup(state);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(calls_follow_on_one_connection),
	    T(call_may_be_sent_from_within_done),
	    T(content_is_framed_by_what_is_known_of_it),
	    T(octets_that_split_a_request_are_refused),
	    T(content_waits_for_continue),
	    T(content_is_not_sent_after_a_final_response),
	    T(early_answer_stops_the_content),
	    T(content_that_fails_resets),
	    T(interim_responses_are_reported),
	    T(content_ends_with_the_connection),
	    T(trailer_fields_are_there_when_it_is_done),
	    T(close_of_either_side_ends_the_connection),
	    T(octets_after_a_response_end_the_connection),
	    T(octets_without_a_request_end_the_connection),
	    T(end_before_the_response_can_be_told_from_one_within_it),
	    T(malformed_response_is_refused),
	    T(switch_hands_over_what_follows),
	    T(reader_holds_back_the_server),
	    T(timeout_ends_the_call),
	    T(client_and_server_understand_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
