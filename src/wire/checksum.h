/*
 * wire/checksum.h - the Internet checksum (RFC 1071), alone or while copying, and its incremental
 * update (RFC 1624).
 *
 * A "sum" is the one's-complement sum of 16-bit words in memory order, folded to 16 bits and not
 * yet complemented. Such a sum is in memory order too, whatever the byte order of the machine (RFC
 * 1071, 2 (B)), so no ntohs() is needed. checksum_put() complements a sum and stores its two
 * octets.
 *
 * A sum starts at 0 and is carried from one run of octets to the next. A run of odd length counts
 * as if a zero octet followed it (RFC 1071, 1), so only the last run may be odd. A run that begins
 * at an odd offset is summed alone and added with checksum_join().
 *
 * A sum is 0 only if all its octets are zero; otherwise 0xffff stands for zero. Octets that include
 * their own correct checksum, and the pseudo-header if there is one, give the sum 0xffff.
 */
#ifndef WIRE_CHECKSUM_H
#define WIRE_CHECKSUM_H

#include "base/ipaddr.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Folds a sum of 16-, 32- or 64-bit words in memory order to 16 bits without losing carries. Each
 * step adds the number to itself with its halves swapped: the upper half of the result is the sum
 * of both halves, plus the carry of the lower half.
 */
static inline uint16_t
checksum_fold(uint64_t sum)
{
	uint32_t half = (uint32_t)((sum + (sum >> 32 | sum << 32)) >> 32);

	return (uint16_t)((half + (half >> 16 | half << 16)) >> 16);
}

/*
 * Returns a + b with the carry added at the bottom: one's-complement addition on 64 bits (RFC 1071,
 * 2 (C)).
 */
static inline uint64_t
checksum_add_carry(uint64_t a, uint64_t b)
{
	a += b;
	return a + (a < b);
}

/* Loads fewer than 8 octets as a word. The missing octets are zero. */
static inline uint64_t
checksum_load_rest(const uint8_t *p, size_t n)
{
	uint64_t word = 0;
	size_t at = n & 4;
	uint32_t four;
	uint16_t two;

	if (n & 4) {
		memcpy(&four, p, 4);
		word = four;
	}
	if (n & 2) {
		memcpy(&two, p + at, 2);
		word |= (uint64_t)two << 8 * at;
		at += 2;
	}
	if (n & 1)
		word |= (uint64_t)p[at] << 8 * at;
	return word;
}

/*
 * Returns the sum of @n octets, not folded, 8 octets at a time. It is for headers, and for machines
 * without wide instructions.
 */
static inline uint64_t
checksum_words(const uint8_t *p, size_t n)
{
	uint64_t sum = 0, word;

	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&word, p, 8);
		sum = checksum_add_carry(sum, word);
	}
	return checksum_add_carry(sum, checksum_load_rest(p, n));
}

/*
 * Returns the same as checksum_words() for many octets, with the widest instructions that the
 * processor has.
 */
uint64_t checksum_wide(const uint8_t *p, size_t n);

/* For runs shorter than this, checksum_wide() costs more than it saves. */
enum { CHECKSUM_WIDE = 64 };

/* Returns the sum of @n octets, not folded, with the function that suits the length. */
static inline uint64_t
checksum_part(const void *p, size_t n)
{
	return n >= CHECKSUM_WIDE ? checksum_wide(p, n) : checksum_words(p, n);
}

/* Adds the @n octets at @p, at any alignment, to @sum. */
static inline uint16_t
checksum_add(const void *p, size_t n, uint16_t sum)
{
	return checksum_fold(checksum_add_carry(checksum_part(p, n), sum));
}

/* Copies @n octets from @src to @dst, which must not overlap. Returns checksum_add(src, n, sum). */
uint16_t checksum_copy(void *restrict dst, const void *restrict src, size_t n, uint16_t sum);

/*
 * Adds @part, the sum of a run that begins @at octets after the start of @sum. @part is swapped if
 * @at is odd (RFC 1071, 2 (B)).
 */
static inline uint16_t
checksum_join(uint16_t sum, uint16_t part, size_t at)
{
	return checksum_fold((uint64_t)sum + (at % 2 ? __builtin_bswap16(part) : part));
}

/*
 * Returns the sum of the pseudo-header (RFC 9293, 3.1; RFC 768; RFC 8200, 8.1), with which the sum
 * of a transport segment begins. @len is the length of transport header and payload in octets. It
 * serves both families: the 0xffff before a mapped IPv4 address adds nothing to a one's-complement
 * sum.
 */
static inline uint16_t
checksum_pseudo(const struct ipaddr *src, const struct ipaddr *dst, uint8_t proto, uint32_t len)
{
	uint64_t sum = checksum_add_carry(
	    checksum_add_carry(src->w[0], src->w[1]), checksum_add_carry(dst->w[0], dst->w[1]));

	/* Length and protocol are the last octets of 32-bit words in network byte order. */
	return checksum_fold(
	    checksum_add_carry(sum, (uint64_t)__builtin_bswap32(len) + __builtin_bswap32(proto)));
}

/* Stores the checksum for the finished sum @sum at @field. */
static inline void
checksum_put(uint8_t *field, uint16_t sum)
{
	sum = (uint16_t)~sum;
	memcpy(field, &sum, sizeof sum);
}

/*
 * Returns @sum after the word @old has been replaced by @new (RFC 1624, 3, equation 3). All three
 * are in the same byte order.
 */
static inline uint16_t
checksum_replace(uint16_t sum, uint16_t old, uint16_t new)
{
	return checksum_fold((uint64_t)sum + (uint16_t)~old + new);
}

/*
 * Updates the checksum at @field for @n octets that change from those at @from to those at @to (RFC
 * 1624, 3, equation 3: HC' = ~(~HC + ~m + m')). @n must be even, and the octets must begin at an
 * even offset of the summed range. The caller must skip a UDP checksum of zero over IPv4, which
 * means "none".
 */
void checksum_update(uint8_t *field, const void *from, const void *to, size_t n);

#endif
