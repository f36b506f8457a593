/*
 * host/sockaddr.h - converts the machine's socket addresses to Leat's endpoints, and back.
 */
#ifndef HOST_SOCKADDR_H
#define HOST_SOCKADDR_H

#include "base/ipaddr.h"

#include <sys/socket.h>

/* Stores @e in @ss: AF_INET for IPv4, AF_INET6 otherwise. Returns the length of the address. */
socklen_t sockaddr_from_endpoint(struct sockaddr_storage *ss, const struct endpoint *e);

/* Stores @sa in @e. Returns false if @sa is of neither family. */
bool endpoint_from_sockaddr(struct endpoint *e, const struct sockaddr *sa);

#endif
