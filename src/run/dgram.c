#include "run/dgram.h"

#include "run/alias.h"
#include "run/holder.h"
#include "run/park.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { DGRAM_MAX = 65536, DGRAM_SOURCES = 64 };

static void
source_free(struct dgram_source *s)
{
	loop_del(s->owner->w->loop, &s->fd);
	close(s->fd.fd);
	list_del(&s->node);
	s->owner->nsources--;
	free(s);
}

static void
forget_sources(struct desc *d)
{
	while (!list_empty(&d->sources))
		source_free(list_first(&d->sources, struct dgram_source, node));
}

void
dgram_forget(struct desc *d)
{
	forget_sources(d);
	free(d->held);
	d->held = NULL;
}

static void
source_news(struct loop_fd *fd, uint32_t events)
{
	struct dgram_source *s = container_of(fd, struct dgram_source, fd);

	worker_enter(s->owner->w);
	if ((events & EPOLLOUT) && s->owner->held)
		dgram_deliver(s->owner);
}

/* The socket that speaks for @from; the one used longest ago makes room. */
static struct dgram_source *
source_for(struct desc *d, const struct endpoint *from)
{
	struct dgram_source *s;

	list_each(n, &d->sources) {
		s = container_of(n, struct dgram_source, node);
		if (ipaddr_eq(&s->source.addr, &from->addr) && s->source.port == from->port) {
			list_del(&s->node);
			list_push_front(&d->sources, &s->node);
			return s;
		}
	}
	if (d->nsources == DGRAM_SOURCES)
		source_free(list_last(&d->sources, struct dgram_source, node));
	s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	s->owner = d;
	s->source = *from;
	s->fd = (struct loop_fd){.fd = unix_dgram_to(&d->w->unixdir, d->handle, from),
	    .events = EPOLLOUT | EPOLLET,
	    .fn = source_news};
	if (s->fd.fd < 0 || loop_add(d->w->loop, &s->fd) < 0) {
		if (s->fd.fd >= 0)
			close(s->fd.fd);
		free(s);
		return NULL;
	}
	list_push_front(&d->sources, &s->node);
	d->nsources++;
	return s;
}

