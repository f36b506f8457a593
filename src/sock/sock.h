/*
 * sock/sock.h - BSD sockets without an operating system: names, options, readiness, accept queues;
 * no descriptors, no waiting.
 *
 * Every call returns at once. What would wait answers -LEAT_EAGAIN or -LEAT_EINPROGRESS, and the
 * watcher is told when to ask again. Meanings are those of Linux's manual pages (ip(7), ipv6(7),
 * tcp(7), udp(7), socket(7)).
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

struct socks *socks_new(struct core *core, struct tcp *tcp, struct udp *udp);
void socks_free(struct socks *s); /* aborts what is still open */

/*
 * What SO_SNDBUF and SO_RCVBUF grant at most, in octets: Linux's net.core.wmem_max and rmem_max.
 * 212,992 each unless set.
 */
void socks_set_buffer_max(struct socks *s, uint32_t sndbuf, uint32_t rcvbuf);

enum sock_type {
	SOCK_TYPE_STREAM = 1,
	SOCK_TYPE_DGRAM = 2,
	SOCK_TYPE_PING = 3 /* Linux's unprivileged ICMP echo socket */
};

/* For the stack: is a watcher to be called, and call those that are. */
bool socks_pending(const struct socks *s);
void socks_flush(struct socks *s);

/* Every socket, for ss; @fn may close the one it is given. */
void socks_each(struct socks *s, void (*fn)(struct sock *sk, void *arg), void *arg);

/* 0 with *@out, or -LEAT_ENOBUFS. @v6: an AF_INET6 socket (dual-stack unless IPV6_V6ONLY). */
int sock_open(struct socks *s, bool v6, enum sock_type type, struct sock **out);

/* Ends the user's reference: as close(2), SO_LINGER included. */
void sock_close(struct sock *sk);
/* As close(2) of a socket whose process was killed with unread data, or SO_LINGER 0: RST. */
void sock_abort(struct sock *sk);

/*
 * port 0 = an ephemeral one (RFC 6056). -LEAT_EADDRINUSE, -LEAT_EADDRNOTAVAIL, -LEAT_EINVAL (bound
 * already), -LEAT_EAFNOSUPPORT.
 */
int sock_bind(struct sock *sk, const struct endpoint *local);
int sock_listen(struct sock *sk, int backlog);

/*
 * A listener's children that were taken by sock_accept(), and still wait for whom they are for:
 * they count against the backlog.
 */
void sock_set_unaccepted(struct sock *sk, unsigned n);

/*
 * Stream: -LEAT_EINPROGRESS, then -LEAT_EALREADY, then 0 or the error. Datagram: 0; fixes the peer.
 * @remote NULL (AF_UNSPEC) dissolves a datagram socket's association, resets a connection, ends
 * listening: the socket may connect or listen anew.
 */
int sock_connect(struct sock *sk, const struct endpoint *remote);

/*
 * 0 with the child, now the caller's; -LEAT_EAGAIN; -LEAT_EINVAL (does not listen). With
 * LEAT_DEFER_ACCEPT the child may be in SYN-RECEIVED: sock_answer() it.
 */
int sock_accept(struct sock *sk, struct sock **child);

/* Whom a child came from, however it is with it by now. */
struct endpoint sock_accepted_from(const struct sock *child);

/*
 * Decides about a child in SYN-RECEIVED: @error 0 sends the SYN-ACK; otherwise as
 * tcp_answer_refuse(), and the child is gone. -1: refuse silently.
 */
void sock_answer(struct sock *child, int error);

struct sock_msg {
	struct endpoint
	    peer; /* datagrams: from whom, to whom; port 0 with addr "::" on sending = the connected peer */
	struct endpoint local; /* datagrams: received at; on sending, addr "::" = as bound */
	uint8_t ttl, tos;      /* as received; 0 on sending = the socket's */
	size_t full_len;       /* receiving: how long the datagram was, however short the buffer */
	bool truncated;        /* receiving: MSG_TRUNC */
	uint16_t seg_size;     /* sending: UDP_SEGMENT; 0 = one datagram */
};

/*
 * SOCK_MORE: a stream's short segment waits for what follows; of a datagram these octets are a
 * part, and the first one without the flag is the last part.
 */
enum sock_flag { SOCK_OOB = 1, SOCK_PEEK = 2, SOCK_MORE = 4 };

