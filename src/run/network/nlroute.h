/*
 * run/network/nlroute.h - answers rtnetlink(7) requests about a stack's links, addresses and
 * routes. It takes a request and gives messages; it reads no socket, and changes nothing.
 */
#ifndef RUN_NETWORK_NLROUTE_H
#define RUN_NETWORK_NLROUTE_H

#include "core/core.h"

/*
 * Answers the request of @len octets. Calls @send with each datagram of the answer, addressed to
 * netlink port @port. Returns 0; or the negative errno that the answer must carry: -EINVAL
 * (malformed), -EOPNOTSUPP, -EPERM (it would change something), -ENODEV.
 */
int nlroute_answer(const struct core *core, const void *request, size_t len, uint32_t port,
    void (*send)(void *arg, const void *buf, size_t len), void *arg);

#endif