/* 0, -EAGAIN (no room now), or an error that loses the datagram. */
static int
give(struct desc *d, const struct endpoint *from, const void *buf, size_t len)
{
	int fd = d->peer.fd;

	if (fd < 0) {
		struct dgram_source *s = source_for(d, from);

		if (!s)
			return -ENOBUFS;
		fd = s->fd.fd;
	}
	if (send(fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return 0;
	return errno == EAGAIN ? -EAGAIN : -errno;
}

static bool
hold(struct desc *d, const struct endpoint *from, const void *buf, size_t len)
{
	d->held = malloc(len ? len : 1);
	if (!d->held)
		return false;
	memcpy(d->held, buf, len);
	d->held_len = len;
	d->held_from = *from;
	return true;
}

static bool
give_held(struct desc *d)
{
	if (!d->held)
		return true;
	if (give(d, &d->held_from, d->held, d->held_len) == -EAGAIN)
		return false;
	free(d->held);
	d->held = NULL;
	return true;
}

/*
 * An error about what was sent. Where we break an association while something from the other side is unread, the kernel reports ECONNRESET
 * there, with EPOLLERR; so an octet is written through a duplicate of the program's end first. Which error it truly is, SO_ERROR
 * and the answered calls say.
 */
static void
report(struct desc *d, int error)
{
	struct sockaddr none = {.sa_family = AF_UNSPEC};
	int own;

	d->error = error;
	if (d->peer.fd < 0)
		return;
	own = holder_borrow(d);
	if (own < 0)
		return;
	send(own, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(own);
	(void)connect(d->peer.fd, &none, sizeof none);
	unix_connect_handle(d->peer.fd, d->handle);
}

void
dgram_deliver(struct desc *d)
{
	static uint8_t buf[DGRAM_MAX]; /* one thread, and nothing is kept in it */
	bool any = false;

	while (d->sk && !d->buried && d->handle >= 0 && give_held(d)) {
		struct sock_msg msg;
		ssize_t n = sock_recv(d->sk, buf, sizeof buf, 0, &msg);

		if (n == -LEAT_EAGAIN)
			break;
		any = true;
		if (n < 0) {
			dgram_flush(d);
			report(d, (int)-n);
			continue;
		}
		alias_name_remote(d, &msg.peer);
		if (give(d, &msg.peer, buf, (size_t)n) == -EAGAIN && hold(d, &msg.peer, buf, (size_t)n))
			break;
	}
	if (any && !d->buried)
		park_wake(d);
}

static void
sock_news(struct sock *sk, void *arg)
{
	dgram_deliver(arg);
}

int
dgram_prepare(struct desc *d, int fd)
{
	if (d->handle >= 0)
		return 0;
	d->handle = unix_bind_handle(&d->w->unixdir, fd);
	if (d->handle < 0) {
		int rc = d->handle;

		d->handle = -1;
		return rc;
	}
	desc_note_named(d);
	sock_watch(d->sk, sock_news, d);
	dgram_deliver(d);
	return 0;
}

/* What the program wrote to its connected socket. */
void
dgram_flush(struct desc *d)
{
	static uint8_t buf[DGRAM_MAX];
	ssize_t n;

	while (d->sk && d->peer.fd >= 0 && (n = recv(d->peer.fd, buf, sizeof buf, MSG_DONTWAIT)) >= 0) {
		ssize_t rc = sock_send(d->sk, buf, (size_t)n, 0, NULL);

		/* The error of an earlier one is told in place of sending: this one still goes. */
		if (rc < 0 && rc != -LEAT_EAGAIN && rc != -LEAT_EMSGSIZE) {
			report(d, (int)-rc);
			sock_send(d->sk, buf, (size_t)n, 0, NULL);
		}
	}
}

static void
peer_news(struct loop_fd *fd, uint32_t events)
{
	struct desc *d = container_of(fd, struct desc, peer);

	worker_enter(d->w);
	dgram_flush(d);
	if (d->held)
		dgram_deliver(d);
}

/* Join the program's end and one of ours, which carries the peer's name, in both directions. */
static int
join(struct desc *d, int fd, const struct endpoint *peer)
{
	struct sockaddr_un un;
	socklen_t len = sizeof un;
	int ours = unix_dgram_to(&d->w->unixdir, d->handle, peer);

	if (ours < 0)
		return ours;
	if (getsockname(ours, (struct sockaddr *)&un, &len) < 0 ||
	    connect(fd, (struct sockaddr *)&un, len) < 0) {
		int rc = -errno;

		close(ours);
		return rc;
	}
	forget_sources(d);
	return desc_set_peer(d, ours, peer_news);
}

static int
part(struct desc *d, int fd)
{
	struct sockaddr none = {.sa_family = AF_UNSPEC};

	dgram_flush(d);
	(void)connect(fd, &none, sizeof none);
	desc_close_peer(d);
	d->state = DESC_NEW;
	return sock_connect(d->sk, NULL);
}

int
dgram_connect(struct desc *d, int fd, struct endpoint *to)
{
	struct endpoint shown;
	int rc;

	if (!to)
		return part(d, fd);
	dgram_flush(d);
	shown = *to;
	alias_destination(d, to);
	rc = sock_connect(d->sk, to);
	if (!rc)
		rc = dgram_prepare(d, fd);
	if (!rc)
		rc = join(d, fd, &shown);
	if (!rc)
		d->state = DESC_CONNECTED;
	return rc;
}

ssize_t
dgram_send(struct desc *d, int fd, const void *buf, size_t len, struct endpoint *to)
{
	struct sock_msg msg = {0};
	int rc = dgram_prepare(d, fd);

	if (rc)
		return rc;
	if (d->error) {
		rc = -d->error;
		d->error = 0;
		return rc;
	}
	dgram_flush(d);
	if (!to)
		return sock_send(d->sk, buf, len, 0, NULL);
	alias_destination(d, to);
	msg.peer = *to;
	return sock_send(d->sk, buf, len, 0, &msg);
}
