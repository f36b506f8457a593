/*
 * http/message/scan.c - the search for control octets, 16 at a time where the processor's baseline
 * can (SSE2 on x86-64, NEON on arm64).
 */
#include "http/message/scan.h"

#include "http/message/octet.h"

const char *
http_scan_scalar(const char *p, const char *end)
{
	while (p < end && http_octet_is(*p, HTTP_VALUE))
		p++;
	return p;
}

#if defined(__SSE2__)
#include <emmintrin.h>

/* A bit for each of the 16 octets at @p: set if it is a control octet other than the tab. */
static inline unsigned
controls(const char *p)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i low = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v);
	__m128i tab = _mm_cmpeq_epi8(v, _mm_set1_epi8('\t'));
	__m128i del = _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f));

	return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_andnot_si128(tab, low), del));
}

const char *
http_scan(const char *p, const char *end)
{
	for (; end - p >= 16; p += 16) {
		unsigned bits = controls(p);

		if (bits)
			return p + __builtin_ctz(bits);
	}
	return http_scan_scalar(p, end);
}

#elif defined(__aarch64__)
#include <arm_neon.h>

/* As above, with four bits for each octet: NEON has no instruction that gives one. */
static inline uint64_t
controls(const char *p)
{
	uint8x16_t v = vld1q_u8((const uint8_t *)p);
	uint8x16_t low = vcltq_u8(v, vdupq_n_u8(0x20));
	uint8x16_t tab = vceqq_u8(v, vdupq_n_u8('\t'));
	uint8x16_t del = vceqq_u8(v, vdupq_n_u8(0x7f));
	uint8x16_t bad = vorrq_u8(vbicq_u8(low, tab), del);

	return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(bad), 4)), 0);
}

const char *
http_scan(const char *p, const char *end)
{
	for (; end - p >= 16; p += 16) {
		uint64_t bits = controls(p);

		if (bits)
			return p + __builtin_ctzll(bits) / 4;
	}
	return http_scan_scalar(p, end);
}

#else

const char *
http_scan(const char *p, const char *end)
{
	return http_scan_scalar(p, end);
}

#endif
