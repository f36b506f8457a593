/*
 * DNS messages, valid and hostile.
 */
#include "wire/dns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

/*
 * A response from a name server: www.example.org CNAME a.example.org, A 192.0.2.7, then OPT. Names
 * are compressed.
 */
static const uint8_t ANSWER[] = {0x12, 0x34, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 1,
    /* 12 */ 3, 'w', 'w', 'w', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'o', 'r', 'g', 0, 0, 1, 0, 1,
    /* 33 */ 0xc0, 12, 0, 5, 0, 1, 0, 0, 0x0e, 0x10, 0, 4, 1, 'a', 0xc0, 16,
    /* 49 */ 0xc0, 45, 0, 1, 0, 1, 0x80, 0, 0, 1, 0, 4, 192, 0, 2, 7,
    /* 65 */ 0, 0, 41, 0x04, 0xd0, 0x80, 0, 0, 0, 0, 0};

static void
expect_name(const struct dns_name *name, const char *text)
{
	char buf[DNS_NAME_TEXT];

	assert_string_equal(dns_name_text(name, buf), text);
}

static void
reads_a_response_in_its_order(void **state)
{
	struct dns_question q;
	struct dns_record r;
	struct dns_cursor c;

	assert_true(dns_valid(ANSWER, sizeof ANSWER));
	assert_int_equal(dns_id(ANSWER), 0x1234);
	assert_true(
	    dns_flags(ANSWER) & DNS_QR && dns_flags(ANSWER) & DNS_RA && !(dns_flags(ANSWER) & DNS_TC));
	assert_int_equal(dns_rcode(ANSWER), DNS_OK);
	assert_int_equal(dns_opcode(ANSWER), 0);
	dns_cursor_init(&c, ANSWER, sizeof ANSWER);
	assert_false(dns_next_record(&c, &r)); /* the question must be read first */
	assert_true(dns_next_question(&c, &q));
	expect_name(&q.name, "www.example.org.");
	assert_int_equal(q.type, DNS_A);
	assert_int_equal(q.class, DNS_IN);
	assert_false(dns_next_question(&c, &q));
	assert_true(dns_next_record(&c, &r));
	expect_name(&r.name, "www.example.org.");
	assert_int_equal(r.type, DNS_CNAME);
	assert_int_equal(r.ttl, 3600);
	assert_true(dns_name_read(ANSWER, sizeof ANSWER, &r.data_at, &q.name));
	expect_name(&q.name, "a.example.org.");
	assert_true(dns_next_record(&c, &r));
	expect_name(&r.name, "a.example.org.");
	assert_int_equal(r.type, DNS_A);
	assert_int_equal(r.ttl, 0); /* RFC 2181, 8: the top bit set means zero */
	assert_int_equal(r.data_len, 4);
	assert_int_equal(be32_get(ANSWER + r.data_at), 0xc0000207);
	assert_true(dns_next_record(&c, &r));
	expect_name(&r.name, ".");
	assert_int_equal(r.type, DNS_OPT);
	assert_int_equal(r.ttl, 0x80000000); /* RFC 6891, 6.1.3: in OPT it is not a time */
	assert_false(dns_next_record(&c, &r));
	assert_int_equal(c.records, 0);
	assert_int_equal(c.at, sizeof ANSWER);
}

static void
every_truncation_is_noticed(void **state)
{
	for (size_t n = DNS_HDR_LEN; n < sizeof ANSWER; n++) {
		uint8_t exact[sizeof ANSWER];
		struct dns_question q;
		struct dns_record r;
		struct dns_cursor c;

		memcpy(exact, ANSWER, n);
		memset(exact + n, 0xc0, sizeof exact - n);
		dns_cursor_init(&c, exact, n);
		while (dns_next_question(&c, &q))
			;
		while (dns_next_record(&c, &r))
			;
		assert_true(c.questions || c.records);
		assert_true(c.at <= n);
	}
}

/* RFC 1035, 4.1.4: a pointer goes to "a prior occurance of the same name". */
static void
pointers_that_do_not_lead_back_are_refused(void **state)
{
	static const uint8_t self[] = {0xc0, 0}, forward[] = {0xc0, 2, 0}, pair[] = {0xc0, 2, 0xc0, 0},
			     around[] = {1, 'a', 0xc0, 0}, cut[] = {0xc0}, reserved[] = {0x40, 0},
			     beyond[] = {5, 'a', 0};
	struct dns_name name;
	size_t at = 0;

	assert_false(dns_name_read(self, sizeof self, &at, &name));
	assert_false(dns_name_read(forward, sizeof forward, &at, &name));
	assert_false(dns_name_read(pair, sizeof pair, &at, &name));
	assert_false(dns_name_read(around, sizeof around, &at, &name));
	assert_false(dns_name_read(cut, sizeof cut, &at, &name));
	assert_false(dns_name_read(reserved, sizeof reserved, &at, &name));
	assert_false(dns_name_read(beyond, sizeof beyond, &at, &name));
	assert_int_equal(at, 0);
	at = 2;
	assert_false(dns_name_read(pair, sizeof pair, &at, &name));
	at = 9;
	assert_false(dns_name_read(pair, sizeof pair, &at, &name));
}

