/*
 * api/sim.c - makes hosts and emulated links in virtual time, and runs them. It checks arguments
 * and converts structs; src/sim does the rest.
 */
#include "sim/sim.h"
#include "api/impl.h"

#include <stdlib.h>

enum { SHARE_MAX = 1000000000, LINK_FLAGS = LEAT_IFACE_RAW_IP | LEAT_IFACE_AUTOCONF };

struct leat_sim {
	struct sim *sim;
	struct list hosts, links;
	bool stopped;
};

struct leat_link {
	struct list node;
	struct sim_link *link;
	struct leat_iface *end[2];
};

int
leat_sim_new(uint64_t seed, struct leat_sim **out)
{
	struct sim_config config = {.seed = seed};
	struct leat_sim *s = calloc(1, sizeof *s);

	if (!s)
		return -LEAT_ENOMEM;
	list_init(&s->hosts);
	list_init(&s->links);
	s->sim = sim_new(&config);
	if (!s->sim) {
		free(s);
		return -LEAT_ENOMEM;
	}
	*out = s;
	return 0;
}

void
leat_sim_free(struct leat_sim *sim)
{
	struct list *n;

	if (!sim)
		return;
	list_each(h, &sim->hosts)
		api_socks_abort(container_of(h, struct leat_stack, node));
	sim_free(sim->sim);
	while (!list_empty(&sim->hosts))
		api_stack_unwrap(list_first(&sim->hosts, struct leat_stack, node));
	while ((n = list_pop(&sim->links)) != NULL)
		free(container_of(n, struct leat_link, node));
	free(sim);
}

int
leat_sim_add_host(struct leat_sim *sim, uint32_t flags, struct leat_stack **out)
{
	struct leat_stack *s;
	struct stack *stack;

	if (!api_stack_flags_valid(flags))
		return -LEAT_EINVAL;
	s = api_stack_wrap(NULL, NULL);
	if (!s)
		return -LEAT_ENOMEM;
	stack = sim_host(sim->sim);
	if (!stack) {
		api_stack_unwrap(s);
		return -LEAT_ENOMEM;
	}
	api_stack_flags(stack, flags);
	s->stack = stack;
	s->sim = sim;
	list_push(&sim->hosts, &s->node);
	*out = s;
	return 0;
}

/* Converts @from, where NULL means no impairment. Returns 0 or -LEAT_EINVAL. */
static int
read_impair(const struct leat_impair *from, struct emu_impair *out)
{
	struct leat_impair c;
	int err = api_config(&c, sizeof c, from);

	if (err)
		return err;
	if (c.delay < 0 || c.jitter < 0 || c.jitter > c.delay || c.loss > SHARE_MAX || c.dup > SHARE_MAX ||
	    c.reorder > SHARE_MAX || c.corrupt > SHARE_MAX)
		return -LEAT_EINVAL;
	*out = (struct emu_impair){.delay = c.delay,
	    .jitter = c.jitter,
	    .loss = c.loss,
	    .burst = c.burst,
	    .dup = c.dup,
	    .reorder = c.reorder,
	    .corrupt = c.corrupt,
	    .rate = c.rate,
	    .queue = c.queue};
	return 0;
}

static void
link_unwrap(struct leat_link *l)
{
	for (unsigned end = 0; end < 2; end++) {
		if (l->end[end])
			api_iface_unwrap(l->end[end]);
	}
	free(l);
}

/* Makes the struct for a link that does not exist yet. Returns NULL without memory. */
static struct leat_link *
link_wrap(struct leat_stack *a, struct leat_stack *b)
{
	struct leat_link *l = calloc(1, sizeof *l);

	if (!l)
		return NULL;
	l->end[0] = api_iface_wrap(a);
	l->end[1] = api_iface_wrap(b);
	if (l->end[0] && l->end[1])
		return l;
	link_unwrap(l);
	return NULL;
}

static int
read_link(const struct leat_link_config *config, struct leat_stack *a, struct leat_stack *b,
    struct sim_link_config *out, uint32_t *flags)
{
	struct leat_link_config c;
	struct api_iface_settings s = {.flags_allowed = LINK_FLAGS, .mac = {0x02}};
	int err = api_config(&c, sizeof c, config);

	if (err)
		return err;
	s.mtu = c.mtu;
	s.flags = c.flags;
	err = api_iface_check(a, &s);
	if (!err)
		err = read_impair(c.up, &out->dir[EMU_UP]);
	if (!err)
		err = read_impair(c.down ? c.down : c.up, &out->dir[EMU_DOWN]);
	if (err)
		return err;
	out->host[0] = a->stack;
	out->host[1] = b->stack;
	*flags = s.flags;
	out->mtu = s.mtu;
	out->rawip = s.flags & LEAT_IFACE_RAW_IP;
	return 0;
}

int
leat_sim_link(struct leat_sim *sim, struct leat_stack *a, struct leat_stack *b,
    const struct leat_link_config *config, struct leat_link **out)
{
	struct sim_link_config sc = {0};
	struct leat_link *l;
	uint32_t flags;
	int err;

	if (a->sim != sim || b->sim != sim)
		return -LEAT_EINVAL;
	err = read_link(config, a, b, &sc, &flags);
	if (err)
		return err;
	l = link_wrap(a, b);
	if (!l)
		return -LEAT_ENOMEM;
	l->link = sim_link(sim->sim, &sc);
	if (!l->link) {
		link_unwrap(l);
		return -LEAT_ENOMEM;
	}
	list_push(&sim->links, &l->node);
	for (unsigned end = 0; end < 2; end++) {
		err = api_iface_adopt(l->end[end], sim_link_iface(l->link, end), flags);
		if (err)
			return err;
	}
	*out = l;
	return 0;
}

struct leat_iface *
leat_link_iface(struct leat_link *link, unsigned end)
{
	return end < 2 ? link->end[end] : NULL;
}

int
leat_link_set(struct leat_link *link, unsigned direction, const struct leat_impair *impair)
{
	struct emu_impair i;
	int err = direction < 2 ? read_impair(impair, &i) : -LEAT_EINVAL;

	if (!err)
		emu_set(sim_link_emu(link->link), direction, &i);
	return err;
}

int
leat_link_counters(
    const struct leat_link *link, unsigned direction, struct leat_link_counters *out, size_t size)
{
	const struct emu_counters *c;
	struct leat_link_counters o;

	if (direction >= 2)
		return -LEAT_EINVAL;
	c = emu_counters(sim_link_emu(link->link), direction);
	o = (struct leat_link_counters){.frames = c->frames,
	    .octets = c->octets,
	    .delivered = c->delivered,
	    .delivered_octets = c->delivered_octets,
	    .lost = c->lost,
	    .duplicated = c->duplicated,
	    .reordered = c->reordered,
	    .corrupted = c->corrupted,
	    .queue_full = c->queue_full,
	    .queue_max = c->queue_max};
	api_fill(out, size, &o, sizeof o);
	return 0;
}

int64_t
leat_sim_now(const struct leat_sim *sim)
{
	return sim_now(sim->sim);
}

static bool
stopped(void *arg)
{
	const struct leat_sim *sim = arg;

	return sim->stopped;
}

int
leat_sim_run(struct leat_sim *sim, int64_t until)
{
	bool over;

	sim->stopped = false;
	over = sim_run(sim->sim, until, stopped, sim);
	return over && !sim->stopped;
}

void
leat_sim_stop(struct leat_sim *sim)
{
	sim->stopped = true;
}
