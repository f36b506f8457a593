/*
 * run/network/assembly.c - builds the two stacks, the link between them and the gateway, and moves
 * frames and events between these until nothing more is due. It knows nothing of system calls.
 */
#include "run/network/assembly.h"

#include "base/err.h"
#include "gate/gate.h"
#include "host/clock.h"
#include "host/feature.h"
#include "host/hostio.h"
#include "host/random.h"
#include "pkt/pool.h"
#include "run/network/publish.h"
#include "stack/stack.h"
#include "tcp/tcp.h"

#include <stdio.h>
#include <string.h>

/* CLIENT_NEEDS: a client of a published port takes a descriptor here, and one in the program. */
enum { POOL_LIMIT = 1 << 30, HOST = 0, GATE = 1, CLIENT_NEEDS = 2 };

/*
 * Gives the frames that have arrived at @end to the stack. On an impaired link each frame is given
 * by itself, without GRO, since recovery from a loss depends on the number of ACKs. Returns false
 * if no frame had arrived.
 */
static bool
deliver(struct assembly *a, struct stack *stack, unsigned end, nsec_t now)
{
	bool impaired = emu_impairs(a->parts.link);
	struct pkt_queue frames;
	struct pkt *frame;
	bool any = false;

	pkt_queue_init(&frames);
	for (; (frame = emu_receive(a->parts.link, end, now)); any = true) {
		if (impaired)
			stack_input(stack, a->iface[end], frame, now);
		else
			pkt_queue_push(&frames, frame);
	}
	if (frames.count)
		stack_input_batch(stack, a->iface[end], &frames, now);
	return any;
}

/* Called when a descriptor has become free. */
static void
retry(struct fd_wait *wait)
{
	struct assembly *a = container_of(wait, struct assembly, fd_wait);

	assembly_enter(a);
	gate_retry(a->parts.gateway);
}

/* Delivers frames and handles events of both sides until nothing more is due now. */
static void
assembly_run(struct loop_source *source, nsec_t now)
{
	struct assembly *a = container_of(source, struct assembly, source);
	bool any;

	assembly_enter(a);
	do {
		any = deliver(a, a->parts.host, HOST, now);
		any |= deliver(a, a->parts.gate, GATE, now);
		gate_run(a->parts.gateway);
	} while (any || emu_next(a->parts.link) <= now);
	closed_dgram_run(&a->closed, now);
	if (gate_waits(a->parts.gateway))
		fd_budget_wait(a->fds, &a->fd_wait);
}

void
assembly_settle(struct assembly *a)
{
	assembly_run(&a->source, loop_now(a->loop));
}

static nsec_t
assembly_next(struct loop_source *source)
{
	struct assembly *a = container_of(source, struct assembly, source);
	nsec_t next = emu_next(a->parts.link);

	next = nsec_min(next, gate_next(a->parts.gateway));
	next = nsec_min(next, closed_dgram_next(&a->closed));
	next = nsec_min(next, stack_next(a->parts.host));
	return nsec_min(next, stack_next(a->parts.gate));
}

void
assembly_enter(struct assembly *a)
{
	nsec_t now = loop_now(a->loop);

	stack_advance(a->parts.host, now);
	stack_advance(a->parts.gate, now);
}

static struct stack *
make_stack(struct assembly *a, const struct run_config *config, uint64_t number)
{
	struct core_config core = {.number = number,
	    .seed = config->seed + number,
	    .secret = random_key(),
	    .pool = a->pool,
	    .sink = config->hooks.sink,
	    .gro_off = feature_disabled("gro"),
	    .now = loop_now(a->loop)};

	return stack_new(&core);
}

static int
default_route(struct stack *s, const struct iface *iface, const struct ipaddr *gateway)
{
	struct route r = {.dst = ipaddr_is4(gateway) ? IPADDR_ANY4 : IPADDR_ANY6,
	    .gateway = *gateway,
	    .ifindex = iface->index,
	    .src = ipaddr_is4(gateway) ? IPADDR_ANY4 : IPADDR_ANY6};

	return route_add(stack_core(s), &r);
}

/*
 * Connects one stack to the link. Its addresses can be used at once, without a check for
 * duplicates: the link has only these two ends.
 */
static int
join_link(struct assembly *a, const struct run_config *config, unsigned end)
{
	const struct run_net *net = &config->net;
	struct stack *s = end == HOST ? a->parts.host : a->parts.gate;
	uint8_t mac[6] = {0x02, 'l', 'e', 'a', 't', (uint8_t)(end + 1)};
	int rc =
	    stack_add_ethernet(s, "eth0", config->mtu, mac, emu_wire(a->parts.link, end), &a->iface[end]);

	if (!rc)
		rc = iface_addr_add(a->iface[end], end == HOST ? &net->host4 : &net->gate4, net->bits4, true);
	if (!rc)
		rc = iface_addr_add(a->iface[end], end == HOST ? &net->host6 : &net->gate6, net->bits6, true);
	if (!rc && end == GATE)
		rc = iface_addr_add(a->iface[end], &net->dns4, net->bits4, true);
	if (!rc && end == HOST)
		rc = default_route(s, a->iface[end], &net->gate4);
	if (!rc && end == HOST)
		rc = default_route(s, a->iface[end], &net->gate6);
	return rc;
}

