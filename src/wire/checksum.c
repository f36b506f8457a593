/*
 * wire/checksum.c - computes the Internet checksum, with the widest instructions that the processor
 * has.
 */
#include "wire/checksum.h"

#include "wire/checksum_kernels.h"

#include <assert.h>

uint64_t
checksum_copy_scalar(uint8_t *restrict dst, const uint8_t *restrict src, size_t n)
{
	uint64_t sum = 0, word;

	for (; n >= 8; src += 8, dst += 8, n -= 8) {
		memcpy(&word, src, 8);
		memcpy(dst, &word, 8);
		sum = checksum_add_carry(sum, word);
	}
	for (size_t i = 0; i < n; i++)
		dst[i] = src[i];
	return checksum_add_carry(sum, checksum_load_rest(src, n));
}

#if CHECKSUM_HAVE_AVX2
#include <immintrin.h>

/*
 * VPMADDWD adds neighbouring words into 32-bit lanes in one step, but it reads the words as signed.
 * So each word is first reduced by 2^15 (its top bit is flipped), and lanes_total() adds back what
 * this took away. One vector changes a lane by at most 2^16, so a lane cannot overflow within BLOCK
 * vectors.
 */
enum { VECTOR = 32, BLOCK = 8192 };

typedef __m256i vec;

__attribute__((target("avx2"))) static inline vec
sum_words(vec v)
{
	return _mm256_madd_epi16(_mm256_xor_si256(v, _mm256_set1_epi16(INT16_MIN)), _mm256_set1_epi16(1));
}

/*
 * Returns the sum of the words that went into the eight lanes of @lanes. @vectors is the number of
 * vectors that were added to them.
 */
__attribute__((target("avx2"))) static inline uint64_t
lanes_total(vec lanes, size_t vectors)
{
	vec four = _mm256_add_epi64(_mm256_cvtepi32_epi64(_mm256_castsi256_si128(lanes)),
	    _mm256_cvtepi32_epi64(_mm256_extracti128_si256(lanes, 1)));
	__m128i two = _mm_add_epi64(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
	int64_t total = _mm_extract_epi64(two, 0) + _mm_extract_epi64(two, 1);

	return (uint64_t)(total + (int64_t)vectors * (VECTOR / 2) * -INT16_MIN);
}

__attribute__((target("avx2"))) static inline vec
load(const uint8_t *p)
{
	return _mm256_loadu_si256((const vec *)(const void *)p);
}

__attribute__((target("avx2"))) static inline vec
load_and_store(uint8_t *dst, const uint8_t *src)
{
	vec v = load(src);

	_mm256_storeu_si256((vec *)(void *)dst, v);
	return v;
}

/*
 * Each step handles four vectors with four separate sums. So neither the loop counter nor one
 * addition that waits for another takes longer than the loads.
 */
__attribute__((target("avx2"))) uint64_t
checksum_add_avx2(const uint8_t *p, size_t n)
{
	uint64_t sum = 0;

	while (n >= VECTOR) {
		size_t vectors = n / VECTOR < BLOCK ? n / VECTOR : BLOCK;
		const uint8_t *end = p + VECTOR * vectors;
		vec a = _mm256_setzero_si256(), b = a, c = a, d = a;

		for (; (size_t)(end - p) >= 4 * VECTOR; p += 4 * VECTOR) {
			a = _mm256_add_epi32(a, sum_words(load(p)));
			b = _mm256_add_epi32(b, sum_words(load(p + VECTOR)));
			c = _mm256_add_epi32(c, sum_words(load(p + 2 * VECTOR)));
			d = _mm256_add_epi32(d, sum_words(load(p + 3 * VECTOR)));
		}
		for (; p < end; p += VECTOR)
			a = _mm256_add_epi32(a, sum_words(load(p)));
		sum += lanes_total(_mm256_add_epi32(_mm256_add_epi32(a, b), _mm256_add_epi32(c, d)), vectors);
		n -= VECTOR * vectors;
	}
	return checksum_add_carry(sum, checksum_words(p, n));
}

__attribute__((target("avx2"))) uint64_t
checksum_copy_avx2(uint8_t *restrict dst, const uint8_t *restrict src, size_t n)
{
	uint64_t sum = 0;

	while (n >= VECTOR) {
		size_t vectors = n / VECTOR < BLOCK ? n / VECTOR : BLOCK;
		const uint8_t *end = src + VECTOR * vectors;
		vec a = _mm256_setzero_si256(), b = a, c = a, d = a;

		for (; (size_t)(end - src) >= 4 * VECTOR; src += 4 * VECTOR, dst += 4 * VECTOR) {
			a = _mm256_add_epi32(a, sum_words(load_and_store(dst, src)));
			b = _mm256_add_epi32(b, sum_words(load_and_store(dst + VECTOR, src + VECTOR)));
			c = _mm256_add_epi32(
			    c, sum_words(load_and_store(dst + 2 * VECTOR, src + 2 * VECTOR)));
			d = _mm256_add_epi32(
			    d, sum_words(load_and_store(dst + 3 * VECTOR, src + 3 * VECTOR)));
		}
		for (; src < end; src += VECTOR, dst += VECTOR)
			a = _mm256_add_epi32(a, sum_words(load_and_store(dst, src)));
		sum += lanes_total(_mm256_add_epi32(_mm256_add_epi32(a, b), _mm256_add_epi32(c, d)), vectors);
		n -= VECTOR * vectors;
	}
	return checksum_add_carry(sum, checksum_copy_scalar(dst, src, n));
}

#endif

uint64_t
checksum_wide(const uint8_t *p, size_t n)
{
#if CHECKSUM_HAVE_AVX2
	if (__builtin_cpu_supports("avx2"))
		return checksum_add_avx2(p, n);
#endif
	return checksum_words(p, n);
}

uint16_t
checksum_copy(void *restrict dst, const void *restrict src, size_t n, uint16_t sum)
{
#if CHECKSUM_HAVE_AVX2
	if (n >= CHECKSUM_WIDE && __builtin_cpu_supports("avx2"))
		return checksum_fold(checksum_add_carry(checksum_copy_avx2(dst, src, n), sum));
#endif
	return checksum_fold(checksum_add_carry(checksum_copy_scalar(dst, src, n), sum));
}

void
checksum_update(uint8_t *field, const void *from, const void *to, size_t n)
{
	uint16_t stored;
	uint64_t sum;

	assert(n % 2 == 0);
	memcpy(&stored, field, sizeof stored);
	sum = (uint64_t)(uint16_t)~stored + (uint16_t)~checksum_add(from, n, 0) + checksum_add(to, n, 0);
	checksum_put(field, checksum_fold(sum));
}
