/*
 * get/transfer/dial.c - attempts to connect, and the time between them.
 */
#include "get/transfer/dial.h"

#include "base/err.h"
#include "base/list.h"

static void try_next(struct dial *d);

static void
close_attempt(struct dial_attempt *a, bool reset)
{
	if (!a->io)
		return;
	io_close(a->io, reset);
	a->io = NULL;
	a->dial->open--;
}

void
dial_cancel(struct dial *d)
{
	for (unsigned i = 0; i < d->n; i++)
		close_attempt(&d->attempt[i], true);
	timer_cancel(d->world->wheel, &d->timer);
	d->n = d->next = 0;
}

static void
attempt_failed(struct dial_attempt *a, int error)
{
	struct dial *d = a->dial;

	d->error = error;
	if (d->ops->failed)
		d->ops->failed(d->arg, &a->at, error);
}

static void
on_stream(struct io_stream *s, unsigned events, void *arg)
{
	struct dial_attempt *a = arg;
	struct dial *d = a->dial;

	if (events & IO_CONNECTED) {
		a->io = NULL;
		d->open--;
		io_stream_watch(s, NULL, NULL, 0);
		dial_cancel(d);
		d->ops->done(d->arg, s, &a->at, 0);
	} else if (events & IO_FAILED) {
		int error = io_error(s);

		close_attempt(a, true);
		attempt_failed(a, error);
		try_next(d);
	}
}

/* Starts the next attempt at once; one that fails within the call makes room for another. */
static void
try_next(struct dial *d)
{
	while (d->next < d->n) {
		struct dial_attempt *a = &d->attempt[d->next++];
		int e;

		if (d->ops->trying)
			d->ops->trying(d->arg, &a->at);
		e = io_connect(d->world, &a->at, on_stream, a, &a->io);
		if (e == 0) {
			d->open++;
			break;
		}
		attempt_failed(a, e);
	}
	if (d->next < d->n)
		timer_arm(d->world->wheel, &d->timer, nsec_add(io_now(d->world), DIAL_STAGGER));
	else if (d->open == 0)
		timer_arm(
		    d->world->wheel, &d->timer, io_now(d->world)); /* the end, from a turn of the world */
}

static void
on_timer(struct timer *t)
{
	struct dial *d = container_of(t, struct dial, timer);

	if (d->next < d->n)
		try_next(d);
	else if (d->open == 0)
		d->ops->done(d->arg, NULL, NULL, d->error);
}

void
dial_init(struct dial *d, struct io_world *w)
{
	d->world = w;
	d->n = d->next = d->open = 0;
	timer_init(&d->timer, on_timer);
}

/*
 * RFC 8305, 4: the families take turns, beginning with that of the first address; within a family
 * the order stays.
 */
static void
interleave(struct dial *d, const struct endpoint *at, unsigned n)
{
	bool want4 = n > 0 && ipaddr_is4(&at[0].addr);
	unsigned next[2] = {0, 0};

	while (d->n < n) {
		unsigned *i = &next[want4];

		while (*i < n && ipaddr_is4(&at[*i].addr) != want4)
			++*i;
		if (*i < n)
			d->attempt[d->n++] = (struct dial_attempt){.dial = d, .at = at[(*i)++]};
		want4 = !want4;
	}
}

void
dial_begin(struct dial *d, const struct endpoint *at, unsigned n, const struct dial_ops *ops, void *arg)
{
	d->ops = ops;
	d->arg = arg;
	d->n = d->next = d->open = 0;
	d->error = -LEAT_EADDRNOTAVAIL;
	interleave(d, at, n < DIAL_MOST ? n : DIAL_MOST);
	try_next(d);
}
