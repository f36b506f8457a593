/*
 * run/call/cmsg.h - the control messages of recvmsg(2) and sendmsg(2) (ip(7), ipv6(7)): where a
 * datagram was sent to, its hop limit and traffic class, time stamps, errors.
 *
 * What the messages of a received datagram say is in its tag (dgram/tagged.h).
 */
#ifndef RUN_CALL_CMSG_H
#define RUN_CALL_CMSG_H

#include "run/call/call.h"
#include "run/dgram/report.h"
#include "run/proxy/dgram_tag.h"

/*
 * Writes the control messages that the program wants about the datagram of the tag @came into the
 * buffer that @theirs gives. Returns 0 with the length in *@len, and with MSG_CTRUNC in *@flags if
 * they did not fit; or -EFAULT.
 */
int cmsg_write(
    const struct call *c, const struct msghdr *theirs, const struct dgram_tag *came, size_t *len, int *flags);

/* Returns true if recvmsg(2) on this stream reports how much is left to read (TCP_INQ). */
bool cmsg_wants_inq(const struct sockrec *r);
/*
 * Writes how much is left to read: the octets at the program's end, and one for the end of the
 * stream. Returns as cmsg_write() does.
 */
int cmsg_write_inq(const struct call *c, const struct msghdr *theirs, size_t *len, int *flags);

/* Writes an entry of the error queue (IP_RECVERR, IPV6_RECVERR). Returns as cmsg_write() does. */
int cmsg_write_error(const struct call *c, const struct msghdr *theirs, const struct queued_error *queued,
    size_t *len, int *flags);

/*
 * Reads the control messages in @theirs, of a datagram that the caller sends, into @msg and @wish.
 * *@wish holds what the socket's options want. Returns 0, -EINVAL, -ENOBUFS or -EFAULT.
 */
int cmsg_read(
    const struct call *c, const struct msghdr *theirs, struct sock_msg *msg, struct dgram_wish *wish);

#endif
