/*
 * test/unit/get/test_transfer.c - transfers in virtual time: connecting, redirects, kept
 * connections, and bounds on time and speed.
 */
#include "rig.h"

#include "get/upload/upload.h"

#include <stdio.h>
#include <string.h>

#define HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
#define URL   "http://10.0.0.2/a"

static const char *const hello[] = {HELLO};

static void
content_arrives(void **state)
{
	struct rig r;

	rig_init(&r, hello, 1);
	assert_int_equal(rig_get(&r, URL), GET_OK);
	assert_string_equal(r.got, "hello");
	assert_int_equal(r.transfer.info.status, 200);
	assert_int_equal(r.transfer.info.received, 5);
	assert_non_null(strstr(r.asked[0], "GET /a HTTP/1.1\r\nHost: 10.0.0.2\r\n"));
	rig_end(&r);
}

/* RFC 9112, 9.3: the next request goes on the same connection. */
static void
a_connection_is_kept_for_the_next_transfer(void **state)
{
	struct rig r;

	rig_init(&r, hello, 1);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(rig_get(&r, URL), GET_OK);
	assert_int_equal(r.conns, 1);
	assert_int_equal(r.requests, 3);
	rig_end(&r);
}

/* RFC 9110, 9.2.2: a kept connection dies under a request; a GET goes out again, a POST does not. */
static void
only_what_does_no_harm_twice_is_sent_again(void **state)
{
	static const char *const dies[] = {HELLO, "!", HELLO, "!", HELLO};
	struct rig r;

	rig_init(&r, dies, 5);
	assert_int_equal(rig_get(&r, URL), GET_OK);
	assert_int_equal(rig_get(&r, URL), GET_OK);
	assert_int_equal(r.conns, 2);
	r.ask.method = TRANSFER_POST;
	assert_int_equal(rig_get(&r, URL), GET_EMPTY_REPLY);
	assert_int_equal(r.requests, 4);
	rig_end(&r);
}

/* RFC 8305, 5: an address that does not answer costs the time between two attempts, and no more. */
static void
an_address_that_is_silent_costs_a_quarter_of_a_second(void **state)
{
	struct rig r;

	rig_init(&r, hello, 1);
	rig_name(&r, "name.example", RIG_SILENT, "10.0.0.2");
	assert_int_equal(rig_get(&r, "http://name.example/"), GET_OK);
	assert_true(r.took >= 250 * MSEC && r.took < 300 * MSEC);
	rig_end(&r);
}

static void
a_refused_address_is_followed_by_the_next_at_once(void **state)
{
	struct rig r;

	rig_init(&r, hello, 1);
	rig_name(&r, "name.example", "10.0.0.1", "10.0.0.2");
	assert_int_equal(rig_get(&r, "http://name.example/"), GET_OK);
	assert_true(r.took < 50 * MSEC);
	rig_end(&r);
}

static void
a_refused_connection_has_its_code(void **state)
{
	struct rig r;

	rig_init(&r, hello, 1);
	assert_int_equal(rig_get(&r, "http://10.0.0.2:81/"), GET_CONNECT);
	assert_int_equal(rig_get(&r, "http://unknown.example/"), GET_NAME);
	rig_end(&r);
}

/* A redirect to another host gets neither password nor cookie nor such fields of the user's. */
static void
credentials_stay_with_the_first_origin(void **state)
{
	static const char *const there_and_back[] = {
	    "HTTP/1.1 302 Go\r\nLocation: http://other.example/x\r\nContent-Length: 0\r\n\r\n",
	    "HTTP/1.1 302 Go\r\nLocation: http://first.example/y\r\nContent-Length: 0\r\n\r\n", HELLO};
	const struct get_field own[] = {
	    {{{"Cookie", sizeof "Cookie" - 1}, {"c=own", sizeof "c=own" - 1}}, GET_FIELD_SEND},
	    {{{"X-Plain", sizeof "X-Plain" - 1}, {"1", sizeof "1" - 1}}, GET_FIELD_SEND}};
	struct rig r;

	for (unsigned trusted = 0; trusted < 2; trusted++) {
		rig_init(&r, there_and_back, 3);
		rig_name(&r, "first.example", NULL, NULL);
		rig_name(&r, "other.example", NULL, NULL);
		r.set.follow = true;
		r.set.trusted = trusted;
		r.set.credentials = "me:secret";
		r.set.field = own;
		r.set.fields = 2;
		assert_int_equal(rig_get(&r, "http://first.example/"), GET_OK);
		assert_int_equal(r.requests, 3);
		for (unsigned i = 0; i < 3; i++) {
			bool may = trusted || i != 1;

			assert_int_equal(
			    strstr(r.asked[i], "Authorization: Basic bWU6c2VjcmV0\r\n") != NULL, may);
			assert_int_equal(strstr(r.asked[i], "Cookie: c=own\r\n") != NULL, may);
			assert_non_null(strstr(r.asked[i], "X-Plain: 1\r\n"));
		}
		rig_end(&r);
	}
}

