/*
 * run/dgram.h - datagrams: each reaches the program from an AF_UNIX socket whose name tells the true source.
 *
 * A connected socket has one such for its peer, and both directions are the kernel's own. The kernel queues only ten; what does
 * not fit stays in our stack's receive buffer.
 */
#ifndef RUN_DGRAM_H
#define RUN_DGRAM_H

#include "run/desc.h"

/* The program's end @fd can receive from now on. 0 or the negative errno. */
int dgram_prepare(struct desc *d, int fd);

/* connect(2) of the program's @fd; @to NULL dissolves. 0 or the negative errno. */
int dgram_connect(struct desc *d, int fd, struct endpoint *to);

/* What the program wrote natively goes out, ahead of what comes by a call of its own. */
void dgram_flush(struct desc *d);

/* sendto(2): octets or the negative errno. @msg->peer with port 0: the connected peer. */
ssize_t dgram_send(struct desc *d, int fd, const void *buf, size_t len, struct sock_msg *msg);

/* @unread was taken from the program's end: back there, ahead of what waits here. */
void dgram_give_back(struct desc *d, struct list *unread);

/* shutdown(2): 0 or -ENOTCONN, and it takes effect all the same. */
int dgram_shutdown(struct desc *d, int fd, int how);

/* Hand on what the stack has. */
void dgram_deliver(struct desc *d);

/* The watcher of @arg's sockets of the stack. */
void dgram_sock_changed(struct sock *sk, void *arg);

void dgram_forget(struct desc *d);

#endif
