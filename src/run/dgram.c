#include "run/dgram.h"

#include "core/core.h"
#include "run/alias.h"
#include "run/control.h"
#include "run/dgram_away.h"
#include "run/dgram_error.h"
#include "run/dgram_keep.h"
#include "run/park.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* connect() takes a handle of the program's end, and an end of ours. */
enum { DGRAM_MAX = 65536, DGRAM_SOURCES = 64, CONNECT_NEEDS = 2 };

static void
source_free(struct dgram_source *s)
{
	loop_del(s->owner->w->loop, &s->fd);
	fd_room_close(&s->owner->w->room, s->fd.fd);
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
	dgram_keep_forget(&d->held);
}

static void
source_news(struct loop_fd *fd, uint32_t events)
{
	struct dgram_source *s = container_of(fd, struct dgram_source, fd);

	worker_enter(s->owner->w);
	if ((events & EPOLLOUT) && !list_empty(&s->owner->held))
		dgram_deliver(s->owner);
}

/* With no descriptor left, the source used longest ago gives its own. */
static int
open_source(struct desc *d, const struct endpoint *from)
{
	int fd = fd_room_take(&d->w->room, unix_dgram_to(&d->w->unixsock, d->handle, from));

	if (fd >= 0 || !fd_room_ran_out(fd) || list_empty(&d->sources))
		return fd;
	source_free(list_last(&d->sources, struct dgram_source, node));
	return fd_room_take(&d->w->room, unix_dgram_to(&d->w->unixsock, d->handle, from));
}

/* The socket that speaks for @from; the one used longest ago makes room. 0 with *@out, or the negative errno. */
static int
source_for(struct desc *d, const struct endpoint *from, struct dgram_source **out)
{
	struct dgram_source *s;
	int rc;

	list_each(n, &d->sources) {
		s = container_of(n, struct dgram_source, node);
		if (ipaddr_eq(&s->source.addr, &from->addr) && s->source.port == from->port) {
			list_del(&s->node);
			list_push_front(&d->sources, &s->node);
			*out = s;
			return 0;
		}
	}
	if (d->nsources == DGRAM_SOURCES)
		source_free(list_last(&d->sources, struct dgram_source, node));
	s = calloc(1, sizeof *s);
	if (!s)
		return -ENOBUFS;
	s->owner = d;
	s->source = *from;
	s->fd = (struct loop_fd){.fd = open_source(d, from), .events = EPOLLOUT | EPOLLET, .fn = source_news};
	rc = s->fd.fd < 0 ? s->fd.fd : loop_add(d->w->loop, &s->fd);
	if (rc) {
		if (s->fd.fd >= 0)
			fd_room_close(&d->w->room, s->fd.fd);
		free(s);
		return rc;
	}
	list_push_front(&d->sources, &s->node);
	d->nsources++;
	*out = s;
	return 0;
}

/* 0, -EAGAIN (no room now), -ECONNREFUSED (the program has closed its end), or another error that loses the datagram. */
static int
give(struct desc *d, const struct sock_msg *msg, const void *buf, size_t len)
{
	int fd = d->peer.fd;

	if (fd < 0) {
		struct dgram_source *s;
		int rc = source_for(d, &msg->peer, &s);

		if (rc && rc != -ECONNREFUSED)
			drop_note(d->w->core, NULL, DROP_UDP_RCVBUF);
		if (rc)
			return rc;
		fd = s->fd.fd;
	}
	return control_pass(d, fd, msg, buf, len);
}

/* What waits here first. False while there is no room. */
static bool
give_held(struct desc *d)
{
	while (!list_empty(&d->held)) {
		struct dgram_kept *k = list_first(&d->held, struct dgram_kept, node);

		if (give(d, &k->msg, k->data, k->len) == -EAGAIN)
			return false;
		dgram_keep_free(k);
	}
	return true;
}

