/*
 * run/control.h - control messages of datagrams (ip(7), ipv6(7)): where a datagram was sent to, its
 * hop limit and traffic class.
 *
 * Between our end and the program's they travel in a tag (dgram_tag.h): recvmsg() is always
 * answered by us, which turns it into what the program asked for.
 */
#ifndef RUN_CONTROL_H
#define RUN_CONTROL_H

#include "run/calls.h"
#include "run/dgram_report.h"
#include "run/proxy/dgram_tag.h"

/* The program set an option: what control messages does it ask for from now on? */
void control_option(struct desc *d);

/*
 * Sends a datagram to the program's end, with a tag that says what @msg does. The flags are
 * MSG_DONTWAIT | MSG_NOSIGNAL. 0 or the negative errno. Without a tag it is from the peer that @d
 * is connected to at this moment.
 */
int control_pass(struct desc *d, const struct sock_msg *msg, const void *buf, size_t len);

/* Receives at the program's end @fd. *@came is what the tag says that came along. */
ssize_t control_receive(int fd, struct msghdr *h, int flags, struct dgram_tag *came);

/*
 * Writes what the program asked for about the datagram that @came describes into the room that
 * @theirs gives. Returns 0 with *@len written, and with MSG_CTRUNC in *@flags if it did not fit; or
 * -EFAULT.
 */
int control_write(
    const struct call *c, const struct msghdr *theirs, const struct dgram_tag *came, size_t *len, int *flags);

/* Returns true if a stream's recvmsg(2) reports how much is left to read (TCP_INQ). */
bool control_wants_inq(const struct desc *d);
/*
 * Writes how much is left to read: the octets that the program's end holds now, and one for the end
 * of the stream. Returns as control_write().
 */
int control_write_inq(const struct call *c, const struct msghdr *theirs, size_t *len, int *flags);

/* The same of an error from the queue (IP_RECVERR, IPV6_RECVERR). */
int control_write_error(const struct call *c, const struct msghdr *theirs, const struct dgram_told *told,
    size_t *len, int *flags);

/*
 * Reads what the caller's @theirs asks of a datagram that it sends. *@wish holds the socket's
 * options before. Returns 0, -EINVAL or -EFAULT.
 */
int control_read(
    const struct call *c, const struct msghdr *theirs, struct sock_msg *msg, struct dgram_wish *wish);

#endif
