/*
 * run/dgram/dgram.h - datagrams: between the program's end of a pair of AF_UNIX sockets, and the
 * stack.
 *
 * The two ends are connected to one another from the first bind(), connect() or sendto() on. So the
 * kernel's bound for datagrams from strangers (net.unix.max_dgram_qlen, ten) does not apply: the
 * program's end holds as much as SO_RCVBUF allows, and native calls find it there. What does not
 * fit stays in our stack's receive buffer. A datagram that is not from the peer has a tag that
 * names its source.
 */
#ifndef RUN_DGRAM_DGRAM_H
#define RUN_DGRAM_DGRAM_H

#include "run/dgram/dgram_rec.h"
#include "run/dgram/report.h"

/* The program's end @fd can receive from now on. 0 or the negative errno. */
int dgram_prepare(struct dgram_rec *d, int fd);

/* connect(2) of the program's @fd; @to NULL dissolves. 0 or the negative errno. */
int dgram_connect(struct dgram_rec *d, int fd, struct endpoint *to);

/* SO_RCVBUF has been set: so much may wait at the program's end. */
void dgram_size(struct dgram_rec *d);

/* What the program wrote natively goes out, ahead of what comes by a call of its own. */
void dgram_flush(struct dgram_rec *d);

/* The same, for an end of ours that had no peer: only what the program's end @own has sent. */
void dgram_flush_from(struct dgram_rec *d, int own);

/* sendto(2): octets or the negative errno. @msg->peer with port 0: the connected peer. */
ssize_t dgram_send(struct dgram_rec *d, int fd, const void *buf, size_t len, struct sock_msg *msg,
    const struct dgram_wish *wish);

/* @unread was taken from the program's end: back there, ahead of what waits here. */
void dgram_give_back(struct dgram_rec *d, struct list *unread);

/* shutdown(2): 0 or -ENOTCONN, and it takes effect all the same. */
int dgram_shutdown(struct dgram_rec *d, int fd, int how);

/* Hand on what the stack has. */
void dgram_deliver(struct dgram_rec *d);

/* The watcher of @arg's sockets of the stack. */
void dgram_sock_changed(struct sock *sk, void *arg);

#endif
