/* The AF_UNIX sockets that stand in: names that carry something, and the look of a socket that connects. */
#include "run/unixsock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[UNIXDIR_PATH];
static struct unixdir u;

static int
set_up(void **state)
{
	return unixdir_make(dir) || unixdir_open(&u, dir);
}

static int
tear_down(void **state)
{
	unixdir_close(&u);
	unixdir_remove(dir);
	return access(dir, F_OK) == 0;
}

static short
events_of(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP};

	poll(&p, 1, 0);
	return p.revents;
}

static void
a_listener_without_a_name_can_be_reached_by_its_handle(void **state)
{
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), handle, ours, accepted;
	struct sockaddr_un un;
	socklen_t len = sizeof un;
	uint64_t id;

	handle = unix_bind_handle(&u, listener);
	assert_true(handle >= 0);
	assert_int_equal(listen(listener, 1), 0);
	ours = unix_stream_to(&u, handle, 0x1234);
	assert_true(ours >= 0);
	accepted = accept(listener, (struct sockaddr *)&un, &len);
	assert_true(accepted >= 0);
	assert_true(unix_name_id(&u, &un, len, &id));
	assert_int_equal(id, 0x1234);
	close(accepted);
	close(ours);
	close(handle);
	close(listener);
}

static void
a_datagram_carries_its_source(void **state)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0), handle = unix_bind_handle(&u, fd), ours;
	struct endpoint from = {.addr = ipaddr_v4(0xc0000207), .port = 65535, .ifindex = 3}, got;
	struct sockaddr_un un;
	socklen_t len = sizeof un;
	char buf[8];

	ours = unix_dgram_to(&u, handle, &from);
	assert_int_equal(send(ours, "one", 3, 0), 3);
	close(ours); /* the name lives as long as the datagram */
	assert_int_equal(recvfrom(fd, buf, sizeof buf, 0, (struct sockaddr *)&un, &len), 3);
	assert_true(unix_name_source(&u, &un, len, &got));
	assert_true(ipaddr_eq(&got.addr, &from.addr));
	assert_int_equal(got.port, 65535);
	assert_int_equal(got.ifindex, 3);
	close(handle);
	close(fd);
}

static void
names_of_others_say_nothing(void **state)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "\0someone else's, and long enough"};
	struct endpoint e;
	uint64_t id;

	assert_false(unix_name_id(&u, &un, sizeof un, &id));
	assert_false(unix_name_source(&u, &un, sizeof un, &e));
	assert_false(unix_name_id(&u, &un, 2, &id));
}

/* poll(2) of a TCP socket in SYN-SENT says nothing; then it is writable; after a failure everything at once. */
static void
a_filled_socket_looks_as_one_that_connects(void **state)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), peer = unix_rendezvous(&u, fd), sndbuf;
	size_t filled = unix_fill(fd, &sndbuf);

	assert_true(filled > 0);
	assert_int_equal(events_of(fd), 0);
	assert_int_equal(send(fd, "x", 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	unix_drain(fd, sndbuf, peer, filled);
	assert_int_equal(events_of(fd), POLLOUT);
	assert_int_equal(send(fd, "x", 1, 0), 1);
	close(peer); /* with the octet unread */
	assert_int_equal(events_of(fd), POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP);
	close(fd);
}

static void
only_af_unix_sockets_have_an_inode_here(void **state)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(unix_inode(fd) != 0);
	assert_int_equal(unix_inode(STDERR_FILENO), 0);
	close(fd);
}

/* A socket's name in a file system is a file of its own, and any number may be its. */
static void
only_sockets_themselves_have_an_inode_among_sockets(void **state)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), at, pair[2];

	assert_true(unix_inode(fd) != 0);
	assert_true(unix_any_inode(&u, fd) == unix_inode(fd));
	snprintf(un.sun_path, sizeof un.sun_path, "%s/name", dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof un), 0);
	at = open(un.sun_path, O_PATH);
	assert_true(at >= 0);
	assert_int_equal(unix_any_inode(&u, at), 0);
	assert_int_equal(pipe(pair), 0);
	assert_int_equal(unix_any_inode(&u, pair[0]), 0);
	close(pair[0]);
	close(pair[1]);
	close(at);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_listener_without_a_name_can_be_reached_by_its_handle),
	    cmocka_unit_test(a_datagram_carries_its_source),
	    cmocka_unit_test(names_of_others_say_nothing),
	    cmocka_unit_test(a_filled_socket_looks_as_one_that_connects),
	    cmocka_unit_test(only_af_unix_sockets_have_an_inode_here),
	    cmocka_unit_test(only_sockets_themselves_have_an_inode_among_sockets),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
