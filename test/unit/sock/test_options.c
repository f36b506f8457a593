/*
 * The order of the checks in setsockopt(2) on Linux: the length of the value, the number of the
 * option, the state of the socket, the range of the value.
 */
#include "sock_rig.h"

enum { UNKNOWN = 120 };

struct fixture {
	struct simnet net;
	struct sock *stream, *dgram;
};

static int
setup(void **state)
{
	static struct fixture f;

	simnet_start(&f.net, 1, 1);
	f.stream = open_sock(&f.net, 0, true, SOCK_TYPE_STREAM);
	f.dgram = open_sock(&f.net, 0, true, SOCK_TYPE_DGRAM);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	sock_close(f->stream);
	sock_close(f->dgram);
	simnet_end(&f->net);
	return 0;
}

static int
set(struct sock *sk, int level, int name, int v, size_t len)
{
	return sock_setopt(sk, level, name, &v, len);
}

static void
an_unknown_option_is_found_after_its_length(void **state)
{
	static const int levels[] = {SOL_SOCKET, IPPROTO_TCP, IPPROTO_IPV6};
	struct fixture *f = *state;

	for (unsigned i = 0; i < sizeof levels / sizeof *levels; i++) {
		assert_int_equal(set(f->stream, levels[i], UNKNOWN, 1, 3), -LEAT_EINVAL);
		assert_int_equal(set(f->stream, levels[i], UNKNOWN, 1, 4), -LEAT_ENOPROTOOPT);
		assert_int_equal(set(f->stream, levels[i], -1, 1, 4), -LEAT_ENOPROTOOPT);
	}
}

static void
an_option_of_ip_may_be_one_octet_and_some_may_be_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(set(f->stream, IPPROTO_IP, IP_TOS, 0x40, 1), 0);
	assert_int_equal(get_int(f->stream, IPPROTO_IP, IP_TOS), 0x40);
	assert_int_equal(set(f->stream, IPPROTO_IP, IP_TOS, 0x40, 0), 0);
	assert_int_equal(get_int(f->stream, IPPROTO_IP, IP_TOS), 0);
	assert_int_equal(set(f->stream, IPPROTO_IP, UNKNOWN, 1, 0), -LEAT_EINVAL);
	assert_int_equal(set(f->stream, IPPROTO_IP, UNKNOWN, 1, 1), -LEAT_ENOPROTOOPT);
}

static void
an_option_that_streams_lack_is_unknown_to_them_whatever_its_value(void **state)
{
	struct fixture *f = *state;
	size_t len = sizeof(int);
	int v;

	assert_int_equal(set(f->stream, SOL_SOCKET, SO_ZEROCOPY, 2, 4), -LEAT_ENOPROTOOPT);
	assert_int_equal(sock_getopt(f->stream, SOL_SOCKET, SO_ZEROCOPY, &v, &len), -LEAT_ENOPROTOOPT);
	assert_int_equal(sock_getopt(f->stream, SOL_SOCKET, SO_TIMESTAMPING, &v, &len), -LEAT_ENOPROTOOPT);
	assert_int_equal(set(f->stream, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 256, 4), -LEAT_ENOPROTOOPT);
	assert_int_equal(sock_getopt(f->stream, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &v, &len), 0);
	assert_int_equal(set(f->dgram, SOL_SOCKET, SO_ZEROCOPY, 2, 4), -LEAT_EINVAL);
	assert_int_equal(set(f->dgram, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 256, 4), -LEAT_EINVAL);
}

static void
an_option_of_udp_wants_a_whole_int(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(set(f->dgram, IPPROTO_UDP, UDP_SEGMENT, 9, 0), -LEAT_EINVAL);
	assert_int_equal(set(f->dgram, IPPROTO_UDP, UDP_SEGMENT, 9, 1), -LEAT_EINVAL);
	assert_int_equal(set(f->dgram, IPPROTO_UDP, UDP_SEGMENT, 9, 4), 0);
	assert_int_equal(set(f->dgram, IPPROTO_UDP, UNKNOWN, 9, 1), -LEAT_EINVAL);
	assert_int_equal(set(f->dgram, IPPROTO_UDP, UNKNOWN, 9, 4), -LEAT_ENOPROTOOPT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(an_unknown_option_is_found_after_its_length, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		an_option_of_ip_may_be_one_octet_and_some_may_be_nothing, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		an_option_that_streams_lack_is_unknown_to_them_whatever_its_value, setup, teardown),
	    cmocka_unit_test_setup_teardown(an_option_of_udp_wants_a_whole_int, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
