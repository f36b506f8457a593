/*
 * packetdrill/test_plugin.c - calls by the table that packetdrill gets: with wrong arguments, and those
 * that have to wait.
 */
#include "interface.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after them: */
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

static int
setup(void **state)
{
	static struct packetdrill_interface ifc;

	packetdrill_interface_init(NULL, &ifc);
	*state = &ifc;
	return 0;
}

static int
teardown(void **state)
{
	struct packetdrill_interface *i = *state;

	i->release(i->self);
	return 0;
}

static struct sockaddr_in
name(const char *addr, uint16_t port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(port)};

	inet_pton(AF_INET, addr, &sin.sin_addr);
	return sin;
}

/* Connects the stack with itself. Returns both descriptors. */
static void
connected(struct packetdrill_interface *i, int fd[2])
{
	struct sockaddr_in at = name("192.168.0.1", 8080);
	int listener = i->socket(i->self, AF_INET, SOCK_STREAM, 0);

	assert_int_equal(i->bind(i->self, listener, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(i->listen(i->self, listener, 1), 0);
	fd[0] = i->socket(i->self, AF_INET, SOCK_STREAM, 0);
	assert_int_equal(i->connect(i->self, fd[0], (struct sockaddr *)&at, sizeof at), 0);
	fd[1] = i->accept(i->self, listener, NULL, NULL);
	assert_true(fd[1] >= 0);
	i->close(i->self, listener);
}

static void
assert_fault(ssize_t answer)
{
	assert_int_equal(answer, -1);
	assert_int_equal(errno, EFAULT);
}

/* As on Linux, a NULL buffer gives EFAULT if there is something to copy. */
static void
null_buffers_are_faults(void **state)
{
	struct packetdrill_interface *i = *state;
	struct iovec iov = {NULL, 10};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	int fd[2];
	char octet;

	connected(i, fd);
	assert_fault(i->write(i->self, fd[0], NULL, 1000));
	assert_fault(i->sendto(i->self, fd[0], NULL, 1000, 0, NULL, 0));
	assert_fault(i->sendmsg(i->self, fd[0], &msg, 0));
	assert_int_equal(i->send(i->self, fd[0], "x", 1, MSG_EOR), 1);
	assert_fault(i->read(i->self, fd[1], NULL, 1000));
	assert_fault(i->recvmsg(i->self, fd[1], &msg, 0));
	assert_int_equal(i->read(i->self, fd[1], &octet, 1), 1); /* the data is still there */
	assert_fault(i->bind(i->self, fd[0], NULL, 16));
	assert_fault(i->setsockopt(i->self, fd[0], SOL_SOCKET, SO_RCVBUF, NULL, 4));
	assert_fault(i->getsockopt(i->self, fd[0], SOL_SOCKET, SO_RCVBUF, NULL, NULL));
	i->close(i->self, fd[0]);
	i->close(i->self, fd[1]);
}

/* The SYN gets no answer. On the tool's own thread, the call itself lets the two minutes pass. */
static void
a_call_that_waits_lets_time_pass(void **state)
{
	struct packetdrill_interface *i = *state;
	struct sockaddr_in at = name("192.0.2.1", 80);
	struct timeval before, after;
	int fd = i->socket(i->self, AF_INET, SOCK_STREAM, 0);

	i->gettimeofday(i->self, &before, NULL);
	assert_int_equal(i->connect(i->self, fd, (struct sockaddr *)&at, sizeof at), -1);
	assert_int_equal(errno, ETIMEDOUT);
	i->gettimeofday(i->self, &after, NULL);
	assert_in_range(after.tv_sec - before.tv_sec, 120, 140);
	i->close(i->self, fd);
}

/* socket(7), SO_RCVTIMEO. */
static void
a_call_that_waits_ends_with_its_timeout(void **state)
{
	struct packetdrill_interface *i = *state;
	struct timeval tv = {.tv_sec = 3}, before, after;
	char octet;
	int fd[2];

	connected(i, fd);
	assert_int_equal(i->setsockopt(i->self, fd[1], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv), 0);
	i->gettimeofday(i->self, &before, NULL);
	assert_int_equal(i->read(i->self, fd[1], &octet, 1), -1);
	assert_int_equal(errno, EAGAIN);
	i->gettimeofday(i->self, &after, NULL);
	assert_in_range(after.tv_sec - before.tv_sec, 2, 4);
	i->close(i->self, fd[0]);
	i->close(i->self, fd[1]);
}

/* The peer sends nothing and no timer runs, so no event can come. The script is wrong. */
static void
a_call_that_would_wait_for_ever_fails(void **state)
{
	struct packetdrill_interface *i = *state;
	char octet;
	int fd[2];

	connected(i, fd);
	assert_int_equal(i->read(i->self, fd[1], &octet, 1), -1);
	assert_int_equal(errno, EAGAIN);
	i->close(i->self, fd[0]);
	i->close(i->self, fd[1]);
}

/*
 * The code in scripts calls getsockopt(2) itself. The library answers if it is preloaded; here it is
 * linked in.
 */
static void
getsockopt_itself_knows_our_sockets(void **state)
{
	struct packetdrill_interface *i = *state;
	struct tcp_info info;
	socklen_t len = sizeof info;
	uint32_t mem[9];
	int fd[2];

	connected(i, fd);
	assert_int_equal(getsockopt(fd[0], IPPROTO_TCP, TCP_INFO, &info, &len), 0);
	assert_int_equal(len, sizeof info);
	assert_int_equal(info.tcpi_state, TCP_ESTABLISHED);
	len = sizeof mem;
	assert_int_equal(getsockopt(fd[0], SOL_SOCKET, 55, mem, &len), 0); /* SO_MEMINFO */
	assert_int_equal(len, sizeof mem);
	assert_int_equal(getsockopt(0, SOL_SOCKET, SO_TYPE, mem, &len),
	    -1); /* not a socket of the stack: descriptor 0 is no socket, the other is closed */
	i->close(i->self, fd[0]);
	i->close(i->self, fd[1]);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {T(null_buffers_are_faults), T(a_call_that_waits_lets_time_pass),
	    T(a_call_that_waits_ends_with_its_timeout), T(a_call_that_would_wait_for_ever_fails),
	    T(getsockopt_itself_knows_our_sockets)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
