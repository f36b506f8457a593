/*
 * test/unit/get/decode/test_decode.c - codings of content, undone in any pieces.
 */
#include "get/decode/decode.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <brotli/encode.h>
#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

enum { PLAIN = 5000, ROOM = 8192 };

static size_t
encode_zlib(int window, const char *plain, size_t n, char *to)
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

static size_t
encode(const char *coding, const char *plain, size_t n, char *to)
{
	size_t len = ROOM;

	if (strcmp(coding, "zstd") == 0) {
		len = ZSTD_compress(to, ROOM, plain, n, 3);
		assert_false(ZSTD_isError(len));
		return len;
	}
	if (strcmp(coding, "br") == 0) {
		assert_true(BrotliEncoderCompress(
		    5, 18, BROTLI_MODE_GENERIC, n, (const uint8_t *)plain, &len, (uint8_t *)to));
		return len;
	}
	return encode_zlib(
	    strcmp(coding, "raw") == 0 ? -MAX_WBITS : MAX_WBITS + 16 * (strchr(coding, 'z') != NULL), plain,
	    n, to);
}

static enum decode_begun
begin(const char *coding, struct decoder **d)
{
	struct http_field f = {http_span_of("Content-Encoding"), http_span_of(coding)};

	return decoder_new(&f, 1, d);
}

/* Feeds pieces of @in octets, and takes @out at a time. Returns the number of octets, or an error. */
static ssize_t
decode_in(const char *coding, const char *at, size_t n, size_t in, size_t out, char *to, bool *may_end)
{
	struct decoder *d;
	size_t got = 0, used, piece;
	ssize_t made = 0;

	assert_int_equal(begin(coding, &d), DECODE_YES);
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
	/* "raw": deflate without the header of zlib, as some servers send it */
	static const struct {
		const char *coding, *made;
	} row[] = {{"gzip", "gzip"}, {"x-gzip", "gzip"}, {"deflate", "deflate"}, {"deflate", "raw"},
	    {"br", "br"}, {"ZSTD", "zstd"}, {"identity, br", "br"}};
	char plain[PLAIN], coded[ROOM], to[2 * ROOM + 4096];
	bool may_end;

	fill(plain);
	for (size_t r = 0; r < sizeof row / sizeof *row; r++) {
		size_t n = encode(row[r].made, plain, PLAIN, coded);

		for (size_t in = 1; in < n; in += 1 + in) {
			assert_int_equal(
			    decode_in(row[r].coding, coded, n, in, 1 + in % 900, to, &may_end), PLAIN);
			assert_memory_equal(to, plain, PLAIN);
			assert_true(may_end);
		}
		assert_int_equal(decode_in(row[r].coding, coded, n - 9, ROOM, 4096, to, &may_end) >= 0, 1);
		assert_false(may_end);
		assert_int_equal(decode_in(row[r].coding, coded, 0, ROOM, 4096, to, &may_end), 0);
		assert_true(may_end);
	}
}

/* RFC 8878, 3.1: so do the frames of Zstandard. */
static void
frames_are_joined(void **state)
{
	char plain[PLAIN], coded[2 * ROOM], to[2 * ROOM + 4096];
	size_t n;
	bool may_end;

	fill(plain);
	n = encode("zstd", plain, 1000, coded);
	n += encode("zstd", plain + 1000, PLAIN - 1000, coded + n);
	for (size_t in = 1; in < n; in += 1 + in) {
		assert_int_equal(decode_in("zstd", coded, n, in, 512, to, &may_end), PLAIN);
		assert_memory_equal(to, plain, PLAIN);
		assert_true(may_end);
	}
}

/* RFC 9659: whoever wants more than 8 MB of memory for a window does not get it. */
static void
a_large_window_is_refused(void **state)
{
	static char plain[4096], coded[ROOM];
	ZSTD_CCtx *c = ZSTD_createCCtx();
	ZSTD_outBuffer out = {coded, sizeof coded, 0};
	char to[2 * ROOM + 4096];
	bool may_end;

	for (int bits = 23; bits <= 24; bits++) {
		ZSTD_inBuffer in = {plain, sizeof plain, 0};

		out.pos = 0;
		ZSTD_CCtx_reset(c, ZSTD_reset_session_and_parameters);
		ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, bits);
		ZSTD_compressStream2(c, &out, &in, ZSTD_e_flush);
		assert_int_equal(decode_in("zstd", coded, out.pos < 100 ? out.pos : 100, ROOM, 16, to,
				     &may_end) == -LEAT_EMSGSIZE,
		    bits == 24);
	}
	ZSTD_freeCCtx(c);
}

/* RFC 1952, 2.2: the members of a gzip file follow each other. What is no member means nothing. */
static void
members_are_joined_and_what_follows_is_ignored(void **state)
{
	char plain[PLAIN], coded[2 * ROOM], to[2 * ROOM + 4096];
	size_t n;
	bool may_end;

	fill(plain);
	n = encode("gzip", plain, 1000, coded);
	n += encode("gzip", plain + 1000, PLAIN - 1000, coded + n);
	memset(coded + n, 0, 100);
	assert_int_equal(decode_in("gzip", coded, n + 100, 7, 512, to, &may_end), PLAIN);
	assert_memory_equal(to, plain, PLAIN);
	assert_true(may_end);
}

static void
damage_is_an_error(void **state)
{
	static const char *const coding[] = {"gzip", "deflate", "br", "zstd"};
	char plain[PLAIN], coded[ROOM], to[2 * ROOM + 4096];
	size_t n;
	bool may_end;

	fill(plain);
	for (size_t i = 0; i < sizeof coding / sizeof *coding; i++) {
		n = encode(coding[i], plain, PLAIN, coded);
		memset(coded + n / 2, 0xff, 40);
		coded[0] = 0x11; /* no size of a window in brotli (RFC 7932, 9.1) */
		assert_int_equal(decode_in(coding[i], coded, n, ROOM, 4096, to, &may_end), -LEAT_EPROTO);
	}
	assert_int_equal(decode_in("gzip", "hello", 5, ROOM, 4096, to, &may_end), -LEAT_EPROTO);
}

static void
what_is_not_known_is_said_so(void **state)
{
	static const struct http_field twice[] = {
	    {{"Content-Encoding", 16}, {"gzip", 4}}, {{"Content-Encoding", 16}, {"br", 2}}};
	struct decoder *d;

	assert_int_equal(decoder_new(twice, 0, &d), DECODE_NOTHING);
	assert_int_equal(decoder_new(twice, 2, &d), DECODE_UNKNOWN);
	assert_int_equal(begin("", &d), DECODE_NOTHING);
	assert_int_equal(begin("identity", &d), DECODE_NOTHING);
	assert_int_equal(begin("none", &d), DECODE_NOTHING);
	assert_int_equal(begin("compress", &d), DECODE_UNKNOWN);
	assert_int_equal(begin("gzip, gzip", &d), DECODE_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(any_pieces_give_the_same_octets),
	    cmocka_unit_test(frames_are_joined),
	    cmocka_unit_test(a_large_window_is_refused),
	    cmocka_unit_test(members_are_joined_and_what_follows_is_ignored),
	    cmocka_unit_test(damage_is_an_error),
	    cmocka_unit_test(what_is_not_known_is_said_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
