/*
 * run/stream.c - connects, listens and accepts for stream sockets, and fills the proxy listener's
 * queue. What moves octets afterwards is in pump.c.
 */
#include "run/stream.h"

#include "run/alias.h"
#include "run/holder.h"
#include "run/owner.h"
#include "run/proxy/diag.h"
#include "run/pump.h"
#include "run/room.h"
#include "run/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * The stack keeps the backlog that the program asked for; this one only must not be the first to be
 * full.
 */
enum { UNIX_BACKLOG = 4096 };

/* How often the queue of a full listener is counted. */
#define COUNT_EVERY (20 * MSEC)

/* While it connects, only hang-ups could come, and the held duplicate keeps even those away. */
static void
connecting_news(struct loop_fd *fd, uint32_t events)
{
}

int
stream_look_connecting(struct desc *d, int fd)
{
	int peer = fd_room_take(&d->w->room, unix_join_worker(&d->w->unixsock, fd, &d->joined));
	int rc;

	if (peer < 0)
		return peer;
	rc = desc_set_peer(d, peer, 0, connecting_news);
	if (rc)
		return rc;
	d->filled = unix_fill(fd, &d->sndbuf);
	d->filled_up = true;
	return 0;
}

int
stream_joined(struct desc *d, int fd)
{
	int peer;

	if (!d->filled_up) {
		peer = unix_join_worker(&d->w->unixsock, fd, &d->joined);
		if (peer < 0)
			return peer;
		fd_room_count(&d->w->room); /* in exchange for the call's, which waited */
	} else {
		unix_drain(fd, d->sndbuf, d->peer.fd, d->filled);
		peer = d->peer.fd;
		loop_del(d->w->loop, &d->peer);
		d->peer.fd = -1;
		d->filled_up = false;
	}
	pump_hold(d, fd);
	desc_let_go(d);
	return pump_start(d, peer);
}

void
stream_failed(struct desc *d, int error)
{
	d->error = error;
	d->shown = d->filled_up;
	sock_watch(d->sk, NULL, NULL);
	d->state = DESC_FINISHED;
	/* With the filling unread: IN, OUT, ERR, HUP and RDHUP at once. */
	desc_close_peer(d);
	desc_let_go(d);
}

/*
 * Those that @listener's program has not accepted go with it. An accepted one has an inode, though
 * we may not have met it.
 */
static void
reset_waiting(struct desc *listener)
{
	list_each_safe(n, &listener->w->descs) {
		struct desc *d = container_of(n, struct desc, node);

		if (d->listener == listener->id && !d->inode && d->peer.fd >= 0 &&
		    !diag_peer(unix_inode(d->peer.fd)))
			desc_bury(d, true);
	}
}

void
stream_begin_anew(struct desc *d, int fd, int error)
{
	bool filled = d->filled_up;

	if (d->state == DESC_LISTENING) {
		/* Those who wait in accept() are told EINVAL. */
		shutdown(fd, SHUT_RDWR);
		reset_waiting(d);
		list_del(&d->named);
		if (d->child)
			sock_abort(d->child);
		d->child = NULL;
		desc_close_fd(d, &d->handle);
		d->joined = true;
	}
	desc_let_go(d);
	sock_watch(d->sk, NULL, NULL);
	sock_connect(d->sk, NULL);
	desc_close_peer(d);
	d->state = DESC_NEW;
	d->error = error;
	d->failed = 0;
	d->shown = error && filled; /* closed with the filling unread, as in stream_failed() */
	d->up_done = d->down_done = d->shut_rd = d->shut_wr = d->filled_up = false;
	d->connected = d->untold = d->aliased = false;
	d->keeps_one = d->kept = d->reset_waits = false;
	waitq_wake(&d->changed);
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
	if (d->filled_up) { /* no connect() waits for it */
		if (rc == 0)
			rc = stream_joined(d, d->own);
		if (rc < 0)
			stream_failed(d, -rc);
	}
	waitq_wake(&d->changed);
}

void
stream_watch_connecting(struct desc *d)
{
	d->state = DESC_CONNECTING;
	sock_watch(d->sk, sock_news, d);
}

/*
 * What waits in the AF_UNIX listener counts against the backlog as what waits in the stack does. An
 * accept() without an address is not seen here, so what is known is how many wait at most; the
 * kernel is asked when that would be too many, and again from time to time while it is.
 */
static void
set_waiting(struct desc *d, unsigned n)
{
	d->offered = n;
	d->full = n > d->backlog;
	sock_set_unaccepted(d->sk, d->full ? n : 0);
	if (d->full)
		d->w->full_at = loop_now(d->w->loop) + COUNT_EVERY;
}

static void
count_waiting(struct desc *d)
{
	set_waiting(d, diag_waiting(d->inode));
}

void
stream_accepted(struct desc *d)
{
	if (d->offered)
		set_waiting(d, d->offered - 1);
}

/* A connection from outside has what it needs here: see hostlisten.c, which keeps room for it. */
static void
seat(struct desc *d)
{
	const struct run_net *net = &d->w->config->net;
	const struct ipaddr *from = &d->accepted_from.addr;

	if (ipaddr_is_loopback(from) || ipaddr_eq(from, &net->host4) || ipaddr_eq(from, &net->host6))
		return;
	d->seated = true;
	d->w->room.seated++;
}

/*
 * A published port has led it to a listener on loopback: both ends are shown as loopback where the
 * client is the host's.
 */
static void
name_child(struct desc *d, const struct desc *listener)
{
	struct endpoint at, local;

	if (!sock_local(listener->sk, &at) && !sock_local(d->sk, &local) && alias_published(d, &at, &local))
		alias_name_remote(d, &d->accepted_from);
}

