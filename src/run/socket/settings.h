/*
 * run/socket/settings.h - the options that the program has set on a socket. They are kept, since
 * another socket may take its place: in the stack, when it leaves its loopback address, or as a
 * proxy socket, when it connects again after a failure.
 */
#ifndef RUN_SOCKET_SETTINGS_H
#define RUN_SOCKET_SETTINGS_H

#include "run/socket/sockrec.h"

#include <sys/time.h>

/*
 * Notes an option that has been set. Without memory it is not noted, and a later socket lacks it.
 */
void settings_note(struct sockrec *r, int level, int name, const void *value, size_t len);

/*
 * Returns true for options that the kernel keeps on the proxy socket, and the stack does not have.
 */
bool settings_is_native(int level, int name);

/*
 * Returns how long the program's calls on @r may wait by SO_RCVTIMEO or SO_SNDTIMEO (@name);
 * NSEC_NEVER without a limit.
 */
nsec_t settings_limit_of(const struct timeval *tv); /* the same, from an option's value */
nsec_t settings_wait_limit(const struct sockrec *r, int name);

/*
 * Set the noted options on the stack's socket @sk, or those of the kernel on the proxy socket @fd.
 */
void settings_apply(const struct sockrec *r, struct sock *sk);
void settings_apply_native(const struct sockrec *r, int fd);

/* Copies the options of the listener @from to an accepted socket. */
void settings_inherit(struct sockrec *r, const struct sockrec *from);

void settings_forget(struct sockrec *r);

#endif
