/*
 * sock/cork.c - a datagram that is sent in several pieces: MSG_MORE and UDP_CORK (udp(7)).
 *
 * The first piece has the destination and the settings. Those of later pieces are ignored, as on
 * Linux.
 */
#include "sock/impl.h"

#include <stdlib.h>
#include <string.h>

enum { PAYLOAD_MOST4 = 65507, PAYLOAD_MOST6 = 65527 };

struct cork_pieces {
	struct sock_msg msg;
	size_t len;
	uint8_t octets[PAYLOAD_MOST6];
};

static size_t
payload_most(const struct sock *sk)
{
	return ipaddr_is4(&sk->cork.pieces->msg.peer.addr) ? PAYLOAD_MOST4 : PAYLOAD_MOST6;
}

void
cork_drop(struct sock *sk)
{
	free(sk->cork.pieces);
	sk->cork.pieces = NULL;
}

int
cork_send(struct sock *sk)
{
	struct cork_pieces *p = sk->cork.pieces;
	ssize_t n;

	if (!p)
		return 0;
	sk->cork.pieces = NULL;
	n = sock_dgram_send(sk, p->octets, p->len, &p->msg);
	free(p);
	return n < 0 ? (int)n : 0;
}

static int
begin(struct sock *sk, const struct sock_msg *msg)
{
	struct endpoint to;
	int err = sock_dgram_peer(sk, msg, &to);

	if (!err)
		err = sock_autobind(sk);
	if (err)
		return err;
	sk->cork.pieces = malloc(sizeof *sk->cork.pieces);
	if (!sk->cork.pieces)
		return -LEAT_ENOBUFS;
	sk->cork.pieces->msg = msg ? *msg : (struct sock_msg){0};
	sk->cork.pieces->msg.peer = to;
	sk->cork.pieces->len = 0;
	return 0;
}

ssize_t
cork_add(struct sock *sk, const void *buf, size_t len, bool more, const struct sock_msg *msg)
{
	struct cork_pieces *p;
	int err = sk->cork.pieces ? 0 : begin(sk, msg);

	if (err)
		return err;
	p = sk->cork.pieces;
	if (len > payload_most(sk) - p->len) {
		cork_drop(sk);
		return -LEAT_EMSGSIZE;
	}
	if (len)
		memcpy(p->octets + p->len, buf, len);
	p->len += len;
	err = more || sk->cork.on ? 0 : cork_send(sk);
	return err ? err : (ssize_t)len;
}
