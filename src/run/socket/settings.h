/*
 * run/socket/settings.h - the options that the program has set on a socket, kept so that another
 * socket of the stack can take its place: when it connects anew after a failure, or leaves the
 * loopback address it was bound to.
 */
#ifndef RUN_SOCKET_SETTINGS_H
#define RUN_SOCKET_SETTINGS_H

#include "run/socket/sockrec.h"

#include <sys/time.h>

/* Not kept without memory: then the option stays behind, as rarely as that is. */
void settings_note(struct sockrec *r, int level, int name, const void *value, size_t len);

/* The kernel does these on the stand-in itself; our stack has no part in them. */
bool settings_is_native(int level, int name);

/*
 * Returns how long the program's calls on @r may wait: SO_RCVTIMEO or SO_SNDTIMEO, as @name says;
 * NSEC_NEVER without a limit.
 */
nsec_t settings_limit_of(const struct timeval *tv); /* the same of an option's value */
nsec_t settings_wait_limit(const struct sockrec *r, int name);

/* Set on @sk, or on the stand-in @fd, what @r was given and is theirs. */
void settings_apply(const struct sockrec *r, struct sock *sk);
void settings_apply_native(const struct sockrec *r, int fd);

/* accept(2) hands on what the listener @from was given. */
void settings_inherit(struct sockrec *r, const struct sockrec *from);

void settings_forget(struct sockrec *r);

#endif
