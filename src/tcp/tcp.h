/*
 * tcp/tcp.h - TCP's interface for its users: the calls of RFC 9293, 3.9.1, on connections without
 * descriptors.
 *
 * src/sock turns these into BSD calls. No function here waits. TCP calls the users back (struct
 * tcp_user_ops) only after the flush that ends an entry into TCP, so a user may call any function
 * from there, even tcp_close() of the same connection.
 */
#ifndef TCP_TCP_H
#define TCP_TCP_H

#include "tcp/user/user.h"

struct core;
struct tcp;      /* all of TCP on one host */
struct tcp_conn; /* one connection, from SYN to the end of TIME-WAIT */
struct tcp_listener;

/* Returns the host's TCP, registered with @core as protocol 6; NULL without memory. */
struct tcp *tcp_new(struct core *core);

/* Frees all connections and listeners. Sends nothing. */
void tcp_free(struct tcp *tcp);

/*
 * Segments that come in between tcp_batch_begin() and tcp_batch_notify() arrived at once. Their
 * answers leave in tcp_batch_end(), one ACK for all of them. A segment that needs more than an ACK
 * is answered immediately. tcp_batch_notify() reports events to the users: what they write before
 * tcp_batch_end() carries that ACK. The three are called in this order, and not from within a
 * notification.
 */
void tcp_batch_begin(struct tcp *tcp);
void tcp_batch_notify(struct tcp *tcp);
void tcp_batch_end(struct tcp *tcp);

void tcp_set_limits(struct tcp *tcp, const struct tcp_limits *limits);

/* Calls @fn for every connection. */
void tcp_each(struct tcp *tcp, void (*fn)(struct tcp_conn *c, void *arg), void *arg);

#endif
