/*
 * sock/sock.h - BSD sockets without an operating system: names, options, readiness and accept
 * queues. It has no descriptors and never waits.
 *
 * Every call returns at once. A call that would wait returns -LEAT_EAGAIN or -LEAT_EINPROGRESS, and
 * the watcher is called when it can be tried again. Calls mean what Linux's manual pages say
 * (ip(7), ipv6(7), tcp(7), udp(7), socket(7)).
 */
#ifndef SOCK_SOCK_H
#define SOCK_SOCK_H

#include "base/ipaddr.h"
#include "leat.h"
#include "pkt/pkt.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct core;
struct dgram_error;
struct tcp;
struct udp;
struct sock;
struct socks; /* all sockets of one host */

/* Makes the sockets of a host. The three layers are borrowed. Returns NULL without memory. */
struct socks *socks_new(struct core *core, struct tcp *tcp, struct udp *udp);

/* Aborts every socket that is still open, and frees all. */
void socks_free(struct socks *s);

/*
 * Sets the limits of SO_SNDBUF and SO_RCVBUF, in octets: Linux's net.core.wmem_max and rmem_max.
 * They begin as 212,992.
 */
void socks_set_buffer_max(struct socks *s, uint32_t sndbuf, uint32_t rcvbuf);

enum sock_type {
	SOCK_TYPE_STREAM = 1,
	SOCK_TYPE_DGRAM = 2,
	SOCK_TYPE_PING = 3 /* Linux's ICMP echo socket, which needs no privilege (icmp(7)) */
};

/* For the stack. Returns true if watchers are waiting to be called. */
bool socks_pending(const struct socks *s);

/* For the stack. Calls the watchers that are waiting. */
void socks_flush(struct socks *s);

/* Calls @fn for every socket. @fn may close the socket that it is given. */
void socks_each(struct socks *s, void (*fn)(struct sock *sk, void *arg), void *arg);

/*
 * Opens a socket. @v6: an AF_INET6 one, which takes IPv4 too unless IPV6_V6ONLY is set. Returns 0
 * with *@out, which the caller closes; or -LEAT_ENOBUFS.
 */
int sock_open(struct socks *s, bool v6, enum sock_type type, struct sock **out);

/* Closes @sk, as close(2) does. SO_LINGER with a time of 0 resets a connection. */
void sock_close(struct sock *sk);

/* Closes @sk and resets its connection. */
void sock_abort(struct sock *sk);

/*
 * Gives @sk a name. Port 0: an ephemeral port is chosen (RFC 6056). Returns 0, -LEAT_EADDRINUSE,
 * -LEAT_EADDRNOTAVAIL, -LEAT_EINVAL (it has a name already), -LEAT_EAFNOSUPPORT or -LEAT_ENOBUFS.
 */
int sock_bind(struct sock *sk, const struct endpoint *local);

/*
 * Makes a stream listen, or changes the backlog of one that listens. A negative @backlog is the
 * largest one. Returns 0, -LEAT_EOPNOTSUPP (no stream), -LEAT_EINVAL (it has a connection),
 * -LEAT_EADDRINUSE, -LEAT_EAGAIN (no port is left) or -LEAT_ENOBUFS.
 */
int sock_listen(struct sock *sk, int backlog);

/*
 * Sets the number of connections that sock_accept() has returned but the user's program has not
 * taken yet. They count against the backlog.
 */
void sock_set_unaccepted(struct sock *sk, unsigned n);

/*
 * Connects @sk. A stream's first call returns -LEAT_EINPROGRESS, further ones -LEAT_EALREADY, and
 * the one after the end of the handshake 0 or the error. A datagram socket returns 0, and has
 * @remote as its peer.
 *
 * @remote NULL (AF_UNSPEC) undoes it: a datagram socket loses its peer, a connection is reset, a
 * listener stops listening. The socket may then connect or listen again.
 */
int sock_connect(struct sock *sk, const struct endpoint *remote);

/*
 * Takes a connection from a listener's accept queue. Returns 0 with *@child, which the caller
 * closes; -LEAT_EAGAIN if the queue is empty; -LEAT_EINVAL if @sk does not listen; -LEAT_EOPNOTSUPP
 * or -LEAT_ENOBUFS. With LEAT_DEFER_ACCEPT the connection may be in SYN-RECEIVED, and sock_answer()
 * must follow.
 */
int sock_accept(struct sock *sk, struct sock **child);

/* Returns the peer's address as of the accept, even if the connection has ended since. */
struct endpoint sock_accepted_from(const struct sock *child);

/*
 * Answers a connection in SYN-RECEIVED. @error 0 sends the SYN-ACK. Otherwise @child is freed, and
 * the peer gets what tcp_answer_refuse() sends for @error; -1 sends nothing.
 */
void sock_answer(struct sock *child, int error);

/* What goes with one datagram, besides its payload. */
struct sock_msg {
	/* The other end. On sending, port 0 and the address "::" mean the connected peer. */
	struct endpoint peer;
	/*
	 * Our address: that the datagram came to, or is sent from. On sending, "::" means as bound.
	 */
	struct endpoint local;
	uint8_t ttl, tos;  /* on sending, 0 means the socket's */
	size_t full_len;   /* received: octets of the datagram, even if the buffer was shorter */
	bool truncated;    /* received: the buffer was shorter (MSG_TRUNC) */
	uint16_t seg_size; /* sent: octets of each datagram (UDP_SEGMENT); 0: one datagram */
};

/*
 * SOCK_OOB: urgent data. SOCK_PEEK: what is read stays. SOCK_MORE: more follows. A stream then
 * holds back a short segment. A datagram gets these octets as one piece; the first piece without
 * the flag completes it.
 */