/*
 * The record and our end for a connection that the stack has established. False: the AF_UNIX
 * listener takes no more now, or is gone.
 */
static bool
offer(struct desc *listener)
{
	struct worker *w = listener->w;
	struct desc *d = desc_new(w, &stream_rec_ops, DESC_STREAM, listener->v6);
	int fd;

	if (!d) {
		room_wait(w);
		return false;
	}
	fd = fd_room_take(&w->room, unix_stream_to(&w->unixsock, listener->handle, d->id));
	if (fd < 0) {
		desc_bury(d, false);
		if (fd == -ECONNREFUSED) {
			/* Nobody has the listener open any more. */
			w->sweep_at = 0;
		} else if (fd_room_ran_out(fd)) {
			room_wait(w);
		}
		return false;
	}
	d->sk = listener->child;
	listener->child = NULL;
	d->accepted_from = sock_accepted_from(d->sk);
	d->listener = listener->id;
	settings_inherit(d, listener);
	d->lowat = listener->lowat;
	owner_inherit(d, listener);
	if (++listener->offered > listener->backlog)
		count_waiting(listener);
	seat(d);
	name_child(d, listener);
	if (pump_start(d, fd)) {
		desc_bury(d, true);
		return false;
	}
	return true;
}

/*
 * Reads all that is unread at @fd. Returns its length, with the octets in *@out, which is the
 * caller's to free; or -1.
 */
static ssize_t
read_all(int fd, uint8_t **out)
{
	enum { STRIDE = 65536 };
	size_t len = 0;

	for (*out = NULL;;) {
		uint8_t *more = realloc(*out, len + STRIDE);
		ssize_t n;

		if (!more)
			return -1;
		*out = more;
		n = recv(fd, more + len, STRIDE, MSG_DONTWAIT);
		if (n <= 0)
			return (ssize_t)len;
		len += (size_t)n;
	}
}

/*
 * Joins @child to @listener's queue by a fresh pair of ends, in which the @len @octets wait first.
 */
static bool
join_queue(struct desc *listener, struct desc *child, const uint8_t *octets, size_t len)
{
	struct worker *w = child->w;
	int fd;

	desc_close_peer(child); /* its name is used again */
	desc_forget_inode(child);
	child->keeps_one = child->kept = false; /* until it is accepted again */
	fd = fd_room_take(&w->room, unix_stream_to(&w->unixsock, listener->handle, child->id));
	if (fd < 0)
		return false;
	if (send(fd, octets, len, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)len) {
		fd_room_close(&w->room, fd);
		return false;
	}
	if (child->down_done)
		shutdown(fd, SHUT_WR);
	seat(child);
	return pump_start(child, fd) == 0;
}

void
stream_put_back(struct desc *listener, struct desc *child, int fd)
{
	uint8_t *octets;
	ssize_t len = read_all(fd, &octets);

	if (len < 0 || child->state != DESC_CONNECTED || !join_queue(listener, child, octets, (size_t)len))
		desc_bury(child, true);
	else
		set_waiting(listener, listener->offered + 1);
	free(octets);
	waitq_wake(&listener->changed); /* another process may have a place for it */
}

/*
 * Takes the next connection out of the stack's queue. Returns false if there is none, or no memory
 * for it; then it is tried again.
 */
static bool
take_child(struct desc *d)
{
	int rc = d->child ? 0 : sock_accept(d->sk, &d->child);

	if (rc == -LEAT_ENOBUFS)
		room_wait(d->w);
	return rc == 0;
}

void
stream_offer_children(struct desc *d)
{
	bool any = false;

	while (d->sk && !d->buried && take_child(d) && offer(d))
		any = true;
	if (any && d->sk && !d->buried)
		waitq_wake(&d->changed);
}

static void
listener_news(struct sock *sk, void *arg)
{
	stream_offer_children(arg);
}

int
stream_listen(struct desc *d, int fd, int backlog)
{
	if (d->handle < 0) {
		int handle = desc_room_for(d, 1);

		if (!handle)
			handle = fd_room_take(&d->w->room, unixdir_bind(d->w->unixsock.dir, fd));
		if (handle < 0)
			return handle;
		d->handle = handle;
	}
	if (listen(fd, UNIX_BACKLOG) < 0)
		return -errno;
	d->state = DESC_LISTENING;
	d->backlog = backlog < 0 || backlog > UNIX_BACKLOG ? UNIX_BACKLOG : (unsigned)backlog;
	count_waiting(d);
	desc_note_named(d);
	sock_watch(d->sk, listener_news, d);
	stream_offer_children(d);
	return 0;
}

nsec_t
listener_next(const struct worker *w)
{
	return w->full_at;
}

void
listener_run(struct worker *w, nsec_t now)
{
	if (now < w->full_at)
		return;
	w->full_at = NSEC_NEVER;
	list_each(n, &w->named) {
		struct desc *d = container_of(n, struct desc, named);

		if (d->full)
			count_waiting(d);
	}
}

static void
end(struct desc *d)
{
	if (d->child)
		sock_abort(d->child);
	d->child = NULL;
}

/* The program has accepted @d by a call that is not answered here, so the reset can be shown. */
static void
show_late_reset(struct desc *d)
{
	int own = holder_borrow(d);

	if (own < 0)
		return;
	pump_show_reset(d, own);
	close(own);
}

static void
look(struct desc *d)
{
	if (d->state == DESC_LISTENING)
		stream_offer_children(d);
	if (d->reset_waits)
		show_late_reset(d);
}

static bool
notices_close(const struct desc *d)
{
	return d->peer.fd >= 0 && !desc_shut(d);
}

const struct desc_ops stream_rec_ops = {.end = end, .look = look, .notices_close = notices_close};
