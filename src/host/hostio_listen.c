/*
 * host/hostio_listen.c - listeners over the machine's TCP.
 *
 * A connection for which there is no descriptor waits in the kernel's queue. The listener would
 * then be ready all the time. So it is not watched, but waits for a descriptor (fd_room.h).
 */
#include "host/hostio_stream.h"

#include "base/err.h"
#include "host/sockaddr.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

struct hostio_listener {
	struct io_listener io;
	struct loop_fd w;
	struct hostio *host;
	struct fd_wait wait;
	bool wanted; /* the callback is wanted */
};

static struct hostio_listener *
listener_of(const struct io_listener *io)
{
	return container_of(io, struct hostio_listener, io);
}

/* Watches the listener if it has a callback that is wanted. */
static void
listener_watch(struct hostio_listener *l)
{
	loop_mod(l->host->loop, &l->w, l->io.fn && l->wanted ? EPOLLIN : 0);
}

static void
listener_pause(struct hostio_listener *l)
{
	loop_mod(l->host->loop, &l->w, 0);
	fd_room_wait(l->host->room, &l->wait);
}

static void
listener_resume(struct fd_wait *w)
{
	struct hostio_listener *l = container_of(w, struct hostio_listener, wait);

	if (fd_room_has(l->host->room, l->host->accept_needs))
		listener_watch(l);
	else
		fd_room_wait(l->host->room, w);
}

static void
listener_event(struct loop_fd *w, uint32_t events)
{
	struct hostio_listener *l = container_of(w, struct hostio_listener, w);

	if (l->wanted) /* no callback of this turn has changed that */
		l->io.fn(&l->io, l->io.arg);
}

/* Calls accept4(2). Returns the descriptor, counted, or the negative errno. */
static int
listener_take(struct hostio_listener *l, struct endpoint *peer)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof ss;
	int fd = accept4(l->w.fd, (struct sockaddr *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	fd = fd_room_take(l->host->room, fd < 0 ? -errno : fd);
	if (fd >= 0)
		endpoint_from_sockaddr(peer, (struct sockaddr *)&ss);
	return fd;
}

/* Makes a stream over @fd, which was accepted. On failure @fd is closed. */
static int
listener_stream(struct hostio_listener *l, int fd, const struct endpoint *peer, struct io_stream **out)
{
	struct hostio_stream *s;
	int e = hostio_stream_new(l->host, fd, peer, false, &s);

	if (e < 0) {
		fd_room_close(l->host->room, fd);
		return e;
	}
	s->entered = l->host->accept_needs > 1;
	l->host->room->entered += s->entered;
	*out = &s->io;
	return 0;
}

static int
listener_accept(struct io_listener *io, struct io_stream **out)
{
	struct hostio_listener *l = listener_of(io);
	struct endpoint peer;
	int fd;

	if (!fd_room_for(l->host->room, l->host->accept_needs)) {
		listener_pause(l);
		return -LEAT_EAGAIN;
	}
	do {
		fd = listener_take(l, &peer);
		if (fd >= 0 && listener_stream(l, fd, &peer, out) == 0)
			return 0;
	} while (fd >= 0 || fd == -EINTR || fd == -ECONNABORTED);
	if (fd_room_ran_out(fd))
		listener_pause(l);
	/* Another error is one connection's: accept(2), "Error handling". */
	return -LEAT_EAGAIN;
}

static int
listener_local(const struct io_listener *io, struct endpoint *out)
{
	return hostio_name(listener_of(io)->w.fd, out);
}

static void
listener_want(struct io_listener *io, bool yes)
{
	struct hostio_listener *l = listener_of(io);

	l->wanted = yes;
	if (!list_linked(&l->wait.node))
		listener_watch(l);
}

static void
listener_close(struct io_listener *io)
{
	struct hostio_listener *l = listener_of(io);

	fd_room_leave(&l->wait);
	loop_close(l->host->loop, &l->w);
	fd_room_gave(l->host->room);
	l->host->open--;
	free(l);
}

static const struct io_listener_ops listener_ops = {
    .accept = listener_accept,
    .local = listener_local,
    .want = listener_want,
    .close = listener_close,
};

static int
listener_begin(struct hostio *h, int fd, const struct endpoint *at, int backlog, struct hostio_listener *l)
{
	int on = 1, e;

	l->w = (struct loop_fd){.fd = fd, .events = l->io.fn ? EPOLLIN : 0, .fn = listener_event};
	l->wait.fn = listener_resume;
	list_init(&l->wait.node);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	hostio_stream_tune(fd);
	e = hostio_bind(fd, at);
	if (e == 0 && listen(fd, backlog) < 0)
		e = -errno;
	return e < 0 ? e : loop_add(h->loop, &l->w);
}

int
hostio_listen(struct io_world *w, const struct endpoint *at, int backlog,
    void (*fn)(struct io_listener *l, void *arg), void *arg, struct io_listener **out)
{
	struct hostio *h = hostio_of(w);
	int fd = hostio_socket(h, at, SOCK_STREAM, 0), e = -LEAT_ENOMEM;
	struct hostio_listener *l;

	if (fd < 0)
		return fd;
	l = calloc(1, sizeof *l);
	if (l) {
		l->io = (struct io_listener){.ops = &listener_ops, .fn = fn, .arg = arg};
		l->host = h;
		l->wanted = true;
		e = listener_begin(h, fd, at, backlog, l);
	}
	if (e < 0) {
		free(l);
		fd_room_close(h->room, fd);
		return e;
	}
	h->open++;
	*out = &l->io;
	return 0;
}