static int
make_link(struct assembly *a, const struct run_config *config)
{
	struct emu_config emu = {
	    .seed = config->seed, .drop_core = {stack_core(a->parts.host), stack_core(a->parts.gate)}};
	int rc;

	memcpy(emu.dir, config->impair, sizeof emu.dir);
	a->parts.link = emu_new(&emu);
	if (!a->parts.link)
		return -LEAT_ENOMEM;
	if (config->hooks.frame) /* set before the first frame is sent */
		emu_tap(a->parts.link, config->hooks.frame, config->hooks.arg);
	rc = join_link(a, config, HOST);
	a->program_iface = a->iface[HOST];
	return rc ? rc : join_link(a, config, GATE);
}

static bool
port_is_free(void *arg, uint16_t port)
{
	const struct assembly *a = arg;

	return !sock_port_taken(stack_socks(a->parts.host), SOCK_TYPE_DGRAM, port);
}

static int
make_gateway(struct assembly *a, const struct run_config *config)
{
	const struct run_net *net = &config->net;
	struct gate_config gate = {.stack = a->parts.gate,
	    .echo = hostio_echo,
	    .gone = port_is_free,
	    .arg = a,
	    .own4 = net->gate4,
	    .own6 = net->gate6,
	    .dns = net->dns4,
	    .program4 = net->host4,
	    .program6 = net->host6,
	    .renew_names = nameservers_renew,
	    .names_arg = &a->nameservers,
	    .serves = publish_serves,
	    .unserved = publish_unserved,
	    .program = a};

	a->outside = hostio_new(a->loop, a->fds);
	if (!a->outside)
		return -LEAT_ENOMEM;
	hostio_accept_needs(a->outside, CLIENT_NEEDS);
	gate.outside = a->outside;
	nameservers_init(&a->nameservers, config, "/etc/resolv.conf", a->iface[GATE]);
	(void)nameservers_renew(&a->nameservers, &gate.names);
	return gate_new(&gate, &a->parts.gateway);
}

int
assembly_begin(struct assembly *a, const struct run_config *config, struct loop *loop, struct fd_budget *fds)
{
	int rc = -LEAT_ENOMEM;

	*a = (struct assembly){.loop = loop,
	    .fds = fds,
	    .config = config,
	    .source = {.next = assembly_next, .run = assembly_run}};
	a->parts.fds = fds;
	a->fd_wait.fn = retry;
	list_init(&a->fd_wait.node);
	closed_dgram_init(&a->closed);
	a->pool = pkt_pool_new(POOL_LIMIT);
	if (a->pool)
		a->parts.host = make_stack(a, config, 1);
	if (a->parts.host)
		a->parts.gate = make_stack(a, config, 2);
	if (a->parts.gate)
		rc = make_link(a, config);
	if (!rc)
		rc = make_gateway(a, config);
	if (!rc)
		rc = publish_begin(a, config);
	if (rc) {
		assembly_end(a);
		return rc;
	}
	a->closed.link = a->parts.link;
	a->closed.gate = a->parts.gateway;
	a->closed.socks = stack_socks(a->parts.host);
	loop_add_source(loop, &a->source);
	return 0;
}

void
assembly_end(struct assembly *a)
{
	if (a->source.node.next)
		loop_del_source(a->loop, &a->source);
	if (a->fd_wait.fn) {
		fd_budget_leave(&a->fd_wait);
		closed_dgram_fini(&a->closed);
	}
	if (a->parts.gateway)
		gate_free(a->parts.gateway);
	hostio_free(a->outside);
	if (a->parts.host)
		stack_free(a->parts.host);
	if (a->parts.gate)
		stack_free(a->parts.gate);
	if (a->parts.link)
		emu_free(a->parts.link);
	if (a->pool)
		pkt_pool_free(a->pool);
	*a = (struct assembly){
	    .explained = a->explained}; /* after a failure this is called twice: here and by the owner */
}

void
assembly_dgram_closed(struct assembly *a, const struct sock *sk)
{
	closed_dgram_note(&a->closed, sk, loop_now(a->loop));
}

static void
note_busy(struct tcp_conn *c, void *arg)
{
	enum leat_tcp_state state = tcp_state(c);
	bool *busy = arg;

	if (state != LEAT_TCP_TIME_WAIT && state != LEAT_TCP_FIN_WAIT_2 && state != LEAT_TCP_CLOSED)
		*busy = true;
}

static void
note_flow(const struct gate_flow_info *info, void *arg)
{
	bool *busy = arg;

	if (info->proto == GATE_TCP)
		*busy = true;
}

bool
assembly_busy(const struct assembly *a)
{
	bool busy = emu_next(a->parts.link) != NSEC_NEVER;

	if (!busy)
		tcp_each(stack_tcp(a->parts.host), note_busy, &busy);
	if (!busy)
		gate_each(a->parts.gateway, note_flow, &busy);
	return busy;
}
