/*
 * host/feature.h - features of the kernel that a test can disable.
 *
 * The environment variable LEAT_DISABLE is a list of names: LEAT_DISABLE=pidfd_thread,epoll_pwait2.
 * Leat treats these features as missing. So each fallback can be tested on a machine that has the
 * feature.
 */
#ifndef HOST_FEATURE_H
#define HOST_FEATURE_H

#include <stdbool.h>

/* Returns true if LEAT_DISABLE lists @name. */
bool feature_disabled(const char *name);

#endif
