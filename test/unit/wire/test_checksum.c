/*
 * All implementations of the checksum, compared with the definition of RFC 1071, word by word.
 */
#include "base/rng.h"
#include "wire/checksum.h"
#include "wire/checksum_kernels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

/*
 * The definition in RFC 1071, 1: big-endian words, an odd octet padded, end-around carry. Returns
 * the sum in memory order.
 */
static uint16_t
definition(const uint8_t *p, size_t n, uint16_t sum)
{
	uint32_t total = __builtin_bswap16(sum);

	for (size_t i = 0; i < n; i += 2) {
		total += (uint32_t)p[i] << 8 | (i + 1 < n ? p[i + 1] : 0);
		total = (total >> 16) + (total & 0xffff);
	}
	return __builtin_bswap16((uint16_t)total);
}

static void
expect_all_kernels(const uint8_t *p, size_t n, uint16_t begin)
{
	uint16_t expect = definition(p, n, begin);
	uint8_t *copy = malloc(n + 2);

	copy[0] = 0xa5;
	copy[n + 1] = 0x5a;
	assert_int_equal(checksum_add(p, n, begin), expect);
	assert_int_equal(checksum_copy(copy + 1, p, n, begin), expect);
	assert_memory_equal(copy + 1, p, n);
	assert_int_equal(checksum_fold(checksum_words(p, n)), definition(p, n, 0));
	memset(copy + 1, 0, n);
	assert_int_equal(checksum_fold(checksum_copy_scalar(copy + 1, p, n)), definition(p, n, 0));
	assert_memory_equal(copy + 1, p, n);
#if CHECKSUM_HAVE_AVX2
	if (__builtin_cpu_supports("avx2")) {
		assert_int_equal(checksum_fold(checksum_add_avx2(p, n)), definition(p, n, 0));
		memset(copy + 1, 0, n);
		assert_int_equal(checksum_fold(checksum_copy_avx2(copy + 1, p, n)), definition(p, n, 0));
		assert_memory_equal(copy + 1, p, n);
	}
#endif
	assert_int_equal(copy[0], 0xa5);
	assert_int_equal(copy[n + 1], 0x5a);
	free(copy);
}

static void
fill(uint8_t *p, size_t n, struct rng *r)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)rng_u64(r);
}

static void
every_length_at_every_alignment(void **state)
{
	uint8_t buf[300 + 32];
	struct rng r;

	rng_seed(&r, 1);
	fill(buf, sizeof buf, &r);
	for (size_t align = 0; align < 32; align++) {
		for (size_t n = 0; n <= 300; n++)
			expect_all_kernels(buf + align, n, (uint16_t)rng_u64(&r));
	}
}

/* Long enough that a 32-bit lane would overflow if blocks did not end early enough. */
static void
long_runs_of_all_zeros_and_all_ones(void **state)
{
	enum { N = 1200000 };
	uint8_t *buf = malloc(N);
	static const uint8_t octets[] = {0x00, 0xff, 0x7f, 0x80};

	for (size_t i = 0; i < sizeof octets; i++) {
		memset(buf, octets[i], N);
		expect_all_kernels(buf, N, 0);
		expect_all_kernels(buf, 65535, 0xffff);
		for (size_t n = 0; n < 100; n++)
			expect_all_kernels(buf, n, 0);
	}
	free(buf);
}

/*
 * A sum of zero is 0xffff unless all octets are zero. A sum of 0 would be stored as 0xffff, and the
 * reverse.
 */
static void
zero_has_one_form(void **state)
{
	uint8_t zeros[100] = {0}, ones[100];

	memset(ones, 0xff, sizeof ones);
	assert_int_equal(checksum_add(zeros, sizeof zeros, 0), 0);
	assert_int_equal(checksum_add(zeros, sizeof zeros, 0xffff), 0xffff);
	assert_int_equal(checksum_add(ones, sizeof ones, 0), 0xffff);
	assert_int_equal(checksum_add(ones, sizeof ones, 0xffff), 0xffff);
	assert_int_equal(checksum_fold(UINT64_MAX), 0xffff);
	assert_int_equal(checksum_fold(0), 0);
	assert_int_equal(checksum_fold(0xffff0001), 0x0001);
}

