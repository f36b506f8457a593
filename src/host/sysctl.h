/*
 * host/sysctl.h - the kernel's settings, as /proc/sys shows them to every program on this machine.
 */
#ifndef HOST_SYSCTL_H
#define HOST_SYSCTL_H

#include <stdint.h>

/*
 * The number at the beginning of /proc/sys/@name ("net/core/rmem_max"); @otherwise if it cannot be
 * read, or fits no uint32_t.
 */
uint32_t sysctl_number(const char *name, uint32_t otherwise);

#endif
