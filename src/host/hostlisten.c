/*
 * Listening outside: what connects is a stream (hoststream.c) from then on.
 *
 * What there is no descriptor for waits in the kernel's queue. The listener is not watched then,
 * since it would be ready all the time, but waits for a descriptor (fd_room.h).
 */
#include "base/err.h"
#include "host/hostsock.h"
#include "host/hostsock_impl.h"
#include "host/sockaddr.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Each connection takes one descriptor here, and one towards the program. */
enum { ACCEPT_BATCH = 64, LISTEN_BACKLOG = 4096, ACCEPT_NEEDS = 2 };

struct out_listener {
	struct loop_fd w;
	struct hostsock *host;
	struct fd_wait wait;
	void (*incoming)(void *arg, struct out_stream *s, const struct endpoint *peer);
	void *arg;
};

static void
listener_pause(struct out_listener *l)
{
	loop_mod(l->host->loop, &l->w, 0);
	fd_room_wait(l->host->room, &l->wait);
}

static void
listener_resume(struct fd_wait *w)
{
	struct out_listener *l = container_of(w, struct out_listener, wait);

	if (fd_room_has(l->host->room, ACCEPT_NEEDS))
		loop_mod(l->host->loop, &l->w, EPOLLIN);
	else
		fd_room_wait(l->host->room, w);
}

/* Takes one connection; false when there is none, or when it has to wait. */
static bool
listener_accept(struct out_listener *l)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof ss;
	struct endpoint peer;
	struct out_stream *s;
	int fd, e;

	if (!fd_room_for(l->host->room, ACCEPT_NEEDS)) {
		listener_pause(l);
		return false;
	}
	fd = accept4(l->w.fd, (struct sockaddr *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	fd = fd_room_take(l->host->room, fd < 0 ? -errno : fd);
	if (fd < 0 && fd_room_ran_out(fd))
		listener_pause(l);
	if (fd < 0)
		return fd == -ECONNABORTED || fd == -EINTR;
	s = endpoint_from_sockaddr(&peer, (struct sockaddr *)&ss) ? hoststream_new(l->host, fd, false, &e)
								  : NULL;
	if (!s) {
		fd_room_close(l->host->room, fd);
		return true;
	}
	hoststream_entered(s);
	l->incoming(l->arg, s, &peer);
	return true;
}

static void
listener_event(struct loop_fd *w, uint32_t events)
{
	struct out_listener *l = container_of(w, struct out_listener, w);

	(void)events;
	for (int i = 0; i < ACCEPT_BATCH && listener_accept(l); i++)
		;
}

int
hostlisten_open(void *self, const struct endpoint *at,
    void (*incoming)(void *arg, struct out_stream *s, const struct endpoint *peer), void *arg,
    struct out_listener **out)
{
	struct hostsock *h = self;
	struct out_listener *l;
	int fd = hostsock_socket(h, at, SOCK_STREAM, 0), on = 1, e;

	if (fd < 0)
		return fd;
	e = -LEAT_ENOMEM;
	l = calloc(1, sizeof *l);
	if (!l)
		goto fail;
	*l = (struct out_listener){.w = {.fd = fd, .events = EPOLLIN, .fn = listener_event},
	    .host = h,
	    .wait = {.fn = listener_resume},
	    .incoming = incoming,
	    .arg = arg};
	list_init(&l->wait.node);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	hoststream_tune(fd); /* and all that it accepts */
	e = hostsock_bind(fd, at);
	if (e == 0 && listen(fd, LISTEN_BACKLOG) < 0)
		e = -errno;
	if (e == 0)
		e = loop_add(h->loop, &l->w);
	if (e < 0)
		goto fail;
	h->open++;
	*out = l;
	return 0;
fail:
	free(l);
	fd_room_close(h->room, fd);
	return e;
}

void
hostlisten_close(struct out_listener *l)
{
	loop_del(l->host->loop, &l->w);
	fd_room_leave(&l->wait);
	fd_room_close(l->host->room, l->w.fd);
	l->host->open--;
	free(l);
}

int
hostsock_listener_name(const struct out_listener *l, struct endpoint *out)
{
	return hostsock_name(l->w.fd, out);
}
