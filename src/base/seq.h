/*
 * base/seq.h - sequence numbers: 32 bits that wrap around (RFC 9293, 3.4).
 *
 * Sequence numbers are compared only here: `make lint` refuses < and > on them in any other file.
 * The comparisons are valid while the two numbers are less than 2^31 apart.
 */
#ifndef BASE_SEQ_H
#define BASE_SEQ_H

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t seq_t;

/* Returns how far @a is after @b; negative if it is before @b. */
static inline int32_t
seq_diff(seq_t a, seq_t b)
{
	return (int32_t)(a - b);
}

static inline bool
seq_lt(seq_t a, seq_t b)
{
	return seq_diff(a, b) < 0;
}

static inline bool
seq_leq(seq_t a, seq_t b)
{
	return seq_diff(a, b) <= 0;
}

static inline bool
seq_gt(seq_t a, seq_t b)
{
	return seq_diff(a, b) > 0;
}

static inline bool
seq_geq(seq_t a, seq_t b)
{
	return seq_diff(a, b) >= 0;
}

static inline seq_t
seq_min(seq_t a, seq_t b)
{
	return seq_lt(a, b) ? a : b;
}

static inline seq_t
seq_max(seq_t a, seq_t b)
{
	return seq_gt(a, b) ? a : b;
}

/* Returns true if @x is one of the @len numbers that begin at @from. */
static inline bool
seq_within(seq_t x, seq_t from, uint32_t len)
{
	return x - from < len;
}

#endif
