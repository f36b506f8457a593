/*
 * wire/checksum.h - the Internet checksum (RFC 1071), alone or while copying, and its incremental
 * update (RFC 1624).
 *
 * A sum here is the one's-complement sum of 16-bit words *as they lie in memory*, folded to 16 bits
 * and not yet complemented. RFC 1071, 2 (B): such a sum comes out in memory order too, whatever the
 * machine's, so there is no ntohs() anywhere: to store a checksum is to complement the sum and copy
 * its two octets, checksum_put().
 *
 * Sums are begun with 0 and carried from run to run of octets. A run of odd length counts as if a
 * zero octet followed (RFC 1071, 1): so only the last may be odd. What begins at an odd place is
 * summed by itself and joined with checksum_join().
 *
 * A sum is 0 only if all that went into it was zero; otherwise zero is represented by 0xffff.
 * Octets that contain their own correct checksum, with the pseudo-header where there is one, give
 * 0xffff.
 */
#ifndef WIRE_CHECKSUM_H
#define WIRE_CHECKSUM_H

#include "base/ipaddr.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A sum of any number of 16-, 32- or 64-bit words as they lie in memory, carries not lost, to 16
 * bits. A half added to the other, wherever it stands: the upper half of a number and the same
 * number turned round has both, and the carry of the lower.
 */
static inline uint16_t
checksum_fold(uint64_t sum)
{
	uint32_t half = (uint32_t)((sum + (sum >> 32 | sum << 32)) >> 32);

	return (uint16_t)((half + (half >> 16 | half << 16)) >> 16);
}

/*
 * a + b, the carry added again at the bottom: one's-complement addition on 64 bits (RFC 1071, 2
 * (C)).
 */
static inline uint64_t
checksum_add_carry(uint64_t a, uint64_t b)
{
	a += b;
	return a + (a < b);
}

/* Fewer than 8 octets as a word whose other octets are zero. */
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
 * The sum of @n octets, not folded, a word at a time: for headers, and where there is no wider way.
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

/* checksum_words() of many octets, by the widest means that the processor has. */
uint64_t checksum_wide(const uint8_t *p, size_t n);

/* Runs shorter than this are not worth setting out for: headers. */
enum { CHECKSUM_WIDE = 64 };

/* The sum of @n octets, not folded, by what is best for so many. */
static inline uint64_t
checksum_part(const void *p, size_t n)
{
	return n >= CHECKSUM_WIDE ? checksum_wide(p, n) : checksum_words(p, n);
}

/* @sum and the @n octets at @p, at any alignment. */
static inline uint16_t
checksum_add(const void *p, size_t n, uint16_t sum)
{
	return checksum_fold(checksum_add_carry(checksum_part(p, n), sum));
}

/*
 * Copy @n octets from @src to @dst, which may not overlap; returns what checksum_add(src, n, sum)
 * would.
 */
uint16_t checksum_copy(void *restrict dst, const void *restrict src, size_t n, uint16_t sum);

/*
 * @sum, and the sum @part of a run that begins @at octets behind where @sum began: RFC 1071, 2 (B),
 * swapped if odd.
 */
static inline uint16_t
checksum_join(uint16_t sum, uint16_t part, size_t at)
{
	return checksum_fold((uint64_t)sum + (at % 2 ? __builtin_bswap16(part) : part));
}

/*
 * The sum of the pseudo-header (RFC 9293, 3.1; RFC 768; RFC 8200, 8.1), to go on from. @len is that
 * of the transport's header and payload in octets. Serves both families, since the 0xffff before a
 * mapped IPv4 address adds nothing.
 */
static inline uint16_t
checksum_pseudo(const struct ipaddr *src, const struct ipaddr *dst, uint8_t proto, uint32_t len)
{
	uint64_t sum = checksum_add_carry(
	    checksum_add_carry(src->w[0], src->w[1]), checksum_add_carry(dst->w[0], dst->w[1]));

	/* Length and protocol stand at the end of 32-bit words in network order. */
	return checksum_fold(
	    checksum_add_carry(sum, (uint64_t)__builtin_bswap32(len) + __builtin_bswap32(proto)));
}

/* Store the checksum for the finished sum @sum at @field. */
static inline void
checksum_put(uint8_t *field, uint16_t sum)
{
	sum = (uint16_t)~sum;
	memcpy(field, &sum, sizeof sum);
}

/*
 * A sum in which the word @old becomes @new (RFC 1624, 3, equation 3); all three in one order of
 * octets.
 */
static inline uint16_t
checksum_replace(uint16_t sum, uint16_t old, uint16_t new)
{
	return checksum_fold((uint64_t)sum + (uint16_t)~old + new);
}

/*
 * Make good the checksum at @field for @n octets (even, and at an even place in what is summed)
 * that change from what lies at @from to what lies at @to: RFC 1624, 3, equation 3, HC' = ~(~HC +
 * ~m + m'). Of UDP over IPv4 a field of zero means "none" and must be left alone: the caller looks.
 */
void checksum_update(uint8_t *field, const void *from, const void *to, size_t n);

#endif
