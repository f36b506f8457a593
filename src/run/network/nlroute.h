/*
 * run/network/nlroute.h - a stack's links, addresses and routes as rtnetlink messages. Pure: a
 * request in, messages out.
 */
#ifndef RUN_NETWORK_NLROUTE_H
#define RUN_NETWORK_NLROUTE_H

#include "core/core.h"

/*
 * 0, or the negative errno that the answer must carry: -EOPNOTSUPP, -EPERM (a change), -ENODEV,
 * -EINVAL. @send is given each datagram.
 */
int nlroute_answer(const struct core *core, const void *request, size_t len, uint32_t port,
    void (*send)(void *arg, const void *buf, size_t len), void *arg);

#endif
