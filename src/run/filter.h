/*
 * run/filter.h - which system calls of the program come to the worker: those that control sockets, and no others.
 */
#ifndef RUN_FILTER_H
#define RUN_FILTER_H

#include <linux/filter.h>

/* The filter, made while memory and errors can still be dealt with. 0 or -LEAT_E...; free with filter_free(). */
int filter_make(struct sock_fprog *out);
void filter_free(struct sock_fprog *prog);

/*
 * Put the calling thread under @prog for good, with no_new_privs. Returns the listener's descriptor, or the negative errno. It calls
 * nothing but system calls. @killable: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV.
 */
int filter_load(const struct sock_fprog *prog, int killable);

#endif
