/*
 * test/unit/io/test_sockio_batch.c - streams over Leat's own sockets whose peer's segments all
 * arrive at once: the connection has ended before its owner can be called.
 */
#include "addr.h"
#include "base/err.h"
#include "io/sockio.h"
#include "pool.h"
#include "stack/stack.h"
#include "wire/ip.h"
#include "wire/ip4.h"
#include "wire/tcp.h"

#include <string.h>

enum { PORT = 80, ISS = 1000, WINDOW = 8192 };

struct rig {
	struct wire wire;
	struct pkt_pool *pool;
	struct stack *stack;
	struct iface *iface;
	struct io_world *world;
	struct io_stream *s;
	unsigned events;
	uint16_t port; /* of the SYN that was sent */
	seq_t syn;
};

/* Looks for the SYN, and drops what the stack sends. */
static void
transmit(struct wire *wire, struct pkt *p, nsec_t now)
{
	struct rig *r = container_of(wire, struct rig, wire);
	uint8_t head[IP4_HDR_LEN + TCP_HDR_LEN];

	pkt_copy_out(p, 0, head, sizeof head);
	if (tcp_flags(head + IP4_HDR_LEN) == TCP_SYN) {
		r->port = tcp_src(head + IP4_HDR_LEN);
		r->syn = tcp_seq(head + IP4_HDR_LEN);
	}
	pkt_free(p);
}

static void
note(struct io_stream *s, unsigned events, void *arg)
{
	struct rig *r = arg;

	r->events |= events;
}

static void
rig_begin(struct rig *r)
{
	struct core_config config = {.number = 1, .seed = 1};
	struct endpoint to = {.addr = addr("10.0.0.2"), .port = PORT};
	struct ipaddr own = addr("10.0.0.1");

	*r = (struct rig){.wire.transmit = transmit};
	config.pool = r->pool = pkt_pool_new(1 << 20);
	r->stack = stack_new(&config);
	assert_int_equal(stack_add_rawip(r->stack, "tun0", 1500, &r->wire, &r->iface), 0);
	assert_int_equal(iface_addr_add(r->iface, &own, 24, true), 0);
	r->world = sockio_new(r->stack);
	assert_int_equal(io_connect(r->world, &to, note, r, &r->s), 0);
	stack_advance(r->stack, 0);
	assert_int_not_equal(r->port, 0);
}

static void
rig_end(struct rig *r)
{
	io_close(r->s, true);
	sockio_free(r->world);
	stack_free(r->stack);
	pool_end(r->pool);
}

/* Adds a segment of the peer to @batch. */
static void
add(struct rig *r, struct pkt_queue *batch, uint8_t flags, seq_t seq, const char *text)
{
	uint16_t len = (uint16_t)(TCP_HDR_LEN + strlen(text));
	struct pkt *p = pkt_from_bytes(r->pool, text, strlen(text));
	struct ipaddr from = addr("10.0.0.2"), to = addr("10.0.0.1");

	tcp_put(pkt_push(p, TCP_HDR_LEN), PORT, r->port, seq, r->syn + 1, TCP_HDR_LEN, flags, WINDOW);
	ip4_put_summed(pkt_push(p, IP4_HDR_LEN), 0, (uint16_t)(IP4_HDR_LEN + len), 0, IP4_DF, 64,
	    IP_PROTO_TCP, &from, &to);
	p->sum = PKT_SUM_VALID;
	pkt_queue_push(batch, p);
}

static void
octets_of_a_connection_that_was_reset_at_once_can_be_read(void **state)
{
	struct pkt_queue batch;
	struct rig r;
	char buf[8];

	rig_begin(&r);
	pkt_queue_init(&batch);
	add(&r, &batch, TCP_SYN | TCP_ACK, ISS, "");
	add(&r, &batch, TCP_ACK | TCP_PSH, ISS + 1, "busy");
	add(&r, &batch, TCP_RST | TCP_ACK, ISS + 5, "");
	stack_input_batch(r.stack, r.iface, &batch, 0);
	assert_int_equal(r.events, IO_CONNECTED | IO_FAILED);
	assert_int_equal(io_error(r.s), -LEAT_ECONNRESET);
	assert_int_equal(io_read(r.s, buf, sizeof buf), 4);
	assert_memory_equal(buf, "busy", 4);
	assert_int_equal(io_read(r.s, buf, sizeof buf), -LEAT_ECONNRESET);
	assert_int_equal(io_read(r.s, buf, sizeof buf), 0);
	rig_end(&r);
}

/* RFC 9293, 3.10.7.3: a reset that answers the SYN is a refusal. */
static void
a_refusal_is_no_connection(void **state)
{
	struct pkt_queue batch;
	struct rig r;

	rig_begin(&r);
	pkt_queue_init(&batch);
	add(&r, &batch, TCP_RST | TCP_ACK, 0, "");
	stack_input_batch(r.stack, r.iface, &batch, 0);
	assert_int_equal(r.events, IO_FAILED);
	assert_int_equal(io_error(r.s), -LEAT_ECONNREFUSED);
	rig_end(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(octets_of_a_connection_that_was_reset_at_once_can_be_read),
	    cmocka_unit_test(a_refusal_is_no_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
