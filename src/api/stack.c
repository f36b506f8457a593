/*
 * api/stack.c - hosts and their interfaces, driven by the caller.
 */
#include "api/impl.h"
#include "host/random.h"

#include <stdlib.h>
#include <string.h>

enum { MEMORY_DEFAULT = 64 << 20, MTU_DEFAULT = 1500 };

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
	struct list *n;

	while ((n = list_pop(&s->ifaces)) != NULL) {
		struct leat_iface *i = container_of(n, struct leat_iface, node);

		free(i->buf);
		free(i);
	}
	list_del(&s->node);
	free(s);
}

struct leat_stack *
leat_stack_new(const struct leat_config *config)
{
	struct core_config cc = {.number = 1};
	size_t memory = config && config->memory ? config->memory : MEMORY_DEFAULT;
	struct leat_stack *s = NULL;
	struct stack *stack;

	cc.seed = config && config->seed ? config->seed : random_seed();
	if (config && config->seed)
		cc.secret = (struct siphash_key){{config->seed, ~config->seed}};
	else
		cc.secret = random_key();
	cc.pool = pkt_pool_new(memory);
	if (!cc.pool)
		return NULL;
	stack = stack_new(&cc);
	if (stack)
		s = api_stack_wrap(stack, cc.pool);
	if (s)
		return s;
	if (stack)
		stack_free(stack);
	pkt_pool_free(cc.pool);
	return NULL;
}

void
leat_stack_free(struct leat_stack *stack)
{
	struct pkt_pool *pool = stack->pool;

	if (stack->driver)
		api_driver_drop(stack->driver);
	api_socks_close(stack);
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

struct leat_iface *
api_iface_wrap(struct leat_stack *owner, struct iface *iface)
{
	struct leat_iface *i = calloc(1, sizeof *i);

	if (!i)
		return NULL;
	i->owner = owner;
	i->iface = iface;
	list_push(&owner->ifaces, &i->node);
	return i;
}

static void
carry(struct wire *wire, struct pkt *frame, nsec_t now)
{
	struct leat_iface *i = container_of(wire, struct leat_iface, wire);
	size_t len = frame->len;

	pkt_copy_out(frame, 0, i->buf, len);
	pkt_free(frame);
	i->transmit(i->arg, i->buf, len);
}

int
leat_iface_add(struct leat_stack *stack, const struct leat_iface_config *config, struct leat_iface **out)
{
	uint32_t mtu = config->mtu ? config->mtu : MTU_DEFAULT;
	struct leat_iface *i = api_iface_wrap(stack, NULL);
	int err;

	if (!i)
		return -LEAT_ENOMEM;
	i->wire.transmit = carry;
	i->transmit = config->transmit;
	i->arg = config->arg;
	i->buf = malloc(mtu + 64u); /* and the link header */
	if (!i->buf)
		err = -LEAT_ENOMEM;
	else if (config->raw_ip)
		err = stack_add_rawip(stack->stack, config->name, mtu, &i->wire, &i->iface);
	else
		err = stack_add_ethernet(stack->stack, config->name, mtu, config->mac, &i->wire, &i->iface);
	if (err) {
		list_del(&i->node);
		free(i->buf);
		free(i);
		return err;
	}
	*out = i;
	return 0;
}

int
leat_iface_input(struct leat_iface *iface, const void *frame, size_t len, int64_t now)
{
	struct core *core = stack_core(iface->owner->stack);
	struct pkt *p = pkt_from_bytes(core->pool, frame, len);

	if (!p) {
		drop_note(core, NULL, DROP_POOL_EMPTY);
		return -LEAT_ENOBUFS;
	}
	stack_input(iface->owner->stack, iface->iface, p, now);
	return 0;
}

int
leat_iface_address(struct leat_iface *iface, const char *address)
{
	const char *slash = strchr(address, '/');
	char text[IPADDR_TEXT];
	struct ipaddr addr;
	unsigned long bits;
	char *end;

	if (!slash || slash[1] < '0' || slash[1] > '9' || (size_t)(slash - address) >= sizeof text)
		return -LEAT_EINVAL;
	memcpy(text, address, (size_t)(slash - address));
	text[slash - address] = '\0';
	bits = strtoul(slash + 1, &end, 10);
	if (*end || ipaddr_parse(text, &addr) || bits > (ipaddr_is4(&addr) ? 32 : 128))
		return -LEAT_EINVAL;
	return iface_addr_add(iface->iface, &addr, (uint8_t)bits, true);
}

int
leat_iface_gateway(struct leat_iface *iface, const char *gateway)
{
	struct route r = {.ifindex = iface->iface->index};

	if (ipaddr_parse(gateway, &r.gateway))
		return -LEAT_EINVAL;
	r.dst = r.src = ipaddr_is4(&r.gateway) ? IPADDR_ANY4 : IPADDR_ANY6;
	return route_add(iface->iface->core, &r);
}
