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

/*
 * While the stream connects, only a hang-up could be reported, and the duplicate of the program's
 * end prevents that.
 */
static void
ignore_event(struct loop_fd *fd, uint32_t events)
{
}

int
stream_look_connecting(struct stream_rec *s, int fd)
{
	int peer =
	    fd_budget_take(&s->rec.recs->fds, unix_join_worker(&s->rec.recs->unixsock, fd, &s->joined));
	int rc;

	if (peer < 0)
		return peer;
	rc = sockrec_set_our_end(&s->rec, peer, 0, ignore_event);
	if (rc)
		return rc;
	s->filling.n = unix_fill(fd, &s->filling.sndbuf);
	s->filling.on = true;
	return 0;
}

int
stream_joined(struct stream_rec *s, int fd)
{
	int peer;

	if (!s->filling.on) {
		peer = unix_join_worker(&s->rec.recs->unixsock, fd, &s->joined);
		if (peer < 0)
			return peer;
		fd_budget_add(&s->rec.recs->fds); /* in place of the waiting call's */
	} else {
		unix_drain(fd, s->filling.sndbuf, s->rec.our_end.fd, s->filling.n);
		peer = s->rec.our_end.fd;
		loop_del(s->rec.recs->loop, &s->rec.our_end);
		s->rec.our_end.fd = -1;
		s->filling.on = false;
	}
	pump_hold(s, fd);
	stream_rec_release_program_end(s);
	return pump_start(s, peer);
}

void
stream_failed(struct stream_rec *s, int error)
{
	s->rec.error = error;
	s->error_shown = s->filling.on;
	sock_watch(s->rec.sk, NULL, NULL);
	s->rec.state = SOCKREC_FINISHED;
	/* With the filling unread, so that poll(2) reports IN, OUT, ERR, HUP and RDHUP. */
	sockrec_close_our_end(&s->rec);
	stream_rec_release_program_end(s);
}

void
stream_begin_anew(struct stream_rec *s, int fd, int error)
{
	bool filled = s->filling.on;

	if (s->rec.state == SOCKREC_LISTENING)
		listener_end(s, fd);
	stream_rec_release_program_end(s);
	sock_watch(s->rec.sk, NULL, NULL);
	sock_connect(s->rec.sk, NULL);
	sockrec_close_our_end(&s->rec);
	s->rec.state = SOCKREC_NEW;
	s->rec.error = error;
	s->pump.failed = 0;
	s->error_shown = error && filled; /* as in stream_failed() */
	s->pump.up_done = s->pump.down_done = s->rec.shut_rd = s->rec.shut_wr = s->filling.on = false;
	s->connected = s->unreported = s->rec.alias.on = false;
	s->pump.keeps_one = s->pump.kept = s->accepted.reset_waits = false;
	waitq_wake(&s->rec.changed);
}

int
stream_progress(struct stream_rec *s)
{
	unsigned ready = sock_ready(s->rec.sk);

	/* The stack reports the error once, and several calls may ask for it. */
	if (!s->pump.failed && (ready & (LEAT_ERR | LEAT_HUP))) {
		size_t len = sizeof s->pump.failed;

		sock_getopt(s->rec.sk, SOL_SOCKET, SO_ERROR, &s->pump.failed, &len);
		if (!s->pump.failed)
			s->pump.failed = LEAT_ECONNABORTED;
	}
	if (s->pump.failed)
		return -s->pump.failed;
	return ready & LEAT_OUT ? 0 : -EINPROGRESS;
}

static void
sock_event(struct sock *sk, void *arg)
{
	struct stream_rec *s = arg;
	int rc = stream_progress(s);

	if (rc == -EINPROGRESS)
		return;
	if (s->filling.on) { /* no connect() waits */
		if (rc == 0)
			rc = stream_joined(s, s->rec.program_end);
		if (rc < 0)
			stream_failed(s, -rc);
	}
	waitq_wake(&s->rec.changed);
}

void
stream_watch_connecting(struct stream_rec *s)
{
	s->rec.state = SOCKREC_CONNECTING;
	sock_watch(s->rec.sk, sock_event, s);
}

/*
 * Shows a reset that came while @s waited in the accept queue, if the program has accepted it since
 * then.
 */
static void
show_late_reset(struct stream_rec *s)
{
	int own = holder_borrow(&s->rec);

	if (own < 0)
		return;
	pump_show_reset(s, own);
	close(own);
}

static void
end(struct sockrec *r)
{
	listener_drop_child(stream_of(r));
}

static void
look(struct sockrec *r)
{
	struct stream_rec *s = stream_of(r);

	if (s->rec.state == SOCKREC_LISTENING)
		listener_offer_children(s);
	if (s->accepted.reset_waits)
		show_late_reset(s);
}

static bool
notices_close(const struct sockrec *r)
{
	return r->our_end.fd >= 0 && !stream_rec_shut(stream_of(r));
}

static void
our_end_closed(struct sockrec *r)
{
	stream_rec_uncount_delivered(stream_of(r));
}

struct stream_rec *
stream_rec_new(struct sockrecs *recs, bool v6)
{
	static const struct sockrec_ops ops = {
	    .end = end, .look = look, .notices_close = notices_close, .our_end_closed = our_end_closed};
	struct stream_rec *s = calloc(1, sizeof *s);

	if (s)
		sockrec_init(&s->rec, recs, &ops, SOCKREC_STREAM, v6);
	return s;
}

void
stream_rec_release_program_end(struct stream_rec *s)
{
	if (s->joined || s->rec.recs->kernel->getfd)
		sockrec_close_fd(&s->rec, &s->rec.program_end);
}
