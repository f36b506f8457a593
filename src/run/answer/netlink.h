/*
 * run/answer/netlink.h - NETLINK_ROUTE as the program sees it: the links, addresses and routes of
 * our stack, for reading (rtnetlink(7)). getifaddrs() and getaddrinfo()'s AI_ADDRCONFIG ask here.
 */
#ifndef RUN_ANSWER_NETLINK_H
#define RUN_ANSWER_NETLINK_H

#include "run/call/call.h"

long netlink_open(struct call *c, int flags);
long netlink_bind(struct call *c, const struct sockaddr_storage *ss);
long netlink_getsockname(struct call *c);
int netlink_write_source(const struct call *c, uint64_t at, uint64_t len_at);

/* A request of the program's; what is answered waits in its socket. @len, or the negative errno. */
long netlink_request(struct sockrec *r, const void *buf, size_t len);

#endif
