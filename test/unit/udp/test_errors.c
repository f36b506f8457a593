/*
 * The queue of errors about datagrams that were sent (ip(7), IP_RECVERR).
 */
#include "udp_rig.h"
#include "wire/icmp.h"

#include <string.h>

#define ROUTER ipaddr_v4(0x0a0000fe)

enum { PORT = 5000, FAR_PORT = 53, PAYLOAD = 5 };

struct fixture {
	struct udp_rig rig;
	struct udp_end *end;
	uint8_t quoted[UDP_HDR_LEN + PAYLOAD];
	struct net_error report; /* time exceeded, about a datagram with the payload "quote" */
};

static int
setup(void **state)
{
	static struct fixture f;

	udp_rig_start(&f.rig);
	f.end = open_end(&f.rig, OURS, PORT);
	udp_end_opts(f.end)->recverr4 = true;
	udp_put(f.quoted, PORT, FAR_PORT, sizeof f.quoted);
	memcpy(f.quoted + UDP_HDR_LEN, "quote", PAYLOAD);
	f.report = (struct net_error){.kind = NET_ERROR_SOFT,
	    .error = LEAT_EHOSTUNREACH,
	    .proto = IP_PROTO_UDP,
	    .local = OURS,
	    .remote = THEIRS,
	    .reporter = ROUTER,
	    .type = ICMP4_TIME_EXCEEDED,
	    .code = ICMP4_TIME_TTL,
	    .quoted = f.quoted,
	    .quoted_len = sizeof f.quoted};
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	udp_close(f->end);
	udp_rig_end(&f->rig);
	return 0;
}

static ssize_t
take(struct fixture *f, struct dgram_error *out)
{
	char buf[8];

	return udp_recv_error(f->end, buf, sizeof buf, out, NULL);
}

static void
an_error_carries_payload_peer_offender_and_code(void **state)
{
	struct fixture *f = *state;
	struct dgram_error e;
	char buf[4];
	size_t full;

	core_error(f->rig.core, &f->report);
	assert_int_equal(f->rig.events, 1);
	assert_int_equal(udp_recv_error(f->end, buf, sizeof buf, &e, &full), sizeof buf);
	assert_memory_equal(buf, "quot", sizeof buf);
	assert_int_equal(full, PAYLOAD);
	assert_true(ipaddr_eq(&e.peer.addr, &f->report.remote) && e.peer.port == FAR_PORT);
	assert_true(ipaddr_eq(&e.offender, &f->report.reporter));
	assert_int_equal(e.error, LEAT_EHOSTUNREACH);
	assert_int_equal(e.origin, ERRQ_ICMP4);
	assert_int_equal(e.type, ICMP4_TIME_EXCEEDED);
	assert_int_equal(take(f, &e), -LEAT_EAGAIN);
}

/* As on Linux: EPOLLERR shows a pending error, and it shows a queue that is not empty. */
static void
the_queue_shows_after_the_pending_error_was_taken(void **state)
{
	struct fixture *f = *state;
	struct dgram_error e;

	core_error(f->rig.core, &f->report);
	assert_int_equal(udp_take_error(f->end), LEAT_EHOSTUNREACH);
	assert_int_equal(udp_ready(f->end), LEAT_OUT | LEAT_ERR);
	assert_int_equal(take(f, &e), PAYLOAD);
	assert_int_equal(udp_ready(f->end), LEAT_OUT);
}

static void
taking_an_error_makes_the_next_one_pending(void **state)
{
	struct fixture *f = *state;
	struct dgram_error e;

	core_error(f->rig.core, &f->report);
	f->report.error = LEAT_ECONNREFUSED;
	core_error(f->rig.core, &f->report);
	take(f, &e);
	assert_int_equal(udp_take_error(f->end), LEAT_ECONNREFUSED);
	core_error(f->rig.core, &f->report);
	take(f, &e);
	take(f, &e);
	assert_int_equal(udp_take_error(f->end), 0);
}

/*
 * A datagram that is too large and may not be cut fails with EMSGSIZE. The error is queued with the
 * MTU, and is no pending error.
 */
