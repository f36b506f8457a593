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
#include "host/clock.h"
#include "tap_stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct tap_stack host;
static struct loop_source datagrams;

static nsec_t
source_next(struct loop_source *s)
{
	return datagrams_next();
}

static void
source_run(struct loop_source *s, nsec_t now)
{
	datagrams_run(now);
}

static void
serve(struct loop *loop)
{
	struct socks *socks = stack_socks(host.stack);

	iperf3_serve(socks, loop);
	datagrams_serve(socks, loop);
	closes_serve(socks, loop);
	datagrams = (struct loop_source){.next = source_next, .run = source_run};
	loop_add_source(loop, &datagrams);
}

int
main(int argc, char **argv)
{
	const char *name = NULL;
	struct loop_fd signals;
	struct loop *loop;
	bool offload = true;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--tap"))
			name = argv[i + 1];
		else if (!strcmp(argv[i], "--offload"))
			offload = atoi(argv[i + 1]) != 0;
	}
	bench_must("--tap", name ? 0 : -LEAT_EINVAL);
	clock_be_exact();
	loop = loop_new();
	bench_must("memory", loop ? 0 : -LEAT_ENOMEM);
	bench_stop_on_signal(loop, &signals);
	tap_stack_open(&host, loop, name, 2, offload, NULL);
	tap_stack_address(&host, "10.9.0.2", 24);
	tap_stack_address(&host, "fd09::2", 64);
	serve(loop);
	printf("ready\n");
	fflush(stdout);
	loop_run(loop);
	loop_del_source(loop, &datagrams);
	tap_stack_close(&host);
	loop_free(loop);
	return 0;
}
