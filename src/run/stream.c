#include "run/stream.h"

#include "run/owner.h"
#include "run/park.h"
#include "run/pump.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* The stack keeps the backlog that the program asked for; this one only must not be the first to be full. */
enum { UNIX_BACKLOG = 4096 };

/* While it connects, only hang-ups could come, and the held duplicate keeps even those away. */
static void
connecting_news(struct loop_fd *fd, uint32_t events)
{
}

int
stream_look_connecting(struct desc *d, int fd)
{
	int peer = unix_rendezvous(&d->w->unixdir, fd);
	int rc;

	if (peer < 0)
		return peer;
	d->joined = true;
	rc = desc_set_peer(d, peer, connecting_news);
	if (rc)
		return rc;
	d->filled = unix_fill(fd, &d->sndbuf);
	d->filled_up = true;
	return 0;
}

int
stream_joined(struct desc *d, int fd)
{
	int peer, rc;

	if (!d->filled_up) {
		peer = unix_rendezvous(&d->w->unixdir, fd);
		if (peer < 0)
			return peer;
		d->joined = true;
	} else {
		unix_drain(fd, d->sndbuf, d->peer.fd, d->filled);
		peer = d->peer.fd;
		loop_del(d->w->loop, &d->peer);
		d->peer.fd = -1;
		d->w->untended++;
		d->filled_up = false;
	}
	if (d->borrowed >= 0) {
		close(d->borrowed);
		d->borrowed = -1;
	}
	rc = pump_start(d, peer);
	return rc;
}

void
stream_failed(struct desc *d, int error)
{
	d->error = error;
	desc_drop_transport(d, true);
	d->have_remote = false;
	d->state = DESC_FINISHED;
	/* With the filling unread: IN, OUT, ERR, HUP and RDHUP at once. */
	desc_close_peer(d);
	if (d->borrowed >= 0) {
		close(d->borrowed);
		d->borrowed = -1;
	}
}

int
stream_progress(struct desc *d)
{
	unsigned ready = sock_ready(d->sk);

	/* The stack tells it once, and more than one may ask here. */
	if (!d->failed && (ready & (LEAT_ERR | LEAT_HUP))) {
		size_t len = sizeof d->failed;

		sock_getopt(d->sk, SOL_SOCKET, SO_ERROR, &d->failed, &len);
		if (!d->failed)
			d->failed = LEAT_ECONNABORTED;
	}
	if (d->failed)
		return -d->failed;
	return ready & LEAT_OUT ? 0 : -EINPROGRESS;
}

static void
sock_news(struct sock *sk, void *arg)
{
	struct desc *d = arg;
	int rc = stream_progress(d);

	if (rc == -EINPROGRESS)
		return;
	if (d->borrowed >= 0) {
		if (rc == 0)
			rc = stream_joined(d, d->borrowed);
		if (rc < 0)
			stream_failed(d, -rc);
	}
	park_wake(d);
}

void
stream_watch_connecting(struct desc *d)
{
	d->state = DESC_CONNECTING;
	sock_watch(d->sk, sock_news, d);
}

/* The record and our end for a connection that the stack has established. False: the AF_UNIX listener takes no more now, or is gone. */
static bool
offer(struct desc *listener)
{
	struct worker *w = listener->w;
	struct desc *d = desc_new(w, DESC_STREAM, listener->v6);
	int fd;

	if (!d)
		return false;
	fd = unix_stream_to(&w->unixdir, listener->handle, d->id);
	if (fd < 0) {
		desc_bury(d, false);
		if (fd == -ECONNREFUSED) {
			/* Nobody has the listener open any more. */
			w->sweep_at = 0;
		}
		return false;
	}
	d->sk = listener->child;
	listener->child = NULL;
	owner_inherit(d, listener);
	return pump_start(d, fd) == 0;
}

void
stream_offer_children(struct desc *d)
{
	while (d->sk && !d->buried) {
		if (!d->child && sock_accept(d->sk, &d->child) < 0)
			break;
		if (!offer(d))
			break;
	}
	if (d->sk && !d->buried)
		park_wake(d);
}

static void
listener_news(struct sock *sk, void *arg)
{
	stream_offer_children(arg);
}

int
stream_listen(struct desc *d, int fd)
{
	if (d->handle < 0) {
		int handle = unix_bind_handle(&d->w->unixdir, fd);

		if (handle < 0)
			return handle;
		d->handle = handle;
	}
	if (listen(fd, UNIX_BACKLOG) < 0)
		return -errno;
	d->state = DESC_LISTENING;
	desc_note_named(d);
	sock_watch(d->sk, listener_news, d);
	stream_offer_children(d);
	return 0;
}