static void
redirects_end_at_their_bound(void **state)
{
	static const char *const again[] = {
	    "HTTP/1.1 302 Go\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"};
	struct rig r;

	rig_init(&r, again, 1);
	r.set.follow = true;
	assert_int_equal(rig_get(&r, URL), GET_REDIRECTS);
	assert_int_equal(r.requests, 51);
	assert_int_equal(r.conns, 1);
	rig_end(&r);
}

static void
a_redirect_leads_to_http_alone(void **state)
{
	static const char *const to[] = {
	    "HTTP/1.1 302 Go\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
	    "HTTP/1.1 302 Go\r\nLocation: gopher://10.0.0.2/x\r\nContent-Length: 0\r\n\r\n"};
	struct rig r;

	rig_init(&r, to, 2);
	r.set.follow = true;
	assert_int_equal(rig_get(&r, URL), GET_PROTOCOL);
	assert_int_equal(rig_get(&r, URL), GET_PROTOCOL);
	assert_int_equal(r.requests, 2);
	rig_end(&r);
}

static void
a_transfer_ends_when_its_time_has_passed(void **state)
{
	static const char *const part[] = {"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"};
	struct rig r;

	rig_init(&r, part, 1);
	r.set.total_time = 3 * SEC;
	assert_int_equal(rig_get(&r, URL), GET_TIMEOUT);
	assert_string_equal(r.transfer.result.words,
	    "Operation timed out after 3000 milliseconds with 5 out of 50 bytes received");
	rig_end(&r);
}

static void
connecting_ends_when_its_time_has_passed(void **state)
{
	struct rig r;

	rig_init(&r, hello, 1);
	r.set.connect_time = 2 * SEC;
	assert_int_equal(rig_get(&r, "http://" RIG_SILENT "/"), GET_TIMEOUT);
	assert_string_equal(r.transfer.result.words, "Connection timed out after 2000 milliseconds");
	rig_end(&r);
}

static void
a_slow_server_ends_the_transfer(void **state)
{
	static const char *const part[] = {"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"};
	struct rig r;

	rig_init(&r, part, 1);
	r.set.slow_rate = 10;
	r.set.slow_time = 5 * SEC;
	assert_int_equal(rig_get(&r, URL), GET_TIMEOUT);
	assert_true(r.took >= 5 * SEC && r.took <= 7 * SEC);
	rig_end(&r);
}

/* --limit-rate: 20,000 octets at 2,000 a second take ten seconds. */
static void
the_rate_is_kept(void **state)
{
	static char text[20100];
	const char *const large[] = {text};
	struct rig r;
	int n = snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n");

	memset(text + n, 'x', 20000);
	rig_init(&r, large, 1);
	r.set.rate = 2000;
	assert_int_equal(rig_get(&r, URL), GET_OK);
	assert_int_equal(r.len, 20000);
	assert_true(r.took >= 9 * SEC && r.took <= 11 * SEC);
	rig_end(&r);
}

