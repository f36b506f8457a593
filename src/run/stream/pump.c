/*
 * run/stream/pump.c - moves octets between a stream's proxy socket and its TCP connection, in both
 * directions, and ends one as the other has ended. How a connection begins is in stream.c.
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
pump_show_reset(struct stream_rec *s, int own)
{
	if (pump_unread_at(s->rec.our_end.fd) == 0 && own >= 0)
		send(own, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	s->error_shown = pump_unread_at(s->rec.our_end.fd) > 0;
	s->accepted.reset_waits = false;
	sockrec_close_our_end(&s->rec);
}

void
pump_reset(struct stream_rec *s, int error)
{
	struct endpoint remote;
	int own = -1;

	s->rec.error = error;
	s->rec.state = SOCKREC_FINISHED;
	stream_rec_uncount_delivered(s);
	sock_watch(s->rec.sk, NULL, NULL);
	if (sock_remote(s->rec.sk, &remote) ==
	    0) /* the connection goes on: ICMP reported an error, and IP_RECVERR is set */
		sock_connect(s->rec.sk, NULL);
	if (pump_unread_at(s->rec.our_end.fd) == 0)
		own = holder_borrow(&s->rec);
	/*
	 * Until the program has accepted it, there is no end through which the reset can be shown.
	 */
	if (own < 0 && (!s->rec.inode || fd_budget_ran_out(own)))
		s->accepted.reset_waits = true;
	else
		pump_show_reset(s, own);
	if (own >= 0)
		close(own);
}

/* The program's data have ended: it has shut its end for writing, or closed it. */
static void
up_ended(struct stream_rec *s)
{
	s->pump.up_done = true;
	if (s->rec.shut_wr)
		sock_shutdown(s->rec.sk, SOCK_SHUT_WR);
	else
		sockrec_end(&s->rec, false);
}

/* Moves octets from the program straight into the stack's send buffer. */
static void
pump_up(struct stream_rec *s)
{
	while (!s->pump.up_done && !s->rec.ended && (s->pump.may_read || s->rec.shut_wr)) {
		void *at;
		ssize_t room, n;

		if (s->rec.shut_wr && s->pump.up_left == 0) {
			up_ended(s);
			return;
		}
		room = sock_reserve(s->rec.sk, PUMP_STRIDE, &at);
		if (room <= 0) {
			/*
			 * The stack reports the connection's error once, and it has reported it
			 * here.
			 */
			if (room < 0 && room != -LEAT_EAGAIN && !s->pump.failed)
				s->pump.failed = (int)-room;
			return;
		}
		if (s->rec.shut_wr && (size_t)room > s->pump.up_left)
			room = (ssize_t)s->pump.up_left;
		n = pump_read(s, at, (size_t)room);
		if (n > 0) {
			if (s->rec.shut_wr)
				s->pump.up_left -= (size_t)n;
			sock_commit(s->rec.sk, (size_t)n);
		} else if (n == 0) {
			up_ended(s);
		} else {
			/*
			 * The program has closed with data unread: for TCP that is a reset (RFC
			 * 2525, 2.17).
			 */
			if (errno == ECONNRESET)
				sockrec_end(&s->rec, true);
			return;
		}
	}
}

/*
 * Resets the connection, since the program has closed its socket with data unread (RFC 2525, 2.17).
 * What it wrote before is sent first, as far as the send buffer has room. Linux also sends what the
 * windows allow before the RST.
 */
static void
closed_unread(struct stream_rec *s)
{
	s->pump.may_read = true;
	pump_up(s);
	sockrec_end(&s->rec, true);
}

/*
 * Moves octets from the stack's packets to the program. Returns false if the program takes no more
 * now.
 */
