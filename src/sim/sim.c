/*
 * sim/sim.c - runs hosts and emulated links in virtual time, from one event to the next. It reads
 * no clock, and its seed is its only source of randomness.
 */
#include "sim/sim.h"

#include "base/rng.h"

#include <stdlib.h>

struct sim_host {
	struct list node;
	struct stack *stack;
};

struct sim_link {
	struct list node;
	struct emu *emu;
	struct stack *host[2];
	struct iface *iface[2];
};

struct sim {
	nsec_t now;
	struct rng rng;
	struct pkt_pool *pool;
	struct sink *sink;
	enum sim_join join;
	struct wheel *wheel;
	struct list hosts, links;
	uint64_t nhosts, nlinks;
};

enum { POOL_DEFAULT = 256 << 20, MTU_DEFAULT = 1500 };

struct sim *
sim_new(const struct sim_config *config)
{
	struct sim *sim = calloc(1, sizeof *sim);

	if (!sim)
		return NULL;
	rng_seed(&sim->rng, config->seed);
	sim->sink = config->sink;
	sim->join = config->join;
	list_init(&sim->hosts);
	list_init(&sim->links);
	sim->wheel = wheel_new(0);
	sim->pool = pkt_pool_new(config->pool ? config->pool : POOL_DEFAULT);
	if (sim->wheel && sim->pool)
		return sim;
	sim_free(sim);
	return NULL;
}

static void
link_free(struct sim_link *l)
{
	list_del(&l->node);
	emu_free(l->emu);
	free(l);
}

void
sim_free(struct sim *sim)
{
	struct list *n;

	/*
	 * Hosts first: while a host is freed it may still send, so its links must exist. A link
	 * frees its frames in flight without its hosts.
	 */
	while (!list_empty(&sim->hosts)) {
		struct sim_host *h = list_first(&sim->hosts, struct sim_host, node);

		list_del(&h->node);
		stack_free(h->stack);
		free(h);
	}
	while ((n = sim->links.next) != &sim->links)
		link_free(container_of(n, struct sim_link, node));
	if (sim->pool)
		pkt_pool_free(sim->pool);
	if (sim->wheel)
		wheel_free(sim->wheel);
	free(sim);
}

nsec_t
sim_now(const struct sim *sim)
{
	return sim->now;
}

struct pkt_pool *
sim_pool(struct sim *sim)
{
	return sim->pool;
}

struct wheel *
sim_wheel(struct sim *sim)
{
	return sim->wheel;
}

struct stack *
sim_host(struct sim *sim)
{
	struct core_config config = {.number = sim->nhosts + 1,
	    .pool = sim->pool,
	    .sink = sim->sink,
	    .now = sim->now,
	    .gro_off = sim->join == SIM_JOIN_NEVER};
	struct sim_host *h = calloc(1, sizeof *h);

	if (!h)
		return NULL;
	config.seed = rng_u64(&sim->rng);
	config.secret.k[0] = rng_u64(&sim->rng);
	config.secret.k[1] = rng_u64(&sim->rng);
	h->stack = stack_new(&config);
	if (!h->stack) {
		free(h);
		return NULL;
	}
	sim->nhosts++;
	list_push(&sim->hosts, &h->node);
	return h->stack;
}

/* Makes a locally administered address, different for each end of each link. */
static void
make_mac(uint64_t number, unsigned end, uint8_t mac[6])
{
	mac[0] = 0x02;
	mac[1] = mac[2] = 0;
	mac[3] = (uint8_t)(number >> 8);
	mac[4] = (uint8_t)number;
	mac[5] = (uint8_t)(end + 1);
}

static int
add_end(struct sim *sim, struct sim_link *l, const struct sim_link_config *config, unsigned end)
{
	uint32_t mtu = config->mtu ? config->mtu : MTU_DEFAULT;
	uint8_t mac[6];

	l->host[end] = config->host[end];
	make_mac(sim->nlinks, end, mac);
	if (config->rawip)
		return stack_add_rawip(l->host[end], "tun0", mtu, emu_wire(l->emu, end), &l->iface[end]);
	return stack_add_ethernet(l->host[end], "eth0", mtu, mac, emu_wire(l->emu, end), &l->iface[end]);
}

