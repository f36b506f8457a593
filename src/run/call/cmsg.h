/*
 * run/call/cmsg.h - control messages of datagrams (ip(7), ipv6(7)): where a datagram was sent to,
 * its hop limit and traffic class.
 *
 * Between our end and the program's they travel in a tag (dgram_tag.h): recvmsg() is always
 * answered by us, which turns it into what the program asked for.
 */
#ifndef RUN_CALL_CMSG_H
#define RUN_CALL_CMSG_H

#include "run/call/call.h"
#include "run/dgram/report.h"
#include "run/proxy/dgram_tag.h"

/*
 * Writes what the program asked for about the datagram that @came describes into the room that
 * @theirs gives. Returns 0 with *@len written, and with MSG_CTRUNC in *@flags if it did not fit; or
 * -EFAULT.
 */
int cmsg_write(
    const struct call *c, const struct msghdr *theirs, const struct dgram_tag *came, size_t *len, int *flags);

/* Returns true if a stream's recvmsg(2) reports how much is left to read (TCP_INQ). */
bool cmsg_wants_inq(const struct sockrec *r);
/*
 * Writes how much is left to read: the octets that the program's end holds now, and one for the end
 * of the stream. Returns as cmsg_write().
 */
int cmsg_write_inq(const struct call *c, const struct msghdr *theirs, size_t *len, int *flags);

/* The same of an error from the queue (IP_RECVERR, IPV6_RECVERR). */
int cmsg_write_error(const struct call *c, const struct msghdr *theirs, const struct queued_error *told,
    size_t *len, int *flags);

/*
 * Reads what the caller's @theirs asks of a datagram that it sends. *@wish holds the socket's
 * options before. Returns 0, -EINVAL or -EFAULT.
 */
int cmsg_read(
    const struct call *c, const struct msghdr *theirs, struct sock_msg *msg, struct dgram_wish *wish);

#endif
