/*
 * host/sysctl.h - reads the kernel's settings in /proc/sys, which every program may read.
 */
#ifndef HOST_SYSCTL_H
#define HOST_SYSCTL_H

#include <stdint.h>

/*
 * Returns the first number in the file /proc/sys/@name, such as "net/core/rmem_max". Returns
 * @otherwise if the file cannot be read, or the number does not fit into a uint32_t.
 */
uint32_t sysctl_number(const char *name, uint32_t otherwise);

#endif
