/*
 * bench/pair.c - makes two stacks in one process, joined by two queues of packets, and opens
 * connected streams between them. It uses no device and no clock: the caller moves the frames and
 * the time.
 */
#include "pair.h"

#include "host/clock.h"
#include "tcp/tcp.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static const size_t POOL = (size_t)4 << 30;

void
pair_check(int err, const char *what)
{
	if (err >= 0)
		return;
	fprintf(stderr, "%s: error %d\n", what, err);
	exit(1);
}

static void
to_other(struct wire *wire, struct pkt *frame, nsec_t now)
{
	struct pair_end *from = container_of(wire, struct pair_end, wire);
	struct pair_end *to = &from->pair->end[!from->number];

	if (!from->pair->super)
		frame->sum = PKT_SUM_UNKNOWN;
	frame->l3 = frame->l4 = NULL;
	to->frames += frame->segs;
	pkt_queue_push(&to->inbox, frame);
}

static void
add_address(struct iface *iface, const char *text, uint8_t bits)
{
	struct ipaddr a;

	pair_check(ipaddr_parse(text, &a), text);
	pair_check(iface_addr_add(iface, &a, bits, true), text);
}

static void
init_end(struct pair *p, unsigned i, uint32_t mtu)
{
	struct pair_end *e = &p->end[i];
	const uint8_t mac[6] = {2, 0, 0, 0, 0, (uint8_t)(i + 1)};
	struct core_config config = {
	    .number = i + 1, .seed = i + 1, .secret.k = {i + 1, 7}, .pool = p->pool, .now = p->now};

	e->pair = p;
	e->number = i;
	e->wire.transmit = to_other;
	e->wire.features = p->super ? WIRE_TSO4 | WIRE_TSO6 | WIRE_USO | WIRE_SUM : 0;
	e->stack = stack_new(&config);
	pair_check(e->stack ? 0 : -LEAT_ENOMEM, "stack");
	pair_check(stack_add_ethernet(e->stack, "eth0", mtu, mac, &e->wire, &e->iface), "interface");
	add_address(e->iface, i ? "10.0.0.2" : "10.0.0.1", 24);
	add_address(e->iface, i ? "fd00::2" : "fd00::1", 64);
}

bool
pair_deliver(struct pair *p, unsigned end)
{
	struct pair_end *e = &p->end[end];
	struct pkt_queue batch;

	if (e->inbox.count == 0)
		return false;
	pkt_queue_init(&batch);
	pkt_queue_move(&batch, &e->inbox);
	stack_input_batch(e->stack, e->iface, &batch, p->now);
	return true;
}

/* Runs until no frame is in flight in either direction. */
static void
deliver_all(struct pair *p)
{
	bool moved;

	do {
		moved = pair_deliver(p, 1);
		moved |= pair_deliver(p, 0);
	} while (moved);
}

void
pair_init_at(struct pair *p, uint32_t mtu, bool super, uint32_t conns, nsec_t now)
{
	*p = (struct pair){.super = super, .conns = conns, .now = now};
	p->pool = pkt_pool_new(POOL);
	pair_check(p->pool ? 0 : -LEAT_ENOMEM, "pool");
	for (unsigned i = 0; i < 2; i++)
		pkt_queue_init(&p->end[i].inbox);
	for (unsigned i = 0; i < 2; i++)
		init_end(p, i, mtu);
	pair_limit_time_waits(p, 16384);
	deliver_all(p);
}

void
pair_init(struct pair *p, uint32_t mtu, bool super, uint32_t conns)
{
	pair_init_at(p, mtu, super, conns, clock_monotonic());
}

void
pair_limit_time_waits(struct pair *p, uint32_t most)
{
	struct tcp_limits limits = {.conns = p->conns,
	    .syn_queue = 1024,
	    .time_wait = most,
	    .sndbuf_max = 4 << 20,
	    .rcvbuf_max = 6 << 20};

	for (unsigned i = 0; i < 2; i++)
		tcp_set_limits(stack_tcp(p->end[i].stack), &limits);
}

void
pair_fini(struct pair *p)
{
	for (unsigned i = 0; i < 2; i++)
		stack_free(p->end[i].stack);
	for (unsigned i = 0; i < 2; i++) {
		struct pkt *frame;

		while ((frame = pkt_queue_pop(&p->end[i].inbox)))
			pkt_free(frame);
	}
	pkt_pool_free(p->pool);
}

void
pair_tick(struct pair *p)
{
	p->now = clock_monotonic();
	for (unsigned i = 0; i < 2; i++)
		stack_advance(p->end[i].stack, p->now);
}

void
pair_settle(struct pair *p)
{
	pair_tick(p);
	deliver_all(p);
}

struct endpoint
pair_name(unsigned end, bool v6, uint16_t port)
{
	static const char *const text[2][2] = {{"10.0.0.1", "10.0.0.2"}, {"fd00::1", "fd00::2"}};
	struct endpoint e = {.port = port};

	pair_check(ipaddr_parse(text[v6][end], &e.addr), "address");
	return e;
}

/*
 * The sender's buffer limits the data in flight. Linux doubles the value (socket(7)); this is
 * undone. The receiver's buffer is large enough whatever its packets cost.
 */
static struct sock *
open_stream(struct pair *p, unsigned end, bool v6, uint32_t window)
{
	int half = (int)window / 2, ample = (int)window * 2;
	struct sock *sk;

	pair_check(sock_open(stack_socks(p->end[end].stack), v6, SOCK_TYPE_STREAM, &sk), "socket");
	if (window) {
		pair_check(sock_setopt(sk, SOL_SOCKET, SO_RCVBUF, &ample, sizeof ample), "SO_RCVBUF");
		pair_check(sock_setopt(sk, SOL_SOCKET, SO_SNDBUF, &half, sizeof half), "SO_SNDBUF");
	}
	return sk;
}

struct sock *
pair_listen(struct pair *p, bool v6, uint16_t port, uint32_t window)
{
	struct sock *sk = open_stream(p, 1, v6, window);
	struct endpoint name = pair_name(1, v6, port);

	pair_check(sock_bind(sk, &name), "bind");
	pair_check(sock_listen(sk, 4096), "listen");
	return sk;
}

void
pair_connect(struct pair *p, bool v6, struct sock *listener, struct sock *sk[2], uint32_t window)
{
	struct endpoint name;
	int err;

	sock_local(listener, &name);
	sk[0] = open_stream(p, 0, v6, window);
	err = sock_connect(sk[0], &name);
	pair_check(err == -LEAT_EINPROGRESS ? 0 : err, "connect");
	pair_settle(p);
	pair_check(sock_accept(listener, &sk[1]), "accept");
}
