/*
 * bench/loss/bridge.c - the emulated link of `leat run` between two TAP devices. So any two hosts
 * can use it: Linux's network namespaces, and Leat's stacks on bridges with the devices.
 *
 *   leat_bridge [LINK OPTIONS OF `leat run`] [--seed N] [--capture-both FILE] NEAR FAR
 *
 * NEAR and FAR are devices, which are created and end with the program; "up" is from NEAR to FAR.
 * In a capture NEAR is "program" and FAR is "gateway". The program prints "ready" and carries
 * frames until SIGTERM. Then it prints one line of JSON with the counters of each direction. "late"
 * says how many microseconds after its time a frame reached its device, which the machine causes.
 */
#include "loss/options.h"
#include "tap_stack.h"

#include "base/err.h"
#include "cli/report/output.h"
#include "core/core.h"
#include "host/clock.h"
#include "host/random.h"
#include "host/tap.h"
#include "link/emu.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const size_t POOL = (size_t)512 << 20;

struct end { /* of the link */
	unsigned number;
	struct stack *stack; /* it only counts what is dropped */
	struct tap *tap;
	uint64_t arrived;
	nsec_t late, latest; /* the sum for all frames that arrived, and the largest */
};

static struct {
	struct loss_options options;
	struct loop *loop;
	struct loop_source source;
	struct pkt_pool *pool;
	struct emu *emu;
	struct end end[2];
	struct sink sink;
	struct conns conns;
	struct capture *capture;
} b;

static void
frames_from_tap(void *arg, struct pkt_queue *frames, nsec_t now)
{
	struct end *e = arg;
	struct wire *wire = emu_wire(b.emu, e->number);
	struct pkt *frame;

	while ((frame = pkt_queue_pop(frames)))
		wire->transmit(wire, frame, now);
}

static void
arrived(struct end *e, struct pkt *frame, nsec_t now)
{
	struct wire *wire = tap_wire(e->tap);
	nsec_t late = now - frame->stamp;

	e->arrived++;
	e->late += late;
	e->latest = nsec_max(e->latest, late);
	if (!(wire->features & WIRE_SUM) && !pkt_complete_sum(frame)) {
		pkt_drop(stack_core(e->stack), frame, DROP_POOL_EMPTY);
		return;
	}
	wire->transmit(wire, frame, now);
}

static nsec_t
source_next(struct loop_source *s)
{
	return emu_next(b.emu);
}

static void
source_run(struct loop_source *s, nsec_t now)
{
	struct pkt *frame;

	for (unsigned i = 0; i < 2; i++)
		while ((frame = emu_receive(b.emu, i, now)))
			arrived(&b.end[i], frame, now);
}

static void
saw_frame(void *arg, unsigned side, bool sent, const struct pkt *frame, nsec_t when)
{
	capture_frame(b.capture, side, sent, frame, when);
}

static void
saw_event(struct sink *sink, const struct event *e)
{
	capture_event(b.capture, e);
}

/* Setting up */

static char **
read_options(int argc, char **argv)
{
	int first = loss_options_parse(
	    "leat_bridge [OPTIONS] NEAR FAR", LOSS_LINK | LOSS_CAPTURE, &b.options, argc, argv);

	if (first != argc - 2)
		loss_options_refuse("needs the names of two devices after the options");
	if (!b.options.run.seed_given)
		b.options.run.config.seed = random_seed();
	return argv + first;
}

static void
open_capture(void)
{
	const char *path = b.options.run.capture[CAPTURE_BOTH];
	struct file *file;

	if (!path)
		return;
	if (output_open("--capture-both", path, &file))
		exit(1);
	bench_must("memory", conns_init(&b.conns));
	bench_must(path, capture_new(file, CAPTURE_BOTH, 1500, &b.conns, &b.capture));
	b.sink = (struct sink){1u << EVENT_LINK | 1u << EVENT_DROP, saw_event};
}

