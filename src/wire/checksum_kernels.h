/*
 * wire/checksum_kernels.h - the ways in which checksum.c computes a sum, for it and for the test
 * that compares them.
 *
 * All return the same 64-bit class: checksum_fold() of two results for the same octets is the same.
 */
#ifndef WIRE_CHECKSUM_KERNELS_H
#define WIRE_CHECKSUM_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* The scalar twin that adds is checksum_words(). */
uint64_t checksum_copy_scalar(uint8_t *restrict dst, const uint8_t *restrict src, size_t n);

#if defined(__x86_64__)
#define CHECKSUM_HAVE_AVX2 1
/* Only where __builtin_cpu_supports("avx2"). */
uint64_t checksum_add_avx2(const uint8_t *p, size_t n);
uint64_t checksum_copy_avx2(uint8_t *restrict dst, const uint8_t *restrict src, size_t n);
#else
#define CHECKSUM_HAVE_AVX2 0
#endif

#endif
