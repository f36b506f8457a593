/*
 * bench/plain.h - what programs with ordinary sockets share.
 */
#ifndef BENCH_PLAIN_H
#define BENCH_PLAIN_H

#include <stdint.h>

/* @rc, unless it is negative: then the program says what failed, as errno has it, and ends with 1. */
int must(int rc, const char *what);

/* CLOCK_MONOTONIC, ns. */
int64_t monotonic(void);

#endif
