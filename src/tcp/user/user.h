/*
 * tcp/user/user.h - the calls of a user (RFC 9293, 3.9.1), on connections without descriptors. No
 * function here waits.
 */
#ifndef TCP_USER_USER_H
#define TCP_USER_USER_H

#include "base/ipaddr.h"
#include "pkt/pkt.h"
#include "tcp/conn/info.h"
#include "tcp/conn/opts.h"

#include <sys/types.h>

struct iface;
struct path;
struct tcp;
struct tcp_conn;
struct tcp_listener;

void tcp_opts_default(struct tcp_opts *opts);

/*
 * Active OPEN. @path is what route_find() has just returned for @remote. @local must have an
 * address and a port. Returns 0 when the SYN is sent; -LEAT_ENOBUFS; -LEAT_EADDRINUSE when the
 * four-tuple is taken and cannot be reused.
 */
int tcp_connect(struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote,
    const struct path *path, const struct tcp_opts *opts, const struct tcp_user_ops *ops, void *user,
    struct tcp_conn **out);

/*
 * Passive OPEN. An unspecified address in @local means every address; "::" serves IPv4 too unless
 * @v6only. Returns 0; -LEAT_ENOBUFS; -LEAT_EADDRINUSE when the same listener exists. Listeners that
 * all have reuse_port may be the same: they share what arrives.
 */
int tcp_listen(struct tcp *tcp, const struct endpoint *local, bool v6only, unsigned backlog,
    const struct tcp_opts *opts, const struct tcp_user_ops *ops, void *user, struct tcp_listener **out);
void tcp_listener_set_backlog(struct tcp_listener *l, unsigned backlog);
/*
 * Sets the number of accepted connections that the program has not taken yet. They count against
 * the backlog.
 */
void tcp_listener_set_unaccepted(struct tcp_listener *l, unsigned n);
struct tcp_opts *tcp_listener_opts(struct tcp_listener *l);

/* Closes the listener. Children that were not accepted are reset. */
void tcp_listener_close(struct tcp_listener *l);

/* Returns true if a SYN to @local that comes in on @iface would find a listener. */
bool tcp_serves(struct tcp *tcp, const struct iface *iface, const struct endpoint *local);

/*
 * Fills @out with the ports that have a listener, each once, in the order of listening. Returns how
 * many of @max were filled.
 */
unsigned tcp_listening_ports(const struct tcp *tcp, uint16_t *out, unsigned max);

/* Returns how many children can be accepted. */
unsigned tcp_accept_pending(const struct tcp_listener *l);

/*
 * Returns the oldest child that can be accepted; NULL when there is none. The child is the caller's
 * from here on, and its events go to @ops with @user.
 */
struct tcp_conn *tcp_accept(struct tcp_listener *l, const struct tcp_user_ops *ops, void *user);
/* Reverts tcp_accept(): @c is again the first of the accept queue. */
void tcp_accept_undo(struct tcp_listener *l, struct tcp_conn *c);

/* Continues the handshake of a child that was offered in SYN-RECEIVED (defer_syn_ack). */
void tcp_answer_accept(struct tcp_conn *c);
/*
 * Refuses such a child, which ends. @error is what the peer gets: a RST for LEAT_ECONNREFUSED; the
 * ICMP error for LEAT_EHOSTUNREACH, LEAT_ENETUNREACH and LEAT_EACCES (prohibited); for 0 nothing,
 * so that the peer times out.
 */
void tcp_answer_refuse(struct tcp_conn *c, int error);

/*
 * SEND: copies at most @len octets into the send buffer. @urgent marks the last of them as urgent.
 * @more holds a short segment back (MSG_MORE). Returns the number of octets copied, 1 to @len;
 * -LEAT_EAGAIN (no room); -LEAT_EPIPE (closed or reset); -LEAT_ENOTCONN; or the pending error,
 * once.
 */
ssize_t tcp_send(struct tcp_conn *c, const void *buf, size_t len, bool urgent, bool more);

/*
 * Points *@at to room in the send buffer, to write into directly. Returns how many of @want octets
 * there is room for: 0 = none; negative as tcp_send(). tcp_commit() then sends the first @len of
 * them.
 */
