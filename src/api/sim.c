/*
 * api/sim.c - hosts in virtual time.
 */
#include "api/impl.h"

#include <stdlib.h>

struct leat_sim {
	struct sim *sim;
	struct list hosts;
};

struct leat_sim *
leat_sim_new(uint64_t seed)
{
	struct sim_config config = {.seed = seed};
	struct leat_sim *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	list_init(&s->hosts);
	s->sim = sim_new(&config);
	if (s->sim)
		return s;
	free(s);
	return NULL;
}

void
leat_sim_free(struct leat_sim *sim)
{
	list_each(n, &sim->hosts)
		api_socks_close(container_of(n, struct leat_stack, node));
	sim_free(sim->sim);
	while (!list_empty(&sim->hosts))
		api_stack_unwrap(list_first(&sim->hosts, struct leat_stack, node));
	free(sim);
}

struct leat_stack *
leat_sim_host(struct leat_sim *sim)
{
	struct stack *stack = sim_host(sim->sim);
	struct leat_stack *s = stack ? api_stack_wrap(stack, NULL) : NULL;

	if (s)
		list_push(&sim->hosts, &s->node);
	return s;
}

static struct emu_impair
impair(const struct leat_impair *i)
{
	if (!i)
		return (struct emu_impair){0};
	return (struct emu_impair){.delay = i->delay,
	    .jitter = i->jitter,
	    .loss = i->loss,
	    .dup = i->dup,
	    .reorder = i->reorder,
	    .corrupt = i->corrupt,
	    .rate = i->rate,
	    .queue = i->queue};
}

int
leat_sim_link(struct leat_sim *sim, struct leat_stack *a, struct leat_stack *b, const struct leat_impair *up,
    const struct leat_impair *down, struct leat_iface *iface[2])
{
	struct sim_link_config config = {.host = {a->stack, b->stack}, .dir = {impair(up), impair(down)}};
	struct sim_link *l = sim_link(sim->sim, &config);
	struct leat_iface *ends[2];

	if (!l)
		return -LEAT_ENOMEM;
	ends[0] = api_iface_wrap(a, sim_link_iface(l, 0));
	ends[1] = api_iface_wrap(b, sim_link_iface(l, 1));
	if (!ends[0] || !ends[1])
		return -LEAT_ENOMEM;
	iface[0] = ends[0];
	iface[1] = ends[1];
	return 0;
}

int64_t
leat_sim_now(const struct leat_sim *sim)
{
	return sim_now(sim->sim);
}

int
leat_sim_run(struct leat_sim *sim, int64_t until)
{
	return sim_run(sim->sim, until, NULL, NULL);
}
