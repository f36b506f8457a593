/*
 * bench/tap_stack.c - puts one of Leat's stacks on a TAP and drives it from a loop.
 */
#include "tap_stack.h"

#include "base/err.h"
#include "core/core.h"
#include "host/clock.h"
#include "host/random.h"
#include "host/tap.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

static const size_t POOL = (size_t)512 << 20;
static struct loop *stopped; /* by a signal */

void
bench_must(const char *what, int err)
{
	if (err >= 0)
		return;
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, err_text(err));
	exit(1);
}

static void
signalled(struct loop_fd *w, uint32_t events)
{
	loop_stop(stopped);
}

void
bench_stop_on_signal(struct loop *loop, struct loop_fd *w)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	stopped = loop;
	*w = (struct loop_fd){.fd = signalfd(-1, &set, SFD_CLOEXEC), .events = EPOLLIN, .fn = signalled};
	bench_must("signals", loop_add(loop, w));
}

static void
frames_from_tap(void *arg, struct pkt_queue *frames, nsec_t now)
{
	struct tap_stack *h = arg;

	stack_input_batch(h->stack, h->iface, frames, now);
}

static nsec_t
source_next(struct loop_source *s)
{
	return stack_next(container_of(s, struct tap_stack, source)->stack);
}

static void
source_run(struct loop_source *s, nsec_t now)
{
	stack_advance(container_of(s, struct tap_stack, source)->stack, now);
}

void
tap_stack_open(
    struct tap_stack *h, struct loop *loop, const char *name, uint8_t number, bool offload, struct sink *sink)
{
	const uint8_t mac[6] = {0x02, 0x4c, 0x45, 0x41, 0x54, number};
	struct core_config config = {
	    .number = 1, .secret = random_key(), .sink = sink, .now = loop_now(loop)};
	struct tap_config t = {
	    .name = name, .no_offload = !offload, .loop = loop, .frames = frames_from_tap, .arg = h};

	*h = (struct tap_stack){.loop = loop, .source = {.next = source_next, .run = source_run}};
	h->pool = config.pool = pkt_pool_new(POOL);
	h->stack = config.pool ? stack_new(&config) : NULL;
	bench_must("stack", h->stack ? 0 : -LEAT_ENOMEM);
	t.core = stack_core(h->stack);
	bench_must(name, tap_open(&t, &h->tap));
	bench_must("interface", stack_add_ethernet(h->stack, "tap0", 1500, mac, tap_wire(h->tap), &h->iface));
	loop_add_source(loop, &h->source);
}

void
tap_stack_address(struct tap_stack *h, const char *text, uint8_t bits)
{
	struct ipaddr a;

	bench_must(text, ipaddr_parse(text, &a));
	bench_must(text, iface_addr_add(h->iface, &a, bits, true));
}

void
tap_stack_close(struct tap_stack *h)
{
	loop_del_source(h->loop, &h->source);
	iface_down(h->iface);
	tap_close(h->tap); /* the stack counts what it drops */
	stack_free(h->stack);
	pkt_pool_free(h->pool);
}
