/*
 * bench/lwip/arch/cc.h - what lwIP, built from its own source, needs to know about the machine.
 */
#ifndef LWIP_ARCH_CC_H
#define LWIP_ARCH_CC_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/time.h>

#define LWIP_TIMEVAL_PRIVATE    0
#define LWIP_ERRNO_INCLUDE      <errno.h>
#define LWIP_RAND()             ((uint32_t)rand())
#define LWIP_PLATFORM_ASSERT(x) abort()
#define LWIP_PLATFORM_DIAG(x)

typedef unsigned int sys_prot_t;

#endif
