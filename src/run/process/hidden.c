/*
 * run/process/hidden.c - makes the calling process undumpable while Leat runs, and restores that
 * for the program.
 */
#include "run/process/hidden.h"

#include "host/feature.h"

#include <stdbool.h>
#include <sys/prctl.h>

static bool hidden; /* by us */

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
