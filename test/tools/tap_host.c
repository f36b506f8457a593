/*
 * tap_host - a Leat host on a TAP, for the tests against Linux.
 *
 *	tap_host --tap NAME [--raw] [--no-offload] [--delay MS] [--loss PERCENT] [--dup PERCENT] [--reorder PERCENT] [--seed N]
 *	         serve | gate | fetch IP PORT SEND-FILE RECEIVE-FILE
 *
 * The host is 10.9.0.2/24 and fd09::2/64; Linux at the other end is 10.9.0.1 and fd09::1. "serve" offers echo (7),
 * discard (9) and chargen (19) over TCP, and echo over UDP. "gate" carries all traffic to the sockets of the machine.
 * "fetch" connects, sends the file, half-closes, and writes what it receives to the other file. "serve" and "gate" end
 * by SIGTERM. Prints "ready" when it serves, and its counters at the end.
 */
#include "base/err.h"
#include "core/core.h"
#include "gate/gate.h"
#include "host/clock.h"
#include "host/fd_budget.h"
#include "host/hostio.h"
#include "host/loop.h"
#include "host/random.h"
#include "host/tap.h"
#include "link/emu.h"
#include "sock/sock.h"
#include "stack/stack.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MTU = 1500, POOL = 512 << 20 };
enum { PORT_ECHO = 7, PORT_DISCARD = 9, PORT_CHARGEN = 19 };

static struct {
	const char *tap;
	bool raw, no_offload, impaired;
	struct emu_impair impair;
	uint64_t seed;
} args;

static struct loop *loop;
static struct fd_budget budget;
static struct pkt_pool *pool;
static struct stack *stack;
static struct iface *iface;
static struct tap *tap;
static struct emu *emu; /* end 0 is the TAP, end 1 the stack; NULL without impairments */
static struct gate *gate;
static int status;

static void
die(const char *what, int e)
{
	fprintf(stderr, "tap_host: %s: %s\n", what, err_text(e));
	exit(1);
}

static void
must(const char *what, int e)
{
	if (e < 0)
		die(what, e);
}

static struct ipaddr
addr(const char *text)
{
	struct ipaddr a;

	must(text, ipaddr_parse(text, &a));
	return a;
}

/* Driving */

static void
frames_from_tap(void *arg, struct pkt_queue *frames, nsec_t now)
{
	struct pkt *frame;

	if (!emu) {
		stack_input_batch(stack, iface, frames, now);
		return;
	}
	while ((frame = pkt_queue_pop(frames)))
		emu_wire(emu, 0)->transmit(emu_wire(emu, 0), frame, now);
}

static nsec_t
source_next(struct loop_source *s)
{
	nsec_t next = stack_next(stack);

	if (emu)
		next = nsec_min(next, emu_next(emu));
	return gate ? nsec_min(next, gate_next(gate)) : next;
}

static void
source_run(struct loop_source *s, nsec_t now)
{
	struct pkt_queue frames;
	struct pkt *p;

	stack_advance(stack, now);
	pkt_queue_init(&frames);
	while (emu && (p = emu_receive(emu, 1, now)))
		pkt_queue_push(&frames, p);
	if (frames.count)
		stack_input_batch(stack, iface, &frames, now);
	if (gate)
		gate_run(gate);
	while (emu && (p = emu_receive(emu, 0, now))) {
		if (!(tap_wire(tap)->features & WIRE_SUM))
			pkt_complete_sum(p);
		tap_wire(tap)->transmit(tap_wire(tap), p, now);
	}
}

static struct loop_source source = {.next = source_next, .run = source_run};

static void
signalled(struct loop_fd *w, uint32_t events)
{
	loop_stop(loop);
}

/* Serving */

struct service {
	struct list node; /* of accepted */
	struct sock *sk;
	int port;
	char text[72]; /* chargen's line */
	size_t at;
};

static struct list accepted = LIST_INIT(accepted);

