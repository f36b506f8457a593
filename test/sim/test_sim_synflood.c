/*
 * Sends a million SYNs from forged addresses, half of them over IPv6, some of them from neighbours
 * that do not exist. Memory must not grow with their number. An established connection must not be
 * disturbed, and new clients must be served. The newest SYN replaces the oldest half-open
 * connection. So a client is served if its round trip is shorter than the time in which the flood
 * fills the queue.
 */
#include "live.h"

#include "wire/ip.h"
#include "wire/tcp.h"
#include "wire/tcp_options.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	SYNS_PER_MSEC = 20,
	SYN_QUEUE = 1024, /* tcp_new()'s limit */
	GROWTH_MAX = 16 << 20,
};

struct flood {
	struct live live;
	struct timer tick;
	uint64_t left, sent;
	unsigned half_open_max;
	size_t heap_max, pool_max;
};

static void
count(struct tcp_conn *c, void *arg)
{
	unsigned *n = arg;

	*n += tcp_state(c) == LEAT_TCP_SYN_RECEIVED;
}

/* Returns the octets that malloc() has given out; 0 if a sanitizer replaces it. */
static size_t
heap(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static void
measure(struct flood *f)
{
	size_t pool = pkt_pool_octets(sim_pool(f->live.w->sim)), now = heap();
	unsigned half_open = 0;

	tcp_each(stack_tcp(f->live.w->host[1]), count, &half_open);
	f->half_open_max = half_open > f->half_open_max ? half_open : f->half_open_max;
	f->pool_max = pool > f->pool_max ? pool : f->pool_max;
	f->heap_max = now > f->heap_max ? now : f->heap_max;
}

static void
send_syn(struct flood *f)
{
	struct world *w = f->live.w;
	struct tcp_options o = {.mss = 1460, .sack_permitted = true, .has_timestamp = true, .ts_val = 1};
	struct ipaddr src = forge_addr(&w->rng, w->v6, rng_below(&w->rng, 10) == 0);
	uint8_t h[TCP_HDR_MAX];
	unsigned len = TCP_HDR_LEN + (unsigned)tcp_options_put(h + TCP_HDR_LEN, &o);
	struct forged frame;

	tcp_put(h, (uint16_t)world_between(&w->rng, 1, 65535), LIVE_PORT, (uint32_t)rng_u64(&w->rng), 0, len,
	    TCP_SYN, 65535);
	forge_ip(w, &frame, &src, &w->addr[1], IP_PROTO_TCP, h, len);
	forge_send(w, &frame);
}

static void
tick(struct timer *t)
{
	struct flood *f = container_of(t, struct flood, tick);
	struct sim *sim = f->live.w->sim;

	for (unsigned i = 0; i < SYNS_PER_MSEC && f->left > 0; i++, f->left--, f->sent++)
		send_syn(f);
	if (f->sent % 10000 == 0)
		measure(f);
	if (f->left > 0)
		timer_arm(sim_wheel(sim), &f->tick, sim_now(sim) + MSEC);
}

static bool
flood(bool v6, uint64_t syns)
{
	const struct emu_impair link = {.delay = 10 * MSEC, .queue = 100000};
	struct world_options options = {.clean = true};
	struct flood f = {.left = syns};
	struct world *w = NULL;
	unsigned tried = 0;
	size_t heap_before, pool_before;
	uint64_t replaced;

	for (uint64_t seed = 1; !w; seed++) {
		w = world_new(seed, &options);
		if (w->v6 != v6) {
			world_end(w, NULL);
			w = NULL;
		}
	}
	emu_set(sim_link_emu(w->link), EMU_UP, &link);
	emu_set(sim_link_emu(w->link), EMU_DOWN, &link);
	live_start(&f.live, w);
	timer_init(&f.tick, tick);
	heap_before = heap();
	pool_before = pkt_pool_octets(sim_pool(w->sim));
	tick(&f.tick);
	while (f.left > 0 && !w->failed) {
		if (!live_client(&f.live, 5 * SEC))
			world_fail(w, "a new client was not served");
		tried++;
		live_run(&f.live, SEC);
	}
	replaced = drops(w, DROP_TCP_SYN_QUEUE);
	printf("IPv%c: %" PRIu64 " SYNs, %" PRIu64
	       " half-open connections replaced, at most %u at once; %u of %u clients served; "
	       "heap grew by %zu octets, pool by %zu\n",
	    v6 ? '6' : '4', f.sent, replaced, f.half_open_max, f.live.clients, tried,
	    f.heap_max > heap_before ? f.heap_max - heap_before : 0,
	    f.pool_max > pool_before ? f.pool_max - pool_before : 0);
	if (f.half_open_max > SYN_QUEUE)
		world_fail(w, "the SYN queue is not bounded");
	if (replaced + 2 * (uint64_t)SYN_QUEUE < syns)
		world_fail(w, "half-open connections went uncounted");
	if (f.heap_max > heap_before + GROWTH_MAX || f.pool_max > pool_before + GROWTH_MAX)
		world_fail(w, "memory grew");
	live_stop(&f.live);
	return world_end(w, NULL);
}

int
main(int argc, char **argv)
{
	uint64_t syns = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
	bool failed = flood(false, syns / 2);

	return flood(true, syns / 2) || failed;
}
