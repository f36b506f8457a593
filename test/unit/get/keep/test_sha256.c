/*
 * SHA-256, with the vectors of NIST, in both compressions.
 */
#include "get/keep/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *octets;
	unsigned times;
	const char *digest;
} rows[] = {
    {"", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrs"
     "t"
     "nopqrstu",
	1, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    {"a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

static void
digests_are_those_of_the_standard(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t digest[SHA256_LEN];
		char text[SHA256_TEXT];
		struct sha256 s;

		sha256_begin(&s);
		for (unsigned k = 0; k < rows[i].times; k++)
			sha256_add(&s, rows[i].octets, strlen(rows[i].octets));
		sha256_end(&s, digest);
		assert_string_equal(sha256_write(digest, text), rows[i].digest);
	}
}

/* For each length around the blocks' borders, cut in two at each place. */
static void
the_pieces_do_not_matter(void **state)
{
	uint8_t octets[200], whole[SHA256_LEN], cut[SHA256_LEN];
	struct sha256 s;

	for (unsigned i = 0; i < sizeof octets; i++)
		octets[i] = (uint8_t)(i * 7);
	for (size_t n = 0; n <= sizeof octets; n++) {
		sha256_begin(&s);
		sha256_add(&s, octets, n);
		sha256_end(&s, whole);
		for (size_t at = 0; at <= n; at++) {
			sha256_begin(&s);
			sha256_add(&s, octets, at);
			sha256_add(&s, octets + at, n - at);
			sha256_end(&s, cut);
			assert_memory_equal(cut, whole, sizeof cut);
		}
	}
}

static void
both_compressions_are_the_same(void **state)
{
#ifdef SHA256_HAS_X86
	uint32_t a[8] = {1, 2, 3, 4, 5, 6, 7, 8}, b[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	uint8_t octets[10 * SHA256_BLOCK];

	if (!sha256_x86_usable())
		skip();
	for (unsigned i = 0; i < sizeof octets; i++)
		octets[i] = (uint8_t)(i * i + i / 256);
	for (size_t n = 0; n <= 10; n++) {
		sha256_blocks_plain(a, octets, n);
		sha256_blocks_x86(b, octets, n);
		assert_memory_equal(a, b, sizeof a);
	}
#else
	skip();
#endif
}

static void
only_64_hexadecimal_digits_are_a_digest(void **state)
{
	static const char good[] = "E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	uint8_t digest[SHA256_LEN] = {0};
	char text[80];

	assert_true(sha256_read(good, digest));
	assert_int_equal(digest[0], 0xe3);
	snprintf(text, sizeof text, "%s0", good);
	assert_false(sha256_read(text, digest));
	for (size_t n = 0; n < 64; n++) {
		snprintf(text, sizeof text, "%.*s", (int)n, good);
		assert_false(sha256_read(text, digest));
	}
	snprintf(text, sizeof text, "%s", good);
	text[40] = 'g';
	assert_false(sha256_read(text, digest));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(digests_are_those_of_the_standard),
	    cmocka_unit_test(the_pieces_do_not_matter),
	    cmocka_unit_test(both_compressions_are_the_same),
	    cmocka_unit_test(only_64_hexadecimal_digits_are_a_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
