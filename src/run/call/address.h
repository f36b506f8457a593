/*
 * run/call/address.h - socket addresses in the caller's memory, and what they mean to a socket.
 */
#ifndef RUN_CALL_ADDRESS_H
#define RUN_CALL_ADDRESS_H

#include "run/call/call.h"

/*
 * Reads @len octets at @at. Returns 0; -EINVAL if @len is none of an address, or -EFAULT.
 */
int call_read_address(const struct call *c, uint64_t at, uint64_t len, struct sockaddr_storage *ss);

/*
 * Writes an address to @at, cut to the room that the caller's socklen_t at @len_at says, and its
 * length there. Returns 0, -EINVAL or -EFAULT.
 */
int call_write_address(const struct call *c, uint64_t at, uint64_t len_at, const void *sa, socklen_t len);
int call_write_endpoint(const struct call *c, uint64_t at, uint64_t len_at, const struct endpoint *e);

/* Spells an address as @r's family does. Returns its length. */
socklen_t call_endpoint_sockaddr(
    const struct sockrec *r, const struct endpoint *e, struct sockaddr_storage *ss);

/* Reads the endpoint that @ss names for @r's family. Returns 0, -EAFNOSUPPORT or -EINVAL. */
int call_sockaddr_endpoint(
    const struct sockrec *r, const struct sockaddr_storage *ss, socklen_t len, struct endpoint *e);

#endif
