/*
 * The outside, as the machine's own sockets have it: what streams (hoststream.c), listeners
 * (hostlisten.c) and datagrams (hostdgram.c) share, and the table of them all.
 */
#include "host/hostsock.h"

#include "base/err.h"
#include "host/hostsock_impl.h"
#include "host/sockaddr.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

int
hostsock_socket(struct hostsock *h, const struct endpoint *e, int type, int protocol)
{
	int family = ipaddr_is4(&e->addr) ? AF_INET : AF_INET6;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);

	return fd_room_take(h->room, fd < 0 ? -errno : fd);
}

int
hostsock_bind(int fd, const struct endpoint *at)
{
	struct sockaddr_storage ss;
	socklen_t len = sockaddr_from_endpoint(&ss, at);
	int on = 1;

	/* "::" and 0.0.0.0 may then be published side by side. */
	if (ss.ss_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0)
		return -errno;
	return bind(fd, (struct sockaddr *)&ss, len) < 0 ? -errno : 0;
}

int
hostsock_name(int fd, struct endpoint *out)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof ss;

	if (getsockname(fd, (struct sockaddr *)&ss, &len) < 0)
		return -errno;
	return endpoint_from_sockaddr(out, (struct sockaddr *)&ss) ? 0 : -LEAT_EAFNOSUPPORT;
}

struct hostsock *
hostsock_new(struct loop *loop, struct fd_room *room)
{
	struct hostsock *h = calloc(1, sizeof *h);

	if (!h)
		return NULL;
	h->loop = loop;
	h->room = room;
	h->source = (struct loop_source){.next = hoststream_due_next, .run = hoststream_due_run};
	list_init(&h->due);
	loop_add_source(loop, &h->source);
	return h;
}

void
hostsock_free(struct hostsock *h)
{
	if (!h)
		return;
	assert(h->open == 0);
	loop_del_source(h->loop, &h->source);
	free(h);
}

const struct outside_ops hostsock_ops = {
    .connect = hoststream_connect,
    .read = hoststream_read,
    .write = hoststream_write,
    .at_mark = hoststream_at_mark,
    .write_urgent = hoststream_write_urgent,
    .shutdown = hoststream_shutdown,
    .close = hoststream_close,
    .error = hoststream_error,
    .want = hoststream_want,
    .dgram_open = hostdgram_open,
    .dgram_send = hostdgram_send,
    .dgram_recv = hostdgram_recv,
    .dgram_close = hostdgram_close,
    .echo_open = hostdgram_echo_open,
    .listen = hostlisten_open,
    .adopt = hoststream_adopt,
    .listener_close = hostlisten_close,
    .dgram_listen = hostdgram_listen,
    .dgram_recv_from = hostdgram_recv_from,
    .dgram_send_to = hostdgram_send_to,
};