/* Serves echo or discard. Returns false when the connection has ended. */
static bool
serve_reading(struct service *s)
{
	struct pkt_span span[16];
	unsigned n;

	while ((n = sock_peek(s->sk, span, 16)) > 0) {
		size_t done = 0;

		for (unsigned i = 0; i < n; i++) {
			ssize_t w = s->port == PORT_ECHO ? sock_send(s->sk, span[i].at, span[i].len, 0, NULL)
							 : span[i].len;

			if (w > 0)
				done += (size_t)w;
			if (w != (ssize_t)span[i].len)
				break;
		}
		if (done == 0)
			return !(sock_ready(s->sk) & (LEAT_ERR | LEAT_HUP));
		sock_consume(s->sk, done);
	}
	return !(sock_ready(s->sk) & (LEAT_RDHUP | LEAT_ERR));
}

static bool
serve_chargen(struct service *s)
{
	while (sock_ready(s->sk) & LEAT_OUT) {
		ssize_t w = sock_send(s->sk, s->text + s->at, sizeof s->text - s->at, SOCK_MORE, NULL);

		if (w <= 0)
			break;
		s->at = (s->at + (size_t)w) % sizeof s->text;
	}
	return !(sock_ready(s->sk) & (LEAT_RDHUP | LEAT_ERR));
}

static void
served(struct sock *sk, void *arg)
{
	struct service *s = arg;

	if (s->port == PORT_CHARGEN ? serve_chargen(s) : serve_reading(s))
		return;
	sock_close(sk);
	list_del(&s->node);
	free(s);
}

static void
forget_accepted(void)
{
	struct list *n;

	while ((n = list_pop(&accepted)))
		free(container_of(n, struct service, node));
}

static void
accepting(struct sock *sk, void *arg)
{
	struct service *listener = arg, *s;
	struct sock *child;

	while (sock_accept(sk, &child) == 0) {
		s = calloc(1, sizeof *s);
		s->sk = child;
		s->port = listener->port;
		memset(s->text, 'x', sizeof s->text - 1);
		s->text[sizeof s->text - 1] = '\n';
		list_push(&accepted, &s->node);
		sock_watch(child, served, s);
		served(child, s);
	}
}

static void
echo_datagrams(struct sock *sk, void *arg)
{
	static uint8_t buf[65536];
	struct sock_msg msg;
	ssize_t n;

	while ((n = sock_recv(sk, buf, sizeof buf, 0, &msg)) >= 0)
		sock_send(sk, buf, (size_t)n, 0, &msg);
}

static void
serve_on(enum sock_type type, uint16_t port, void (*fn)(struct sock *sk, void *arg))
{
	static struct service services[8];
	static unsigned n;
	struct endpoint at = {.addr = IPADDR_ANY6, .port = port};
	struct service *s = &services[n++];

	must("socket", sock_open(stack_socks(stack), true, type, &s->sk));
	must("bind", sock_bind(s->sk, &at));
	if (type == SOCK_TYPE_STREAM)
		must("listen", sock_listen(s->sk, 128));
	s->port = port;
	sock_watch(s->sk, fn, s);
}

static void
serve(void)
{
	serve_on(SOCK_TYPE_STREAM, PORT_ECHO, accepting);
	serve_on(SOCK_TYPE_STREAM, PORT_DISCARD, accepting);
	serve_on(SOCK_TYPE_STREAM, PORT_CHARGEN, accepting);
	serve_on(SOCK_TYPE_DGRAM, PORT_ECHO, echo_datagrams);
}

/* Fetching */

static int send_fd = -1, receive_fd = -1;

static void
fetch_end(const char *why, int e)
{
	status = e ? 1 : 0;
	if (e)
		fprintf(stderr, "tap_host: %s: %s\n", why, err_text(e));
	loop_stop(loop);
}

/* Copies from the file to the send buffer. Half-closes at the end of the file. */
static void
fetch_send(struct sock *sk)
{
	while (send_fd >= 0 && sock_ready(sk) & LEAT_OUT) {
		void *at;
		ssize_t room = sock_reserve(sk, 65536, &at), n;

		if (room <= 0)
			return;
		n = read(send_fd, at, (size_t)room);
		if (n > 0) {
			sock_commit(sk, (size_t)n);
			continue;
		}
		close(send_fd);
		send_fd = -1;
		sock_shutdown(sk, SOCK_SHUT_WR);
	}
}

