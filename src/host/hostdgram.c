/*
 * Datagrams outside: connected UDP sockets, bound ones for published ports, and the kernel's ICMP
 * echo sockets.
 *
 * IP_RECVERR is off on purpose: a connected socket then tells of a closed far port by ECONNREFUSED
 * alone, and keeps no queue of errors.
 */
#include "host/hostsock.h"

#include "base/err.h"
#include "host/hostsock_impl.h"
#include "host/sockaddr.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

struct out_dgram {
	struct loop_fd w;
	struct hostsock *host;
	void (*news)(void *arg, unsigned mask);
	void *arg;
};

static void
dgram_event(struct loop_fd *w, uint32_t events)
{
	struct out_dgram *d = container_of(w, struct out_dgram, w);

	(void)events; /* an error is told by the next receive */
	d->news(d->arg, OUT_READABLE);
}

/* A flow over @fd, which is closed if that cannot be. */
static int
dgram_new(
    struct hostsock *h, int fd, void (*news)(void *arg, unsigned mask), void *arg, struct out_dgram **out)
{
	struct out_dgram *d = calloc(1, sizeof *d);
	int e = -LEAT_ENOMEM;

	if (!d)
		goto fail;
	*d = (struct out_dgram){
	    .w = {.fd = fd, .events = EPOLLIN, .fn = dgram_event}, .host = h, .news = news, .arg = arg};
	e = loop_add(h->loop, &d->w);
	if (e < 0)
		goto fail;
	h->open++;
	*out = d;
	return 0;
fail:
	free(d);
	fd_room_close(h->room, fd);
	return e;
}

static int
dgram_connected(struct hostsock *h, int fd, const struct endpoint *to, void (*news)(void *arg, unsigned mask),
    void *arg, struct out_dgram **out)
{
	struct sockaddr_storage ss;
	socklen_t len = sockaddr_from_endpoint(&ss, to);

	if (connect(fd, (struct sockaddr *)&ss, len) < 0) {
		int e = -errno;

		fd_room_close(h->room, fd);
		return e;
	}
	return dgram_new(h, fd, news, arg, out);
}

int
hostdgram_open(void *self, const struct endpoint *to, void (*news)(void *arg, unsigned mask), void *arg,
    struct out_dgram **out)
{
	int fd = hostsock_socket(self, to, SOCK_DGRAM, 0);

	if (fd < 0)
		return fd;
	return dgram_connected(self, fd, to, news, arg, out);
}

int
hostdgram_echo_open(void *self, const struct ipaddr *to, void (*news)(void *arg, unsigned mask), void *arg,
    struct out_dgram **out)
{
	struct endpoint e = {.addr = *to};
	int fd = hostsock_socket(self, &e, SOCK_DGRAM, ipaddr_is4(to) ? IPPROTO_ICMP : IPPROTO_ICMPV6);

	/*
	 * ping_group_range does not hold our group (the rule outside of Debian's and systemd's own
	 * settings).
	 */
	if (fd == -EACCES || fd == -EPROTONOSUPPORT)
		return -LEAT_EPERM;
	return fd < 0 ? fd : dgram_connected(self, fd, &e, news, arg, out);
}

int
hostdgram_listen(void *self, const struct endpoint *at, void (*news)(void *arg, unsigned mask), void *arg,
    struct out_dgram **out)
{
	struct hostsock *h = self;
	int fd = hostsock_socket(h, at, SOCK_DGRAM, 0), e;

	if (fd < 0)
		return fd;
	e = hostsock_bind(fd, at);
	if (e < 0) {
		fd_room_close(h->room, fd);
		return e;
	}
	return dgram_new(h, fd, news, arg, out);
}

ssize_t
hostdgram_send(struct out_dgram *d, const void *buf, size_t len)
{
	ssize_t n = send(d->w.fd, buf, len, MSG_NOSIGNAL);

	return n < 0 ? -errno : n;
}

ssize_t
hostdgram_recv(struct out_dgram *d, void *buf, size_t len)
{
	ssize_t n = recv(d->w.fd, buf, len, 0);

	return n < 0 ? -errno : n;
}

ssize_t
hostdgram_recv_from(struct out_dgram *d, void *buf, size_t len, struct endpoint *peer)
{
	struct sockaddr_storage ss;
	socklen_t sslen = sizeof ss;
	ssize_t n = recvfrom(d->w.fd, buf, len, 0, (struct sockaddr *)&ss, &sslen);

	if (n < 0)
		return -errno;
	return endpoint_from_sockaddr(peer, (struct sockaddr *)&ss) ? n : -LEAT_EAFNOSUPPORT;
}

ssize_t
hostdgram_send_to(struct out_dgram *d, const void *buf, size_t len, const struct endpoint *peer)
{
	struct sockaddr_storage ss;
	socklen_t sslen = sockaddr_from_endpoint(&ss, peer);
	ssize_t n = sendto(d->w.fd, buf, len, MSG_NOSIGNAL, (struct sockaddr *)&ss, sslen);

	return n < 0 ? -errno : n;
}

void
hostdgram_close(struct out_dgram *d)
{
	loop_del(d->host->loop, &d->w);
	fd_room_close(d->host->room, d->w.fd);
	d->host->open--;
	free(d);
}

int
hostsock_dgram_name(const struct out_dgram *d, struct endpoint *out)
{
	return hostsock_name(d->w.fd, out);
}
