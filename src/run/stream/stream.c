/*
 * run/stream/stream.c - connects stream sockets, and begins them anew when a connection or a
 * listener has ended. What moves octets is in pump.c.
 */
#include "run/stream/stream.h"

#include "run/socket/holder.h"
#include "run/stream/listener.h"
#include "run/stream/pump.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* While it connects, only hang-ups could come, and the held duplicate keeps even those away. */
static void
ignore_event(struct loop_fd *fd, uint32_t events)
{
}

int
stream_look_connecting(struct sockrec *d, int fd)
{
	int peer = fd_room_take(&d->recs->room, unix_join_worker(&d->recs->unixsock, fd, &d->joined));
	int rc;

	if (peer < 0)
		return peer;
	rc = sockrec_set_our_end(d, peer, 0, ignore_event);
	if (rc)
		return rc;
	d->filled = unix_fill(fd, &d->sndbuf);
	d->filled_up = true;
	return 0;
}

int
stream_joined(struct sockrec *d, int fd)
{
	int peer;

	if (!d->filled_up) {
		peer = unix_join_worker(&d->recs->unixsock, fd, &d->joined);
		if (peer < 0)
			return peer;
		fd_room_count(&d->recs->room); /* in exchange for the call's, which waited */
	} else {
		unix_drain(fd, d->sndbuf, d->our_end.fd, d->filled);
		peer = d->our_end.fd;
		loop_del(d->recs->loop, &d->our_end);
		d->our_end.fd = -1;
		d->filled_up = false;
	}
	pump_hold(d, fd);
	sockrec_release_program_end(d);
	return pump_start(d, peer);
}

void
stream_failed(struct sockrec *d, int error)
{
	d->error = error;
	d->shown = d->filled_up;
	sock_watch(d->sk, NULL, NULL);
	d->state = SOCKREC_FINISHED;
	/* With the filling unread: IN, OUT, ERR, HUP and RDHUP at once. */
	sockrec_close_our_end(d);
	sockrec_release_program_end(d);
}

void
stream_begin_anew(struct sockrec *d, int fd, int error)
{
	bool filled = d->filled_up;

	if (d->state == SOCKREC_LISTENING)
		listener_end(d, fd);
	sockrec_release_program_end(d);
	sock_watch(d->sk, NULL, NULL);
	sock_connect(d->sk, NULL);
	sockrec_close_our_end(d);
	d->state = SOCKREC_NEW;
	d->error = error;
	d->failed = 0;
	d->shown = error && filled; /* closed with the filling unread, as in stream_failed() */
	d->up_done = d->down_done = d->shut_rd = d->shut_wr = d->filled_up = false;
	d->connected = d->unreported = d->aliased = false;
	d->keeps_one = d->kept = d->reset_waits = false;
	waitq_wake(&d->changed);
}

int
stream_progress(struct sockrec *d)
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
sock_event(struct sock *sk, void *arg)
{
	struct sockrec *d = arg;
	int rc = stream_progress(d);

	if (rc == -EINPROGRESS)
		return;
	if (d->filled_up) { /* no connect() waits for it */
		if (rc == 0)
			rc = stream_joined(d, d->program_end);
		if (rc < 0)
			stream_failed(d, -rc);
	}
	waitq_wake(&d->changed);
}

void
stream_watch_connecting(struct sockrec *d)
{
	d->state = SOCKREC_CONNECTING;
	sock_watch(d->sk, sock_event, d);
}

/* The program has accepted @d by a call that is not answered here, so the reset can be shown. */
static void
show_late_reset(struct sockrec *d)
{
	int own = holder_borrow(d);

	if (own < 0)
		return;
	pump_show_reset(d, own);
	close(own);
}

static void
look(struct sockrec *d)
{
	if (d->state == SOCKREC_LISTENING)
		listener_offer_children(d);
	if (d->reset_waits)
		show_late_reset(d);
}

static bool
notices_close(const struct sockrec *d)
{
	return d->our_end.fd >= 0 && !sockrec_shut(d);
}

const struct sockrec_ops stream_rec_ops = {
    .end = listener_drop_child, .look = look, .notices_close = notices_close};