static void
fetching(struct sock *sk, void *arg)
{
	static uint8_t buf[65536];
	unsigned ready = sock_ready(sk);
	ssize_t n;

	if (!(ready & (LEAT_OUT | LEAT_IN | LEAT_ERR | LEAT_HUP)))
		return;
	fetch_send(sk);
	while ((n = sock_recv(sk, buf, sizeof buf, 0, NULL)) > 0) {
		if (write(receive_fd, buf, (size_t)n) != n)
			die("write", -errno);
	}
	if (n == 0 && send_fd < 0)
		fetch_end("end", 0);
	else if (n < 0 && n != -LEAT_EAGAIN && n != -LEAT_ENOTCONN)
		fetch_end("receive", (int)n);
}

static struct sock *
fetch(char **argv)
{
	struct endpoint to = {.addr = addr(argv[0]), .port = (uint16_t)atoi(argv[1])};
	struct sock *sk;
	int e;

	send_fd = open(argv[2], O_RDONLY | O_CLOEXEC);
	receive_fd = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (send_fd < 0 || receive_fd < 0)
		die("open", -errno);
	must("socket", sock_open(stack_socks(stack), !ipaddr_is4(&to.addr), SOCK_TYPE_STREAM, &sk));
	e = sock_connect(sk, &to);
	if (e < 0 && e != -LEAT_EINPROGRESS)
		die("connect", e);
	sock_watch(sk, fetching, NULL);
	return sk;
}

/* The gateway */

static struct io_world *
make_gate(void)
{
	struct io_world *h = hostio_new(loop, &budget);
	struct gate_config config = {.stack = stack,
	    .outside = h,
	    .echo = hostio_echo,
	    .own4 = addr("10.9.0.2"),
	    .own6 = addr("fd09::2"),
	    .dns = addr("10.9.0.3"),
	    .program4 = addr("10.9.0.1"),
	    .program6 = addr("fd09::1")};

	must("gateway", gate_new(&config, &gate));
	return h;
}

/* Setting up */

static uint32_t
ppb(const char *percent)
{
	return (uint32_t)(atof(percent) * 1e7);
}

static char **
parse(char **argv)
{
	for (; *argv && argv[0][0] == '-'; argv++) {
		if (!strcmp(*argv, "--raw"))
			args.raw = true;
		else if (!strcmp(*argv, "--no-offload"))
			args.no_offload = true;
		else if (!argv[1])
			die(*argv, LEAT_EINVAL);
		else if (!strcmp(*argv, "--tap"))
			args.tap = *++argv;
		else if (!strcmp(*argv, "--delay"))
			args.impair.delay = (nsec_t)(atof(*++argv) * 1e6);
		else if (!strcmp(*argv, "--loss"))
			args.impair.loss = ppb(*++argv);
		else if (!strcmp(*argv, "--dup"))
			args.impair.dup = ppb(*++argv);
		else if (!strcmp(*argv, "--reorder"))
			args.impair.reorder = ppb(*++argv);
		else if (!strcmp(*argv, "--seed"))
			args.seed = (uint64_t)atoll(*++argv);
		else
			die(*argv, LEAT_EINVAL);
	}
	args.impaired = args.impair.delay || args.impair.loss || args.impair.dup || args.impair.reorder;
	return argv;
}

static void
add_default_routes(void)
{
	struct route r4 = {
	    .dst = IPADDR_ANY4, .gateway = addr("10.9.0.1"), .ifindex = iface->index, .src = IPADDR_ANY4};
	struct route r6 = {
	    .dst = IPADDR_ANY6, .gateway = addr("fd09::1"), .ifindex = iface->index, .src = IPADDR_ANY6};

	must("route", route_add(stack_core(stack), &r4));
	must("route", route_add(stack_core(stack), &r6));
}

