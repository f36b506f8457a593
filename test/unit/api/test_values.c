/*
 * Addresses, errors, and structs that may grow.
 */
#include "leat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

static void
addresses_are_read_and_written_with_and_without_port(void **state)
{
	static const char *same[] = {
	    "10.0.0.1", "10.0.0.1:80", "fd00::1", "[fd00::1]:80", "::", "0.0.0.0", "[::]:65535"};
	char buf[LEAT_ADDR_TEXT], small[5];
	struct leat_addr a;

	for (unsigned i = 0; i < sizeof same / sizeof same[0]; i++) {
		assert_int_equal(leat_addr_parse(same[i], &a), 0);
		assert_string_equal(leat_addr_format(&a, buf, sizeof buf), same[i]);
	}
	assert_int_equal(leat_addr_parse("[fd00::1]", &a), 0);
	assert_int_equal(a.port, 0);
	assert_int_equal(a.scope, 0);
	assert_string_equal(leat_addr_format(&a, small, sizeof small), "fd00");
}

static void
what_is_no_address_is_refused_and_changes_nothing(void **state)
{
	static const char *bad[] = {"", ":80", "10.0.0.1:", "10.0.0.1:65536", "10.0.0.1:+1", "10.0.0.1: 1",
	    "10.0.0", "[10.0.0.1]:80", "[fd00::1", "fd00::1]:80", "[fd00::1]80", "[fd00::1]:", "localhost",
	    " 10.0.0.1", "10.0.0.1:99999999999999999999", "fd00::1%eth0",
	    "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc"};
	struct leat_addr a = {.port = 7}, before = a;
	struct leat_prefix p = {.bits = 7}, p_before = p;

	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(leat_addr_parse(bad[i], &a), -LEAT_EINVAL);
		assert_int_equal(leat_prefix_parse(bad[i], &p), -LEAT_EINVAL);
	}
	assert_int_equal(leat_prefix_parse("10.0.0.0/33", &p), -LEAT_EINVAL);
	assert_int_equal(leat_prefix_parse("fd00::/129", &p), -LEAT_EINVAL);
	assert_int_equal(leat_prefix_parse("fd00::/", &p), -LEAT_EINVAL);
	assert_memory_equal(&a, &before, sizeof a);
	assert_memory_equal(&p, &p_before, sizeof p);
}

/* RFC 4632, 3.1: a slash and the number of bits, counted in the address's own family. */
static void
prefixes_count_bits_of_their_family(void **state)
{
	struct leat_prefix p;

	assert_int_equal(leat_prefix_parse("10.1.2.3/24", &p), 0);
	assert_int_equal(p.bits, 24);
	assert_int_equal(p.octets[12], 10);
	assert_int_equal(p.octets[11], 0xff);
	assert_int_equal(leat_prefix_parse("fd00::1/128", &p), 0);
	assert_int_equal(p.bits, 128);
	assert_int_equal(leat_prefix_parse("::/0", &p), 0);
	assert_int_equal(p.bits, 0);
}

static void
errors_have_names_and_words(void **state)
{
	assert_string_equal(leat_error_name(-LEAT_ECONNRESET), "ECONNRESET");
	assert_string_equal(leat_error_name(LEAT_ECONNRESET), "ECONNRESET");
	assert_string_equal(leat_error_name(12345), "E?");
	assert_non_null(leat_error_words(12345));
	assert_non_null(leat_error_words(-LEAT_EAGAIN));
	assert_true(strlen(leat_version()) >= 5);
}

static void
every_drop_reason_has_name_words_and_source_and_the_list_ends(void **state)
{
	unsigned n = 0;

	for (; leat_drop_name(n); n++) {
		assert_non_null(leat_drop_words(n));
		assert_non_null(leat_drop_source(n));
	}
	assert_true(n > 50);
	assert_null(leat_drop_words(n));
	assert_null(leat_drop_source(n));
}

/* A caller built with an older leat.h: what its struct lacks is 0. */
static void
a_shorter_struct_has_the_rest_as_zero(void **state)
{
	struct leat_stack_config c = {.size = offsetof(struct leat_stack_config, now), .seed = 1};
	struct leat_stack *s;

	memset(&c.now, 0xff, sizeof c - offsetof(struct leat_stack_config, now));
	assert_int_equal(leat_stack_new(&c, &s), 0);
	assert_int_equal(leat_stack_now(s), 0);
	leat_stack_free(s);
}

/* A caller built with a newer leat.h: members that this library does not know must be 0. */
static void
a_longer_struct_must_be_zero_after_what_is_known(void **state)
{
	struct {
		struct leat_stack_config c;
		uint64_t future[2];
	} big = {.c = {.size = sizeof big, .now = 5}};
	struct leat_stack *s = NULL;

	assert_int_equal(leat_stack_new(&big.c, &s), 0);
	assert_int_equal(leat_stack_now(s), 5);
	leat_stack_free(s);
	s = NULL;
	big.future[1] = 1;
	assert_int_equal(leat_stack_new(&big.c, &s), -LEAT_EINVAL);
	assert_null(s);
}

static void
a_struct_without_its_size_is_refused(void **state)
{
	struct leat_stack_config c = {0};
	struct leat_stack *s = NULL;

	assert_int_equal(leat_stack_new(&c, &s), -LEAT_EINVAL);
	c.size = 7;
	assert_int_equal(leat_stack_new(&c, &s), -LEAT_EINVAL);
	c.size = sizeof c;
	c.flags = 0x80;
	assert_int_equal(leat_stack_new(&c, &s), -LEAT_EINVAL);
	assert_null(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addresses_are_read_and_written_with_and_without_port),
	    cmocka_unit_test(what_is_no_address_is_refused_and_changes_nothing),
	    cmocka_unit_test(prefixes_count_bits_of_their_family),
	    cmocka_unit_test(errors_have_names_and_words),
	    cmocka_unit_test(every_drop_reason_has_name_words_and_source_and_the_list_ends),
	    cmocka_unit_test(a_shorter_struct_has_the_rest_as_zero),
	    cmocka_unit_test(a_longer_struct_must_be_zero_after_what_is_known),
	    cmocka_unit_test(a_struct_without_its_size_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
