/*
 * stack/stack.c - assembles the layers of one host, and passes time and frames into them. It does
 * no I/O: that is the caller's, and that of the wires.
 */
#include "stack/stack.h"

#include "link/ethernet.h"
#include "link/loopback.h"
#include "link/rawip.h"
#include "net/net.h"
#include "tcp/tcp.h"
#include "udp/udp.h"

#include <stdlib.h>

struct stack {
	struct core *core;
	struct net *net;
	struct udp *udp;
	struct tcp *tcp;
	struct socks *socks;
	struct loopback *loopback;
	struct iface *lo;
};

/* Rounds between loopback and watchers in one entry. What is left then waits for the next entry. */
enum { SETTLE_ROUNDS = 32 };

static int
add_loopback(struct stack *s)
{
	struct iface_config config = {
	    .name = "lo", .mtu = LOOPBACK_MTU, .link = &rawip_ops, .loopback = true};
	struct ipaddr v4 = IPADDR_LOOPBACK4, v6 = IPADDR_LOOPBACK6;
	int err;

	s->loopback = loopback_new(s->core);
	if (!s->loopback)
		return -LEAT_ENOMEM;
	config.wire = loopback_wire(s->loopback);
	err = iface_add(s->core, &config, &s->lo);
	if (!err)
		err = iface_addr_add(s->lo, &v4, 8, true);
	if (!err)
		err = iface_addr_add(s->lo, &v6, 128, true);
	return err;
}

struct stack *
stack_new(const struct core_config *config)
{
	struct stack *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->core = core_new(config);
	if (!s->core)
		goto fail;
	s->net = net_new(s->core);
	s->udp = udp_new(s->core);
	s->tcp = tcp_new(s->core);
	if (!s->net || !s->udp || !s->tcp || add_loopback(s))
		goto fail;
	s->socks = socks_new(s->core, s->tcp, s->udp);
	if (!s->socks)
		goto fail;
	return s;
fail:
	stack_free(s);
	return NULL;
}

void
stack_free(struct stack *s)
{
	if (s->socks)
		socks_free(s->socks);
	if (s->udp)
		udp_free(s->udp);
	if (s->tcp)
		tcp_free(s->tcp);
	if (s->net)
		net_free(s->net);
	if (s->loopback)
		loopback_free(s->loopback);
	if (s->core)
		core_free(s->core);
	free(s);
}

struct core *
stack_core(struct stack *s)
{
	return s->core;
}

struct socks *
stack_socks(struct stack *s)
{
	return s->socks;
}

struct tcp *
stack_tcp(struct stack *s)
{
	return s->tcp;
}

struct udp *
stack_udp(struct stack *s)
{
	return s->udp;
}

struct net *
stack_net(struct stack *s)
{
	return s->net;
}

int
stack_add_ethernet(struct stack *s, const char *name, uint32_t mtu, const uint8_t mac[6], struct wire *wire,
    struct iface **out)
{
	struct iface_config config = {.name = name, .mtu = mtu, .link = &ethernet_ops, .wire = wire};

	for (unsigned i = 0; i < 6; i++)
		config.mac[i] = mac[i];
	return iface_add(s->core, &config, out);
}

int
stack_add_rawip(struct stack *s, const char *name, uint32_t mtu, struct wire *wire, struct iface **out)
{
	struct iface_config config = {.name = name, .mtu = mtu, .link = &rawip_ops, .wire = wire};

	return iface_add(s->core, &config, out);
}

/*
 * Delivers the packets that are on loopback now. Packets that they cause wait for the next round.
 */
static void
turn_loopback(struct stack *s)
{
	for (uint32_t n = loopback_waiting(s->loopback); n; n--) {
		struct pkt *p = loopback_receive(s->loopback);

		if (p)
			iface_input(s->lo, p);
	}
}

static bool
is_unsettled(const struct stack *s)
{
	return loopback_waiting(s->loopback) || socks_pending(s->socks);
}

/* Ends an entry: delivers packets to this host, and calls the watchers. */
static void
settle(struct stack *s)
{
	for (unsigned i = 0; i < SETTLE_ROUNDS && is_unsettled(s); i++) {
		turn_loopback(s);
		socks_flush(s->socks);
	}
}

static void
set_time(struct stack *s, nsec_t now)
{
	s->core->now = nsec_max(s->core->now, now);
	wheel_advance(s->core->wheel, s->core->now);
}

void
stack_advance(struct stack *s, nsec_t now)
{
	set_time(s, now);
	settle(s);
}

/*
 * Ends a batch of frames. Watchers are called before the ACK is sent, so that their answers carry
 * it.
 */
static void
end_batch(struct stack *s)
{
	tcp_batch_notify(s->tcp);
	socks_flush(s->socks);
	tcp_batch_end(s->tcp);
	settle(s);
}

void
stack_input(struct stack *s, struct iface *iface, struct pkt *frame, nsec_t now)
{
	set_time(s, now);
	tcp_batch_begin(s->tcp);
	iface_input(iface, frame);
	end_batch(s);
}

void
stack_input_batch(struct stack *s, struct iface *iface, struct pkt_queue *frames, nsec_t now)
{
	struct pkt *frame;

	if (s->core->gro_off) {
		while ((frame = pkt_queue_pop(frames)))
			stack_input(s, iface, frame, now);
		return;
	}
	set_time(s, now);
	if (frames->count > 1) /* a single frame has nothing to be joined with */
		core_input_begin(s->core);
	tcp_batch_begin(s->tcp);
	while ((frame = pkt_queue_pop(frames))) {
		pkt_prefetch(pkt_queue_first(frames));
		iface_input(iface, frame);
	}
	core_input_end(s->core);
	end_batch(s);
}

nsec_t
stack_next(struct stack *s)
{
	if (is_unsettled(s))
		return s->core->now;
	return wheel_next(s->core->wheel);
}
