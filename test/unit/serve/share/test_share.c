/*
 * What workers share: bounds that hold over all of them, and counters that outlive a worker.
 */
#include "serve/share/share.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct siphash_key key = {{3, 5}};
static const struct share_most many = {.all = 1000000};

static struct share *
begin(unsigned slots, unsigned conns)
{
	struct share *s = share_new(slots, conns, &key);

	assert_non_null(s);
	for (unsigned i = 0; i < slots; i++)
		share_vacate(s, i);
	return s;
}

static void
no_more_connections_than_the_bound_over_all_slots(void **state)
{
	const struct share_most most = {.all = 3};
	struct share *s = begin(2, 10);
	struct ipaddr a = ipaddr_v4(1), b = ipaddr_v4(2);
	uint32_t place[4];

	assert_int_equal(share_enter(s, 0, &a, &most, &place[0]), SHARE_ADMITTED);
	assert_int_equal(share_enter(s, 1, &b, &most, &place[1]), SHARE_ADMITTED);
	assert_int_equal(share_enter(s, 1, &b, &most, &place[2]), SHARE_ADMITTED);
	assert_int_equal(share_enter(s, 0, &a, &most, &place[3]), SHARE_FULL);
	assert_int_equal(share_conns_all(s), 3);
	share_leave(s, 1, place[1]);
	assert_int_equal(share_enter(s, 0, &a, &most, &place[3]), SHARE_ADMITTED);
	share_free(s);
}

static void
gauges_are_added_up_over_all_slots_and_end_with_a_worker(void **state)
{
	struct share *s = begin(2, 10);

	share_gauges(s, 0)[1] += 2;
	share_gauges(s, 1)[1]++;
	share_gauges(s, 1)[0]++;
	assert_int_equal(share_gauge_all(s, 1), 3);
	share_gauges(s, 0)[1]--;
	assert_int_equal(share_gauge_all(s, 1), 2);
	share_vacate(s, 0);
	assert_int_equal(share_gauge_all(s, 1), 1);
	assert_int_equal(share_gauge_all(s, 0), 1);
	share_free(s);
}

static void
the_connections_of_a_client_are_counted_over_all_slots(void **state)
{
	const struct share_most most = {.all = 100, .of_client = 2};
	struct share *s = begin(2, 10);
	struct ipaddr a = ipaddr_v4(0x7f000001), b = ipaddr_v4(0x7f000002);
	uint32_t place[3];

	assert_int_equal(share_enter(s, 0, &a, &most, &place[0]), SHARE_ADMITTED);
	assert_int_equal(share_enter(s, 1, &a, &most, &place[1]), SHARE_ADMITTED);
	assert_int_equal(share_enter(s, 0, &a, &most, &place[2]), SHARE_CLIENT_FULL);
	assert_int_equal(share_enter(s, 0, &b, &most, &place[2]), SHARE_ADMITTED);
	assert_int_equal(share_conns_all(s), 3);
	share_leave(s, 1, place[1]);
	assert_int_equal(share_enter(s, 1, &a, &most, &place[1]), SHARE_ADMITTED);
	share_free(s);
}

/* Of an IPv6 network a person has 2^64 addresses. */
static void
an_ipv6_client_is_a_64(void **state)
{
	const struct share_most most = {.all = 100, .of_client = 1};
	struct share *s = begin(1, 10);
	struct ipaddr a, same, other;
	uint32_t place;

	assert_int_equal(ipaddr_parse("2001:db8:0:1::1", &a), 0);
	assert_int_equal(ipaddr_parse("2001:db8:0:1:ffff::2", &same), 0);
	assert_int_equal(ipaddr_parse("2001:db8:0:2::1", &other), 0);
	assert_int_equal(share_enter(s, 0, &a, &most, &place), SHARE_ADMITTED);
	assert_int_equal(share_enter(s, 0, &same, &most, &place), SHARE_CLIENT_FULL);
	assert_int_equal(share_enter(s, 0, &other, &most, &place), SHARE_ADMITTED);
	share_free(s);
}

