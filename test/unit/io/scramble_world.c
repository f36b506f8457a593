/*
 * test/unit/io/scramble_world.c - a world whose streams are scrambled ones over those of another
 * world.
 */
#include "io/scramble_impl.h"

#include "base/err.h"

#include <assert.h>
#include <stdlib.h>

static struct scramble_world *
world_of(const struct io_world *w)
{
	return container_of(w, struct scramble_world, world);
}

static nsec_t
world_now(const struct io_world *w)
{
	return io_now(world_of(w)->below);
}

static void
world_random(struct io_world *w, void *buf, size_t len)
{
	world_of(w)->below->ops->random(world_of(w)->below, buf, len);
}

static int
world_connect(
    struct io_world *io, const struct endpoint *to, io_stream_fn *fn, void *arg, struct io_stream **out)
{
	struct scramble_world *w = world_of(io);
	struct io_stream *below;
	struct scramble *s;
	int err = io_connect(w->below, to, NULL, NULL, &below);

	if (err)
		return err;
	s = scramble_new(w, below, NULL);
	if (!s) {
		io_close(below, true);
		return -LEAT_ENOBUFS;
	}
	scramble_own(s);
	*out = &s->io;
	io_stream_watch(*out, fn, arg, 0);
	return 0;
}

/* Listeners: the lower stream is accepted at once, the scrambled one when it is connected */

struct scramble_listener {
	struct io_listener io;
	struct io_listener *below;
	struct scramble_world *w;
	struct timer timer;
	int waiting, backlog;
	bool wanted;
};

static struct scramble_listener *
listener_of(const struct io_listener *l)
{
	return container_of(l, struct scramble_listener, io);
}

/* The first connected stream of the queue; NULL if there is none. */
static struct scramble *
first_connected(const struct scramble_listener *l)
{
	list_each(n, &l->w->streams) {
		struct scramble *s = container_of(n, struct scramble, node);

		if (s->l == l && s->connected)
			return s;
	}
	return NULL;
}

static void
listener_poke(struct scramble_listener *l)
{
	if (l->io.fn && l->wanted && first_connected(l) && !timer_armed(&l->timer))
		timer_arm(l->w->world.wheel, &l->timer, io_now(l->w->below) + USEC);
}

static void
listener_notify(struct timer *t)
{
	struct scramble_listener *l = container_of(t, struct scramble_listener, timer);

	if (!l->wanted || !first_connected(l))
		return;
	listener_poke(l);
	l->io.fn(&l->io, l->io.arg);
}

/* Accepts lower streams while the queue has room. If it is full, they must not cost turns. */
static void
count_waiting(struct scramble_listener *l, int more)
{
	bool had_room = l->waiting < l->backlog;

	l->waiting += more;
	if (had_room != (l->waiting < l->backlog))
		l->below->ops->want(l->below, !had_room);
}

static void
drop(struct scramble_listener *l, struct scramble *s)
{
	count_waiting(l, -1);
	io_close(s->below, true);
	scramble_free(s);
}

void
scramble_listener_heard(struct scramble_listener *l, struct scramble *s)
{
	if (s->failure.error && !s->connected)
		drop(l, s);
	else
		listener_poke(l);
}

static void
listener_below(struct io_listener *below, void *arg)
{
	struct scramble_listener *l = arg;
	struct io_stream *s;

	while (l->waiting < l->backlog && below->ops->accept(below, &s) == 0) {
		struct scramble *over = scramble_new(l->w, s, l);

		if (!over) {
			io_close(s, true);
			continue;
		}
		count_waiting(l, 1);
		scramble_listener_heard(l, over); /* the other side's key may be here already */
	}
}

static int
listener_accept(struct io_listener *io, struct io_stream **out)
{
	struct scramble_listener *l = listener_of(io);
	struct scramble *s = first_connected(l);

	if (!s)
		return -LEAT_EAGAIN;
	scramble_own(s);
	count_waiting(l, -1);
	*out = &s->io;
	return 0;
}

static int
listener_local(const struct io_listener *io, struct endpoint *out)
{
	return listener_of(io)->below->ops->local(listener_of(io)->below, out);
}

static void
listener_want(struct io_listener *io, bool yes)
{
	listener_of(io)->wanted = yes;
	listener_poke(listener_of(io));
}

static void
listener_close(struct io_listener *io)
{
	struct scramble_listener *l = listener_of(io);

	list_each_safe(n, &l->w->streams) {
		struct scramble *s = container_of(n, struct scramble, node);

		if (s->l == l)
			drop(l, s);
	}
	timer_cancel(l->w->world.wheel, &l->timer);
	l->below->ops->close(l->below);
	l->w->owned--;
	free(l);
}

static const struct io_listener_ops listener_ops = {
    .accept = listener_accept,
    .local = listener_local,
    .want = listener_want,
    .close = listener_close,
};

static int
world_listen(struct io_world *io, const struct endpoint *at, int backlog,
    void (*fn)(struct io_listener *l, void *arg), void *arg, struct io_listener **out)
{
	struct scramble_listener *l = calloc(1, sizeof *l);
	int err = -LEAT_ENOMEM;

	if (l)
		err = io_listen(world_of(io)->below, at, backlog, listener_below, l, &l->below);
	if (err) {
		free(l);
		return err;
	}
	l->io = (struct io_listener){.ops = &listener_ops, .fn = fn, .arg = arg};
	l->w = world_of(io);
	l->wanted = true;
	l->w->owned++;
	l->backlog = backlog > 0 ? backlog : 1;
	timer_init(&l->timer, listener_notify);
	*out = &l->io;
	return 0;
}

static int
world_dgram(struct io_world *w, const struct endpoint *local, const struct endpoint *peer, io_dgram_fn *fn,
    void *arg, struct io_dgram **out)
{
	struct io_world *below = world_of(w)->below;

	return below->ops->dgram(below, local, peer, fn, arg, out);
}

static const struct io_world_ops world_ops = {
    .now = world_now,
    .random = world_random,
    .connect = world_connect,
    .listen = world_listen,
    .dgram = world_dgram,
};

struct io_world *
scramble_world_new(struct io_world *below, size_t rekey)
{
	struct scramble_world *w = calloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->world = (struct io_world){.ops = &world_ops, .wheel = below->wheel};
	w->below = below;
	w->rekey = rekey;
	list_init(&w->streams);
	return &w->world;
}

unsigned
scramble_world_lingering(const struct io_world *w)
{
	return world_of(w)->lingering;
}

void
scramble_world_free(struct io_world *io)
{
	struct scramble_world *w = world_of(io);

	assert(w->owned == 0);
	while (!list_empty(&w->streams)) {
		struct scramble *s = list_first(&w->streams, struct scramble, node);

		io_close(s->below, true);
		scramble_free(s);
	}
	free(w);
}
