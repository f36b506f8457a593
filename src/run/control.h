/*
 * run/control.h - control messages of datagrams (ip(7), ipv6(7)): where a datagram was sent to, its hop limit and traffic class.
 *
 * Between our end and the program's they travel as a descriptor that is passed along, a small file in memory: recvmsg() is always
 * answered by us, which turns it into what the program asked for, and every other way of receiving makes the kernel throw it away.
 */
#ifndef RUN_CONTROL_H
#define RUN_CONTROL_H

#include "run/calls.h"

struct dgram_error;

/* The program set an option: what control messages does it ask for from now on? */
void control_option(struct desc *d);

/* Send to the program's end as @msg arrived; the flags are MSG_DONTWAIT | MSG_NOSIGNAL. 0 or the negative errno. */
int control_pass(const struct desc *d, int fd, const struct sock_msg *msg, const void *buf, size_t len);

/*
 * Receive at the program's end @fd. *@tag is what came along: a descriptor of ours to be closed, or -1.
 */
ssize_t control_receive(int fd, struct msghdr *h, int flags, int *tag);

/* What @tag (closed here; may be -1) says of its datagram, into @msg. */
void control_untag(int tag, struct sock_msg *msg);

/* Write what the program asked for about the datagram that came with @tag (-1: nothing is known) into the room that @theirs gives. 0 with *@len
 * written and MSG_CTRUNC in *@flags if it did not fit, or -EFAULT. */
int control_write(const struct call *c, const struct msghdr *theirs, int tag, size_t *len, int *flags);

/* The same of an error from the queue (IP_RECVERR, IPV6_RECVERR). */
int control_write_error(
    const struct call *c, const struct msghdr *theirs, const struct dgram_error *e, size_t *len, int *flags);

/* What the caller's @theirs asks of a datagram that it sends. 0, -EINVAL, -EFAULT. */
int control_read(const struct call *c, const struct msghdr *theirs, struct sock_msg *msg);

#endif
