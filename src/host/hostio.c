/*
 * host/hostio.c - the world over the machine's sockets: time, random octets, and the order in which
 * owners are called.
 *
 * An event of epoll calls the owner of its socket at once. An owner that wants an event which held
 * before is called in the next turn, from the due list. The loop does not sleep while that list has
 * a member. If an event still holds after the callback, the owner is called again in the next turn.
 */
#include "host/hostio.h"

#include "base/err.h"
#include "host/hostio_impl.h"
#include "host/random.h"
#include "host/sockaddr.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>

/* Returns the events that the owner of @s is to be called with. */
static unsigned
sock_events(const struct hostio_sock *s)
{
	if (!s->has_fn)
		return 0;
	return s->pending & IO_CONNECTED ? IO_CONNECTED : s->pending | (s->want & s->ready);
}

/* Puts @s on @list if its owner is to be called. */
static void
sock_queue(struct hostio_sock *s, struct list *list)
{
	list_del(&s->due);
	if (sock_events(s))
		list_push(list, &s->due);
}

void
hostio_sock_update(struct hostio_sock *s)
{
	if (!sock_events(s) || !list_linked(&s->due))
		sock_queue(s, &s->host->due);
}

void
hostio_sock_notify(struct hostio_sock *s)
{
	unsigned events = sock_events(s);

	s->pending &= ~events;
	sock_queue(s, &s->host->later); /* before the callback, which may close @s */
	if (events)
		s->call(s, events);
}

void
hostio_sock_unready(struct hostio_sock *s, unsigned mask)
{
	s->ready &= ~mask;
	hostio_sock_update(s);
}

/*
 * Looks whether a socket that may have no more to read can still be read. Otherwise the owner might
 * be called for nothing, and would make a system call to find that out.
 */
static void
sock_look(struct hostio_sock *s)
{
	struct pollfd p = {.fd = s->w.fd, .events = POLLIN};

	if (!s->unsure || !(s->want & s->ready & IO_READABLE))
		return;
	s->unsure = false;
	if (poll(&p, 1, 0) == 0)
		s->empty(s);
}

void
hostio_sock_check(struct hostio_sock *s)
{
	if (s->read_at == loop_now(s->host->loop)) {
		s->unsure = true;
		sock_look(s);
	}
}

static void
sock_begin(struct hostio *h, struct hostio_sock *s, uint32_t events)
{
	s->host = h;
	s->w.events = events | EPOLLET;
	list_init(&s->due);
	list_init(&s->fresh);
}

int
hostio_sock_add(struct hostio *h, struct hostio_sock *s, uint32_t events)
{
	int e;

	sock_begin(h, s, events);
	e = loop_add(h->loop, &s->w);
	if (e == 0)
		h->open++;
	return e;
}

void
hostio_sock_add_later(struct hostio *h, struct hostio_sock *s, uint32_t events)
{
	sock_begin(h, s, events);
	list_push(&h->fresh, &s->fresh);
	h->open++;
}

void
hostio_sock_watch(struct hostio_sock *s, uint32_t events)
{
	if (list_linked(&s->fresh))
		s->w.events |= events;
	else
		loop_mod(s->host->loop, &s->w, s->w.events | events);
}

/* Registers the sockets that were accepted in this turn and are still open. */
static void
register_fresh(struct hostio *h)
{
	struct list *n;

	while ((n = list_pop(&h->fresh))) {
		struct hostio_sock *s = container_of(n, struct hostio_sock, fresh);
		int e = loop_add(h->loop, &s->w);

		if (e < 0)
			s->fail(s, -e);
	}
}

void
hostio_sock_close(struct hostio_sock *s)
{
	list_del(&s->due);
	list_del(&s->fresh);
	loop_close(s->host->loop, &s->w);
	fd_budget_release(s->host->fds);
	s->host->open--;
}

int
hostio_socket(struct hostio *h, const struct endpoint *e, int type, int protocol)
{
	int fd =
	    socket(ipaddr_is4(&e->addr) ? AF_INET : AF_INET6, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);

	return fd_budget_take(h->fds, fd < 0 ? -errno : fd);
}

int
hostio_bind(int fd, const struct endpoint *at)
{
	struct sockaddr_storage ss;
	socklen_t len = sockaddr_from_endpoint(&ss, at);
	int on = 1;

	/* Allows another socket at the same port of 0.0.0.0. */
	if (ss.ss_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0)
		return -errno;
	return bind(fd, (struct sockaddr *)&ss, len) < 0 ? -errno : 0;
}

int
hostio_name(int fd, struct endpoint *out)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof ss;

	if (getsockname(fd, (struct sockaddr *)&ss, &len) < 0)
		return -errno;
	return endpoint_from_sockaddr(out, (struct sockaddr *)&ss) ? 0 : -LEAT_EAFNOSUPPORT;
}

static nsec_t
world_next(struct loop_source *source)
{
	struct hostio *h = container_of(source, struct hostio, source);

	if (!list_empty(&h->due) || !list_empty(&h->later) || !list_empty(&h->fresh))
		return loop_now(h->loop);
	return wheel_next(h->world.wheel);
}

static void
sock_run(struct hostio_sock *s)
{
	sock_look(s);
	hostio_sock_notify(s);
}

/* Calls the owners that are due. Sockets that become due meanwhile wait for the next turn. */
static void
run_due(struct hostio *h)
{
	struct list due, *n;

	list_init(&due);
	list_move(&due, &h->due);
	while ((n = list_pop(&due)))
		sock_run(container_of(n, struct hostio_sock, due));
}

static void
world_run(struct loop_source *source, nsec_t now)
{
	struct hostio *h = container_of(source, struct hostio, source);

	if (!list_empty(&h->due))
		run_due(h);
	wheel_advance(h->world.wheel, now);
	register_fresh(h);
	list_move(&h->due, &h->later);
}

static nsec_t
world_now(const struct io_world *w)
{
	return loop_now(container_of(w, struct hostio, world)->loop);
}

static void
world_random(struct io_world *w, void *buf, size_t len)
{
	random_fill(buf, len);
}

static const struct io_world_ops world_ops = {
    .now = world_now,
    .random = world_random,
    .connect = hostio_connect,
    .listen = hostio_listen,
    .dgram = hostio_dgram,
};

static bool
sigpipe_ignored(void)
{
	struct sigaction sa;

	return sigaction(SIGPIPE, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN;
}

struct io_world *
hostio_new(struct loop *loop, struct fd_budget *fds)
{
	struct hostio *h = calloc(1, sizeof *h);

	if (!h)
		return NULL;
	h->world = (struct io_world){.ops = &world_ops, .wheel = wheel_new(loop_now(loop))};
	if (!h->world.wheel) {
		free(h);
		return NULL;
	}
	h->loop = loop;
	h->fds = fds;
	h->accept_needs = 1;
	h->sigpipe = !sigpipe_ignored();
	h->source = (struct loop_source){.next = world_next, .run = world_run};
	list_init(&h->due);
	list_init(&h->later);
	list_init(&h->fresh);
	hostio_streams_init(h);
	loop_add_source(loop, &h->source);
	return &h->world;
}

void
hostio_free(struct io_world *w)
{
	struct hostio *h;

	if (!w)
		return;
	h = hostio_of(w);
	assert(h->open == 0);
	loop_del_source(h->loop, &h->source);
	wheel_free(w->wheel);
	slab_fini(&h->streams);
	free(h->octets);
	free(h);
}

void
hostio_accept_needs(struct io_world *w, unsigned n)
{
	hostio_of(w)->accept_needs = n;
}
