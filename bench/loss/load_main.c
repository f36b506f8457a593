/*
 * bench/loss/load_main.c - the load on Linux's sockets, or on Leat's stack on a TAP.
 *
 *   leat_load [--tap NAME --address ADDRESS] [--cc NAME] serve
 *   leat_load [--tap NAME --address ADDRESS] [--flows N] [--limit TIME] [--transfers N --octets SIZE]
 *             [--hold] draw ADDRESS[,ADDRESS...]
 *   leat_load algorithms
 *
 * "serve" prints "ready", sends what is asked for until SIGTERM, and then prints what Leat's loss
 * recovery did as one line of JSON; Linux counts that in /proc. "draw" prints one line of JSON when
 * its time is over. "algorithms" prints Leat's congestion controls.
 */
#include "loss/load.h"
#include "loss/options.h"
#include "tap_stack.h"

#include "base/err.h"
#include "core/core.h"
#include "host/clock.h"
#include "host/fd_budget.h"
#include "host/hostio.h"
#include "io/sockio.h"
#include "sock/sock.h"
#include "tcp/cc/cc.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BITS = 24, BACKLOG = 64 };

static struct {
	struct loss_options options;
	struct loop *loop;
	struct fd_budget fds;
	struct tap_stack host; /* with --tap */
	struct io_world *world;
	struct load_source source;
} m;

/* What recovery did, from the events of Leat's stack. */
static struct {
	struct sink sink;
	unsigned long long retransmitted, recoveries, timeouts, undone;
	unsigned long long cwnd_sum; /* octets after each recovery */
} counts;

static void
count_event(struct sink *sink, const struct event *e)
{
	if (e->kind == EVENT_TCP_RETX) {
		counts.retransmitted++;
		return;
	}
	if (strcmp(e->tcp_cc.cause, "enter recovery") == 0)
		counts.recoveries++;
	else if (strcmp(e->tcp_cc.cause, "RTO") == 0)
		counts.timeouts++;
	else if (strncmp(e->tcp_cc.cause, "undo", 4) == 0)
		counts.undone++;
	else if (strcmp(e->tcp_cc.cause, "leave recovery") == 0)
		counts.cwnd_sum += e->tcp_cc.cwnd;
}

static void
read_targets(char *words)
{
	for (char *rest, *word = strtok_r(words, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		struct endpoint *e = &m.options.drain.target[m.options.drain.targets];

		if (m.options.drain.targets == LOAD_TARGETS || ipaddr_parse(word, &e->addr))
			loss_options_refuse("draw needs one to four addresses with commas between them");
		e->port = LOAD_PORT;
		m.options.drain.targets++;
	}
	if (m.options.drain.targets == 0)
		loss_options_refuse("draw needs an address");
}

/* Worlds */

static void
set_cc_of_leat(struct io_stream *s)
{
	if (m.options.cc)
		bench_must(m.options.cc, sock_setopt(sockio_sock(s), IPPROTO_TCP, TCP_CONGESTION,
					     m.options.cc, (socklen_t)strlen(m.options.cc)));
}

static void
open_world(struct sink *sink)
{
	struct ipaddr a;

	if (!m.options.tap) {
		fd_budget_init(&m.fds, m.loop);
		m.world = hostio_new(m.loop, &m.fds);
	} else {
		if (!m.options.address || ipaddr_parse(m.options.address, &a))
			loss_options_refuse("--tap needs --address");
		tap_stack_open(&m.host, m.loop, m.options.tap, ipaddr_octets(&a)[15], true, sink);
		tap_stack_address(&m.host, m.options.address, BITS);
		m.world = sockio_new(m.host.stack);
	}
	bench_must("memory", m.world ? 0 : -LEAT_ENOMEM);
}

static void
close_world(void)
{
	if (m.options.tap) {
		sockio_free(m.world);
		tap_stack_close(&m.host);
	} else {
		hostio_free(m.world);
		fd_budget_fini(&m.fds);
	}
	loop_free(m.loop);
}

/* On Linux, connections inherit the congestion control of the listener. */
static struct io_listener *
listen_on_linux(const struct endpoint *at)
{
	int fd = hostio_listen_socket(at, BACKLOG, false);
	struct io_listener *l;

	bench_must("listen", fd);
	if (m.options.cc &&
	    setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, m.options.cc, (socklen_t)strlen(m.options.cc)))
		bench_must(m.options.cc, -errno);
	bench_must("listen", hostio_listen_on(m.world, fd, NULL, NULL, &l));
	return l;
}