void
dgram_give_back(struct desc *d, struct list *unread)
{
	struct list *n;

	while (!list_empty(unread)) {
		n = unread->prev;
		list_del(n);
		list_push_front(&d->held, n);
	}
	(void)give_held(d);
}

/* Two may be shown under one name, one of the host's clients and one inside: what is sent to it goes to who spoke last. */
static void
note_source(struct desc *d)
{
	if (d->published && d->peer.fd < 0 && !list_empty(&d->sources))
		list_first(&d->sources, struct dgram_source, node)->outside = d->outside;
}

void
dgram_deliver(struct desc *d)
{
	static uint8_t buf[DGRAM_MAX]; /* one thread, and nothing is kept in it */
	bool any = false;

	while (d->sk && !d->buried && d->handle >= 0 && give_held(d)) {
		struct sock_msg msg, came;
		ssize_t n = dgram_receive(d, buf, sizeof buf, &msg);
		int rc;

		if (n == -LEAT_EAGAIN)
			break;
		any = true;
		if (n < 0) {
			dgram_error_told(d, (int)-n);
			continue;
		}
		came = msg;
		alias_name_remote(d, &msg.peer);
		rc = give(d, &msg, buf, (size_t)n);
		if (rc == 0)
			note_source(d);
		if (rc == -ECONNREFUSED) {
			dgram_orphan(d, &came, buf, (size_t)n);
			return;
		}
		if (rc == -EAGAIN && dgram_keep(&d->held, &msg, buf, (size_t)n))
			break;
	}
	if (d->buried)
		return;
	dgram_error_show(d, -1);
	if (any)
		park_wake(d);
}

void
dgram_sock_changed(struct sock *sk, void *arg)
{
	dgram_deliver(arg);
}

int
dgram_prepare(struct desc *d, int fd)
{
	if (d->handle >= 0)
		return 0;
	if (!fd_room_for(&d->w->room, 1))
		return -ENOBUFS;
	d->handle = fd_room_take(&d->w->room, unixdir_bind(d->w->unixsock.dir, fd));
	if (d->handle < 0) {
		int rc = d->handle;

		d->handle = -1;
		return rc;
	}
	desc_note_named(d);
	sock_watch(d->sk, dgram_sock_changed, d);
	dgram_deliver(d);
	return 0;
}

static ssize_t
send_to_peer(struct desc *d, const void *buf, size_t len)
{
	struct sock_msg msg = {0};
	struct sock *sk = d->sk;
	int rc = dgram_loopback_peer(d, &msg.peer) ? dgram_speaker(d, &msg.peer, &sk) : 0;

	return rc ? rc : sock_send(sk, buf, len, 0, sk == d->sk ? NULL : &msg);
}

/* What the program wrote to its connected socket. */
void
dgram_flush(struct desc *d)
{
	static uint8_t buf[DGRAM_MAX];
	ssize_t n;

	while (d->sk && d->peer.fd >= 0 && (n = recv(d->peer.fd, buf, sizeof buf, MSG_DONTWAIT)) >= 0) {
		ssize_t rc = send_to_peer(d, buf, (size_t)n);

		/* The error of an earlier one is told in place of sending: this one still goes. */
		if (rc < 0 && rc != -LEAT_EAGAIN && rc != -LEAT_EMSGSIZE) {
			dgram_error_told(d, (int)-rc);
			send_to_peer(d, buf, (size_t)n);
		}
	}
}

static void
peer_news(struct loop_fd *fd, uint32_t events)
{
	struct desc *d = container_of(fd, struct desc, peer);

	worker_enter(d->w);
	dgram_flush(d);
	if (!list_empty(&d->held))
		dgram_deliver(d);
}

/* The program's end has no peer any more, and what had arrived is still there. */
static void
part(struct desc *d, int fd)
{
	struct sockaddr none = {.sa_family = AF_UNSPEC};
	struct list unread = LIST_INIT(unread);

	dgram_flush(d);
	dgram_keep_unread(d, fd, &unread);
	(void)connect(fd, &none, sizeof none);
	desc_close_peer(d);
	d->state = DESC_NEW;
	dgram_give_back(d, &unread);
}