static bool
pump_down(struct stream_rec *s)
{
	struct pkt_span span[PUMP_SPANS];
	struct iovec iov[PUMP_SPANS];
	unsigned n;

	while (!s->pump.down_done && !lowat_holds(s) && (n = sock_peek(s->rec.sk, span, PUMP_SPANS)) > 0) {
		struct msghdr msg = {.msg_iov = iov, .msg_iovlen = n};
		size_t all = 0;
		ssize_t sent;

		for (unsigned i = 0; i < n; i++) {
			iov[i] = (struct iovec){(void *)(uintptr_t)span[i].at, span[i].len};
			all += span[i].len;
		}
		/*
		 * The urgent octet is sent by itself. AF_UNIX has urgent data since Linux 5.15, if
		 * it was built so.
		 */
		if (sock_at_mark(s->rec.sk)) {
			iov[0].iov_len = all = 1;
			msg.msg_iovlen = 1;
			sent = sendmsg(s->rec.our_end.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL | MSG_OOB);
			if (sent < 0 && errno == EOPNOTSUPP)
				sent = sendmsg(s->rec.our_end.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
		} else {
			sent = sendmsg(s->rec.our_end.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
		}
		/*
		 * EPOLLOUT is asked for only once the end has been full, since each read by the
		 * program raises it.
		 */
		if (sent < 0 && errno == EAGAIN) {
			loop_mod(s->rec.recs->loop, &s->rec.our_end, s->rec.our_end.events | EPOLLOUT);
			return false;
		}
		/*
		 * The program has closed, so these data have no reader (RFC 9293, 3.10.7.4; RFC
		 * 1122, 4.2.2.13).
		 */
		if (sent < 0 && errno == EPIPE && !s->rec.shut_rd) {
			closed_unread(s);
			return false;
		}
		/*
		 * If the program has shut it for reading, data are acknowledged and discarded, as
		 * on Linux.
		 */
		sock_consume(s->rec.sk, sent < 0 ? all : (size_t)sent);
	}
	return true;
}

/* Shows the program how the connection has ended, after all data. */
static void
pump_ends(struct stream_rec *s)
{
	unsigned ready = sock_ready(s->rec.sk);

	if (!s->pump.failed && (ready & LEAT_ERR)) {
		size_t len = sizeof s->pump.failed;

		sock_getopt(s->rec.sk, SOL_SOCKET, SO_ERROR, &s->pump.failed, &len);
	}
	if (s->pump.failed) {
		pump_reset(s, s->pump.failed);
	} else if ((ready & (LEAT_RDHUP | LEAT_HUP)) && !s->pump.down_done) {
		s->pump.down_done = true;
		shutdown(s->rec.our_end.fd, SHUT_WR);
	}
}

/*
 * Returns true if the connection has failed while the program may wait to write: what it wrote
 * before is unread. It may not read until it has written, so the error is shown at once.
 */
static bool
stuck(const struct stream_rec *s)
{
	return s->pump.failed && !s->rec.ended && !s->rec.shut_wr && pump_unread(s) > 0;
}

/*
 * Delivers what arrived before the reset, as far as the largest AF_UNIX buffer holds it: on Linux
 * it stays readable. Returns false if the program has closed.
 */
static bool
pump_rest(struct stream_rec *s)
{
	int most = INT_MAX / 2;

	setsockopt(s->rec.our_end.fd, SOL_SOCKET, SO_SNDBUF, &most, sizeof most);
	pump_down(s);
	return !s->rec.ended;
}

static bool
carries(const struct stream_rec *s)
{
	return s->rec.state == SOCKREC_CONNECTED && s->rec.sk && s->rec.our_end.fd >= 0;
}

static void
carry(struct stream_rec *s)
{
	if (s->pump.running) {
		s->pump.again = true;
		return;
	}
	s->pump.running = true;
	do {
		s->pump.again = false;
		if (carries(s))
			pump_up(s);
		if (carries(s) && (pump_down(s) || (stuck(s) && pump_rest(s))) && !s->rec.ended)
			pump_ends(s);
	} while (s->pump.again && !s->rec.ended);
	s->pump.running = false;
	if (s->pump.up_done && s->pump.down_done)
		stream_rec_uncount_delivered(s);
	waitq_wake(&s->rec.changed);
}

void
pump(struct stream_rec *s)
{
	s->pump.may_read = true;
	carry(s);
}

static void
sock_event(struct sock *sk, void *arg)
{
	carry(arg);
}

static void
our_end_event(struct loop_fd *fd, uint32_t events)
{
	struct stream_rec *s = container_of(fd, struct stream_rec, rec.our_end);

	assembly_enter(s->rec.recs->network);
	s->pump.may_read |= (events & ~(uint32_t)EPOLLOUT) != 0;
	s->pump.ended |= (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
	if (carries(s)) {
		carry(s);
		/*
		 * The program had shut it for writing and has closed it now. Or it has closed it
		 * with data unread, which an error says. Then there is nothing to wait for, even if
		 * the stack has no room for what it wrote before.
		 */
		if (!s->rec.ended &&
		    ((events & EPOLLERR) || (s->pump.up_done && (events & EPOLLHUP) && !stream_rec_shut(s))))
			sockrec_end(&s->rec, (events & EPOLLERR) != 0);
	} else if (events & EPOLLHUP) {
		sockrec_end(&s->rec, false);
	}
}

/*
 * Returns half of a buffer's size. getsockopt(2) has doubled it, and setsockopt(2) will double it
 * again.
 */
static int
half_of(const struct stream_rec *s, int name)
{
	int value = 0;
	size_t len = sizeof value;

	return sock_getopt(s->rec.sk, SOL_SOCKET, name, &value, &len) ? 0 : value / 2;
}

void
pump_size_up(struct stream_rec *s, int own)
{
	int half = half_of(s, SO_SNDBUF);

	s->pump.program_sndbuf = 2 * half;
	if (s->filling.on)
		s->filling.sndbuf = 2 * half;
	else if (own >= 0)
		setsockopt(own, SOL_SOCKET, SO_SNDBUF, &half, sizeof half);
}

void
pump_size_down(struct stream_rec *s)
{
	int half = half_of(s, SO_RCVBUF);

	if (s->rec.our_end.fd >= 0 && half < PUMP_STRIDE / 2)
		setsockopt(s->rec.our_end.fd, SOL_SOCKET, SO_SNDBUF, &half, sizeof half);
}

int
pump_start(struct stream_rec *s, int fd)
{
	int rc, on = 1;

	s->pump.may_read = s->pump.ended = false; /* an event will say so */
	rc = sockrec_set_our_end(&s->rec, fd, EPOLLIN, our_end_event);
	if (rc)
		return rc;
	/* The proxy socket has the program's own SO_OOBINLINE. */
	sock_setopt(s->rec.sk, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
	pump_size_down(s);
	s->rec.state = SOCKREC_CONNECTED;
	s->connected = s->joined = true;
	sock_watch(s->rec.sk, sock_event, s);
	carry(s);
	return 0;
}

/*
 * Writes the marker: an octet after the program's data, which stays unread, so that a reset can be
 * shown later. The data before it are still to be sent.
 */
static void
shut_write(struct stream_rec *s, int fd)
{
	if (s->rec.shut_wr)
		return;
	s->pump.up_left = (size_t)pump_unread(s);
	if (!s->pump.keeps_one)
		send(fd, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	s->rec.shut_wr = true;
}

void
pump_shutdown(struct stream_rec *s, int fd, int how)
{
	if (how != SHUT_RD && s->rec.our_end.fd >= 0)
		shut_write(s, fd);
	if (fd >= 0)
		shutdown(fd, how);
	else if (s->rec.our_end.fd >= 0)
		shutdown(s->rec.our_end.fd, how == SHUT_RD ? SHUT_WR : how == SHUT_WR ? SHUT_RD : SHUT_RDWR);
	if (how != SHUT_WR) {
		s->rec.shut_rd = true;
		if (s->rec.sk)
			sock_shutdown(s->rec.sk, SOCK_SHUT_RD);
	}
	pump(s);
}