/* Content that is sent keeps it, too: the head and the answer do not wait. */
static void
the_rate_of_an_upload_is_kept(void **state)
{
	char text[6000];
	struct rig r;

	memset(text, 'x', sizeof text);
	rig_init(&r, hello, 1);
	r.set.rate = 1000;
	r.ask.method = TRANSFER_POST;
	r.ask.body = upload_memory(text, sizeof text, "text/plain");
	assert_int_equal(rig_get(&r, URL), GET_OK);
	assert_true(r.took >= 5 * SEC && r.took <= 7 * SEC);
	assert_int_equal(r.transfer.info.sent, sizeof text);
	/* What was not used is not saved up: another one on the same connection takes as long. */
	simworld_pass(r.world, 30 * SEC);
	assert_int_equal(rig_get(&r, URL), GET_OK);
	assert_int_equal(r.conns, 1);
	assert_true(r.took >= 5 * SEC && r.took <= 7 * SEC);
	r.ask.body->ops->free(r.ask.body);
	rig_end(&r);
}

/* RFC 9110, 10.1.1: content that waits for a 100 is sent after a time without it. */
static void
content_does_not_wait_for_ever_for_a_100(void **state)
{
	const struct get_field expect = {
	    {{"Expect", sizeof "Expect" - 1}, {"100-continue", sizeof "100-continue" - 1}}, GET_FIELD_SEND};
	struct rig r;

	rig_init(&r, hello, 1);
	r.set.field = &expect;
	r.set.fields = 1;
	r.ask.method = TRANSFER_POST;
	r.ask.body = upload_memory("a=b\r\n\r\n", 7, "text/plain");
	assert_int_equal(rig_get(&r, URL), GET_OK);
	assert_non_null(strstr(r.asked[0], "Expect: 100-continue\r\n"));
	r.ask.body->ops->free(r.ask.body);
	rig_end(&r);
}

/* The content of a redirect is read so that the connection can be kept, but not without a bound. */
static void
a_redirect_with_endless_content_is_followed(void **state)
{
	static char text[1200000];
	const char *const endless[] = {text, HELLO};
	struct rig r;
	int n =
	    snprintf(text, sizeof text, "HTTP/1.1 302 Go\r\nLocation: /x\r\nContent-Length: 9000000\r\n\r\n");

	memset(text + n, 'x', sizeof text - (size_t)n - 1);
	rig_init(&r, endless, 2);
	r.set.follow = true;
	assert_int_equal(rig_get(&r, URL), GET_OK);
	assert_string_equal(r.got, "hello");
	assert_int_equal(r.conns, 2);
	rig_end(&r);
}

static void
ignore(struct transfer *t)
{
}

static void
a_transfer_can_be_cancelled_at_any_time(void **state)
{
	static const struct transfer_ops ops = {.done = ignore};
	struct rig r;

	for (nsec_t after = 0; after < 4 * MSEC; after += MSEC / 4) {
		rig_init(&r, hello, 1);
		r.ask.url = URL;
		transfer_begin(&r.transfer, r.get, &r.ask, &ops, &r);
		simworld_pass(r.world, after);
		transfer_cancel(&r.transfer);
		rig_end(&r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(content_arrives),
	    cmocka_unit_test(a_connection_is_kept_for_the_next_transfer),
	    cmocka_unit_test(only_what_does_no_harm_twice_is_sent_again),
	    cmocka_unit_test(an_address_that_is_silent_costs_a_quarter_of_a_second),
	    cmocka_unit_test(a_refused_address_is_followed_by_the_next_at_once),
	    cmocka_unit_test(a_refused_connection_has_its_code),
	    cmocka_unit_test(credentials_stay_with_the_first_origin),
	    cmocka_unit_test(redirects_end_at_their_bound),
	    cmocka_unit_test(a_redirect_leads_to_http_alone),
	    cmocka_unit_test(a_transfer_ends_when_its_time_has_passed),
	    cmocka_unit_test(connecting_ends_when_its_time_has_passed),
	    cmocka_unit_test(a_slow_server_ends_the_transfer),
	    cmocka_unit_test(the_rate_is_kept),
	    cmocka_unit_test(the_rate_of_an_upload_is_kept),
	    cmocka_unit_test(content_does_not_wait_for_ever_for_a_100),
	    cmocka_unit_test(a_redirect_with_endless_content_is_followed),
	    cmocka_unit_test(a_transfer_can_be_cancelled_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
