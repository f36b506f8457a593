/*
 * run/dgram/send.c - sends the program's datagrams: those that it writes natively to its end, and
 * those of answered calls.
 */
#include "run/dgram/dgram.h"
#include "run/dgram/error.h"
#include "run/dgram/loopback.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/*
 * Returns the stack's socket that waits for the rest of a datagram (MSG_MORE); NULL if none does.
 */
static struct sock *
partial_sk(const struct dgram_rec *d)
{
	if (d->rec.sk && sock_holds_part(d->rec.sk))
		return d->rec.sk;
	return d->host_sk && sock_holds_part(d->host_sk) ? d->host_sk : NULL;
}

static ssize_t
send_to_peer(struct dgram_rec *d, const void *buf, size_t len)
{
	struct dgram_wish wish = dgram_report_wish(d);
	struct sock_msg msg = {0};
	struct sock *sk = partial_sk(d);
	ssize_t rc = d->rec.state == SOCKREC_CONNECTED ? 0 : -EDESTADDRREQ;

	if (sk)
		return sock_send(sk, buf, len, 0, NULL);
	sk = d->rec.sk;
	if (!rc && dgram_loopback_peer(d, &msg.peer))
		rc = dgram_choose_sk(d, &msg.peer, &sk);
	if (rc)
		return rc;
	rc = sock_send(sk, buf, len, 0, sk == d->rec.sk ? NULL : &msg);
	if (rc >= 0 && wish.stamping)
		dgram_report_sent(d, &wish, sk, sk == d->rec.sk ? NULL : &msg.peer, buf, len);
	return rc;
}

/*
 * Sends @buf, which the program has written natively. If that fails, the next call returns the
 * error.
 */
static void
send_written(struct dgram_rec *d, const void *buf, size_t len)
{
	ssize_t rc = send_to_peer(d, buf, len);

	/*
	 * If the error is an earlier datagram's, this one has not been sent, so it is sent again.
	 */
	if (rc < 0 && rc != -LEAT_EAGAIN && rc != -LEAT_EMSGSIZE) {
		send_to_peer(d, buf, len);
		dgram_error_set(d, (int)-rc); /* last: it may read into the buffer that @buf is */
	}
}

void
dgram_flush(struct dgram_rec *d)
{
	uint8_t *buf = d->rec.recs->buffers.written;
	ssize_t n;

	while (d->rec.sk && d->rec.our_end.fd >= 0 &&
	       (n = recv(d->rec.our_end.fd, buf, DGRAM_MAX, MSG_DONTWAIT)) >= 0)
		send_written(d, buf, (size_t)n);
}

void
dgram_flush_from(struct dgram_rec *d, int own)
{
	uint8_t *buf = d->rec.recs->buffers.written_alone;
	struct sockaddr_un name, from;
	socklen_t len = sizeof name, from_len = sizeof from;
	ssize_t n;

	if (getsockname(own, (struct sockaddr *)&name, &len) < 0)
		return;
	while (d->rec.sk && d->rec.our_end.fd >= 0 &&
	       (n = recvfrom(d->rec.our_end.fd, buf, DGRAM_MAX, MSG_DONTWAIT, (struct sockaddr *)&from,
		    &from_len)) >= 0) {
		if (from_len == len && memcmp(&from, &name, len) == 0)
			send_written(d, buf, (size_t)n);
		from_len = sizeof from;
	}
}

/* Chooses the socket of the stack that sends to @msg's peer, or to the connected one. */
static int
choose_sk(struct dgram_rec *d, struct sock_msg *msg, struct sock **out)
{
	int rc = 0;

	*out = d->rec.sk;
	if (msg->peer.port || !ipaddr_is_any(&msg->peer.addr) || dgram_loopback_peer(d, &msg->peer))
		rc = dgram_choose_sk(d, &msg->peer, out);
	/* A loopback address means nothing on the link. */
	if (ipaddr_is_loopback(&msg->local.addr) && !ipaddr_is_loopback(&msg->peer.addr))
		msg->local.addr = IPADDR_ANY6;
	return rc;
}

ssize_t
dgram_send(struct dgram_rec *d, int fd, const void *buf, size_t len, struct sock_msg *msg,
    const struct dgram_wish *wish)
{
	struct sock *sk;
	int rc = dgram_prepare(d, fd);
	ssize_t n;

	if (rc)
		return rc;
	rc = -dgram_error_take(d, fd);
	if (rc)
		return rc;
	if (d->rec.state == SOCKREC_CONNECTED ||
	    partial_sk(d)) /* otherwise it can have written nothing natively */
		dgram_flush(d);
	sk = partial_sk(d);
	if (!sk)
		rc = choose_sk(d, msg, &sk);
	if (rc)
		return rc;
	n = sock_send(sk, buf, len, wish->more ? SOCK_MORE : 0, msg);
	if (n >= 0 && !sock_holds_part(sk))
		dgram_report_sent(d, wish, sk, msg->peer.port ? &msg->peer : NULL, buf, len);
	if (n < 0 || d->reports.count)
		dgram_error_show(d, fd);
	return n;
}
