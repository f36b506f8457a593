/*
 * One echo service in three worlds:
 *
 *   io_echo host ADDRESS PORT             on this machine's sockets
 *   io_echo tap NAME ADDRESS/BITS PORT    on Leat's own TCP/IP, as a host on a TAP device
 *   io_echo sim [SEED]                    in virtual time, over a link that loses packets: a client
 *                                         sends a million octets and reads them back
 *
 * Port 0 means any port; the program prints which. The service (io_echo.c) is the same in all
 * worlds.
 */
#include "io_echo.h"

#include "base/err.h"
#include "core/core.h"
#include "host/fd_budget.h"
#include "host/hostio.h"
#include "host/random.h"
#include "host/tap.h"
#include "io/sockio.h"
#include "sim/sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
must(const char *what, int err)
{
	if (err >= 0)
		return;
	fprintf(stderr, "io_echo: %s: %s\n", what, err_text(err));
	exit(1);
}

static struct endpoint
endpoint_of(const char *address, const char *port)
{
	struct endpoint e = {.port = 0};
	char *end;
	unsigned long n = strtoul(port, &end, 10);

	must(address, ipaddr_parse(address, &e.addr));
	must(port, *port && !*end && n <= UINT16_MAX ? 0 : -LEAT_EINVAL);
	e.port = (uint16_t)n;
	return e;
}

static struct io_listener *
serve(struct io_world *world, const struct endpoint *at)
{
	char text[ENDPOINT_TEXT];
	struct io_listener *l;
	struct endpoint name;

	must("memory", world ? 0 : -LEAT_ENOMEM);
	must(endpoint_text(at, text), echo_serve(world, at, &l));
	must("name", l->ops->local(l, &name));
	printf("ready at %s\n", endpoint_text(&name, text));
	fflush(stdout);
	return l;
}

/* On the machine's sockets. */
static void
host(const char *address, const char *port)
{
	struct endpoint at = endpoint_of(address, port);
	struct loop *loop = loop_new();
	struct fd_budget fds;

	must("memory", loop ? 0 : -LEAT_ENOMEM);
	fd_budget_init(&fds, loop);
	serve(hostio_new(loop, &fds), &at);
	loop_run(loop);
}

/* On Leat's own sockets and a TAP device. */
struct tap_host {
	struct loop_source source;
	struct stack *stack;
	struct iface *iface;
};

static void
on_frames(void *arg, struct pkt_queue *frames, nsec_t now)
{
	struct tap_host *h = arg;

	stack_input_batch(h->stack, h->iface, frames, now);
}

static nsec_t
next(struct loop_source *s)
{
	return stack_next(container_of(s, struct tap_host, source)->stack);
}

static void
run(struct loop_source *s, nsec_t now)
{
	stack_advance(container_of(s, struct tap_host, source)->stack, now);
}

static void
plug_in(struct tap_host *h, struct loop *loop, const char *name)
{
	uint8_t mac[6] = {0x02, 0x4c, 0x45, 0x41, 0x54, 0x07};
	struct core_config config = {.number = 1,
	    .seed = random_seed(),
	    .secret = random_key(),
	    .pool = pkt_pool_new((size_t)256 << 20),
	    .now = loop_refresh(loop)};
	struct tap_config tc = {.name = name, .loop = loop, .frames = on_frames, .arg = h};
	struct tap *tap;

	h->source = (struct loop_source){.next = next, .run = run};
	h->stack = config.pool ? stack_new(&config) : NULL;
	must("memory", h->stack ? 0 : -LEAT_ENOMEM);
	tc.core = stack_core(h->stack);
	must(name, tap_open(&tc, &tap));
	must(name, stack_add_ethernet(h->stack, tap_name(tap), 1500, mac, tap_wire(tap), &h->iface));
	loop_add_source(loop, &h->source);
}

static void
tap(const char *name, char *prefix, const char *port)
{
	struct loop *loop = loop_new();
	char *slash = strchr(prefix, '/'), *end;
	unsigned long bits = slash ? strtoul(slash + 1, &end, 10) : 0;
	struct tap_host h;
	struct endpoint at;

	must(prefix, slash && slash[1] && !*end && bits <= 128 ? 0 : -LEAT_EINVAL);
	*slash = '\0';
	at = endpoint_of(prefix, port);
	must("memory", loop ? 0 : -LEAT_ENOMEM);
	plug_in(&h, loop, name);
	must(prefix, iface_addr_add(h.iface, &at.addr, (uint8_t)bits, true));
	serve(sockio_new(h.stack), &at);
	loop_run(loop);
}

/* On Leat's own sockets in virtual time. */
static bool
is_over(void *client)
{
	return ((struct echo_client *)client)->over;
}

static int
sim(uint64_t seed)
{
	struct emu_impair bad = {.delay = 20 * MSEC, .loss = 20000000}; /* 2% */
	struct sim_config config = {.seed = seed};
	struct sim *s = sim_new(&config);
	struct sim_link_config link = {.host = {sim_host(s), sim_host(s)}, .dir = {bad, bad}};
	struct sim_link *l = sim_link(s, &link);
	struct io_world *world[2] = {sockio_new(link.host[0]), sockio_new(link.host[1])};
	struct endpoint at = endpoint_of("fd00::2", "7");
	struct echo_client client = {.len = 1000000};
	struct io_listener *listener;

	must("address", sim_address(sim_link_iface(l, 0), "fd00::1", 64));
	must("address", sim_address(sim_link_iface(l, 1), "fd00::2", 64));
	listener = serve(world[1], &at);
	must("connect", echo_ask(world[0], &at, &client));
	sim_run(s, 600 * SEC, is_over, &client);
	must("echo", client.over ? client.error : -LEAT_ETIMEDOUT);
	printf("%zu octets came back after %.6f s of virtual time\n", client.back, (double)sim_now(s) / SEC);
	listener->ops->close(listener);
	sim_run(s, NSEC_NEVER, NULL, NULL);
	sockio_free(world[0]);
	sockio_free(world[1]);
	sim_free(s);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "host"))
		host(argv[2], argv[3]);
	else if (argc == 5 && !strcmp(argv[1], "tap"))
		tap(argv[2], argv[3], argv[4]);
	else if ((argc == 2 || argc == 3) && !strcmp(argv[1], "sim"))
		return sim(argc == 3 ? strtoull(argv[2], NULL, 10) : 1);
	fputs("usage: io_echo host ADDRESS PORT | tap NAME ADDRESS/BITS PORT | sim [SEED]\n", stderr);
	return 2;
}
