/*
 * Which answer belongs to which question.
 */
#include "dns/question.h"

#include "wire/dns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct message {
	uint8_t octets[512];
	size_t len;
};

static struct message
message(uint16_t id, uint16_t flags, const char *text, uint16_t type)
{
	struct message m = {.len = DNS_HDR_LEN};
	struct dns_name name;

	assert_true(dns_name_parse(text, &name));
	dns_put(m.octets, id, flags, 1);
	m.len += dns_question_put(m.octets + m.len, sizeof m.octets - m.len, &name, type, DNS_IN);
	return m;
}

static bool
answers(const struct message *q, const struct message *r)
{
	return dns_answers(q->octets, q->len, r->octets, r->len);
}

/*
 * RFC 5452, 9.1: number, name, type and class must be the same. The case of letters may differ (RFC
 * 4343).
 */
static void
an_answer_has_the_number_and_the_question(void **state)
{
	struct message q = message(7, DNS_RD, "www.example.org", DNS_A),
		       r = message(7, DNS_QR, "WWW.example.ORG", DNS_A);

	assert_true(dns_is_question(q.octets, q.len));
	assert_true(answers(&q, &r));
	r = message(8, DNS_QR, "www.example.org", DNS_A);
	assert_false(answers(&q, &r));
	r = message(7, 0, "www.example.org", DNS_A); /* a question */
	assert_false(answers(&q, &r));
	r = message(7, DNS_QR, "www.example.org", DNS_AAAA);
	assert_false(answers(&q, &r));
	r = message(7, DNS_QR, "ww.example.org", DNS_A);
	assert_false(answers(&q, &r));
	r.len = DNS_HDR_LEN - 1;
	assert_false(answers(&q, &r));
}

static void
a_server_that_did_not_understand_may_leave_the_question_out(void **state)
{
	struct message q = message(7, DNS_RD, "www.example.org", DNS_A), r = q;

	r.len = DNS_HDR_LEN;
	dns_put(r.octets, 7, DNS_QR | DNS_FORMERR, 0);
	assert_true(answers(&q, &r));
	assert_false(dns_declines(r.octets));
	dns_put(r.octets, 7, DNS_QR | DNS_REFUSED, 0);
	assert_true(answers(&q, &r));
	assert_true(dns_declines(r.octets));
	dns_put(r.octets, 7, DNS_QR, 0);
	assert_false(answers(&q, &r));
}

static void
what_is_no_single_question_is_none(void **state)
{
	struct message q = message(7, DNS_RD, "www.example.org", DNS_A);

	for (size_t n = 0; n < q.len; n++)
		assert_false(dns_is_question(q.octets, n));
	be16_put(q.octets + DNS_QDCOUNT, 2);
	assert_false(dns_is_question(q.octets, q.len));
	q = message(7, DNS_QR, "www.example.org", DNS_A);
	assert_false(dns_is_question(q.octets, q.len));
}

static void
the_same_question_again_is_known(void **state)
{
	struct message a = message(7, DNS_RD, "a.example", DNS_A), b = message(7, DNS_RD, "b.example", DNS_A);

	assert_true(dns_same_question(a.octets, a.len, a.octets, a.len));
	assert_false(dns_same_question(a.octets, a.len, b.octets, b.len));
	b = message(9, DNS_RD, "a.example", DNS_A);
	assert_false(dns_same_question(a.octets, a.len, b.octets, b.len));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_answer_has_the_number_and_the_question),
	    cmocka_unit_test(a_server_that_did_not_understand_may_leave_the_question_out),
	    cmocka_unit_test(what_is_no_single_question_is_none),
	    cmocka_unit_test(the_same_question_again_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
