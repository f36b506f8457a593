/*
 * run/process/filter.h - which system calls of the program come to the worker: those that control
 * sockets, and no others.
 */
#ifndef RUN_PROCESS_FILTER_H
#define RUN_PROCESS_FILTER_H

#include <stdbool.h>

/*
 * Put the calling thread under it for good, with no_new_privs. Returns the listener's descriptor,
 * or the negative errno. @killable: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV. @every_accept:
 * accept(2) without an address comes to the worker, too.
 */
int filter_load(bool killable, bool every_accept);

#endif
