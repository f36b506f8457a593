/*
 * api/stack.c - makes and frees the hosts that the caller drives, gives them the time, and returns
 * their counts of drops. It reads no clock.
 */
#include "api/impl.h"
#include "host/random.h"

#include <assert.h>
#include <stdlib.h>

enum { MEMORY_DEFAULT = 64 << 20 };

struct leat_stack *
api_stack_wrap(struct stack *stack, struct pkt_pool *pool)
{
	struct leat_stack *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->stack = stack;
	s->pool = pool;
	list_init(&s->node);
	list_init(&s->ifaces);
	list_init(&s->socks);
	return s;
}

void
api_stack_unwrap(struct leat_stack *s)
{
	while (!list_empty(&s->ifaces))
		api_iface_unwrap(list_first(&s->ifaces, struct leat_iface, node));
	list_del(&s->node);
	free(s);
}

bool
api_stack_flags_valid(uint32_t flags)
{
	return (flags & ~(uint32_t)(LEAT_STACK_FORWARD | LEAT_STACK_TRANSPARENT)) == 0;
}

void
api_stack_flags(struct stack *stack, uint32_t flags)
{
	stack_core(stack)->forwarding = flags & LEAT_STACK_FORWARD;
	stack_core(stack)->transparent = flags & LEAT_STACK_TRANSPARENT;
}

static struct core_config
core_config(const struct leat_stack_config *c)
{
	struct core_config cc = {.number = c->host ? c->host : 1, .now = c->now};

	cc.seed = c->seed ? c->seed : random_seed();
	cc.secret = c->seed ? (struct siphash_key){{c->seed, ~c->seed}} : random_key();
	return cc;
}

int
leat_stack_new(const struct leat_stack_config *config, struct leat_stack **out)
{
	struct leat_stack_config c;
	struct core_config cc;
	struct leat_stack *s;
	struct stack *stack;
	int err = api_config(&c, sizeof c, config);

	if (err)
		return err;
	if (!api_stack_flags_valid(c.flags))
		return -LEAT_EINVAL;
	cc = core_config(&c);
	cc.pool = pkt_pool_new(c.memory ? c.memory : MEMORY_DEFAULT);
	if (!cc.pool)
		return -LEAT_ENOMEM;
	stack = stack_new(&cc);
	if (!stack)
		goto no_stack;
	s = api_stack_wrap(stack, cc.pool);
	if (!s)
		goto no_wrap;
	api_stack_flags(stack, c.flags);
	*out = s;
	return 0;
no_wrap:
	stack_free(stack);
no_stack:
	pkt_pool_free(cc.pool);
	return -LEAT_ENOMEM;
}

void
leat_stack_free(struct leat_stack *stack)
{
	struct pkt_pool *pool;

	if (!stack)
		return;
	assert(!stack->sim);
	pool = stack->pool;
	/* This sends resets, so the devices must still exist. */
	api_socks_abort(stack);
	if (stack->driver)
		api_driver_drop(stack->driver);
	stack_free(stack->stack);
	api_stack_unwrap(stack);
	pkt_pool_free(pool);
}

void
leat_stack_advance(struct leat_stack *stack, int64_t now)
{
	stack_advance(stack->stack, now);
}

int64_t
leat_stack_next(struct leat_stack *stack)
{
	return stack_next(stack->stack);
}

int64_t
leat_stack_now(const struct leat_stack *stack)
{
	return stack_core(stack->stack)->now;
}

uint64_t
leat_stack_drops(const struct leat_stack *stack, unsigned reason)
{
	return reason < DROP_COUNT ? stack_core(stack->stack)->drops[reason] : 0;
}

const char *
leat_drop_name(unsigned reason)
{
	return reason < DROP_COUNT ? drop_name(reason) : NULL;
}

const char *
leat_drop_words(unsigned reason)
{
	return reason < DROP_COUNT ? drop_text(reason) : NULL;
}

const char *
leat_drop_source(unsigned reason)
{
	return reason < DROP_COUNT ? drop_source(reason) : NULL;
}