static void
serve(void)
{
	const struct endpoint at = {.addr = IPADDR_ANY4, .port = LOAD_PORT};
	struct io_listener *l;

	counts.sink = (struct sink){1u << EVENT_TCP_CC | 1u << EVENT_TCP_RETX, count_event};
	if (m.options.tap && m.options.cc && !cc_find(m.options.cc))
		loss_options_refuse("Leat does not have this congestion control");
	open_world(&counts.sink);
	if (m.options.tap)
		bench_must("listen", io_listen(m.world, &at, BACKLOG, NULL, NULL, &l));
	else
		l = listen_on_linux(&at);
	m.source.accepted = m.options.tap ? set_cc_of_leat : NULL;
	load_source_start(&m.source, l);
	printf("ready\n");
	fflush(stdout);
	loop_run(m.loop);
	printf("{\"served\": %u, \"retransmitted\": %llu, \"recoveries\": %llu, \"timeouts\": %llu, "
	       "\"undone\": %llu, \"cwnd_after\": %.0f}\n",
	    m.source.served, counts.retransmitted, counts.recoveries, counts.timeouts, counts.undone,
	    counts.recoveries ? (double)counts.cwnd_sum / (double)counts.recoveries : 0.0);
	load_source_stop(&m.source);
}

static void
input_ended(struct loop_fd *w, uint32_t events)
{
	loop_stop(m.loop);
}

/* Runs until standard input ends, so that a device can be set up that exists only now. */
static void
hold(void)
{
	struct loop_fd input = {.fd = STDIN_FILENO, .events = EPOLLIN, .fn = input_ended};

	bench_must("standard input", loop_add(m.loop, &input));
	printf("ready\n");
	fflush(stdout);
	loop_run(m.loop);
	loop_del(m.loop, &input);
}

static void
drained(void *arg)
{
	loop_stop(m.loop);
}

static void
draw(void)
{
	struct load_drain *d;

	open_world(NULL);
	if (m.options.hold)
		hold();
	d = load_drain_new(m.world, &m.options.drain, drained, NULL);
	bench_must("memory", d ? 0 : -LEAT_ENOMEM);
	loop_run(m.loop);
	load_drain_print(d);
	load_drain_free(d);
}

static void
print_algorithms(void)
{
	for (const struct cc_ops *const *ops = cc_table; *ops; ops++)
		printf("%s\n", (*ops)->name);
}

static const char usage[] = "leat_load [OPTIONS] serve | draw ADDRESS[,ADDRESS...] | algorithms";

int
main(int argc, char **argv)
{
	int first = loss_options_parse(usage, LOSS_LOAD | LOSS_HOST, &m.options, argc, argv);
	const char *command = first < argc ? argv[first] : "";
	struct loop_fd signals;

	if (strcmp(command, "algorithms") == 0) {
		print_algorithms();
		return 0;
	}
	clock_be_exact();
	m.loop = loop_new();
	bench_must("memory", m.loop ? 0 : -LEAT_ENOMEM);
	bench_stop_on_signal(m.loop, &signals);
	if (strcmp(command, "serve") == 0 && first + 1 == argc) {
		serve();
	} else if (strcmp(command, "draw") == 0 && first + 2 == argc) {
		read_targets(argv[first + 1]);
		draw();
	} else {
		loss_options_refuse("needs serve, draw with addresses, or algorithms; see --help");
	}
	close_world();
	return 0;
}
