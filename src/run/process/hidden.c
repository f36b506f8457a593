/*
 * run/process/hidden.c - makes the calling process undumpable, and undoes that. It does not change
 * a process that was undumpable before.
 */
#include "run/process/hidden.h"

#include "host/feature.h"

#include <stdbool.h>
#include <sys/prctl.h>

static bool hidden; /* hidden_begin() changed the setting */

void
hidden_begin(void)
{
	if (prctl(PR_GET_DUMPABLE) == 1 && !feature_disabled("hidden"))
		hidden = prctl(PR_SET_DUMPABLE, 0) == 0;
}

void
hidden_end(void)
{
	if (hidden)
		prctl(PR_SET_DUMPABLE, 1);
	hidden = false;
}
