/*
 * api/loop.c - runs hosts on this machine's clock, and connects them to TAP devices. It does not
 * look into frames.
 */
#include "host/loop.h"
#include "api/impl.h"
#include "host/tap.h"

#include <stdlib.h>
#include <string.h>

enum { TAP_FLAGS = LEAT_IFACE_RAW_IP | LEAT_IFACE_AUTOCONF };

struct leat_loop {
	struct loop *loop;
	struct list drivers;
};

/* Gives one stack the time, from the loop that it was added to. */
struct api_driver {
	struct list node;
	struct loop_source source;
	struct leat_loop *loop;
	struct leat_stack *stack;
};

int
leat_loop_new(struct leat_loop **out)
{
	struct leat_loop *l = calloc(1, sizeof *l);

	if (!l)
		return -LEAT_ENOMEM;
	list_init(&l->drivers);
	l->loop = loop_new();
	if (!l->loop) {
		free(l);
		return -LEAT_ENOMEM;
	}
	*out = l;
	return 0;
}

/*
 * Closes the TAP devices of @stack. Their interfaces go down first, so a frame that is sent later
 * is counted as a drop.
 */
static void
close_taps(struct leat_stack *stack)
{
	list_each(n, &stack->ifaces) {
		struct leat_iface *i = container_of(n, struct leat_iface, node);

		if (!i->tap)
			continue;
		iface_down(i->iface);
		tap_close(i->tap);
		i->tap = NULL;
	}
}

void
api_driver_drop(struct api_driver *d)
{
	close_taps(d->stack);
	loop_del_source(d->loop->loop, &d->source);
	list_del(&d->node);
	d->stack->driver = NULL;
	free(d);
}

void
leat_loop_free(struct leat_loop *loop)
{
	if (!loop)
		return;
	while (!list_empty(&loop->drivers))
		api_driver_drop(list_first(&loop->drivers, struct api_driver, node));
	loop_free(loop->loop);
	free(loop);
}

static nsec_t
driver_next(struct loop_source *s)
{
	return stack_next(container_of(s, struct api_driver, source)->stack->stack);
}

static void
driver_run(struct loop_source *s, nsec_t now)
{
	stack_advance(container_of(s, struct api_driver, source)->stack->stack, now);
}

int
leat_loop_add_stack(struct leat_loop *loop, struct leat_stack *stack)
{
	struct api_driver *d;

	if (stack->driver || stack->sim)
		return -LEAT_EBUSY;
	d = calloc(1, sizeof *d);
	if (!d)
		return -LEAT_ENOMEM;
	d->loop = loop;
	d->stack = stack;
	d->source.next = driver_next;
	d->source.run = driver_run;
	list_push(&loop->drivers, &d->node);
	loop_add_source(loop->loop, &d->source);
	stack->driver = d;
	stack_advance(stack->stack, loop_refresh(loop->loop));
	return 0;
}

static void
on_frames(void *arg, struct pkt_queue *frames, nsec_t now)
{
	struct leat_iface *i = arg;

	stack_input_batch(i->owner->stack, i->iface, frames, now);
}

static int
read_tap(const struct leat_tap_config *config, struct leat_stack *stack, struct api_iface_settings *s,
    struct tap_config *tap)
{
	struct leat_tap_config c;
	int err = api_config(&c, sizeof c, config);

	if (err)
		return err;
	*s = (struct api_iface_settings){
	    .name = c.name, .mtu = c.mtu, .flags = c.flags, .flags_allowed = TAP_FLAGS};
	memcpy(s->mac, c.mac, sizeof s->mac);
	tap->name = c.name;
	tap->raw_ip = c.flags & LEAT_IFACE_RAW_IP;
	return api_iface_check(stack, s);
}

int
leat_tap_open(struct leat_loop *loop, struct leat_stack *stack, const struct leat_tap_config *config,
    struct leat_iface **out)
{
	struct tap_config tc = {.loop = loop->loop, .core = stack_core(stack->stack), .frames = on_frames};
	struct api_iface_settings s;
	struct leat_iface *i;
	int err;

	if (!stack->driver || stack->driver->loop != loop)
		return -LEAT_EINVAL;
	err = read_tap(config, stack, &s, &tc);
	if (err)
		return err;
	i = api_iface_wrap(stack);
	if (!i)
		return -LEAT_ENOMEM;
	tc.arg = i;
	err = tap_open(&tc, &i->tap);
	if (err)
		goto no_tap;
	s.name = tap_name(i->tap);
	err = api_iface_attach(i, &s, tap_wire(i->tap));
	if (err)
		goto no_iface;
	*out = i;
	return 0;
no_iface:
	tap_close(i->tap);
no_tap:
	api_iface_unwrap(i);
	return err;
}

void
leat_loop_run(struct leat_loop *loop)
{
	loop_run(loop->loop);
}

void
leat_loop_turn(struct leat_loop *loop, int64_t timeout)
{
	nsec_t now = loop_refresh(loop->loop);

	loop_turn(loop->loop, timeout > 0 ? nsec_add(now, timeout) : now);
}

void
leat_loop_stop(struct leat_loop *loop)
{
	loop_stop(loop->loop);
}
