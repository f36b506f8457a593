#include "../addr.h"
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

enum { MOST = 1 << 20 }; /* octets of the file that are read */

/* Lines of any length are read, and a scope becomes the number of an interface. */
static void
name_servers_are_read_from_the_file(void **state)
{
	FILE *f = fopen(path, "w");
	struct resolvconf conf;
	struct endpoint e;

	fputs("nameserver 192.0.2.1\n# ", f);
	for (int i = 0; i < 9000; i++)
		fputs("nameserver 1.2.3.4 ", f);
	fputs("\nnameserver fe80::1%lo\nnameserver fe80::1%1\nnameserver fe80::1%nonesuch\n", f);
	fclose(f);
	hostnet_resolvconf(path, &conf);
	assert_int_equal(conf.servers, 4);
	e = hostnet_nameserver(&conf.server[0]);
	assert_int_equal(e.port, 53);
	assert_int_equal(e.ifindex, 0);
	assert_int_equal(ipaddr_v4_number(&e.addr), 0xc0000201);
	for (unsigned i = 1; i < 3; i++) {
		e = hostnet_nameserver(&conf.server[i]);
		assert_int_equal(e.ifindex, 1);
	}
	e = hostnet_nameserver(&conf.server[3]);
	assert_int_equal(e.ifindex, 0);
	/*
	 * Of a file that is too long, only whole lines at the beginning are used. The last line is
	 * cut after 192.0.2.7, which must not be taken for a name server.
	 */
	f = fopen(path, "w");
	for (unsigned i = 0; i < MOST - strlen("\nnameserver 192.0.2.7"); i++)
		fputc(i % 64 == 63 ? '\n' : '#', f);
	fputs("\nnameserver 192.0.2.77\n", f);
	fclose(f);
	hostnet_resolvconf(path, &conf);
	assert_int_equal(conf.servers, 0);
	hostnet_resolvconf("/nonexistent", &conf);
	assert_int_equal(conf.servers, 0);
	hostnet_resolvconf("/", &conf);
	assert_int_equal(conf.servers, 0);
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
a_full_disk_is_reported_once_and_at_the_close(void **state)
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
	    cmocka_unit_test(name_servers_are_read_from_the_file),
	    cmocka_unit_test(a_file_holds_exactly_what_was_written),
	    cmocka_unit_test(a_full_disk_is_reported_once_and_at_the_close),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
