/*
 * run/stream/pump.c - moves octets between a stream's proxy socket and its TCP connection, in both
 * directions, and carries their ends over. How a connection comes to be is in stream.c.
 */
#include "run/stream/pump.h"

#include "run/socket/holder.h"
#include "run/stream/lowat.h"

#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { PUMP_STRIDE = 65536, PUMP_SPANS = 16 };

void
pump_show_reset(struct sockrec *d, int own)
{
	if (pump_unread_at(d->our_end.fd) == 0 && own >= 0)
		send(own, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	d->shown = pump_unread_at(d->our_end.fd) > 0;
	d->reset_waits = false;
	sockrec_close_our_end(d);
}

void
pump_reset(struct sockrec *d, int error)
{
	struct endpoint remote;
	int own = -1;

	d->error = error;
	d->state = SOCKREC_FINISHED;
	sock_watch(d->sk, NULL, NULL);
	if (sock_remote(d->sk, &remote) ==
	    0) /* not an end, but what ICMP said to somebody who asked for it (IP_RECVERR) */
		sock_connect(d->sk, NULL);
	if (pump_unread_at(d->our_end.fd) == 0)
		own = holder_borrow(d);
	/* While it waits to be accepted, nobody can show it that it was reset. */
	if (own < 0 && (!d->inode || fd_room_ran_out(own)))
		d->reset_waits = true;
	else
		pump_show_reset(d, own);
	if (own >= 0)
		close(own);
}

/* The program's end says that nothing more comes: it was shut, or closed altogether. */
static void
up_ended(struct sockrec *d)
{
	d->up_done = true;
	if (d->shut_wr)
		sock_shutdown(d->sk, SOCK_SHUT_WR);
	else
		sockrec_end(d, false);
}

/* From the program to the stack, straight into its send buffer. */
static void
pump_up(struct sockrec *d)
{
	while (!d->up_done && !d->ended && (d->may_read || d->shut_wr)) {
		void *at;
		ssize_t room, n;

		if (d->shut_wr && d->up_left == 0) {
			up_ended(d);
			return;
		}
		room = sock_reserve(d->sk, PUMP_STRIDE, &at);
		if (room <= 0) {
			/* The connection's error is told once, and here it was. */
			if (room < 0 && room != -LEAT_EAGAIN && !d->failed)
				d->failed = (int)-room;
			return;
		}
		if (d->shut_wr && (size_t)room > d->up_left)
			room = (ssize_t)d->up_left;
		n = pump_read(d, at, (size_t)room);
		if (n > 0) {
			if (d->shut_wr)
				d->up_left -= (size_t)n;
			sock_commit(d->sk, (size_t)n);
		} else if (n == 0) {
			up_ended(d);
		} else {
			/*
			 * It closed with data of ours unread: for TCP that is a reset (RFC 2525,
			 * 2.17).
			 */
			if (errno == ECONNRESET)
				sockrec_end(d, true);
			return;
		}
	}
}

/*
 * The program has closed its socket with data of ours unread, which is a reset (RFC 2525, 2.17).
 * What it wrote before goes up first, as far as there is room: Linux, too, has sent what the
 * windows allow by the time of the RST.
 */
static void
closed_unread(struct sockrec *d)
{
	d->may_read = true;
	pump_up(d);
	sockrec_end(d, true);
}

/*
 * From the stack to the program, straight out of the packets. False: the program does not take more
 * now.
 */
static bool
pump_down(struct sockrec *d)
{
	struct pkt_span span[PUMP_SPANS];
	struct iovec iov[PUMP_SPANS];
	unsigned n;

	while (!d->down_done && !lowat_holds(d) && (n = sock_peek(d->sk, span, PUMP_SPANS)) > 0) {
		struct msghdr msg = {.msg_iov = iov, .msg_iovlen = n};
		size_t all = 0;
		ssize_t sent;

		for (unsigned i = 0; i < n; i++) {
			iov[i] = (struct iovec){(void *)(uintptr_t)span[i].at, span[i].len};
			all += span[i].len;
		}
		/*
		 * The octet at the mark goes alone: AF_UNIX knows urgent data since Linux 5.15, if
		 * it was built so.
		 */
		if (sock_at_mark(d->sk)) {
			iov[0].iov_len = all = 1;
			msg.msg_iovlen = 1;
			sent = sendmsg(d->our_end.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL | MSG_OOB);
			if (sent < 0 && errno == EOPNOTSUPP)
				sent = sendmsg(d->our_end.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
		} else {
			sent = sendmsg(d->our_end.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
		}
		/*
		 * Asked for only by those who were full once: it would be told whenever the program
		 * reads.
		 */
		if (sent < 0 && errno == EAGAIN) {
			loop_mod(d->recs->loop, &d->our_end, d->our_end.events | EPOLLOUT);
			return false;
		}
		/*
		 * Closed: data that arrive now have no reader (RFC 9293, 3.10.7.4; RFC 1122,
		 * 4.2.2.13).
		 */
		if (sent < 0 && errno == EPIPE && !d->shut_rd) {
			closed_unread(d);
			return false;
		}
		/* Shut for reading: what comes is acknowledged and thrown away, as Linux does. */
		sock_consume(d->sk, sent < 0 ? all : (size_t)sent);
	}
	return true;
}

/* Everything has been carried down: shows the program how the connection ended. */
static void
pump_ends(struct sockrec *d)
{
	unsigned ready = sock_ready(d->sk);

	if (!d->failed && (ready & LEAT_ERR)) {
		size_t len = sizeof d->failed;

		sock_getopt(d->sk, SOL_SOCKET, SO_ERROR, &d->failed, &len);
	}
	if (d->failed) {
		pump_reset(d, d->failed);
	} else if ((ready & (LEAT_RDHUP | LEAT_HUP)) && !d->down_done) {
		d->down_done = true;
		shutdown(d->our_end.fd, SHUT_WR);
	}
}

/*
 * The connection has failed, and what the program wrote is stuck: it may wait to write more before
 * it reads, so it is told at once.
 */
static bool
stuck(const struct sockrec *d)
{
	return d->failed && !d->ended && !d->shut_wr && pump_unread(d) > 0;
}

/*
 * What arrived before the reset stays readable on Linux: so our end takes as much as the largest
 * AF_UNIX buffer holds before it closes. Returns false if the program has closed.
 */
static bool
pump_rest(struct sockrec *d)
{
	int most = INT_MAX / 2;

	setsockopt(d->our_end.fd, SOL_SOCKET, SO_SNDBUF, &most, sizeof most);
	pump_down(d);
	return !d->ended;
}

static bool
carries(const struct sockrec *d)
{
	return d->state == SOCKREC_CONNECTED && d->sk && d->our_end.fd >= 0;
}

static void
carry(struct sockrec *d)
{
	if (d->pumping) {
		d->again = true;
		return;
	}
	d->pumping = true;
	do {
		d->again = false;
		if (carries(d))
			pump_up(d);
		if (carries(d) && (pump_down(d) || (stuck(d) && pump_rest(d))) && !d->ended)
			pump_ends(d);
	} while (d->again && !d->ended);
	d->pumping = false;
	waitq_wake(&d->changed);
}

void
pump(struct sockrec *d)
{
	d->may_read = true;
	carry(d);
}

static void
sock_event(struct sock *sk, void *arg)
{
	carry(arg);
}

static void
our_end_event(struct loop_fd *fd, uint32_t events)
{
	struct sockrec *d = container_of(fd, struct sockrec, our_end);

	assembly_enter(d->recs->network);
	d->may_read |= (events & ~(uint32_t)EPOLLOUT) != 0;
	d->peer_ended |= (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
	if (carries(d)) {
		carry(d);
		/*
		 * Shut for writing earlier, closed now. An error means that it closed with data of
		 * ours unread; then there is nothing to wait for, though the stack takes no more of
		 * what it wrote before.
		 */
		if (!d->ended &&
		    ((events & EPOLLERR) || (d->up_done && (events & EPOLLHUP) && !sockrec_shut(d))))
			sockrec_end(d, (events & EPOLLERR) != 0);
	} else if (events & EPOLLHUP) {
		sockrec_end(d, false);
	}
}

/* As getsockopt(2) says it: doubled, and setsockopt(2) will double it again. */
static int
half_of(const struct sockrec *d, int name)
{
	int value = 0;
	size_t len = sizeof value;

	return sock_getopt(d->sk, SOL_SOCKET, name, &value, &len) ? 0 : value / 2;
}

void
pump_size_up(struct sockrec *d, int own)
{
	int half = half_of(d, SO_SNDBUF);

	d->program_sndbuf = 2 * half;
	if (d->filled_up)
		d->sndbuf = 2 * half;
	else if (own >= 0)
		setsockopt(own, SOL_SOCKET, SO_SNDBUF, &half, sizeof half);
}

void
pump_size_down(struct sockrec *d)
{
	int half = half_of(d, SO_RCVBUF);

	if (d->our_end.fd >= 0 && half < PUMP_STRIDE / 2)
		setsockopt(d->our_end.fd, SOL_SOCKET, SO_SNDBUF, &half, sizeof half);
}

int
pump_start(struct sockrec *d, int fd)
{
	int rc, on = 1;

	d->may_read = d->peer_ended = false; /* told as soon as there is something, as anything later */
	rc = sockrec_set_our_end(d, fd, EPOLLIN, our_end_event);
	if (rc)
		return rc;
	/* Whether the program wants urgent data inline, the stand-in knows. */
	sock_setopt(d->sk, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
	pump_size_down(d);
	d->state = SOCKREC_CONNECTED;
	d->connected = d->joined = true;
	sock_watch(d->sk, sock_event, d);
	carry(d);
	return 0;
}

/*
 * What stands before the marker still has to be sent; the marker stays, so that a reset can be
 * shown later.
 */
static void
shut_write(struct sockrec *d, int fd)
{
	if (d->shut_wr)
		return;
	d->up_left = (size_t)pump_unread(d);
	if (!d->keeps_one)
		send(fd, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	d->shut_wr = true;
}

void
pump_shutdown(struct sockrec *d, int fd, int how)
{
	if (how != SHUT_RD && d->our_end.fd >= 0)
		shut_write(d, fd);
	if (fd >= 0)
		shutdown(fd, how);
	else if (d->our_end.fd >= 0)
		shutdown(d->our_end.fd, how == SHUT_RD ? SHUT_WR : how == SHUT_WR ? SHUT_RD : SHUT_RDWR);
	if (how != SHUT_WR) {
		d->shut_rd = true;
		if (d->sk)
			sock_shutdown(d->sk, SOCK_SHUT_RD);
	}
	pump(d);
}
