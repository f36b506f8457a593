/* Four-tuples and local ports without connections: who is found, and what may share a port. */
#include "../../addr.h"
#include "leat.h"
#include "tcp/flow/flow.h"
#include "tcp/flow/isn.h"

enum { MANY = 1000 };

static const struct siphash_key key = {{1, 2}};

static int
setup(void **state)
{
	static struct tcp_flows flows;

	*state = &flows;
	return tcp_flows_init(&flows, &key);
}

static int
teardown(void **state)
{
	tcp_flows_fini(*state);
	return 0;
}

/* Adds @flow between @local and @remote. */
static void
add(struct tcp_flows *flows, struct tcp_flow *flow, struct endpoint local, struct endpoint remote)
{
	uint64_t hash;

	*flow = (struct tcp_flow){.local = local, .remote = remote};
	assert_null(tcp_find(flows, &local, &remote, &hash));
	assert_int_equal(tcp_flow_add(flows, flow, hash), 0);
}

static void
each_flow_is_found_by_its_own_names_until_it_is_removed(void **state)
{
	static struct tcp_flow flow[MANY];
	struct tcp_flows *flows = *state;
	struct endpoint us = at("10.0.0.1", 80), peer = at("10.0.0.2", 0);
	uint64_t hash;

	for (unsigned i = 0; i < MANY; i++) {
		peer.port = (uint16_t)(1000 + i);
		add(flows, &flow[i], us, peer);
	}
	for (unsigned i = 0; i < MANY; i++) {
		peer.port = (uint16_t)(1000 + i);
		assert_ptr_equal(tcp_find(flows, &us, &peer, &hash), &flow[i]);
		assert_null(tcp_find(flows, &peer, &us, &hash));
	}
	for (unsigned i = 0; i < MANY; i++) {
		peer.port = (uint16_t)(1000 + i);
		tcp_flow_remove(flows, &flow[i]);
		tcp_flow_remove(flows, &flow[i]); /* does nothing */
		assert_null(tcp_find(flows, &us, &peer, &hash));
	}
	assert_false(tcp_flows_refuse(flows, &us, false, 0));
}

static void
a_flow_that_takes_anothers_place_has_its_names(void **state)
{
	struct tcp_flow first, second = {.time_wait = true};
	struct endpoint us = at("fd00::1", 80), peer = at("fd00::2", 9);
	uint64_t hash;

	add(*state, &first, us, peer);
	tcp_flow_replace(*state, &first, &second);
	assert_ptr_equal(tcp_find(*state, &us, &peer, &hash), &second);
	tcp_flow_remove(*state, &first); /* it is in no table any more */
	assert_ptr_equal(tcp_find(*state, &us, &peer, &hash), &second);
	tcp_flow_remove(*state, &second);
}

/* socket(7), SO_REUSEADDR and SO_REUSEPORT; ipv6(7), IPV6_V6ONLY: both sides must agree. */
static void
a_port_is_shared_if_both_sides_agree(void **state)
{
	static const struct {
		const char *flow, *other;
		unsigned flow_shares, other_shares;
		bool refused;
	} row[] = {
	    {"10.0.0.1", "10.0.0.1", 0, 0, true},
	    {"10.0.0.1", "10.0.0.1", TCP_SHARE_ADDR, 0, true},
	    {"10.0.0.1", "10.0.0.1", 0, TCP_SHARE_ADDR, true},
	    {"10.0.0.1", "10.0.0.1", TCP_SHARE_ADDR, TCP_SHARE_ADDR, false},
	    {"10.0.0.1", "10.0.0.1", TCP_SHARE_ADDR, TCP_SHARE_PORT, true},
	    {"10.0.0.1", "10.0.0.2", 0, 0, false},
	    {"10.0.0.1", "0.0.0.0", 0, 0, true},
	    {"10.0.0.1", "::", 0, 0, true},
	    {"10.0.0.1", "::", 0, TCP_SHARE_V4, false},
	    {"fd00::1", "0.0.0.0", 0, 0, true},
	    {"fd00::1", "0.0.0.0", TCP_SHARE_V4, 0, false},
	    {"fd00::1", "::", TCP_SHARE_V4, TCP_SHARE_V4, true},
	};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct endpoint other = at(row[i].other, 80);
		struct tcp_flow flow;

		add(*state, &flow, at(row[i].flow, 80), at(row[i].flow, 9));
		tcp_flow_share(&flow, (uint8_t)row[i].flow_shares);
		assert_int_equal(
		    tcp_flows_refuse(*state, &other, !ipaddr_is4(&other.addr), row[i].other_shares),
		    row[i].refused);
		tcp_flow_remove(*state, &flow);
	}
}

/* RFC 6528: ISN = M + F(four-tuple, secret), and M ticks every 4 microseconds. */
static void
initial_numbers_move_with_time_and_depend_on_names_and_secret(void **state)
{
	const struct siphash_key other_key = {{1, 3}};
	struct endpoint us = at("10.0.0.1", 80), peer = at("10.0.0.2", 9);
	struct endpoint other = at("10.0.0.2", 10);
	struct tcp_origin first = tcp_origin(&key, 0, &us, &peer),
			  later = tcp_origin(&key, 400 * USEC, &us, &peer);

	assert_int_equal(later.iss - first.iss, 100);
	assert_int_equal(later.ts_offset, first.ts_offset);
	assert_int_not_equal(tcp_origin(&key, 0, &us, &other).iss, first.iss);
	assert_int_not_equal(tcp_origin(&other_key, 0, &us, &peer).iss, first.iss);
	assert_int_not_equal(tcp_origin(&other_key, 0, &us, &peer).ts_offset, first.ts_offset);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		each_flow_is_found_by_its_own_names_until_it_is_removed, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_flow_that_takes_anothers_place_has_its_names, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_port_is_shared_if_both_sides_agree, setup, teardown),
	    cmocka_unit_test(initial_numbers_move_with_time_and_depend_on_names_and_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
