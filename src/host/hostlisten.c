/*
 * Listening outside: what connects is a stream (hoststream.c) from then on.
 */
#include "base/err.h"
#include "host/hostsock.h"
#include "host/hostsock_impl.h"
#include "host/sockaddr.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { ACCEPT_BATCH = 64, LISTEN_BACKLOG = 4096 };

struct out_listener {
	struct loop_fd w;
	struct hostsock *host;
	void (*incoming)(void *arg, struct out_stream *s, const struct endpoint *peer);
	void *arg;
};

/* Takes one connection; false when there is none. */
static bool
listener_accept(struct out_listener *l)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof ss;
	struct endpoint peer;
	struct out_stream *s;
	int fd, e;

	fd = accept4(l->w.fd, (struct sockaddr *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return errno == ECONNABORTED || errno == EINTR;
	s = endpoint_from_sockaddr(&peer, (struct sockaddr *)&ss) ? hoststream_new(l->host, fd, false, &e)
								  : NULL;
	if (s)
		l->incoming(l->arg, s, &peer);
	else
		close(fd);
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
	int fd = hostsock_socket(at, SOCK_STREAM, 0), on = 1, e;

	if (fd < 0)
		return fd;
	e = -LEAT_ENOMEM;
	l = calloc(1, sizeof *l);
	if (!l)
		goto fail;
	*l = (struct out_listener){.w = {.fd = fd, .events = EPOLLIN, .fn = listener_event},
	    .host = h,
	    .incoming = incoming,
	    .arg = arg};
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
	close(fd);
	return e;
}

void
hostlisten_close(struct out_listener *l)
{
	loop_del(l->host->loop, &l->w);
	close(l->w.fd);
	l->host->open--;
	free(l);
}

int
hostsock_listener_name(const struct out_listener *l, struct endpoint *out)
{
	return hostsock_name(l->w.fd, out);
}