struct sim_link *
sim_link(struct sim *sim, const struct sim_link_config *config)
{
	struct emu_config emu = {.dir = {config->dir[0], config->dir[1]},
	    .drop_core = {stack_core(config->host[0]), stack_core(config->host[1])}};
	struct sim_link *l = calloc(1, sizeof *l);

	if (!l)
		return NULL;
	emu.seed = rng_u64(&sim->rng);
	list_init(&l->node);
	l->emu = emu_new(&emu);
	if (!l->emu) {
		free(l);
		return NULL;
	}
	/* From here on the simulation frees it, since an interface may point to its wire. */
	list_push(&sim->links, &l->node);
	sim->nlinks++;
	if (add_end(sim, l, config, 0) || add_end(sim, l, config, 1))
		return NULL;
	return l;
}

struct iface *
sim_link_iface(struct sim_link *l, unsigned end)
{
	return l->iface[end];
}

struct emu *
sim_link_emu(struct sim_link *l)
{
	return l->emu;
}

int
sim_address(struct iface *iface, const char *addr, uint8_t bits)
{
	struct ipaddr a;
	int err = ipaddr_parse(addr, &a);

	return err ? err : iface_addr_add(iface, &a, bits, true);
}

static nsec_t
next_event(struct sim *sim)
{
	nsec_t next = wheel_next(sim->wheel);

	list_each(n, &sim->links)
		next = nsec_min(next, emu_next(container_of(n, struct sim_link, node)->emu));
	list_each(n, &sim->hosts)
		next = nsec_min(next, stack_next(container_of(n, struct sim_host, node)->stack));
	return next == NSEC_NEVER ? next : nsec_max(next, sim->now);
}

static void
deliver(struct sim *sim, struct sim_link *l)
{
	bool join = sim->join == SIM_JOIN_ALWAYS || !emu_impairs(l->emu);

	for (unsigned end = 0; end < 2; end++) {
		struct pkt_queue frames;
		struct pkt *frame;

		pkt_queue_init(&frames);
		while ((frame = emu_receive(l->emu, end, sim->now)) != NULL)
			if (join)
				pkt_queue_push(&frames, frame);
			else
				stack_input(l->host[end], l->iface[end], frame, sim->now);
		if (frames.count)
			stack_input_batch(l->host[end], l->iface[end], &frames, sim->now);
	}
}

/*
 * Sets the time of all hosts. An event on one host may make the caller use a socket of another
 * host, which must have the same time.
 */
static void
set_clocks(struct sim *sim, nsec_t now)
{
	sim->now = now;
	list_each(n, &sim->hosts)
		stack_core(container_of(n, struct sim_host, node)->stack)->now = now;
}

static void
do_events(struct sim *sim, nsec_t at)
{
	set_clocks(sim, at);
	wheel_advance(sim->wheel, at);
	list_each(n, &sim->links) {
		struct sim_link *l = container_of(n, struct sim_link, node);

		if (emu_next(l->emu) <= at)
			deliver(sim, l);
	}
	list_each(n, &sim->hosts) {
		struct stack *s = container_of(n, struct sim_host, node)->stack;

		if (stack_next(s) <= at)
			stack_advance(s, at);
	}
}

bool
sim_step(struct sim *sim)
{
	nsec_t at = next_event(sim);

	if (at == NSEC_NEVER)
		return false;
	do_events(sim, at);
	return true;
}

bool
sim_run(struct sim *sim, nsec_t until, bool (*done)(void *arg), void *arg)
{
	for (;;) {
		nsec_t at = next_event(sim);

		if (at > until) {
			bool idle = at == NSEC_NEVER;

			if (until != NSEC_NEVER)
				set_clocks(sim, nsec_max(until, sim->now));
			return idle;
		}
		if (at == NSEC_NEVER)
			return true;
		do_events(sim, at);
		if (done && done(arg))
			return true;
	}
}
