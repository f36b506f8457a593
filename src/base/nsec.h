/*
 * base/nsec.h - time. Nanoseconds everywhere, since an epoch that only the caller knows.
 */
#ifndef BASE_NSEC_H
#define BASE_NSEC_H

#include <stdint.h>

typedef int64_t nsec_t;

#define USEC       ((nsec_t)1000)
#define MSEC       (1000 * USEC)
#define SEC        (1000 * MSEC)
#define NSEC_NEVER INT64_MAX

/* @a + @b for @b >= 0, where "never" stays never. */
static inline nsec_t
nsec_add(nsec_t a, nsec_t b)
{
	nsec_t sum;

	return __builtin_add_overflow(a, b, &sum) ? NSEC_NEVER : sum;
}

static inline nsec_t
nsec_min(nsec_t a, nsec_t b)
{
	return a < b ? a : b;
}

static inline nsec_t
nsec_max(nsec_t a, nsec_t b)
{
	return a > b ? a : b;
}

#endif
