/*
 * api/config.c - copies structs that may grow, so that a program and the library may have been
 * built at different times. It does not know what the members mean.
 *
 * The rule is that of Linux's clone3(2) and openat2(2). A member that the caller's struct does not
 * have is taken as 0. A member that this library does not know must be 0.
 */
#include "api/impl.h"

#include <string.h>

int
api_config(void *to, size_t known, const void *from)
{
	size_t size;

	memset(to, 0, known);
	if (!from)
		return 0;
	memcpy(&size, from, sizeof size);
	if (size < sizeof size)
		return -LEAT_EINVAL;
	for (const uint8_t *p = from; size > known; size--) {
		if (p[size - 1])
			return -LEAT_EINVAL;
	}
	memcpy(to, from, size);
	return 0;
}

void
api_fill(void *to, size_t size, const void *from, size_t known)
{
	if (size > known) {
		memset((uint8_t *)to + known, 0, size - known);
		size = known;
	}
	memcpy(to, from, size);
}
