/*
 * wire/checksum_kernels.h - the implementations of the checksum, for checksum.c and for the test
 * that compares them.
 *
 * For the same octets all of them return sums that checksum_fold() makes equal.
 */
#ifndef WIRE_CHECKSUM_KERNELS_H
#define WIRE_CHECKSUM_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* The scalar function that only adds is checksum_words(). */
uint64_t checksum_copy_scalar(uint8_t *restrict dst, const uint8_t *restrict src, size_t n);

#if defined(__x86_64__)
#define CHECKSUM_HAVE_AVX2 1
/* Call these only if __builtin_cpu_supports("avx2"). */
uint64_t checksum_add_avx2(const uint8_t *p, size_t n);
uint64_t checksum_copy_avx2(uint8_t *restrict dst, const uint8_t *restrict src, size_t n);
#else
#define CHECKSUM_HAVE_AVX2 0
#endif

#endif
