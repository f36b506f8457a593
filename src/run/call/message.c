/*
 * run/call/message.c - copies messages between the caller's memory and the worker's. It knows no
 * sockets.
 */
#include "run/call/message.h"

#include "run/call/call.h"

#include <errno.h>

int
message_read(const struct call *c, uint64_t at)
{
	int rc = caller_read(&c->caller, at, &c->message->h, sizeof c->message->h);

	return rc ? rc : message_read_vector(c);
}

int
message_read_vector(const struct call *c)
{
	struct message *m = c->message;

	if (m->h.msg_iovlen > MESSAGE_IOV_MOST)
		return -EMSGSIZE;
	return caller_read(
	    &c->caller, (uint64_t)(uintptr_t)m->h.msg_iov, m->iov, m->h.msg_iovlen * sizeof m->iov[0]);
}

void
message_single(const struct call *c)
{
	struct message *m = c->message;

	m->h = (struct msghdr){.msg_name = (void *)(uintptr_t)c->arg[4], .msg_iovlen = 1};
	m->iov[0] = (struct iovec){(void *)(uintptr_t)c->arg[1], c->arg[2]};
}

size_t
message_total(const struct message *m)
{
	size_t total = 0;

	for (size_t i = 0; i < m->h.msg_iovlen; i++)
		total += m->iov[i].iov_len;
	return total;
}

size_t
message_room(const struct message *m)
{
	size_t room = 0;

	for (size_t i = 0; i < m->h.msg_iovlen && room < MESSAGE_ROOM; i++)
		room += m->iov[i].iov_len < MESSAGE_ROOM ? m->iov[i].iov_len : MESSAGE_ROOM;
	return room < MESSAGE_ROOM ? room : MESSAGE_ROOM;
}

ssize_t
message_gather(const struct call *c, size_t skip, bool whole)
{
	struct message *m = c->message;
	size_t len = 0;

	for (size_t i = 0; i < m->h.msg_iovlen; i++) {
		uint64_t at = (uint64_t)(uintptr_t)m->iov[i].iov_base;
		size_t n = m->iov[i].iov_len;
		size_t past = skip < n ? skip : n;
		int rc;

		skip -= past;
		n -= past;
		if (n > MESSAGE_ROOM - len) {
			if (whole)
				return -EMSGSIZE;
			n = MESSAGE_ROOM - len;
		}
		rc = caller_read(&c->caller, at + past, m->octets + len, n);
		if (rc)
			return rc;
		len += n;
	}
	return (ssize_t)len;
}

int
message_scatter(const struct call *c, size_t skip, const uint8_t *from, size_t len)
{
	const struct message *m = c->message;
	size_t done = 0;

	for (size_t i = 0; i < m->h.msg_iovlen && done < len; i++) {
		uint64_t at = (uint64_t)(uintptr_t)m->iov[i].iov_base;
		size_t room = m->iov[i].iov_len, past = skip < room ? skip : room;
		size_t n = room - past < len - done ? room - past : len - done;
		int rc = caller_write(&c->caller, at + past, from + done, n);

		if (rc)
			return rc;
		skip -= past;
		done += n;
	}
	return 0;
}
