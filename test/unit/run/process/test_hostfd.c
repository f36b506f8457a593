/*
 * Which descriptors lead to the host's network. test_run_isolation.py tests those that only a
 * privileged process can make.
 */
#include "run/process/hostfd.h"

#include <fcntl.h>
#include <linux/io_uring.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * Returns true if @fd leads to the host's network, and closes it. A descriptor that could not be
 * made (-1) does not.
 */
static bool
leads_to_host(int fd)
{
	const char *kind = hostfd_kind(fd);

	if (fd >= 0)
		close(fd);
	return kind != NULL;
}

static void
every_socket_but_af_unix_leads_to_the_hosts_network(void **state)
{
	int pair[2];

	assert_true(leads_to_host(socket(AF_INET, SOCK_STREAM, 0)));
	assert_true(leads_to_host(socket(AF_INET6, SOCK_DGRAM, 0)));
	assert_true(leads_to_host(socket(AF_NETLINK, SOCK_RAW, 0)));
	assert_false(leads_to_host(socket(AF_UNIX, SOCK_DGRAM, 0)));
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_false(leads_to_host(pair[0]));
	assert_false(leads_to_host(pair[1]));
}

static void
files_pipes_namespaces_and_epoll_do_not_lead_to_the_hosts_network(void **state)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_false(leads_to_host(ends[0]));
	assert_false(leads_to_host(ends[1]));
	assert_false(leads_to_host(open("/dev/null", O_RDWR)));
	assert_false(leads_to_host(open("/", O_RDONLY | O_DIRECTORY)));
	assert_false(leads_to_host(open("/", O_PATH)));
	assert_false(leads_to_host(open("/proc/self/ns/net", O_RDONLY)));
	assert_false(leads_to_host(memfd_create("io_uring", 0)));
	assert_false(leads_to_host(epoll_create1(0)));
	assert_false(leads_to_host(-1));
}

static void
an_io_uring_leads_to_the_hosts_network(void **state)
{
	struct io_uring_params params;
	int fd;

	memset(&params, 0, sizeof params);
	fd = (int)syscall(SYS_io_uring_setup, 1, &params);
	if (fd < 0)
		skip();
	assert_true(leads_to_host(fd));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_socket_but_af_unix_leads_to_the_hosts_network),
	    cmocka_unit_test(files_pipes_namespaces_and_epoll_do_not_lead_to_the_hosts_network),
	    cmocka_unit_test(an_io_uring_leads_to_the_hosts_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