enum sock_flag { SOCK_OOB = 1, SOCK_PEEK = 2, SOCK_MORE = 4 };

/*
 * Sends @len octets. @msg may be NULL. A stream returns how many it took, possibly fewer; a
 * datagram socket sends all of them or none. Errors: -LEAT_EAGAIN, -LEAT_EPIPE, -LEAT_ENOTCONN,
 * -LEAT_EDESTADDRREQ, -LEAT_EMSGSIZE (datagrams), or the pending error, which is then cleared.
 */
ssize_t sock_send(struct sock *sk, const void *buf, size_t len, unsigned flags, const struct sock_msg *msg);

/* Returns true if @sk holds pieces of a datagram. Those that follow must be sent on it, too. */
bool sock_holds_part(const struct sock *sk);

/*
 * Receives at most @len octets. Returns their number: of a stream as tcp_recv() does, otherwise of
 * one datagram, with the rest in *@msg (may be NULL). Errors: -LEAT_EAGAIN, -LEAT_ENOTCONN,
 * -LEAT_EOPNOTSUPP, or the pending error, which is then cleared.
 */
ssize_t sock_recv(struct sock *sk, void *buf, size_t len, unsigned flags, struct sock_msg *msg);

/*
 * Takes the oldest error about a datagram that @sk sent (MSG_ERRQUEUE in recv(2)). Errors are kept
 * while IP_RECVERR or IPV6_RECVERR is set. Copies at most @len octets of the datagram's payload, as
 * far as it came back, and returns their number; *@full is how many came back, and *@out has the
 * rest. -LEAT_EAGAIN: there is no error. -LEAT_EOPNOTSUPP: @sk is a stream.
 */
ssize_t sock_recv_error(struct sock *sk, void *buf, size_t len, struct dgram_error *out, size_t *full);

/*
 * UDP. Returns true if a socket of this host would now take what @sk sends to @to, an address of
 * ours.
 */
bool sock_reaches(const struct sock *sk, const struct endpoint *to);

/* Reading and writing of streams without a copy: see tcp_reserve() and tcp_peek_spans(). */
ssize_t sock_reserve(struct sock *sk, size_t want, void **at);
void sock_commit(struct sock *sk, size_t len);
void sock_commit_more(struct sock *sk, size_t len);
unsigned sock_peek(struct sock *sk, struct pkt_span *span, unsigned max);
void sock_consume(struct sock *sk, size_t len);

/*
 * Shuts down reading, writing or both, as shutdown(2). Returns 0, -LEAT_EINVAL or -LEAT_ENOTCONN.
 */
enum sock_how { SOCK_SHUT_RD = 0, SOCK_SHUT_WR = 1, SOCK_SHUT_RDWR = 2 };
int sock_shutdown(struct sock *sk, enum sock_how how);

/*
 * Returns what poll(2) would: a mask of LEAT_IN, LEAT_OUT, LEAT_ERR, LEAT_HUP, LEAT_RDHUP,
 * LEAT_PRI.
 */
unsigned sock_ready(const struct sock *sk);

/*
 * Returns only LEAT_RDHUP, LEAT_HUP and LEAT_ERR of sock_ready(), for a stream that is no listener:
 * whether the peer's end or an error has arrived. It does not look for octets or room, and so costs
 * less.
 */
unsigned sock_ended(const struct sock *sk);

/*
 * Sets the watcher of @sk, which is called after sock_ready() may have changed. A socket has one
 * watcher; NULL removes it. It may make any call on any socket, sock_close(@sk) included.
 *
 * Only stack_advance() and stack_input() call watchers, when all frames that arrived have been
 * processed and before they are acknowledged. A call on a socket never does, so no call re-enters
 * its caller. Changes that such a call makes are reported by the next stack_advance(), which
 * stack_next() asks for at once. Changes before sock_watch() are not reported: call sock_ready()
 * after it.
 */
void sock_watch(struct sock *sk, void (*fn)(struct sock *sk, void *arg), void *arg);

/* Returns true if a socket of @type has @port. Of echo sockets that is the identifier. */
bool sock_port_taken(const struct socks *s, enum sock_type type, uint16_t port);

/* Returns 0 with *@out: the socket's own name. Before bind, it is unspecified, with port 0. */
int sock_local(const struct sock *sk, struct endpoint *out);

/* Returns 0 with *@out, the peer's name; or -LEAT_ENOTCONN. */
int sock_remote(const struct sock *sk, struct endpoint *out);

enum sock_type sock_type(const struct sock *sk);
bool sock_is_v6(const struct sock *sk);

/* Returns the flow that events of a stream carry, or 0 if @sk has no connection. */
uint64_t sock_flow(const struct sock *sk);

/*
 * Set and read an option. Levels, numbers and layouts of values are Linux's (SOL_SOCKET,
 * IPPROTO_TCP, ...); Leat's own options (leat.h) have level LEAT_SOL_LEAT. *@len goes in as the
 * room at @value, and comes out as the length. Return 0, -LEAT_ENOPROTOOPT (no such option),
 * -LEAT_EINVAL (a bad length or value), -LEAT_EPERM, or an error of the option's own.
 */
int sock_setopt(struct sock *sk, int level, int name, const void *value, size_t len);
int sock_getopt(struct sock *sk, int level, int name, void *value, size_t *len);

/* Returns how many octets can be read, or the length of the next datagram (SIOCINQ, FIONREAD). */
size_t sock_unread(const struct sock *sk);

/* Returns how many octets a stream has sent or queued that are not acknowledged (SIOCOUTQ). */
size_t sock_unacked(const struct sock *sk);

/* Returns true if the next octet of a stream is the urgent one (SIOCATMARK). */
bool sock_at_mark(const struct sock *sk);

#endif
