#include "base/err.h"
#include "host/file.h"
#include "host/hostnet.h"
#include "host/random.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char path[64];

static int
make_path(void **state)
{
	int fd;

	strcpy(path, "/tmp/leat-test-XXXXXX");
	fd = mkstemp(path);
	close(fd);
	return fd < 0;
}

static int
remove_path(void **state)
{
	return unlink(path);
}

static struct ipaddr
addr(const char *text)
{
	struct ipaddr a;

	assert_int_equal(ipaddr_parse(text, &a), 0);
	return a;
}

static void
loopback_is_among_the_subnets(void **state)
{
	struct subnet nets[HOSTNET_SUBNETS], lo = {addr("127.0.0.0"), 8};
	int n = hostnet_subnets(nets, HOSTNET_SUBNETS);
	bool found = false;

	assert_true(n > 0);
	for (int i = 0; i < n; i++)
		found |= nets[i].bits == 8 && subnet_overlaps(&nets[i], &lo);
	assert_true(found);
}

static void
subnets_overlap_when_the_shorter_prefix_covers_the_other(void **state)
{
	struct subnet ours = {addr("10.0.2.0"), 24}, vpn = {addr("10.0.0.5"), 8},
		      next = {addr("10.0.3.0"), 24}, six = {addr("fd00:2::"), 64};

	assert_true(subnet_overlaps(&ours, &vpn));
	assert_true(subnet_overlaps(&vpn, &ours));
	assert_false(subnet_overlaps(&ours, &next));
	assert_false(subnet_overlaps(&ours, &six));
}

/* resolv.conf(5): the keyword begins the line; what is not an address is passed over. */
static void
name_servers_are_read_in_order(void **state)
{
	struct endpoint ns[HOSTNET_NAMESERVERS];
	FILE *f = fopen(path, "w");

	fputs("# nameserver 1.2.3.4\nsearch example.org\nnameserver 192.0.2.1\n\tnameserver\t2001:db8::53 "
	      "\nnameserver nonsense\n"
	      "nameserver\nnameserver fe80::1%lo\n",
	    f);
	fclose(f);
	assert_int_equal(hostnet_nameservers(path, ns, HOSTNET_NAMESERVERS), 3);
	assert_int_equal(ns[0].port, 53);
	assert_int_equal(ipaddr_v4_number(&ns[0].addr), 0xc0000201);
	assert_false(ipaddr_is4(&ns[1].addr));
	assert_int_not_equal(ns[2].ifindex, 0);
	assert_int_equal(hostnet_nameservers(path, ns, 1), 1);
	assert_int_equal(hostnet_nameservers("/nonexistent", ns, 8), 0);
}

static void
a_file_holds_exactly_what_was_written(void **state)
{
	enum { CHUNK = 70001, TIMES = 9 };
	static uint8_t in[CHUNK], out[CHUNK];
	struct file *f;
	int fd;

	random_fill(in, sizeof in);
	assert_int_equal(file_create(path, NULL, &f), 0);
	for (int i = 0; i < TIMES; i++)
		assert_int_equal(file_write(f, in, sizeof in, 0), 0);
	assert_int_equal(file_close(f), 0);
	fd = open(path, O_RDONLY);
	for (int i = 0; i < TIMES; i++) {
		assert_int_equal(read(fd, out, sizeof out), CHUNK);
		assert_memory_equal(in, out, CHUNK);
	}
	assert_int_equal(read(fd, out, 1), 0);
	close(fd);
}

static void
a_full_disk_is_told_once_and_at_the_end(void **state)
{
	struct file *f;

	if (access("/dev/full", W_OK) != 0)
		skip();
	assert_int_equal(file_create("/dev/full", NULL, &f), 0);
	assert_int_equal(file_write(f, "x", 1, 0), 0);
	assert_int_equal(file_flush(f), -LEAT_ENOSPC);
	assert_int_equal(file_write(f, "x", 1, 0), 0);
	assert_int_equal(file_flush(f), 0);
	assert_int_equal(file_close(f), -LEAT_ENOSPC);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(loopback_is_among_the_subnets),
	    cmocka_unit_test(subnets_overlap_when_the_shorter_prefix_covers_the_other),
	    cmocka_unit_test(name_servers_are_read_in_order),
	    cmocka_unit_test(a_file_holds_exactly_what_was_written),
	    cmocka_unit_test(a_full_disk_is_told_once_and_at_the_end),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
