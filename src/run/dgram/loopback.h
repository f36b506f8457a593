/*
 * run/dgram/loopback.h - where a datagram for 127.0.0.1 or ::1 goes: to the program's own network,
 * or through the gateway to the host's loopback.
 *
 * That is decided when the datagram is sent, by the sockets that exist then. The socket with the
 * program's name exchanges datagrams with the program's own sockets. Another socket, `host_sk`, has
 * the same port and the program's address on the link. It exchanges datagrams with the host's
 * loopback, and is opened when it is first needed. What it receives is delivered together with the
 * other's.
 */
#ifndef RUN_DGRAM_LOOPBACK_H
#define RUN_DGRAM_LOOPBACK_H

#include "run/dgram/dgram_rec.h"

/*
 * Chooses the socket that sends to @to, which is rewritten if it means the host's loopback. Returns
 * 0 or the negative errno.
 */
int dgram_choose_sk(struct dgram_rec *d, struct endpoint *to, struct sock **out);

/* Returns true with the peer of @d if that is a loopback address of the program's. */
bool dgram_loopback_peer(const struct dgram_rec *d, struct endpoint *peer);

/*
 * Receives from either socket. Returns as sock_recv() does. The destination of what came to
 * `host_sk` becomes the loopback address that the program knows.
 */
ssize_t dgram_receive(struct dgram_rec *d, void *buf, size_t len, struct sock_msg *msg);

/* Closes `host_sk`, since @d gets another peer or none, or ends. */
void dgram_host_sk_close(struct dgram_rec *d);

/*
 * Notes that a datagram from @name was delivered. One of the host's clients and a socket inside may
 * have the same name for the program. What the program sends to that name goes to the one that sent
 * last.
 */
void dgram_note_sender(struct dgram_rec *d, const struct endpoint *name);
void dgram_forget_senders(struct dgram_rec *d);

/*
 * Ends @d, which the program has closed before the datagram @msg with @buf was delivered. The
 * datagram is sent again to the socket that its sender reaches now. If there is none, the sender
 * gets the error.
 */
void dgram_redeliver(struct dgram_rec *d, const struct sock_msg *msg, const void *buf, size_t len);

#endif