/* Join the program's end and one of ours, which carries the peer's name, in both directions. */
static int
join(struct desc *d, int fd, const struct endpoint *peer)
{
	struct sockaddr_un un;
	socklen_t len = sizeof un;
	int ours, rc;

	if (d->peer.fd >= 0)
		part(d, fd);
	ours = fd_room_take(&d->w->room, unix_dgram_to(&d->w->unixsock, d->handle, peer));
	if (ours < 0)
		return ours;
	if (getsockname(ours, (struct sockaddr *)&un, &len) < 0 ||
	    connect(fd, (struct sockaddr *)&un, len) < 0) {
		rc = -errno;
		fd_room_close(&d->w->room, ours);
		return rc;
	}
	forget_sources(d);
	/* What the kernel's queue had no room for came from others than the peer, which alone may send from now on. */
	while (!list_empty(&d->held)) {
		dgram_keep_free(list_first(&d->held, struct dgram_kept, node));
		drop_note(d->w->core, NULL, DROP_UDP_RCVBUF);
	}
	return desc_set_peer(d, ours, EPOLLIN | EPOLLOUT, peer_news);
}

static int
dissolve(struct desc *d, int fd)
{
	if (d->peer.fd >= 0)
		part(d, fd);
	dgram_away_close(d);
	return sock_connect(d->sk, NULL);
}

int
dgram_connect(struct desc *d, int fd, struct endpoint *to)
{
	struct endpoint shown;
	int rc;

	if (!to)
		return dissolve(d, fd);
	if (!fd_room_for(&d->w->room, CONNECT_NEEDS))
		return -ENOBUFS;
	dgram_flush(d);
	alias_unspecified(to);
	shown = *to;
	if (d->kind == DESC_PING) /* an echo socket has no port that could say who is there */
		alias_destination(d, to);
	rc = sock_connect(d->sk, to);
	if (!rc)
		dgram_away_close(d);
	if (!rc)
		rc = dgram_prepare(d, fd);
	if (!rc)
		rc = join(d, fd, &shown);
	if (!rc)
		d->state = DESC_CONNECTED;
	return rc;
}

ssize_t
dgram_send(struct desc *d, int fd, const void *buf, size_t len, struct sock_msg *msg)
{
	struct sock *sk = d->sk;
	int rc = dgram_prepare(d, fd);
	ssize_t n;

	if (rc)
		return rc;
	rc = -dgram_error_take(d, fd);
	if (rc)
		return rc;
	dgram_flush(d);
	if (msg->peer.port || !ipaddr_is_any(&msg->peer.addr) || dgram_loopback_peer(d, &msg->peer))
		rc = dgram_speaker(d, &msg->peer, &sk);
	/* The loopback address means nothing on the wire. */
	if (ipaddr_is_loopback(&msg->local.addr) && !ipaddr_is_loopback(&msg->peer.addr))
		msg->local.addr = IPADDR_ANY6;
	if (rc)
		return rc;
	n = sock_send(sk, buf, len, 0, msg);
	if (n < 0)
		dgram_error_show(d, fd);
	return n;
}

/*
 * The kernel's end shows it in poll(), and send() and recv() follow; our stack is told of the sending side only, since the reading one is the
 * kernel's. Its queue takes nothing more after SHUT_RD, which Linux's UDP does.
 */
int
dgram_shutdown(struct desc *d, int fd, int how)
{
	dgram_flush(d);
	(void)shutdown(fd, how);
	d->shut_rd |= how != SHUT_WR;
	d->shut_wr |= how != SHUT_RD;
	if (how != SHUT_RD && d->sk)
		sock_shutdown(d->sk, SOCK_SHUT_WR);
	if (how != SHUT_RD && d->away)
		sock_shutdown(d->away, SOCK_SHUT_WR);
	park_wake(d);
	return d->state == DESC_CONNECTED ? 0 : -ENOTCONN;
}
