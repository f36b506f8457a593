/* run/call/address.h - converts between socket addresses in the caller's memory and endpoints. */
#ifndef RUN_CALL_ADDRESS_H
#define RUN_CALL_ADDRESS_H

#include "run/call/call.h"

/*
 * Reads a socket address of @len octets at @at. Returns 0, -EINVAL (no address has that length) or
 * -EFAULT.
 */
int call_read_address(const struct call *c, uint64_t at, uint64_t len, struct sockaddr_storage *ss);

/*
 * Writes a socket address to @at, cut to the length that the caller gives at @len_at, and writes
 * its full length to @len_at. Returns 0, -EINVAL or -EFAULT.
 */
int call_write_address(const struct call *c, uint64_t at, uint64_t len_at, const void *sa, socklen_t len);
int call_write_endpoint(const struct call *c, uint64_t at, uint64_t len_at, const struct endpoint *e);

/* Writes @e into @ss in the form of @r's family. Returns its length. */
socklen_t call_endpoint_sockaddr(
    const struct sockrec *r, const struct endpoint *e, struct sockaddr_storage *ss);

/* Reads the endpoint in @ss, an address of @r's family. Returns 0, -EAFNOSUPPORT or -EINVAL. */
int call_sockaddr_endpoint(
    const struct sockrec *r, const struct sockaddr_storage *ss, socklen_t len, struct endpoint *e);

#endif
