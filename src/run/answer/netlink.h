/*
 * run/answer/netlink.h - NETLINK_ROUTE sockets of the program (rtnetlink(7)). They show the links,
 * addresses and routes of its stack, and change nothing. getifaddrs(3) uses them, and
 * getaddrinfo(3) for AI_ADDRCONFIG.
 */
#ifndef RUN_ANSWER_NETLINK_H
#define RUN_ANSWER_NETLINK_H

#include "run/call/call.h"

long netlink_open(struct call *c, int flags);
long netlink_bind(struct call *c, const struct sockaddr_storage *ss);
long netlink_getsockname(struct call *c);
int netlink_write_source(const struct call *c, uint64_t at, uint64_t len_at);

/*
 * Writes the answer to a request of the program into its socket. Returns @len or the negative
 * errno.
 */
long netlink_request(struct sockrec *r, const void *buf, size_t len);

#endif