ssize_t tcp_reserve(struct tcp_conn *c, size_t want, void **at);
void tcp_commit(struct tcp_conn *c, size_t len);
/*
 * As tcp_commit(), but holds back what does not fill a super-segment. The caller must call again at
 * once: tcp_commit() of 0 octets when nothing follows.
 */
void tcp_commit_more(struct tcp_conn *c, size_t len);

/*
 * RECEIVE: copies at most @len octets out; with @peek they stay. Returns the number of octets (>
 * 0); 0 after the peer's FIN; -LEAT_EAGAIN; -LEAT_ENOTCONN; or the pending error, once. Reading
 * stops once at the urgent mark (RFC 6093).
 */
ssize_t tcp_recv(struct tcp_conn *c, void *buf, size_t len, bool peek);

/*
 * Fills @span with what can be read, in order and in place, and returns how many of @max were
 * filled. The spans are valid until the next call on @c. tcp_consume() removes the first @len
 * octets.
 */
unsigned tcp_peek_spans(struct tcp_conn *c, struct pkt_span *span, unsigned max);
void tcp_consume(struct tcp_conn *c, size_t len);

/*
 * Reads the urgent octet that is kept out of line; with @peek it stays. Returns 1; 0 when the
 * connection ended before it came; -LEAT_EAGAIN when it has not arrived yet; -LEAT_EINVAL when
 * there is none, or it has been read.
 */
int tcp_recv_urgent(struct tcp_conn *c, uint8_t *octet, bool peek);
bool tcp_at_mark(const struct tcp_conn *c);

/* Half-close: sends FIN after what is buffered. Returns 0 or -LEAT_ENOTCONN. */
int tcp_shutdown_send(struct tcp_conn *c);
/*
 * Shuts down for receiving: a read returns 0 when nothing can be read. As on Linux, data that
 * arrives is still acknowledged and can be read; once both directions are shut down it is answered
 * with RST.
 */
void tcp_shutdown_recv(struct tcp_conn *c);

/*
 * CLOSE: ends the user's reference. With unread data the connection is reset (RFC 9293, 3.6.1; RFC
 * 2525, 2.17); otherwise FIN is sent, and the connection ends in order without a user.
 */
void tcp_close(struct tcp_conn *c);
/* ABORT: sends RST, and ends the user's reference. */
void tcp_abort(struct tcp_conn *c);

/* Returns LEAT_IN | LEAT_OUT | ...: what poll(2) says of a Linux socket in this state. */
unsigned tcp_ready(const struct tcp_conn *c);

/* Returns only LEAT_RDHUP, LEAT_HUP and LEAT_ERR of tcp_ready(), which costs less. */
unsigned tcp_ended(const struct tcp_conn *c);
int tcp_take_error(struct tcp_conn *c); /* SO_ERROR: returns the LEAT_E number and clears it; 0 */
const struct tcp_opts *tcp_conn_opts(const struct tcp_conn *c);
/*
 * Changes the settings, with immediate effect: nodelay, and the end of a cork, send what was held
 * back. Returns 0; -LEAT_EINVAL (a value out of range); -LEAT_ENOENT (no such congestion control).
 */
int tcp_set_opts(struct tcp_conn *c, const struct tcp_opts *opts);

/* Sends what Nagle's rule, a cork or MSG_MORE holds back. */
void tcp_push(struct tcp_conn *c);
size_t tcp_unread(const struct tcp_conn *c); /* SIOCINQ */

/*
 * For bind(): returns true if a connection, TIME-WAIT included, keeps @local from being taken with
 * the reuse_addr, reuse_port and v6only of @opts. As on Linux, both sides must agree to share. @v6:
 * an IPv6 socket asks, whatever the address. The caller compares listeners itself.
 */
bool tcp_local_taken(struct tcp *tcp, const struct endpoint *local, bool v6, const struct tcp_opts *opts);
/*
 * Returns true if the four-tuple is free, or in a TIME-WAIT that a new SYN may replace (RFC 6191).
 */
bool tcp_tuple_free(struct tcp *tcp, const struct endpoint *local, const struct endpoint *remote);

#endif
