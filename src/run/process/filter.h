/*
 * run/process/filter.h - the seccomp filter of the program. It sends the system calls that control
 * sockets to the worker, and lets the kernel run all others. It does not know how they are
 * answered.
 */
#ifndef RUN_PROCESS_FILTER_H
#define RUN_PROCESS_FILTER_H

#include <stdbool.h>

/*
 * Puts the calling thread under the filter for good, and sets no_new_privs. @killable sets
 * SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV. @every_accept also sends accept(2) without an address to
 * the worker. Returns the descriptor of the listener, which the caller owns; or the negative errno.
 */
int filter_load(bool killable, bool every_accept);

#endif
