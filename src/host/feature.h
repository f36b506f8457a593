/*
 * host/feature.h - what the machine offers but tests want to do without.
 *
 * LEAT_DISABLE=pidfd_thread,epoll_pwait2,... in the environment names what must be taken for
 * missing, so that each fallback runs on a machine that would never need it.
 */
#ifndef HOST_FEATURE_H
#define HOST_FEATURE_H

#include <stdbool.h>

/* Is @name listed in LEAT_DISABLE? */
bool feature_disabled(const char *name);

#endif
