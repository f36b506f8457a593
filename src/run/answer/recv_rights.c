/*
 * run/answer/recv_rights.c - answers recvmsg(2) and recvmmsg(2) with a buffer for control messages,
 * on AF_UNIX sockets of the program's own.
 *
 * A process outside could send a socket of the host's network there. So the worker receives the
 * message, refuses such descriptors (rights.h) and answers. It peeks (MSG_PEEK) before it takes a
 * message, and leaves to the kernel what only the kernel can deliver.
 */
#include "run/answer/recv_rights.h"
#include "run/answer/answer.h"
#include "run/call/address.h"
#include "run/call/message.h"

#include "run/call/blocked.h"
#include "run/call/notif.h"
#include "run/call/rights.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

/* A message that is being received. */
struct receiving {
	struct call *c;
	call_fn *again;
	uint64_t at; /* of the caller's msghdr */
	int flags;
	bool stream;
	size_t total; /* octets that the caller's vector holds, of which c->done are filled */
	uint8_t *buf;
	size_t len;
	struct rights r;
};

static int
option(int fd, int name)
{
	int v = -1;
	socklen_t len = sizeof v;

	return getsockopt(fd, SOL_SOCKET, name, &v, &len) < 0 ? -1 : v;
}

/* Returns true if the call could get a descriptor. */
static bool
has_room(const struct msghdr *h)
{
	return h->msg_control && h->msg_controllen >= CMSG_LEN(sizeof(int));
}

static bool
is_judged(const struct call *c, int flags)
{
	return !(flags & (MSG_OOB | MSG_ERRQUEUE)) && option(c->fd, SO_DOMAIN) == AF_UNIX;
}

/*
 * Returns true if the call still waits. If a signal has ended it, a message that is taken for it
 * would be lost.
 */
static bool
still_waits(const struct call *c)
{
	return c->calls->kernel->wait_killable || notif_valid(c->calls, c->id);
}

/*
 * Chooses the buffer. A message that is longer than the usual one gets its own, if the caller's
 * vector is longer too. Returns 0 or -ENOMEM.
 */
static int
make_room(struct receiving *m)
{
	size_t left = m->total - m->c->done;
	ssize_t next;

	m->buf = m->c->message->octets;
	m->len = left < MESSAGE_ROOM ? left : MESSAGE_ROOM;
	if (m->stream || m->total <= MESSAGE_ROOM)
		return 0;
	next = recv(m->c->fd, NULL, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
	if (next <= (ssize_t)MESSAGE_ROOM)
		return 0;
	m->len = m->total < (size_t)next ? m->total : (size_t)next;
	m->buf = malloc(m->len);
	return m->buf ? 0 : -ENOMEM;
}

static void
give_up_room(struct receiving *m)
{
	if (m->buf != m->c->message->octets)
		free(m->buf);
}

/* Receives with MSG_PEEK from the start of the queue, whatever SO_PEEK_OFF the program has set. */
static ssize_t
look(struct receiving *m)
{
	int fd = m->c->fd, zero = 0, offset = m->flags & MSG_PEEK ? -1 : option(fd, SO_PEEK_OFF);
	ssize_t n;

	if (offset >= 0)
		setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &zero, sizeof zero);
	n = rights_receive(&m->r, fd, m->buf, m->len, MSG_PEEK | (m->flags & MSG_TRUNC));
	if (offset >= 0)
		setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &offset, sizeof offset);
	return n;
}

/*
 * Writes the length of the control messages and the flags, which are next to each other in the
 * msghdr at @at.
 */
static int
write_outcome(const struct call *c, uint64_t at, size_t control, int flags)
{
	struct msghdr h = {.msg_controllen = control, .msg_flags = flags};
	enum {
		FROM = offsetof(struct msghdr, msg_controllen),
		END = offsetof(struct msghdr, msg_flags) + sizeof flags
	};

	return caller_write(&c->caller, at + FROM, (const uint8_t *)&h + FROM, END - FROM);
}

/* Writes the sender's name, the control messages and the flags. */
static int
write_header(struct receiving *m)
{
	uint64_t name = (uint64_t)(uintptr_t)m->c->message->h.msg_name;
	int flags = (m->r.h.msg_flags & ~(MSG_CTRUNC | MSG_CMSG_CLOEXEC)) | (m->flags & MSG_CMSG_CLOEXEC);
	struct cmsg_writer w;
	size_t len;
	int rc;

	cmsg_begin(&w, &m->c->message->h);
	rights_hand_on(&m->r, m->c, m->flags & MSG_CMSG_CLOEXEC, &w);
	rc = cmsg_end(&w, m->c, &m->c->message->h, &len, &flags);
	if (!rc && name)
		rc = call_write_address(
		    m->c, name, m->at + offsetof(struct msghdr, msg_namelen), &m->r.name, m->r.h.msg_namelen);
	return rc ? rc : write_outcome(m->c, m->at, len, flags);
}

/* The wait for the rest (MSG_WAITALL) ends early. The answer is what has been received. */
static long
left_receiving(struct call *c, long answer)
{
	if (!c->done)
		return answer;
	write_outcome(c, c->arg[1], 0, 0);
	return (long)c->done;
}

