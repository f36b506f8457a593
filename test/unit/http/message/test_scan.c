/*
 * The wide search for control octets against its scalar twin.
 */
#include "http/message/scan.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A buffer that ends where the octets end, so that a sanitizer sees a step beyond. */
static void
expect_same(const char *text, size_t n)
{
	char *copy = malloc(n + 1);

	memcpy(copy + 1, text, n);
	assert_ptr_equal(http_scan(copy + 1, copy + 1 + n), http_scan_scalar(copy + 1, copy + 1 + n));
	free(copy);
}

static void
every_octet_at_every_place(void **state)
{
	char text[50];

	for (unsigned octet = 0; octet < 256; octet++) {
		for (size_t at = 0; at < sizeof text; at++) {
			memset(text, 'a', sizeof text);
			text[at] = (char)octet;
			expect_same(text, sizeof text);
			expect_same(text, at + 1);
		}
	}
}

static void
random_octets_of_every_length(void **state)
{
	char text[100];
	struct rng r;

	rng_seed(&r, 1);
	for (unsigned round = 0; round < 20000; round++) {
		size_t n = rng_below(&r, sizeof text + 1);

		for (size_t i = 0; i < n; i++)
			text[i] = (char)(rng_below(&r, 20) ? 0x20 + rng_below(&r, 0xe0) : rng_below(&r, 256));
		expect_same(text, n);
	}
}

/* RFC 9110, 5.5: the tab and octets over 127 may stand in a value; other control octets may not. */
static void
controls_are_found_and_the_tab_is_not(void **state)
{
	static const char text[] = "a\tb\x80\xff~ \x1f";

	assert_ptr_equal(http_scan(text, text + sizeof text - 1), text + 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_octet_at_every_place),
	    cmocka_unit_test(random_octets_of_every_length),
	    cmocka_unit_test(controls_are_found_and_the_tab_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