/*
 * Streams: octets taken, possibly fewer. Datagrams: all or nothing, -LEAT_EMSGSIZE. -LEAT_EAGAIN,
 * -LEAT_EPIPE, -LEAT_ENOTCONN, -LEAT_EDESTADDRREQ, or the pending error once.
 */
ssize_t sock_send(struct sock *sk, const void *buf, size_t len, unsigned flags, const struct sock_msg *msg);
/*
 * Returns true if a part of a datagram waits for the others. Then those are for this socket, too.
 */
bool sock_holds_part(const struct sock *sk);
/* Streams: as tcp_recv(). Datagrams: octets copied; @msg (may be NULL) tells the rest. */
ssize_t sock_recv(struct sock *sk, void *buf, size_t len, unsigned flags, struct sock_msg *msg);

/*
 * What was said of datagrams that @sk sent, the earliest first (MSG_ERRQUEUE in recv(2)), while
 * IP_RECVERR or IPV6_RECVERR is set: the octets of the datagram's payload that came back, copied as
 * far as @len holds; *@full of them there were; *@out the rest. -LEAT_EAGAIN: nothing more.
 * -LEAT_EOPNOTSUPP: a stream.
 */
ssize_t sock_recv_error(struct sock *sk, void *buf, size_t len, struct dgram_error *out, size_t *full);

/*
 * UDP: returns true if a socket of this host would take what @sk sends to @to, an address of this
 * host, now.
 */
bool sock_reaches(const struct sock *sk, const struct endpoint *to);

/* Streams, without the copy: see tcp_reserve(), tcp_peek_spans(). */
ssize_t sock_reserve(struct sock *sk, size_t want, void **at);
void sock_commit(struct sock *sk, size_t len);
void sock_commit_more(struct sock *sk, size_t len);
unsigned sock_peek(struct sock *sk, struct pkt_span *span, unsigned max);
void sock_consume(struct sock *sk, size_t len);

enum sock_how { SOCK_SHUT_RD = 0, SOCK_SHUT_WR = 1, SOCK_SHUT_RDWR = 2 };
int sock_shutdown(struct sock *sk, enum sock_how how);

/* As poll(2) says: a mask of LEAT_IN, LEAT_OUT, LEAT_ERR, LEAT_HUP, LEAT_RDHUP, LEAT_PRI. */
unsigned sock_ready(const struct sock *sk);

/*
 * @fn is called after each entry into the stack that changed what sock_ready() may say; it may call
 * anything on any socket, sock_close(@sk) included. One watcher; NULL removes.
 *
 * Watchers are called from stack_advance() and stack_input() alone, when all that arrived has been
 * looked at and before it is acknowledged: never from within a call on a socket, so no call
 * re-enters its caller. What a call itself changed is told at the next stack_advance(), which
 * stack_next() then wants at once. What happened before there was a watcher is not told: ask
 * sock_ready() after setting one.
 */
void sock_watch(struct sock *sk, void (*fn)(struct sock *sk, void *arg), void *arg);

/* Returns true if a socket of @type has @port (an echo socket: that identifier). */
bool sock_port_taken(const struct socks *s, enum sock_type type, uint16_t port);

int sock_local(const struct sock *sk, struct endpoint *out);  /* getsockname: unspecified and 0 before bind */
int sock_remote(const struct sock *sk, struct endpoint *out); /* getpeername: -LEAT_ENOTCONN */
enum sock_type sock_type(const struct sock *sk);
bool sock_is_v6(const struct sock *sk);
uint64_t sock_flow(const struct sock *sk); /* the event flow of a stream; 0 */

/*
 * Options by Linux's own levels and numbers (SOL_SOCKET, IPPROTO_TCP, ...), values as Linux lays
 * them out; Leat's own (leat.h) stand at level LEAT_SOL_LEAT. 0, -LEAT_ENOPROTOOPT, -LEAT_EINVAL,
 * -LEAT_EPERM. *@len: room in, length out.
 */
int sock_setopt(struct sock *sk, int level, int name, const void *value, size_t len);
int sock_getopt(struct sock *sk, int level, int name, void *value, size_t *len);

size_t sock_unread(
    const struct sock *sk); /* SIOCINQ / FIONREAD: octets, or the length of the next datagram */
size_t sock_unacked(const struct sock *sk); /* SIOCOUTQ */
bool sock_at_mark(const struct sock *sk);   /* SIOCATMARK */

#endif
