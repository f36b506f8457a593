/*
 * bench/idle.c - the memory of an idle connection, and the cost of one busy connection among many
 * idle ones. Both ends of each are in this process, so the memory is divided by two.
 *
 *   leat_idle [--connections N] [--ip 4|6] [--seconds S]
 */
#include "args.h"
#include "pair.h"

#include "host/clock.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

enum { PORT = 5001, PORTS = 64, CHUNK = 65536 };

struct idle {
	struct pair pair;
	struct sock *listener[PORTS], *busy[2];
	struct sock *(*sk)[2];
	char buf[CHUNK];
};

static size_t
heap(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

/* One client address has 28,232 ephemeral ports for each port of the server. */
static void
open_all(struct idle *t, unsigned count, bool v6)
{
	for (unsigned i = 0; i < PORTS; i++)
		t->listener[i] = pair_listen(&t->pair, v6, (uint16_t)(PORT + i), 0);
	for (unsigned i = 0; i < count; i++)
		pair_connect(&t->pair, v6, t->listener[i % PORTS], t->sk[i], 0);
}

static nsec_t
run_for(struct idle *t, nsec_t time, uint64_t *octets)
{
	nsec_t start = clock_monotonic(), used = args_cpu_time();
	ssize_t n;

	do {
		pair_tick(&t->pair);
		while (sock_send(t->busy[0], t->buf, CHUNK, 0, NULL) > 0)
			;
		pair_deliver(&t->pair, 1);
		while ((n = sock_recv(t->busy[1], t->buf, CHUNK, 0, NULL)) > 0)
			*octets += (uint64_t)n;
		pair_deliver(&t->pair, 0);
	} while (t->pair.now - start < time);
	return args_cpu_time() - used;
}

int
main(int argc, char **argv)
{
	struct bench_arg args[] = {{"connections", 100000}, {"ip", 4}, {"seconds", 1}, {NULL, 0}};
	static struct idle t;
	uint64_t octets = 0, before;
	unsigned count;
	size_t base;
	double bytes;
	nsec_t time;

	args_read(args, argc, argv);
	count = (unsigned)args[0].value;
	pair_init(&t.pair, 1500, false, count + 16);
	t.sk = calloc(count + 1, sizeof *t.sk);
	pair_check(t.sk ? 0 : -LEAT_ENOMEM, "connections");
	base = heap();
	open_all(&t, count, args[1].value == 6);
	bytes = (double)(heap() - base) / (2.0 * (count ? count : 1));
	pair_connect(&t.pair, args[1].value == 6, t.listener[0], t.busy, 65536);
	run_for(&t, (nsec_t)(args[2].value * 0.2 * (double)SEC), &octets);
	octets = 0;
	before = t.pair.end[1].frames;
	time = run_for(&t, (nsec_t)(args[2].value * (double)SEC), &octets);
	args_print("idle", args);
	printf(", \"bytes_per_connection\": %.0f, \"ns_per_segment\": %.2f, \"gbit\": %.3f}\n", bytes,
	    (double)time / (double)(t.pair.end[1].frames - before), (double)octets * 8 / (double)time);
	free(t.sk);
	pair_fini(&t.pair);
	return octets > 0 ? 0 : 1;
}
