/*
 * bench/plain.h - what programs with ordinary sockets share.
 */
#ifndef BENCH_PLAIN_H
#define BENCH_PLAIN_H

#include <stdint.h>

/*
 * Returns @rc. If it is negative, prints @what with the text of errno and ends the program with
 * status 1.
 */
int must(int rc, const char *what);

/* Returns CLOCK_MONOTONIC in ns. */
int64_t monotonic(void);

#endif
