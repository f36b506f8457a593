/*
 * base/nsec.h - time in nanoseconds, since an epoch that the caller chooses.
 */
#ifndef BASE_NSEC_H
#define BASE_NSEC_H

#include <stdint.h>

typedef int64_t nsec_t;

#define USEC       ((nsec_t)1000)
#define MSEC       (1000 * USEC)
#define SEC        (1000 * MSEC)
#define NSEC_NEVER INT64_MAX

/* Returns @a + @b. @b must not be negative. NSEC_NEVER plus anything is NSEC_NEVER. */
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
