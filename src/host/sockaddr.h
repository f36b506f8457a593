/*
 * host/sockaddr.h - between the machine's socket addresses and ours.
 */
#ifndef HOST_SOCKADDR_H
#define HOST_SOCKADDR_H

#include "base/ipaddr.h"

#include <sys/socket.h>

/* Fills @ss for @e (AF_INET for IPv4, AF_INET6 otherwise); returns its length. */
socklen_t sockaddr_from_endpoint(struct sockaddr_storage *ss, const struct endpoint *e);

/* False when @sa is of neither family. */
bool endpoint_from_sockaddr(struct endpoint *e, const struct sockaddr *sa);

#endif
