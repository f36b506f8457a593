/*
 * test/unit/get/decode/test_zlib.c - gzip and deflate, undone in any pieces.
 */
#include "get/decode/decode.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

enum { PLAIN = 5000, ROOM = 8192 };

static size_t
encode(int window, const char *plain, size_t n, char *to)
{
	z_stream z = {0};

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)plain;
	z.avail_in = (uInt)n;
	z.next_out = (Bytef *)to;
	z.avail_out = ROOM;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return ROOM - z.avail_out;
}

/* Feeds pieces of @in octets, and takes @out at a time. Returns the number of octets, or an error. */
static ssize_t
decode_in(const char *coding, const char *at, size_t n, size_t in, size_t out, char *to, bool *may_end)
{
	struct decoder *d;
	size_t got = 0, used, piece;
	ssize_t made = 0;

	assert_int_equal(decoder_new(http_span_of(coding), &d), DECODE_YES);
	for (size_t i = 0; made >= 0 && (i < n || made == (ssize_t)out); i += used) {
		piece = n - i < in ? n - i : in;
		assert_true(got + out <= 2 * ROOM);
		made = decoder_next(d, at + i, piece, &used, to + got, out);
		got += made > 0 ? (size_t)made : 0;
	}
	*may_end = decoder_may_end(d);
	decoder_free(d);
	return made < 0 ? made : (ssize_t)got;
}

static void
fill(char *plain)
{
	for (size_t i = 0; i < PLAIN; i++)
		plain[i] = (char)(i * i / 7);
}

static void
any_pieces_give_the_same_octets(void **state)
{
	static const struct {
		const char *coding;
		int window;
	} row[] = {{"gzip", MAX_WBITS + 16}, {"x-gzip", MAX_WBITS + 16}, {"deflate", MAX_WBITS},
	    {"deflate", -MAX_WBITS}};
	char plain[PLAIN], coded[ROOM], to[2 * ROOM + 4096];
	bool may_end;

	fill(plain);
	for (size_t r = 0; r < sizeof row / sizeof *row; r++) {
		size_t n = encode(row[r].window, plain, PLAIN, coded);

		for (size_t in = 1; in < n; in += 1 + in) {
			assert_int_equal(
			    decode_in(row[r].coding, coded, n, in, 1 + in % 900, to, &may_end), PLAIN);
			assert_memory_equal(to, plain, PLAIN);
			assert_true(may_end);
		}
		assert_int_equal(decode_in(row[r].coding, coded, n - 9, ROOM, 4096, to, &may_end) >= 0, 1);
		assert_false(may_end);
	}
}

/* RFC 1952, 2.2: the members of a gzip file follow each other. What is no member means nothing. */
static void
members_are_joined_and_what_follows_is_ignored(void **state)
{
	char plain[PLAIN], coded[2 * ROOM], to[2 * ROOM + 4096];
	size_t n;
	bool may_end;

	fill(plain);
	n = encode(MAX_WBITS + 16, plain, 1000, coded);
	n += encode(MAX_WBITS + 16, plain + 1000, PLAIN - 1000, coded + n);
	memset(coded + n, 0, 100);
	assert_int_equal(decode_in("gzip", coded, n + 100, 7, 512, to, &may_end), PLAIN);
	assert_memory_equal(to, plain, PLAIN);
	assert_true(may_end);
}

static void
damage_is_an_error(void **state)
{
	char plain[PLAIN], coded[ROOM], to[2 * ROOM + 4096];
	size_t n;
	bool may_end;

	fill(plain);
	n = encode(MAX_WBITS + 16, plain, PLAIN, coded);
	coded[n / 2] ^= 0x55;
	assert_int_equal(decode_in("gzip", coded, n, ROOM, 4096, to, &may_end), -LEAT_EPROTO);
	assert_int_equal(decode_in("gzip", "hello", 5, ROOM, 4096, to, &may_end), -LEAT_EPROTO);
}

static void
what_is_not_known_is_said_so(void **state)
{
	struct decoder *d;

	assert_int_equal(decoder_new(http_span_of(""), &d), DECODE_NOTHING);
	assert_int_equal(decoder_new(http_span_of("identity"), &d), DECODE_NOTHING);
	assert_int_equal(decoder_new(http_span_of("compress"), &d), DECODE_UNKNOWN);
	assert_int_equal(decoder_new(http_span_of("gzip, gzip"), &d), DECODE_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(any_pieces_give_the_same_octets),
	    cmocka_unit_test(members_are_joined_and_what_follows_is_ignored),
	    cmocka_unit_test(damage_is_an_error),
	    cmocka_unit_test(what_is_not_known_is_said_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
