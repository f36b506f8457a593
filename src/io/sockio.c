/*
 * io/sockio.c - the world over Leat's own sockets: its time, its random octets, and when owners are
 * notified.
 */
#include "io/sockio_impl.h"
#include "stack/stack.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/*
 * An event that still holds after the callback is reported again after this time. A timer that is
 * armed for the instant at which it fires would fire again before anything else could happen, and
 * in virtual time the clock would stand still.
 */
#define TURN USEC

void
sockio_obj_init(struct sockio_obj *o, const struct sockio_kind *kind, struct sockio *io, struct sock *sk)
{
	o->kind = kind;
	o->io = io;
	o->sk = sk;
	list_init(&o->due);
	io->open++;
}

void
sockio_obj_fini(struct sockio_obj *o)
{
	list_del(&o->due);
	if (o->io->notifying == o)
		o->io->notifying = NULL;
	o->io->open--;
}

/* Reports an event of @o in the next turn. */
static void
become_due(struct sockio_obj *o)
{
	struct sockio *io = o->io;

	if (!list_linked(&o->due))
		list_push(&io->due, &o->due);
	if (!timer_armed(&io->turn))
		timer_arm(io->core->wheel, &io->turn, io->core->now + (io->turning ? TURN : 0));
}

void
sockio_check(struct sockio_obj *o)
{
	if (o->kind->holds(o))
		become_due(o);
	else
		list_del(&o->due);
}

void
sockio_serve(struct sockio_obj *o, unsigned events)
{
	struct sockio *io = o->io;

	list_del(&o->due);
	if (!events)
		return;
	io->notifying = o;
	o->kind->notify(o, events);
	if (io->notifying != o)
		return;
	io->notifying = NULL;
	if (o->kind->holds(o))
		become_due(o);
}

/* Serves the objects that are due. Those that become due meanwhile wait for the next turn. */
static void
serve_due(struct timer *t)
{
	struct sockio *io = container_of(t, struct sockio, turn);
	struct list round, *n;

	list_init(&round);
	list_move(&round, &io->due);
	io->turning = true;
	while ((n = list_pop(&round))) {
		struct sockio_obj *o = container_of(n, struct sockio_obj, due);

		sockio_serve(o, o->kind->holds(o));
	}
	io->turning = false;
}

void
sockio_option(struct sock *sk, int level, int name, int value)
{
	int err = sock_setopt(sk, level, name, &value, sizeof value);

	assert(!err);
	(void)err;
}

static nsec_t
world_now(const struct io_world *w)
{
	return sockio_of(w)->core->now;
}

/*
 * Draws from SipHash of a counter under a secret key: a pseudorandom function for everyone who does
 * not know the key.
 */
static void
world_random(struct io_world *w, void *buf, size_t len)
{
	struct sockio *io = sockio_of(w);
	uint8_t *to = buf;

	while (len) {
		uint64_t v = siphash_words(&io->key, &io->drawn, 1);
		size_t n = len < sizeof v ? len : sizeof v;

		io->drawn++;
		memcpy(to, &v, n);
		to += n;
		len -= n;
	}
}

static const struct io_world_ops WORLD_OPS = {
    .now = world_now,
    .random = world_random,
    .connect = sockio_connect,
    .listen = sockio_listen,
    .dgram = sockio_dgram,
};

/*
 * Makes a key that differs from every other use of the core's secret, and between two worlds of one
 * stack.
 */
static void
make_key(struct sockio *io)
{
	uint64_t words[4] = {0x736f636b696f2e72, rng_u64(&io->core->rng), rng_u64(&io->core->rng), 0};

	for (unsigned i = 0; i < 2; i++) {
		words[3] = i;
		io->key.k[i] = siphash_words(&io->core->secret, words, 4);
	}
}

struct io_world *
sockio_new(struct stack *stack)
{
	struct sockio *io = calloc(1, sizeof *io);

	if (!io)
		return NULL;
	io->core = stack_core(stack);
	io->socks = stack_socks(stack);
	io->world = (struct io_world){&WORLD_OPS, io->core->wheel};
	list_init(&io->due);
	sockio_streams_init(io);
	timer_init(&io->turn, serve_due);
	make_key(io);
	return &io->world;
}

void
sockio_free(struct io_world *world)
{
	struct sockio *io = sockio_of(world);

	assert(io->open == 0);
	timer_cancel(io->core->wheel, &io->turn);
	slab_fini(&io->streams);
	free(io);
}

unsigned
sockio_open(const struct io_world *world)
{
	return sockio_of(world)->open;
}
