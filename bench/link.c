/*
 * bench/link.c - the emulated link alone: how many frames per second it can impair, and how far
 * arrival times are from the requested ones.
 *
 *   leat_link [--rate BIT/S] [--delay MICROSECONDS] [--impair 0|1] [--size OCTETS] [--seconds S]
 *
 * Time is virtual, so the printed errors are the link's own and do not depend on the load of the
 * machine. --impair 1 switches on loss, duplication, reordering, corruption and jitter: one percent
 * each, and 100 us of jitter. Errors are then not measured, since arrival times are random.
 */
#include "args.h"

#include "core/core.h"
#include "host/clock.h"
#include "link/emu.h"
#include "stack/stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 512, ONE_PERCENT = 10000000 };

struct bench {
	struct pkt_pool *pool;
	struct stack *stack[2]; /* its counters take the drops of the link */
	struct emu *emu;
	struct emu_impair impair;
	size_t size;
	bool chance;
	nsec_t now, wire_free;
	uint64_t sent;
	double worst; /* in ns */
	uint8_t frame[65536];
};

static void
check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "leat_link: %s\n", what);
	exit(1);
}

static void
set_up(struct bench *b, const struct bench_arg *args)
{
	struct emu_config config = {.seed = 7};

	b->impair.rate = (uint64_t)args[0].value;
	b->impair.delay = (nsec_t)(args[1].value * 1000);
	b->impair.queue = BATCH;
	b->chance = args[2].value != 0;
	b->size = (size_t)args[3].value;
	check(b->size >= 60 && b->size <= sizeof b->frame, "--size");
	if (b->chance) {
		b->impair.loss = b->impair.dup = b->impair.reorder = b->impair.corrupt = ONE_PERCENT;
		b->impair.jitter = nsec_min(100 * USEC, b->impair.delay);
	}
	b->pool = pkt_pool_new(256 << 20);
	for (unsigned i = 0; i < 2; i++) {
		struct core_config core = {.number = i + 1, .seed = 1, .pool = b->pool};

		b->stack[i] = stack_new(&core);
		check(b->stack[i], "stack");
		config.drop_core[i] = stack_core(b->stack[i]);
	}
	config.dir[0] = config.dir[1] = b->impair;
	b->emu = emu_new(&config);
	check(b->emu, "link");
}

/*
 * Returns when a frame that was sent at @now must arrive, as exactly as the numbers allow. Each
 * frame is sent after the one before it.
 */
static double
due(struct bench *b, unsigned i)
{
	double each = b->impair.rate ? (double)b->size * 8e9 / (double)b->impair.rate : 0;

	return (double)b->now + each * (i + 1) + (double)b->impair.delay;
}

/* Sends a batch at once and waits for it. */
static void
turn(struct bench *b)
{
	struct wire *wire = emu_wire(b->emu, 0);
	nsec_t next;
	unsigned n = 0;

	for (unsigned i = 0; i < BATCH; i++) {
		struct pkt *p = pkt_from_bytes(b->pool, b->frame, b->size);

		check(p, "no memory for a frame");
		wire->transmit(wire, p, b->now);
	}
	b->sent += BATCH;
	next = b->now;
	while ((next = emu_next(b->emu)) != NSEC_NEVER) {
		struct pkt *p;

		while ((p = emu_receive(b->emu, 1, next))) {
			double off = (double)p->stamp - due(b, n++);

			b->worst = off > b->worst ? off : -off > b->worst ? -off : b->worst;
			pkt_free(p);
		}
		b->wire_free = next;
	}
	check(b->chance || n == BATCH, "frames are missing");
	b->now = nsec_max(b->now, b->wire_free);
}

int
main(int argc, char **argv)
{
	struct bench_arg args[] = {
	    {"rate", 0}, {"delay", 0}, {"impair", 0}, {"size", 1514}, {"seconds", 1}, {NULL, 0}};
	static struct bench b;
	int64_t start, time;

	args_read(args, argc, argv);
	set_up(&b, args);
	start = args_cpu_time();
	do {
		turn(&b);
		time = args_cpu_time() - start;
	} while (time < (int64_t)(args[4].value * 1e9));
	args_print("link", args);
	printf(", \"frames\": %llu, \"seconds\": %.6f, \"ns_per_frame\": %.2f, \"per_second\": %.1f",
	    (unsigned long long)b.sent, (double)time / 1e9, (double)time / (double)b.sent,
	    (double)b.sent * 1e9 / (double)time);
	if (!b.chance)
		printf(", \"worst_error_ns\": %.3f", b.worst);
	printf("}\n");
	emu_free(b.emu);
	stack_free(b.stack[0]);
	stack_free(b.stack[1]);
	pkt_pool_free(b.pool);
	return 0;
}