/* Each of many clients is counted exactly, and nothing is left when all have gone. */
static void
many_clients_are_counted_exactly(void **state)
{
	enum { CLIENTS = 5000 };
	const struct share_most most = {.all = 1000000, .of_client = 1};
	struct share *s = begin(1, CLIENTS);
	static uint32_t place[CLIENTS];
	uint32_t again;

	for (int round = 0; round < 3; round++) {
		for (unsigned i = 0; i < CLIENTS; i++) {
			struct ipaddr a = ipaddr_v4(i);

			assert_int_equal(share_enter(s, 0, &a, &most, &place[i]), SHARE_ADMITTED);
			assert_int_equal(share_enter(s, 0, &a, &most, &again), SHARE_CLIENT_FULL);
		}
		for (unsigned i = 0; i < CLIENTS; i++)
			share_leave(s, 0, place[i]);
		assert_int_equal(share_conns_all(s), 0);
	}
	share_free(s);
}

/* Where a table is full, service goes on. */
static void
clients_for_whom_there_is_no_room_are_admitted(void **state)
{
	enum { CLIENTS = 20000 };
	struct share *s = begin(1, 1);
	static uint32_t place[CLIENTS];

	for (unsigned i = 0; i < CLIENTS; i++) {
		struct ipaddr a = ipaddr_v4(i);

		assert_int_equal(share_enter(s, 0, &a, &many, &place[i]), SHARE_ADMITTED);
	}
	assert_int_equal(share_conns_all(s), CLIENTS);
	for (unsigned i = 0; i < CLIENTS; i++)
		share_leave(s, 0, place[i]);
	assert_int_equal(share_conns_all(s), 0);
	share_free(s);
}

static void
a_worker_that_crashed_leaves_its_counters_and_no_connections(void **state)
{
	const struct share_most most = {.all = 100, .of_client = 1};
	struct share *s = begin(2, 10);
	struct ipaddr a = ipaddr_v4(1);
	uint32_t place;
	pid_t pid = fork();

	if (pid == 0) {
		share_counts(s, 1)[7] += 42;
		share_enter(s, 1, &a, &most, &place);
		_exit(0);
	}
	assert_true(pid > 0 && waitpid(pid, NULL, 0) == pid);
	assert_int_equal(share_enter(s, 0, &a, &most, &place), SHARE_CLIENT_FULL);
	share_vacate(s, 1);
	assert_int_equal(share_conns_all(s), 0);
	assert_int_equal(share_sum(s, 7), 42);
	assert_int_equal(share_enter(s, 0, &a, &most, &place), SHARE_ADMITTED);
	share_free(s);
}

/* Two processes that take and give back places all the time never have more than the bound. */
static void
the_bound_is_never_exceeded_by_processes_at_the_same_time(void **state)
{
	enum { TURNS = 200000 };
	const struct share_most most = {.all = 100, .of_client = 1};
	struct share *s = begin(2, 10);
	struct ipaddr a = ipaddr_v4(1);
	uint64_t *mine = share_counts(s, 0), *theirs = share_counts(s, 1);
	pid_t pid = fork();
	unsigned slot = pid == 0;
	int status;

	for (int i = 0; i < TURNS; i++) {
		uint64_t *in = slot ? theirs : mine, *other = slot ? mine : theirs;
		uint32_t place;

		if (share_enter(s, slot, &a, &most, &place) != SHARE_ADMITTED)
			continue;
		__atomic_store_n(&in[0], 1, __ATOMIC_SEQ_CST);
		in[1] += __atomic_load_n(&other[0], __ATOMIC_SEQ_CST); /* both are in */
		__atomic_store_n(&in[0], 0, __ATOMIC_SEQ_CST);
		share_leave(s, slot, place);
	}
	if (pid == 0)
		_exit(0);
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
	assert_int_equal(share_sum(s, 1), 0);
	share_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_more_connections_than_the_bound_over_all_slots),
	    cmocka_unit_test(gauges_are_added_up_over_all_slots_and_end_with_a_worker),
	    cmocka_unit_test(the_connections_of_a_client_are_counted_over_all_slots),
	    cmocka_unit_test(an_ipv6_client_is_a_64),
	    cmocka_unit_test(many_clients_are_counted_exactly),
	    cmocka_unit_test(clients_for_whom_there_is_no_room_are_admitted),
	    cmocka_unit_test(a_worker_that_crashed_leaves_its_counters_and_no_connections),
	    cmocka_unit_test(the_bound_is_never_exceeded_by_processes_at_the_same_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
