/*
 * run/call/netns.h - network namespaces that the program makes for itself (bubblewrap, bazel,
 * unshare -n).
 *
 * Such a namespace has a loopback and no link. So sockets that a thread makes there are the
 * kernel's, and sockets that it made before stay Leat's. A namespace that was not made inside the
 * run may not be entered.
 */
#ifndef RUN_CALL_NETNS_H
#define RUN_CALL_NETNS_H

#include "run/call/call.h"

/* Returns true if the caller is in a network namespace of its own. */
bool netns_own(struct call *c);

/* Returns true if the socket @fd belongs to a namespace that was made inside. */
bool netns_made_inside(struct calls *calls, int fd);

/* The answers to setns(2) and unshare(2). */
call_fn call_setns, call_unshare;

#endif
