/*
 * host/random.c - fills memory, seeds and keys with getrandom(2).
 */
#include "host/random.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

void
random_fill(void *buf, size_t len)
{
	uint8_t *p = buf;

	while (len > 0) {
		ssize_t n = getrandom(p, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			abort();
		p += n;
		len -= (size_t)n;
	}
}

uint64_t
random_seed(void)
{
	uint64_t seed;

	random_fill(&seed, sizeof seed);
	return seed;
}

struct siphash_key
random_key(void)
{
	struct siphash_key key;

	random_fill(&key, sizeof key);
	return key;
}
