/*
 * api/loop.c - stacks on this machine: its clock, and TAP devices.
 */
#include "host/loop.h"
#include "api/impl.h"
#include "host/random.h"
#include "host/tap.h"

#include <stdlib.h>
#include <string.h>

struct leat_loop {
	struct loop *loop;
	struct list drivers, taps;
};

/* What drives one stack. */
struct api_driver {
	struct list node;
	struct loop_source source;
	struct leat_loop *loop;
	struct leat_stack *stack;
};

struct api_tap {
	struct list node;
	struct tap *tap;
	struct leat_iface *iface;
};

struct leat_loop *
leat_loop_new(void)
{
	struct leat_loop *l = calloc(1, sizeof *l);

	if (!l)
		return NULL;
	list_init(&l->drivers);
	list_init(&l->taps);
	l->loop = loop_new();
	if (l->loop)
		return l;
	free(l);
	return NULL;
}

/* A stack's devices serve nobody once it has gone, and hold packets of its pool. */
static void
close_taps(struct leat_loop *l, const struct leat_stack *of)
{
	list_each_safe(n, &l->taps) {
		struct api_tap *t = container_of(n, struct api_tap, node);

		if (t->iface->owner != of)
			continue;
		list_del(n);
		tap_close(t->tap);
		free(t);
	}
}

void
api_driver_drop(struct api_driver *d)
{
	close_taps(d->loop, d->stack);
	loop_del_source(d->loop->loop, &d->source);
	list_del(&d->node);
	d->stack->driver = NULL;
	free(d);
}

void
leat_loop_free(struct leat_loop *loop)
{
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

static int
drive(struct leat_loop *loop, struct leat_stack *stack)
{
	struct api_driver *d;

	if (stack->driver)
		return stack->driver->loop == loop ? 0 : -LEAT_EBUSY;
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
on_frame(void *arg, struct pkt *frame, nsec_t now)
{
	struct api_tap *t = arg;

	stack_input(t->iface->owner->stack, t->iface->iface, frame, now);
}

/* Locally administered, and not the kernel's own end of the TAP. */
static int
add_iface(struct leat_stack *stack, struct api_tap *t)
{
	uint8_t mac[6];
	struct iface *iface;
	int err;

	random_fill(mac, sizeof mac);
	mac[0] = 0x02;
	err = stack_add_ethernet(stack->stack, tap_name(t->tap), 1500, mac, tap_wire(t->tap), &iface);
	if (err)
		return err;
	t->iface->iface = iface;
	return 0;
}

int
leat_loop_tap(struct leat_loop *loop, struct leat_stack *stack, const char *name, struct leat_iface **out)
{
	struct tap_config config = {
	    .name = name, .loop = loop->loop, .core = stack_core(stack->stack), .frame = on_frame};
	struct api_tap *t = calloc(1, sizeof *t);
	int err = t ? drive(loop, stack) : -LEAT_ENOMEM;

	if (err)
		goto no_tap;
	t->iface = api_iface_wrap(stack, NULL);
	config.arg = t;
	err = t->iface ? tap_open(&config, &t->tap) : -LEAT_ENOMEM;
	if (err)
		goto no_tap;
	err = add_iface(stack, t);
	if (err)
		goto no_iface;
	list_push(&loop->taps, &t->node);
	*out = t->iface;
	return 0;
no_iface:
	tap_close(t->tap);
no_tap:
	free(t);
	return err;
}

void
leat_loop_run(struct leat_loop *loop)
{
	loop_run(loop->loop);
}

void
leat_loop_stop(struct leat_loop *loop)
{
	loop_stop(loop->loop);
}