static void
set_up(void)
{
	static const uint8_t mac[6] = {0x02, 0x4c, 0x45, 0x41, 0x54, 0x02};
	struct core_config config = {
	    .number = 1, .seed = args.seed, .secret = random_key(), .pool = pool, .now = loop_now(loop)};
	struct tap_config t = {.name = args.tap,
	    .raw_ip = args.raw,
	    .no_offload = args.no_offload,
	    .loop = loop,
	    .frames = frames_from_tap};
	struct ipaddr v4 = addr("10.9.0.2"), v4b = addr("10.9.0.3"), v6 = addr("fd09::2");
	struct wire *wire;

	stack = stack_new(&config);
	t.core = stack_core(stack);
	must("tap", tap_open(&t, &tap));
	wire = tap_wire(tap);
	if (args.impaired) {
		struct emu_config e = {.dir = {args.impair, args.impair},
		    .seed = args.seed,
		    .drop_core = {stack_core(stack), stack_core(stack)}};

		emu = emu_new(&e);
		wire = emu_wire(emu, 1);
	}
	if (args.raw)
		must("interface", stack_add_rawip(stack, "tap0", MTU, wire, &iface));
	else
		must("interface", stack_add_ethernet(stack, "tap0", MTU, mac, wire, &iface));
	must("address", iface_addr_add(iface, &v4, 24, true));
	must("address", iface_addr_add(iface, &v4b, 24, true));
	must("address", iface_addr_add(iface, &v6, 64, true));
	add_default_routes();
	loop_add_source(loop, &source);
}

static void
watch_signals(struct loop_fd *w)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	*w = (struct loop_fd){.fd = signalfd(-1, &set, SFD_CLOEXEC), .events = EPOLLIN, .fn = signalled};
	must("signals", loop_add(loop, w));
}

static void
print_flow(const struct gate_flow_info *info, void *arg)
{
	printf("flow open: up %lu down %lu since %ld ms\n", info->octets_up, info->octets_down,
	    (long)((loop_now(loop) - info->since) / MSEC));
}

static void
print_counts(void)
{
	const struct core *core = stack_core(stack);

	for (unsigned i = 0; i < DROP_COUNT; i++) {
		if (core->drops[i])
			printf("drop %s %lu\n", drop_name(i), core->drops[i]);
	}
	printf("frames in %lu out %lu octets in %lu out %lu\n", iface->count.rx_frames,
	    iface->count.tx_frames, iface->count.rx_octets, iface->count.tx_octets);
	if (!gate)
		return;
	gate_each(gate, print_flow, NULL);
	printf("gate streams %lu up %lu down %lu\n", gate_counters(gate)->streams,
	    gate_counters(gate)->octets_up, gate_counters(gate)->octets_down);
}

static void
tear_down(struct io_world *h)
{
	print_counts();
	if (gate)
		gate_free(gate);
	hostio_free(h);
	loop_del_source(loop, &source);
	/* Down while the stack still counts: what is sent now, or waits for the device, is a counted drop. */
	iface->up = false;
	tap_close(tap);
	stack_free(stack);
	forget_accepted();
	if (emu)
		emu_free(emu);
	printf("pool in use %zu\n", pkt_pool_in_use(pool));
	fflush(stdout); /* a sanitizer that reports at the end may prevent it */
	if (pkt_pool_in_use(pool) == 0)
		pkt_pool_free(pool);
	else
		status = 1;
}

int
main(int argc, char **argv)
{
	struct io_world *h = NULL;
	struct sock *fetcher = NULL;
	struct loop_fd signals;

	argv = parse(argv + 1);
	clock_be_exact();
	loop = loop_new();
	fd_budget_init(&budget, loop);
	pool = pkt_pool_new(POOL);
	watch_signals(&signals);
	set_up();
	if (*argv && !strcmp(*argv, "serve"))
		serve();
	else if (*argv && !strcmp(*argv, "gate"))
		h = make_gate();
	else if (*argv && !strcmp(*argv, "fetch") && argv[1] && argv[2] && argv[3] && argv[4])
		fetcher = fetch(argv + 1);
	else
		die("what to do: serve, gate, or fetch IP PORT SEND RECEIVE", LEAT_EINVAL);
	printf("ready %s\n", tap_name(tap));
	fflush(stdout);
	loop_run(loop);
	if (fetcher) /* the last ACK and FIN have not been sent yet */
		sock_close(fetcher);
	for (nsec_t until = loop_refresh(loop) + (fetcher ? 500 * MSEC : 0); loop_now(loop) < until;)
		loop_turn(loop, until);
	loop_del(loop, &signals);
	tear_down(h);
	fd_budget_fini(&budget);
	loop_free(loop);
	return status;
}
