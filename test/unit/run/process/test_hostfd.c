/* Which descriptors lead to the host's network. Those that take privileges to be made are tried by test_run_wall.py. */
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

/* Closes @fd. True without one, too: what cannot be made here leads nowhere. */
static bool
leads_out(int fd)
{
	const char *kind = hostfd_kind(fd);

	if (fd >= 0)
		close(fd);
	return kind != NULL;
}

static void
sockets_lead_out_but_for_af_unix(void **state)
{
	int pair[2];

	assert_true(leads_out(socket(AF_INET, SOCK_STREAM, 0)));
	assert_true(leads_out(socket(AF_INET6, SOCK_DGRAM, 0)));
	assert_true(leads_out(socket(AF_NETLINK, SOCK_RAW, 0)));
	assert_false(leads_out(socket(AF_UNIX, SOCK_DGRAM, 0)));
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_false(leads_out(pair[0]));
	assert_false(leads_out(pair[1]));
}

static void
files_pipes_and_the_kernels_own_do_not(void **state)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_false(leads_out(ends[0]));
	assert_false(leads_out(ends[1]));
	assert_false(leads_out(open("/dev/null", O_RDWR)));
	assert_false(leads_out(open("/", O_RDONLY | O_DIRECTORY)));
	assert_false(leads_out(open("/", O_PATH)));
	assert_false(leads_out(open("/proc/self/ns/net", O_RDONLY)));
	assert_false(leads_out(memfd_create("io_uring", 0)));
	assert_false(leads_out(epoll_create1(0)));
	assert_false(leads_out(-1));
}

static void
a_ring_leads_out(void **state)
{
	struct io_uring_params params;
	int fd;

	memset(&params, 0, sizeof params);
	fd = (int)syscall(SYS_io_uring_setup, 1, &params);
	if (fd < 0)
		skip();
	assert_true(leads_out(fd));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sockets_lead_out_but_for_af_unix),
	    cmocka_unit_test(files_pipes_and_the_kernels_own_do_not),
	    cmocka_unit_test(a_ring_leads_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
