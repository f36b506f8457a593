/*
 * host/feature.c - finds out whether LEAT_DISABLE lists a feature. It does not know which
 * features exist.
 */
#include "host/feature.h"

#include <stdlib.h>
#include <string.h>

bool
feature_disabled(const char *name)
{
	const char *at = getenv("LEAT_DISABLE");
	size_t len = strlen(name);

	while (at && *at) {
		size_t word = strcspn(at, ",");

		if (word == len && memcmp(at, name, len) == 0)
			return true;
		at += word + (at[word] == ',');
	}
	return false;
}
