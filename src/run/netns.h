/*
 * run/netns.h - network namespaces that the program makes for itself (bubblewrap, bazel, unshare
 * -n).
 *
 * Such a namespace is empty: a loopback, and no link to anything else. So the sockets that a thread
 * makes there are the kernel's own, and what was made before is Leat's as before. Namespaces that
 * were not made inside the run are not entered.
 */
#ifndef RUN_NETNS_H
#define RUN_NETNS_H

#include "run/calls.h"

/* Is the caller in a network namespace of its own? */
bool netns_own(struct call *c);

/* Does the socket @fd belong to a namespace that was made inside? */
bool netns_made_inside(int fd);

#endif
