/*
 * test/unit/host/test_hostio_listen.c - listening sockets that several processes have, and groups
 * of sockets at one address.
 */
#include "host/hostio_rig.h"
#include "host/sockaddr.h"

#include <sys/socket.h>
#include <unistd.h>

enum { SOCKETS = 3, CLIENTS = 60 };

static void
on_listener(struct io_listener *l, void *arg)
{
	unsigned *taken = arg;
	struct io_stream *s;

	while (l->ops->accept(l, &s) == 0) {
		(*taken)++;
		io_close(s, true);
	}
}

static int
client_of(const struct endpoint *at)
{
	struct sockaddr_storage ss;
	socklen_t len = sockaddr_from_endpoint(&ss, at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&ss, len), 0);
	return fd;
}

static int
first_socket(struct endpoint *at)
{
	int fd;

	*at = (struct endpoint){.addr = IPADDR_LOOPBACK4};
	fd = hostio_listen_socket(at, 100, false);
	assert_true(fd >= 0);
	assert_int_equal(hostio_name(fd, at), 0);
	return fd;
}

/* A master has the socket of a worker, too. */
static void
a_closed_listener_is_silent_though_its_socket_stays_open(void **state)
{
	struct rig *b = *state;
	struct endpoint at;
	unsigned taken = 0;
	struct io_listener *l, *next;
	int fd = first_socket(&at), kept = dup(fd), client;

	assert_int_equal(hostio_listen_on(b->conform.server, fd, on_listener, &taken, &l), 0);
	l->ops->close(l);
	client = client_of(&at);
	assert_in_range(rig_turns_within(b, 30 * MSEC), 1, 5);
	assert_int_equal(taken, 0);
	assert_int_equal(hostio_listen_on(b->conform.server, kept, on_listener, &taken, &next), 0);
	rig_until(b, &taken, UINT32_MAX);
	assert_int_equal(taken, 1);
	next->ops->close(next);
	close(client);
}

static void
a_listener_gets_its_callback_later(void **state)
{
	struct rig *b = *state;
	struct endpoint at;
	unsigned taken = 0;
	struct io_listener *l;
	int client;

	assert_int_equal(hostio_listen_on(b->conform.server, first_socket(&at), NULL, NULL, &l), 0);
	client = client_of(&at);
	assert_in_range(rig_turns_within(b, 20 * MSEC), 1, 5);
	l->fn = on_listener;
	l->arg = &taken;
	l->ops->want(l, true);
	rig_until(b, &taken, UINT32_MAX);
	l->ops->close(l);
	close(client);
}

static void
sockets_that_join_share_what_arrives_and_no_other_may_join_first(void **state)
{
	struct rig *b = *state;
	struct endpoint at;
	unsigned taken[SOCKETS] = {0};
	struct io_listener *l[SOCKETS];
	int client[CLIENTS], fd = first_socket(&at);

	for (int i = 0; i < SOCKETS; i++) {
		fd = i == 0 ? fd : hostio_listen_socket(&at, 100, true);
		assert_true(fd >= 0);
		assert_int_equal(hostio_listen_on(b->conform.server, fd, on_listener, &taken[i], &l[i]), 0);
	}
	assert_int_equal(hostio_listen_socket(&at, 100, false), -LEAT_EADDRINUSE);
	for (int i = 0; i < CLIENTS; i++)
		client[i] = client_of(&at);
	while (taken[0] + taken[1] + taken[2] < CLIENTS)
		loop_turn(b->loop, NSEC_NEVER);
	for (int i = 0; i < SOCKETS; i++) {
		assert_true(taken[i] > 0);
		l[i]->ops->close(l[i]);
	}
	for (int i = 0; i < CLIENTS; i++)
		close(client[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    RIG_TEST(a_closed_listener_is_silent_though_its_socket_stays_open),
	    RIG_TEST(a_listener_gets_its_callback_later),
	    RIG_TEST(sockets_that_join_share_what_arrives_and_no_other_may_join_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