static void
local_errors_are_queued_with_the_mtu(void **state)
{
	static const uint8_t zeros[1473];
	struct fixture *f = *state;
	struct udp_tx tx = UDP_TX_DEFAULT;
	struct dgram_error e;

	tx.peer = (struct endpoint){THEIRS, FAR_PORT, 0};
	udp_end_opts(f->end)->mtu_discover = UDP_PMTU_DO;
	assert_int_equal(udp_send(f->end, zeros, sizeof zeros, &tx), -LEAT_EMSGSIZE);
	assert_int_equal(udp_ready(f->end), LEAT_OUT | LEAT_ERR);
	assert_int_equal(udp_take_error(f->end), 0);
	assert_int_equal(take(f, &e), 0);
	assert_int_equal(e.origin, ERRQ_LOCAL);
	assert_int_equal(e.error, LEAT_EMSGSIZE);
	assert_int_equal(e.info, 1500);
	assert_int_equal(udp_send(f->end, zeros, 1472, &tx), 1472);
}

static void
packet_too_big_is_queued_with_the_mtu(void **state)
{
	struct fixture *f = *state;
	struct dgram_error e;

	f->report.kind = NET_ERROR_PMTU;
	f->report.mtu = 1400;
	core_error(f->rig.core, &f->report);
	assert_int_equal(take(f, &e), PAYLOAD);
	assert_int_equal(e.error, LEAT_EMSGSIZE);
	assert_int_equal(e.info, 1400);
}

/* Datagrams and errors share SO_RCVBUF, so a stranger cannot make us keep more than the user allows. */
static void
the_queue_is_bounded_by_the_receive_buffer(void **state)
{
	struct fixture *f = *state;
	struct dgram_error e;
	unsigned kept = 0;

	udp_end_opts(f->end)->rcvbuf = 4 * (DGRAM_CHARGE + PAYLOAD);
	for (int i = 0; i < 10; i++)
		core_error(f->rig.core, &f->report);
	while (take(f, &e) >= 0)
		kept++;
	assert_int_equal(kept, 4);
	assert_int_equal(f->rig.core->drops[DROP_ERRQ_FULL], 6);
}

static void
errors_are_queued_only_for_the_family_that_asked(void **state)
{
	struct fixture *f = *state;
	struct dgram_error e;

	udp_end_opts(f->end)->recverr4 = false;
	udp_end_opts(f->end)->recverr6 = true;
	core_error(f->rig.core, &f->report);
	assert_int_equal(take(f, &e), -LEAT_EAGAIN);
	assert_int_equal(udp_take_error(f->end), 0);
}

/* As Linux reports it: a neighbour that does not answer looks like an ICMP error from this host. */
static void
a_neighbour_that_failed_is_an_unreachable_host(void **state)
{
	struct fixture *f = *state;
	struct dgram_error e;

	f->report.own = true;
	f->report.type = f->report.code = 0;
	core_error(f->rig.core, &f->report);
	assert_int_equal(take(f, &e), PAYLOAD);
	assert_int_equal(e.type, ICMP4_UNREACH);
	assert_int_equal(e.code, ICMP4_UNREACH_HOST);
	assert_true(ipaddr_eq(&e.offender, &f->report.local));
}

static void
forgotten_errors_are_freed(void **state)
{
	struct fixture *f = *state;

	core_error(f->rig.core, &f->report);
	core_error(f->rig.core, &f->report);
	udp_forget_errors(f->end);
	assert_int_equal(udp_take_error(f->end), LEAT_EHOSTUNREACH);
	assert_int_equal(udp_ready(f->end), LEAT_OUT);
	core_error(f->rig.core, &f->report); /* closing frees this one: teardown checks the pool */
}

#define errors_test(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    errors_test(an_error_carries_payload_peer_offender_and_code),
	    errors_test(the_queue_shows_after_the_pending_error_was_taken),
	    errors_test(taking_an_error_makes_the_next_one_pending),
	    errors_test(local_errors_are_queued_with_the_mtu),
	    errors_test(packet_too_big_is_queued_with_the_mtu),
	    errors_test(the_queue_is_bounded_by_the_receive_buffer),
	    errors_test(errors_are_queued_only_for_the_family_that_asked),
	    errors_test(a_neighbour_that_failed_is_an_unreachable_host),
	    errors_test(forgotten_errors_are_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