/* There is no message. Blocks the call, or returns what was received before, or @error. */
static long
none_yet(struct receiving *m, long error)
{
	struct call *c = m->c;

	if (error == -EAGAIN && call_may_wait(c, m->flags)) {
		c->left = left_receiving;
		return blocked_wait_readable(c, m->again, SO_RCVTIMEO, -EAGAIN);
	}
	return left_receiving(c, error);
}

/*
 * Copies @n received octets to the caller. Returns the answer; or 0 with MSG_WAITALL if more are
 * wanted.
 */
static long
hand_on(struct receiving *m, ssize_t n)
{
	struct call *c = m->c;
	size_t got = (size_t)n < m->len ? (size_t)n : m->len;
	bool all = m->stream && (m->flags & (MSG_WAITALL | MSG_PEEK)) == MSG_WAITALL;
	int rc = message_scatter(c, c->done, m->buf, got);

	if (rc)
		return rc;
	if (all && n > 0 && c->done + got < m->total && !rights_any(&m->r)) {
		c->done += got;
		return 0;
	}
	rc = write_header(m);
	return rc ? rc : (long)c->done + n;
}

/*
 * Receives one message. Returns the answer. *@more: some octets were received, and more are wanted
 * (MSG_WAITALL).
 */
static long
receive_some(struct receiving *m, bool *more)
{
	ssize_t n;
	long answer;

	*more = false;
	n = look(m);
	if (n < 0)
		return none_yet(m, n);
	if (!m->c->done && rights_native(&m->r, m->c)) {
		rights_close(&m->r);
		return CALL_CONTINUE;
	}
	if (!(m->flags & MSG_PEEK)) {
		rights_close(&m->r);
		n = rights_receive(&m->r, m->c->fd, m->buf, m->len, m->flags & MSG_TRUNC);
		if (n < 0)
			return none_yet(m, n);
	}
	answer = hand_on(m, n);
	*more = answer == 0 && n > 0;
	rights_close(&m->r);
	return answer;
}

/* Receives the message whose header is in c->message. */
static long
receive(struct call *c, call_fn *again, uint64_t at, int flags)
{
	struct receiving m = {.c = c, .again = again, .at = at, .flags = flags};
	bool more = true;
	long answer = 0;

	for (size_t i = 0; i < c->message->h.msg_iovlen; i++)
		m.total += c->message->iov[i].iov_len;
	m.stream = option(c->fd, SO_TYPE) == SOCK_STREAM;
	while (more) {
		answer = make_room(&m);
		if (answer)
			return answer;
		answer = receive_some(&m, &more);
		give_up_room(&m);
	}
	return answer;
}

long
call_recvmsg_foreign(struct call *c, call_fn *again)
{
	int flags = (int)c->arg[2];
	int rc = caller_read(&c->caller, c->arg[1], &c->message->h, sizeof c->message->h);

	/*
	 * If the header cannot be read here, the kernel may still be able to: its memory may be
	 * writable only.
	 */
	if ((!rc && !has_room(&c->message->h)) || !is_judged(c, flags))
		return CALL_CONTINUE;
	if (!rc)
		rc = message_read_vector(c);
	if (rc)
		return rc;
	return still_waits(c) ? receive(c, again, c->arg[1], flags) : CALL_ANSWERED;
}

/* Returns true if one of the @n messages could get a descriptor, or if one cannot be read here. */
static bool
vector_has_room(const struct call *c, unsigned n)
{
	struct mmsghdr some[16];
	const unsigned step = sizeof some / sizeof some[0];

	for (unsigned i = 0; i < n; i += step) {
		unsigned count = n - i < step ? n - i : step;

		if (caller_read(&c->caller, c->arg[1] + i * sizeof some[0], some, count * sizeof some[0]))
			return true;
		for (unsigned k = 0; k < count; k++)
			if (has_room(&some[k].msg_hdr))
				return true;
	}
	return false;
}

/* Waits for the first message only, even with MSG_WAITALL: fewer than asked for may be returned. */
long
call_recvmmsg_foreign(struct call *c, call_fn *again)
{
	unsigned most = (unsigned)c->arg[2] < MESSAGE_IOV_MOST ? (unsigned)c->arg[2] : MESSAGE_IOV_MOST, i;
	int flags = (int)c->arg[3] & ~(MSG_WAITFORONE | MSG_WAITALL);
	long rc = 0;

	if (!is_judged(c, flags) || !vector_has_room(c, most))
		return CALL_CONTINUE;
	if (!still_waits(c))
		return CALL_ANSWERED;
	for (i = 0; i < most; i++) {
		uint64_t at = c->arg[1] + i * sizeof(struct mmsghdr);
		unsigned len;

		rc = message_read(c, at);
		if (!rc)
			rc = receive(c, again, at, i ? flags | MSG_DONTWAIT : flags);
		if (rc < 0) /* also CALL_BLOCKED and CALL_CONTINUE */
			break;
		len = (unsigned)rc;
		caller_write(&c->caller, at + offsetof(struct mmsghdr, msg_len), &len, sizeof len);
	}
	return i ? (long)i : rc;
}