/* RFC 1035, 2.3.4: at most 255 octets, with or without pointers. */
static void
names_end_at_255_octets(void **state)
{
	uint8_t msg[600] = {0};
	struct dns_name name;
	size_t at = 0;

	for (int i = 0; i < 4; i++)
		msg[64 * i] = 63;
	assert_false(dns_name_read(msg, sizeof msg, &at, &name)); /* 257 */
	msg[64 * 3] = 61;
	assert_true(dns_name_read(msg, sizeof msg, &at, &name));
	assert_int_equal(name.len, 255);
	assert_int_equal(at, 255);
	msg[300] = 1; /* one more label before it */
	be16_put(msg + 302, 0xc000);
	at = 300;
	assert_false(dns_name_read(msg, sizeof msg, &at, &name));
	assert_int_equal(at, 300);
}

static void
names_from_text_and_back(void **state)
{
	struct dns_name name, other;
	char text[300];

	assert_true(dns_name_parse("www.Example.org", &name));
	assert_int_equal(name.len, 17);
	expect_name(&name, "www.Example.org.");
	assert_true(dns_name_parse("WWW.example.ORG.", &other));
	assert_true(dns_name_eq(&name, &other)); /* RFC 4343, 3 */
	assert_true(dns_name_parse("www.example.orh", &other));
	assert_false(dns_name_eq(&name, &other));
	assert_true(dns_name_parse(".", &name));
	assert_int_equal(name.len, 1);
	expect_name(&name, ".");
	assert_false(dns_name_parse("a..b", &name));
	assert_false(dns_name_parse(".a", &name));
	memset(text, 'a', sizeof text);
	text[64] = '\0';
	assert_false(dns_name_parse(text, &name));
	text[63] = '\0';
	assert_true(dns_name_parse(text, &name));
	memset(text, 'a', sizeof text);
	text[63] = text[127] = text[191] = '.';
	text[253] = '\0';
	assert_true(dns_name_parse(text, &name));
	assert_int_equal(name.len, 255);
	text[253] = 'a';
	text[254] = '\0';
	assert_false(dns_name_parse(text, &name));
}

/*
 * RFC 1035, 5.1: octets that could mislead a reader are written as numbers. The text of the longest
 * name fits.
 */
static void
strange_octets_are_escaped(void **state)
{
	struct dns_name name = {.len = 7, .octets = {5, 'a', '.', 0, '\\', 0xff, 0}};
	char buf[DNS_NAME_TEXT];

	expect_name(&name, "a\\046\\000\\092\\255.");
	memset(name.octets, 1, sizeof name.octets);
	name.octets[254] = 0;
	name.len = 255;
	dns_name_text(&name, buf);
	assert_int_equal(strlen(buf), 127 * 5);
	for (int i = 0; i < 4; i++)
		name.octets[64 * i] = 63;
	name.octets[64 * 3] = 61;
	dns_name_text(&name, buf);
	assert_int_equal(strlen(buf), 250 * 4 + 4);
}

static void
writes_a_query_that_it_reads(void **state)
{
	uint8_t msg[64];
	struct dns_name name;
	struct dns_question q;
	struct dns_cursor c;
	size_t len;

	assert_true(dns_name_parse("leat.test", &name));
	dns_put(msg, 7, DNS_RD, 1);
	assert_int_equal(dns_question_put(msg + DNS_HDR_LEN, 14, &name, DNS_AAAA, DNS_IN), 0);
	len = dns_question_put(msg + DNS_HDR_LEN, 15, &name, DNS_AAAA, DNS_IN);
	assert_int_equal(len, 15);
	dns_cursor_init(&c, msg, DNS_HDR_LEN + len);
	assert_true(dns_next_question(&c, &q));
	assert_int_equal(q.type, DNS_AAAA);
	assert_true(dns_name_eq(&q.name, &name));
	assert_string_equal(dns_type_name(q.type), "AAAA");
	assert_string_equal(dns_rcode_name(DNS_NXDOMAIN), "NXDOMAIN");
	assert_null(dns_rcode_name(15));
	assert_null(dns_type_name(9999));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_a_response_in_its_order),
	    cmocka_unit_test(every_truncation_is_noticed),
	    cmocka_unit_test(pointers_that_do_not_lead_back_are_refused),
	    cmocka_unit_test(names_end_at_255_octets),
	    cmocka_unit_test(names_from_text_and_back),
	    cmocka_unit_test(strange_octets_are_escaped),
	    cmocka_unit_test(writes_a_query_that_it_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
