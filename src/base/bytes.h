/*
 * base/bytes.h - zeroes octets, and reads and writes numbers in network byte order at any
 * alignment.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Sets @n octets to zero. Use it for memory that is zeroed for each packet. When gcc knows that @n
 * is more than 32, it emits `rep stos`, which takes longer to start than memset() takes for the
 * whole work. The empty asm statement hides @n from gcc.
 */
static inline void
bytes_zero(void *at, size_t n)
{
	__asm__("" : "+r"(n));
	memset(at, 0, n);
}

static inline uint16_t
be16_get(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof v);
	return __builtin_bswap16(v);
}

static inline uint32_t
be32_get(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return __builtin_bswap32(v);
}

static inline uint64_t
be64_get(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return __builtin_bswap64(v);
}

static inline void
be16_put(uint8_t *p, uint16_t v)
{
	v = __builtin_bswap16(v);
	memcpy(p, &v, sizeof v);
}

static inline void
be32_put(uint8_t *p, uint32_t v)
{
	v = __builtin_bswap32(v);
	memcpy(p, &v, sizeof v);
}

static inline void
be64_put(uint8_t *p, uint64_t v)
{
	v = __builtin_bswap64(v);
	memcpy(p, &v, sizeof v);
}

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "these functions swap octets; a big-endian machine needs them without the swap"
#endif

#endif
