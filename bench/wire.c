/*
 * bench/wire.c - the cost of a segment of a bulk transfer, both stacks together: the sender writes,
 * the receiver copies out, checksums are computed and verified. With --super 1 nothing is cut, and
 * no checksum is needed.
 *
 *   leat_wire [--window OCTETS] [--idle CONNECTIONS] [--ip 4|6] [--seconds S] [--super 0|1] [--mtu OCTETS] [--chunk OCTETS]
 */
#include "args.h"
#include "pair.h"

#include "host/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum { CHUNK_MAX = 1 << 20, PORT = 5001 };

struct transfer {
	struct pair pair;
	struct sock *sk[2];
	struct sock **idle;
	uint64_t octets;
	size_t chunk; /* octets that one call writes or reads */
	char out[CHUNK_MAX], in[CHUNK_MAX];
};

static void
open_idle(struct transfer *t, unsigned count, bool v6, struct sock *listener)
{
	t->idle = calloc(count + 1, 2 * sizeof *t->idle);
	pair_check(t->idle ? 0 : -LEAT_ENOMEM, "idle");
	for (unsigned i = 0; i < count; i++)
		pair_connect(&t->pair, v6, listener, t->idle + 2 * i, 0);
}

/* One turn: writes what fits, delivers it, reads it, and delivers what answers it. */
static void
turn(struct transfer *t)
{
	ssize_t n;

	pair_tick(&t->pair);
	while (sock_send(t->sk[0], t->out, t->chunk, 0, NULL) > 0)
		;
	pair_deliver(&t->pair, 1);
	while ((n = sock_recv(t->sk[1], t->in, t->chunk, 0, NULL)) > 0)
		t->octets += (uint64_t)n;
	pair_deliver(&t->pair, 0);
}

/* Runs until @time is over. Returns how much of it this program had a processor. */
static nsec_t
run_for(struct transfer *t, nsec_t time)
{
	nsec_t start = clock_monotonic(), used = args_cpu_time();

	do
		turn(t);
	while (t->pair.now - start < time);
	return args_cpu_time() - used;
}

int
main(int argc, char **argv)
{
	struct bench_arg args[] = {{"window", 65536}, {"idle", 0}, {"ip", 4}, {"seconds", 1}, {"super", 0},
	    {"mtu", 1500}, {"chunk", 65536}, {NULL, 0}};
	static struct transfer t;
	struct sock *listener;
	uint64_t before, segments;
	double seconds;
	nsec_t time;

	args_read(args, argc, argv);
	uint32_t window = (uint32_t)args[0].value;
	unsigned idle = (unsigned)args[1].value;
	bool v6 = args[2].value == 6, super = args[4].value > 0;

	t.chunk = args[6].value < CHUNK_MAX ? (size_t)args[6].value : CHUNK_MAX;
	pair_init(&t.pair, (uint32_t)args[5].value, super, idle + 16);
	listener = pair_listen(&t.pair, v6, PORT, window);
	pair_connect(&t.pair, v6, listener, t.sk, window);
	open_idle(&t, idle, v6, listener);
	run_for(&t, (nsec_t)(args[3].value * 0.2 * (double)SEC));
	t.octets = 0;
	before = t.pair.end[1].frames;
	time = run_for(&t, (nsec_t)(args[3].value * (double)SEC));
	segments = t.pair.end[1].frames - before;
	seconds = (double)time / (double)SEC;
	args_print(super ? "super" : "wire", args);
	printf(", \"bytes\": %llu, \"segments\": %llu, \"seconds\": %.6f, \"ns_per_segment\": %.2f, "
	       "\"gbit\": %.3f}\n",
	    (unsigned long long)t.octets, (unsigned long long)segments, seconds,
	    (double)time / (double)(segments ? segments : 1), (double)t.octets * 8 / (double)time);
	free(t.idle);
	pair_fini(&t.pair);
	return t.octets > 0 ? 0 : 1;
}