static void
open_end(unsigned i, const char *name)
{
	struct end *e = &b.end[i];
	struct core_config core = {.number = i + 1,
	    .seed = 1,
	    .pool = b.pool,
	    .sink = b.capture ? &b.sink : NULL,
	    .now = loop_now(b.loop)};
	struct tap_config t = {.name = name, .loop = b.loop, .frames = frames_from_tap, .arg = e};

	e->number = i;
	e->stack = stack_new(&core);
	bench_must("memory", e->stack ? 0 : -LEAT_ENOMEM);
	t.core = stack_core(e->stack);
	bench_must(name, tap_open(&t, &e->tap));
}

static void
open_link(char **names)
{
	const struct run_config *c = &b.options.run.config;
	struct emu_config emu = {.dir = {c->impair[0], c->impair[1]}, .seed = c->seed};

	for (unsigned i = 0; i < 2; i++) {
		open_end(i, names[i]);
		emu.drop_core[i] = stack_core(b.end[i].stack);
	}
	b.emu = emu_new(&emu);
	bench_must("memory", b.emu ? 0 : -LEAT_ENOMEM);
	if (b.capture)
		emu_tap(b.emu, saw_frame, NULL);
	b.source = (struct loop_source){.next = source_next, .run = source_run};
	loop_add_source(b.loop, &b.source);
}

/* The end */

static void
print_direction(const char *name, unsigned dir)
{
	const struct emu_counters *c = emu_counters(b.emu, dir);
	const struct end *to = &b.end[!dir];
	const struct core *core = stack_core(to->stack);

	printf("\"%s\": {\"frames\": %" PRIu64 ", \"octets\": %" PRIu64 ", \"delivered\": %" PRIu64
	       ", \"delivered_octets\": %" PRIu64 ", \"lost\": %" PRIu64 ", \"reordered\": %" PRIu64
	       ", \"queue_full\": %" PRIu64 ", \"queue_max\": %" PRIu64 ", ",
	    name, c->frames, c->octets, c->delivered, c->delivered_octets, c->lost, c->reordered,
	    c->queue_full, c->queue_max);
	printf("\"device_full\": %" PRIu64 ", \"late\": %.1f, \"latest\": %.1f}",
	    core->drops[DROP_HOST_QUEUE] + core->drops[DROP_HOST_DEVICE],
	    to->arrived ? (double)to->late / 1e3 / (double)to->arrived : 0.0, (double)to->latest / 1e3);
}

static int
tear_down(void)
{
	int err = b.capture ? capture_close(b.capture) : 0;

	if (b.capture)
		conns_fini(&b.conns);
	loop_del_source(b.loop, &b.source);
	b.capture = NULL;
	b.sink.wants = 0;
	emu_free(b.emu);
	for (unsigned i = 0; i < 2; i++) {
		tap_close(b.end[i].tap);
		stack_free(b.end[i].stack);
	}
	pkt_pool_free(b.pool);
	if (err)
		output_incomplete("--capture-both", b.options.run.capture[CAPTURE_BOTH], err);
	return err ? 1 : 0;
}

int
main(int argc, char **argv)
{
	char **names = read_options(argc, argv);
	struct loop_fd signals;
	int status;

	clock_be_exact();
	b.loop = loop_new();
	b.pool = pkt_pool_new(POOL);
	bench_must("memory", b.loop && b.pool ? 0 : -LEAT_ENOMEM);
	bench_stop_on_signal(b.loop, &signals);
	open_capture();
	open_link(names);
	printf("ready\n");
	fflush(stdout);
	loop_run(b.loop);
	printf("{\"seed\": %" PRIu64 ", ", b.options.run.config.seed);
	print_direction("up", EMU_UP);
	printf(", ");
	print_direction("down", EMU_DOWN);
	printf("}\n");
	status = tear_down();
	loop_free(b.loop);
	return status;
}
