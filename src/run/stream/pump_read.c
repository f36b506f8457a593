/*
 * run/stream/pump_read.c - reads what the program has written at our end, and keeps an octet unread
 * there if a reset can be shown only so (docs/design/0033-containers.md).
 */
#include "run/stream/pump.h"

#include <errno.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* The largest burst after which an octet is kept, in octets and as a part of the send buffer. */
enum { KEPT_MOST = 4096, KEPT_PART = 32 };

int
pump_unread_at(int fd)
{
	int n = 0;

	return ioctl(fd, FIONREAD, &n) < 0 ? 0 : n;
}

int
pump_unread(const struct stream_rec *s)
{
	return s->rec.our_end.fd < 0 ? 0 : pump_unread_at(s->rec.our_end.fd) - (int)s->pump.kept;
}

void
pump_hold(struct stream_rec *s, int own)
{
	if (s->rec.recs->kernel->getfd || send(own, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL) != 1)
		return;
	s->pump.keeps_one = s->pump.kept = true;
}

/*
 * Reads the kept octet, which is in the stack already, and then @n new octets into @at. With @keep
 * the last of them is copied and stays unread.
 */
static ssize_t
read_keeping(struct stream_rec *s, uint8_t *at, size_t n, bool keep)
{
	uint8_t old;
	struct iovec iov[2] = {{&old, s->pump.kept}, {at, n - keep}};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};
	ssize_t got = s->pump.kept + n - keep > 0 ? recvmsg(s->rec.our_end.fd, &msg, MSG_DONTWAIT) : 0;

	if (got < 0)
		return got;
	got -= s->pump.kept;
	s->pump.kept = false;
	if (!keep && got > 0)
		return got;
	if (recv(s->rec.our_end.fd, at + got, 1, MSG_DONTWAIT | MSG_PEEK) != 1)
		return got ? got : -1;
	s->pump.kept = true;
	return got + 1;
}

/*
 * Returns the largest burst after which an octet is kept. poll(2) reports the program's end as
 * writable while a quarter of its SO_SNDBUF is in use. The kernel's buffer with the kept octet uses
 * up to eight times what it holds.
 */
static size_t
kept_most(const struct stream_rec *s)
{
	size_t most = (size_t)s->pump.program_sndbuf / KEPT_PART;

	return s->pump.program_sndbuf && most < KEPT_MOST ? most : KEPT_MOST;
}

/*
 * Reads as pump_read() does, for a stream that keeps an octet unread. The kernel's buffer with that
 * octet counts as a whole against the program's send buffer. So none is kept after a large burst:
 * the program's end might never be writable again.
 */
static ssize_t
read_up_but_one(struct stream_rec *s, uint8_t *at, size_t room)
{
	int there = pump_unread(s), error = 0;
	socklen_t len = sizeof error;
	ssize_t n;

	if (there <= 0) {
		s->pump.burst = 0;
		s->pump.may_read = s->pump.ended;
		getsockopt(s->rec.our_end.fd, SOL_SOCKET, SO_ERROR, &error, &len);
		errno = error ? error : EAGAIN;
		return s->pump.ended && !error ? 0 : -1;
	}
	n = (size_t)there > room
		? read_keeping(s, at, room, false)
		: read_keeping(s, at, (size_t)there, s->pump.burst + (size_t)there <= kept_most(s));
	if (n > 0)
		s->pump.burst += (size_t)n;
	return n;
}

ssize_t
pump_read(struct stream_rec *s, void *at, size_t room)
{
	struct iovec iov = {at, room};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t n;

	if (s->pump.keeps_one)
		return read_up_but_one(s, at, room);
	n = recvmsg(s->rec.our_end.fd, &msg, MSG_DONTWAIT);
	if (n < 0 && errno == EAGAIN)
		s->pump.may_read = false;
	else if (n > 0 && (size_t)n < room && !(msg.msg_flags & MSG_CTRUNC))
		s->pump.may_read = s->pump.ended;
	return n;
}
