/*
 * bench/plain.c - checks system calls and reads the monotonic clock, for benchmark programs with
 * ordinary sockets. It knows nothing of Leat.
 */
#include "plain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int
must(int rc, const char *what)
{
	if (rc >= 0)
		return rc;
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
	exit(1);
}

int64_t
monotonic(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}
