/*
 * run/dgram/dgram.h - moves datagrams between the program's end of an AF_UNIX pair and the stack.
 *
 * The two ends are connected to each other from the first bind(), connect() or sendto() on. So the
 * kernel's bound for datagrams of unconnected senders (net.unix.max_dgram_qlen, ten) does not
 * apply. The program's end holds as much as SO_RCVBUF allows, and native calls find it there. What
 * does not fit stays in the stack's receive buffer. A datagram that is not from the peer has a tag
 * that names its sender.
 */
#ifndef RUN_DGRAM_DGRAM_H
#define RUN_DGRAM_DGRAM_H

#include "run/dgram/dgram_rec.h"
#include "run/dgram/report.h"

/*
 * Connects the program's end @fd with an end of ours, so that it can receive. Returns 0 or the
 * negative errno.
 */
int dgram_prepare(struct dgram_rec *d, int fd);

/*
 * Carries out connect(2) on the program's end @fd; with @to NULL it takes the peer away. Returns 0
 * or the negative errno.
 */
int dgram_connect(struct dgram_rec *d, int fd, struct endpoint *to);

/* Lets as much wait at the program's end as SO_RCVBUF says. */
void dgram_size(struct dgram_rec *d);

/* Sends what the program has written natively. Call it before what a later call sends. */
void dgram_flush(struct dgram_rec *d);

/*
 * The same for an end of ours that had no peer meanwhile: sends only what the program's end @own
 * has written.
 */
void dgram_flush_from(struct dgram_rec *d, int own);

/*
 * Carries out sendto(2). Returns the octets or the negative errno. If the port of @msg->peer is 0,
 * the connected peer is meant.
 */
ssize_t dgram_send(struct dgram_rec *d, int fd, const void *buf, size_t len, struct sock_msg *msg,
    const struct dgram_wish *wish);

/* Puts back @unread, which was taken from the program's end, before what is held. */
void dgram_give_back(struct dgram_rec *d, struct list *unread);

/* Carries out shutdown(2). Returns 0; or -ENOTCONN, though it takes effect. */
int dgram_shutdown(struct dgram_rec *d, int fd, int how);

/* Delivers what the stack has received. May end @d. */
void dgram_deliver(struct dgram_rec *d);

/* The subscriber to events of the stack's sockets of @arg, a dgram_rec. */
void dgram_sock_changed(struct sock *sk, void *arg);

#endif
