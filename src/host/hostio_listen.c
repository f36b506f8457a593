/*
 * host/hostio_listen.c - listeners over the machine's TCP.
 *
 * A connection for which there is no descriptor waits in the kernel's queue. The listener would
 * then be ready all the time. So it is not watched, but waits for a descriptor (fd_budget.h).
 */
#include "host/hostio_stream.h"

#include "base/err.h"
#include "host/sockaddr.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

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
	fd_budget_wait(l->host->fds, &l->wait);
}

static void
listener_resume(struct fd_wait *w)
{
	struct hostio_listener *l = container_of(w, struct hostio_listener, wait);

	if (fd_budget_allows(l->host->fds, l->host->accept_needs))
		listener_watch(l);
	else
		fd_budget_wait(l->host->fds, w);
}

static void
listener_event(struct loop_fd *w, uint32_t events)
{
	struct hostio_listener *l = container_of(w, struct hostio_listener, w);

	if (l->io.fn && l->wanted) /* no callback of this turn has changed that */
		l->io.fn(&l->io, l->io.arg);
}

/* Calls accept4(2). Returns the descriptor, counted, or the negative errno. */
static int
listener_take(struct hostio_listener *l, struct endpoint *peer)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof ss;
	int fd = accept4(l->w.fd, (struct sockaddr *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	fd = fd_budget_take(l->host->fds, fd < 0 ? -errno : fd);
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
		fd_budget_close(l->host->fds, fd);
		return e;
	}
	s->inbound = l->host->accept_needs > 1;
	l->host->fds->inbound += s->inbound;
	*out = &s->io;
	return 0;
}

static int
listener_accept(struct io_listener *io, struct io_stream **out)
{
	struct hostio_listener *l = listener_of(io);
	struct endpoint peer;
	int fd;

	if (!fd_budget_ensure(l->host->fds, l->host->accept_needs)) {
		listener_pause(l);
		return -LEAT_EAGAIN;
	}
	do {
		fd = listener_take(l, &peer);
		if (fd >= 0 && listener_stream(l, fd, &peer, out) == 0)
			return 0;
	} while (fd >= 0 || fd == -EINTR || fd == -ECONNABORTED);
	if (fd_budget_ran_out(fd))
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

	fd_budget_leave(&l->wait);
	loop_del(l->host->loop, &l->w); /* another process may have the socket, too */
	close(l->w.fd);
	fd_budget_release(l->host->fds);
	l->host->open--;
	free(l);
}

static const struct io_listener_ops listener_ops = {
    .accept = listener_accept,
    .local = listener_local,
    .want = listener_want,
    .close = listener_close,
};

/* Makes a listener of @fd, which is counted already. On failure @fd is still the caller's. */
static int
listener_new(struct hostio *h, int fd, void (*fn)(struct io_listener *l, void *arg), void *arg,
    struct io_listener **out)
{
	struct hostio_listener *l = calloc(1, sizeof *l);
	int e;

	if (!l)
		return -LEAT_ENOMEM;
	l->io = (struct io_listener){.ops = &listener_ops, .fn = fn, .arg = arg};
	l->host = h;
	l->wanted = true;
	l->w = (struct loop_fd){.fd = fd, .events = fn ? EPOLLIN : 0, .fn = listener_event};
	l->wait.fn = listener_resume;
	list_init(&l->wait.node);
	e = loop_add(h->loop, &l->w);
	if (e < 0) {
		free(l);
		return e;
	}
	h->open++;
	*out = &l->io;
	return 0;
}

static int
start_listening(int fd, const struct endpoint *at, int backlog)
{
	int on = 1, e;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	hostio_stream_tune(fd);
	e = hostio_bind(fd, at);
	if (e == 0 && listen(fd, backlog) < 0)
		e = -errno;
	return e;
}

int
hostio_listen(struct io_world *w, const struct endpoint *at, int backlog,
    void (*fn)(struct io_listener *l, void *arg), void *arg, struct io_listener **out)
{
	struct hostio *h = hostio_of(w);
	int fd = hostio_socket(h, at, SOCK_STREAM, 0), e;

	if (fd < 0)
		return fd;
	e = start_listening(fd, at, backlog);
	if (e == 0)
		e = listener_new(h, fd, fn, arg, out);
	if (e < 0)
		fd_budget_close(h->fds, fd);
	return e;
}

int
hostio_listen_on(struct io_world *w, int fd, void (*fn)(struct io_listener *l, void *arg), void *arg,
    struct io_listener **out)
{
	struct hostio *h = hostio_of(w);
	int e = listener_new(h, fd, fn, arg, out);

	if (e == 0)
		fd_budget_add(h->fds);
	return e;
}

/* A first socket says only afterwards that others may join it. */
int
hostio_listen_socket(const struct endpoint *at, int backlog, bool joins)
{
	int fd =
	    socket(ipaddr_is4(&at->addr) ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1, e = fd < 0 ? -errno : 0;

	if (e == 0 && joins && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0)
		e = -errno;
	if (e == 0)
		e = start_listening(fd, at, backlog);
	if (e == 0 && !joins && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0)
		e = -errno;
	if (e < 0 && fd >= 0)
		close(fd);
	return e < 0 ? e : fd;
}
