/*
 * run/dgram/loopback.h - where a datagram for 127.0.0.1 or ::1 goes: to the program's own network,
 * or through the gateway to the host's loopback.
 *
 * That is decided for each datagram when it is sent, by which sockets there are. The socket of the
 * stack that has the program's name speaks with the program's own sockets. Another one, `away`,
 * with the same port and the program's other address, speaks with the host's loopback; it is opened
 * when it is needed first. What it receives is delivered with the other's.
 */
#ifndef RUN_DGRAM_LOOPBACK_H
#define RUN_DGRAM_LOOPBACK_H

#include "run/dgram/dgram_rec.h"

/*
 * Returns 0 with the socket that sends to @to, which is rewritten if the host's loopback is meant;
 * or the negative errno.
 */
int dgram_choose_sk(struct dgram_rec *d, struct endpoint *to, struct sock **out);

/* The peer that @d is connected to, if that is a loopback address of the program's. */
bool dgram_loopback_peer(const struct dgram_rec *d, struct endpoint *peer);

/*
 * Receives from the stack. The destination of what came to `away` is shown as the loopback address
 * that the program knows.
 */
ssize_t dgram_receive(struct dgram_rec *d, void *buf, size_t len, struct sock_msg *msg);

/* Closes `away`: @d gets another peer, or none. */
void dgram_host_sk_close(struct dgram_rec *d);

/*
 * Notes that the program got a datagram from @name. One of the host's clients and a socket inside
 * may be shown under one name: what is sent to it goes to the one that spoke last.
 */
void dgram_note_sender(struct dgram_rec *d, const struct endpoint *name);
void dgram_forget_senders(struct dgram_rec *d);

/*
 * The program has closed @d before @msg, with @buf, could be delivered. @d ends, and the datagram
 * goes to the socket that its sender reaches now; if there is none, the sender gets the error from
 * there.
 */
void dgram_redeliver(struct dgram_rec *d, const struct sock_msg *msg, const void *buf, size_t len);

#endif