static void
splitting_anywhere_changes_nothing(void **state)
{
	uint8_t buf[257];
	uint16_t whole;
	struct rng r;

	rng_seed(&r, 2);
	fill(buf, sizeof buf, &r);
	whole = checksum_add(buf, sizeof buf, 0);
	for (size_t at = 0; at <= sizeof buf; at++) {
		uint16_t head = checksum_add(buf, at, 0);

		assert_int_equal(checksum_join(head, checksum_add(buf + at, sizeof buf - at, 0), at), whole);
		if (at % 2 == 0)
			assert_int_equal(checksum_add(buf + at, sizeof buf - at, head), whole);
	}
}

/* The numbers of RFC 1071, 3: 00 01 f2 03 f4 f5 f6 f7 have the sum dd f2. */
static void
example_of_rfc_1071(void **state)
{
	static const uint8_t data[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
	uint8_t field[2];

	checksum_put(field, checksum_add(data, sizeof data, 0));
	assert_int_equal(field[0], 0x22); /* ~0xdd */
	assert_int_equal(field[1], 0x0d); /* ~0xf2 */
}

/*
 * RFC 9293, 3.1: source, destination, zero, protocol, length. RFC 8200, 8.1: 32-bit length, three
 * zero octets, next header.
 */
static void
pseudo_headers_of_both_families(void **state)
{
	static const uint8_t v4[] = {10, 0, 2, 15, 192, 168, 255, 1, 0, 6, 0x12, 0x34};
	uint8_t v6[40] = {0};
	struct ipaddr src = ipaddr_from4(v4), dst = ipaddr_from4(v4 + 4);
	struct rng r;

	assert_int_equal(checksum_pseudo(&src, &dst, 6, 0x1234), definition(v4, sizeof v4, 0));
	rng_seed(&r, 3);
	fill(v6, 32, &r);
	be32_put(v6 + 32, 0x00012345);
	v6[39] = 58;
	src = ipaddr_from16(v6);
	dst = ipaddr_from16(v6 + 16);
	assert_int_equal(checksum_pseudo(&src, &dst, 58, 0x12345), definition(v6, sizeof v6, 0));
}

/*
 * RFC 1624, 4: the header checksum is DD2F, and a field changes from 5555 to 3285. The new checksum
 * is 0000, not FFFF.
 */
static void
example_of_rfc_1624(void **state)
{
	uint8_t field[2] = {0xdd, 0x2f};
	static const uint8_t from[2] = {0x55, 0x55}, to[2] = {0x32, 0x85};

	checksum_update(field, from, to, 2);
	assert_int_equal(be16_get(field), 0x0000);
}

static void
update_equals_computing_anew(void **state)
{
	uint8_t buf[64], old[8];
	struct rng r;

	rng_seed(&r, 4);
	for (int round = 0; round < 20000; round++) {
		size_t at = 2 * rng_below(&r, 24) + 10, n = 2 * rng_below(&r, 5);
		uint16_t field;

		fill(buf, sizeof buf, &r);
		memset(buf, 0, 2);
		checksum_put(buf, checksum_add(buf, sizeof buf, 0));
		memcpy(old, buf + at, n);
		fill(buf + at, n, &r);
		if (rng_chance(&r, 100000000))
			memset(buf + at, rng_chance(&r, 500000000) ? 0 : 0xff, n);
		checksum_update(buf, old, buf + at, n);
		assert_int_equal(checksum_add(buf, sizeof buf, 0), 0xffff);
		memcpy(&field, buf, 2);
		memset(buf, 0, 2);
		assert_int_equal(field, (uint16_t)~checksum_add(buf, sizeof buf, 0));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_length_at_every_alignment),
	    cmocka_unit_test(long_runs_of_all_zeros_and_all_ones),
	    cmocka_unit_test(zero_has_one_form),
	    cmocka_unit_test(splitting_anywhere_changes_nothing),
	    cmocka_unit_test(example_of_rfc_1071),
	    cmocka_unit_test(pseudo_headers_of_both_families),
	    cmocka_unit_test(example_of_rfc_1624),
	    cmocka_unit_test(update_equals_computing_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
