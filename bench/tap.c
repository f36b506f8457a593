/*
 * bench/tap.c - a Leat host on a TAP for measurements of Leat's TCP/IP against Linux's: it serves
 * iperf3, takes and sends datagrams, and accepts and opens connections.
 *
 *   leat_tap --tap NAME [--offload 0|1]
 *
 * The host is 10.9.0.2/24 and fd09::2/64. Port 5201 serves iperf3, one test at a time, in either
 * direction, with any number of flows (iperf3.c). Port 9 counts datagrams and port 19 sends them
 * (datagrams.c). Port 7 answers and closes, and port 8 opens connections on request (closes.c). The
 * program prints "ready", and ends on SIGTERM.
 */
#include "tap.h"

#include "base/err.h"
#include "core/core.h"
#include "host/clock.h"
#include "host/random.h"
#include "host/tap.h"
#include "stack/stack.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

static const size_t POOL = (size_t)512 << 20;

static struct {
	struct loop *loop;
	struct stack *stack;
	struct iface *iface;
} host;

void
bench_must(const char *what, int err)
{
	if (err >= 0)
		return;
	fprintf(stderr, "leat_tap: %s: %s\n", what, err_text(err));
	exit(1);
}

static void
frames_from_tap(void *arg, struct pkt_queue *frames, nsec_t now)
{
	stack_input_batch(host.stack, host.iface, frames, now);
}

static nsec_t
source_next(struct loop_source *s)
{
	return nsec_min(stack_next(host.stack), datagrams_next());
}

static void
source_run(struct loop_source *s, nsec_t now)
{
	datagrams_run(now);
	stack_advance(host.stack, now);
}

static void
signalled(struct loop_fd *w, uint32_t events)
{
	loop_stop(host.loop);
}

static void
watch_signals(struct loop_fd *w)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	*w = (struct loop_fd){.fd = signalfd(-1, &set, SFD_CLOEXEC), .events = EPOLLIN, .fn = signalled};
	bench_must("signals", loop_add(host.loop, w));
}

static void
add_address(const char *text, uint8_t bits)
{
	struct ipaddr a;

	bench_must(text, ipaddr_parse(text, &a));
	bench_must(text, iface_addr_add(host.iface, &a, bits, true));
}

static struct tap *
set_up(struct pkt_pool *pool, const char *name, bool offload)
{
	static const uint8_t mac[6] = {0x02, 0x4c, 0x45, 0x41, 0x54, 0x02};
	struct core_config config = {
	    .number = 1, .secret = random_key(), .pool = pool, .now = loop_now(host.loop)};
	struct tap_config t = {
	    .name = name, .no_offload = !offload, .loop = host.loop, .frames = frames_from_tap};
	struct tap *tap;

	host.stack = stack_new(&config);
	bench_must("stack", host.stack ? 0 : -LEAT_ENOMEM);
	t.core = stack_core(host.stack);
	bench_must(name, tap_open(&t, &tap));
	bench_must(
	    "interface", stack_add_ethernet(host.stack, "tap0", 1500, mac, tap_wire(tap), &host.iface));
	add_address("10.9.0.2", 24);
	add_address("fd09::2", 64);
	return tap;
}

int
main(int argc, char **argv)
{
	struct loop_source source = {.next = source_next, .run = source_run};
	const char *name = NULL;
	struct pkt_pool *pool;
	struct loop_fd signals;
	struct tap *tap;
	bool offload = true;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--tap"))
			name = argv[i + 1];
		else if (!strcmp(argv[i], "--offload"))
			offload = atoi(argv[i + 1]) != 0;
	}
	bench_must("--tap", name ? 0 : -LEAT_EINVAL);
	clock_be_exact();
	host.loop = loop_new();
	pool = pkt_pool_new(POOL);
	bench_must("memory", host.loop && pool ? 0 : -LEAT_ENOMEM);
	watch_signals(&signals);
	tap = set_up(pool, name, offload);
	iperf3_serve(stack_socks(host.stack), host.loop);
	datagrams_serve(stack_socks(host.stack), host.loop);
	closes_serve(stack_socks(host.stack), host.loop);
	loop_add_source(host.loop, &source);
	printf("ready\n");
	fflush(stdout);
	loop_run(host.loop);
	loop_del_source(host.loop, &source);
	iface_down(host.iface);
	tap_close(tap); /* the stack counts what it drops */
	stack_free(host.stack);
	pkt_pool_free(pool);
	loop_free(host.loop);
	return 0;
}
