/*
 * test/unit/host/test_hostio_budget.c - what the adapter over the machine's sockets does when descriptors run out.
 */
#include "host/hostio_rig.h"
#include "host/sockaddr.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* A listener whose connections are taken as they come. */
struct crowd {
	struct io_stream *s[8];
	unsigned n;
};

static void
take_all(struct io_listener *l, void *arg)
{
	struct crowd *c = arg;

	while (c->n < 8 && l->ops->accept(l, &c->s[c->n]) == 0)
		c->n++;
}

/* Turns the loop until @n connections have been accepted. */
static void
await_crowd(struct rig *b, const struct crowd *crowd, unsigned n)
{
	for (int i = 0; i < 1000 && crowd->n < n; i++)
		rig_turns_within(b, 2 * MSEC);
	assert_int_equal(crowd->n, n);
}

static struct io_listener *
listen_for(struct rig *b, struct crowd *crowd)
{
	struct io_listener *l;

	assert_int_equal(io_listen(b->conform.server, &b->conform.at, 10, take_all, crowd, &l), 0);
	return l;
}

static void
connect_clients(const struct io_listener *l, int *fd, unsigned n)
{
	struct sockaddr_storage ss;
	struct endpoint name;
	socklen_t len;

	assert_int_equal(l->ops->local(l, &name), 0);
	len = sockaddr_from_endpoint(&ss, &name);
	for (unsigned i = 0; i < n; i++) {
		fd[i] = socket(AF_INET, SOCK_STREAM, 0);
		assert_int_equal(connect(fd[i], (struct sockaddr *)&ss, len), 0);
	}
}

static void
connections_without_a_descriptor_wait_and_come_in_as_others_close(void **state)
{
	struct rig *b = *state;
	struct crowd crowd = {.n = 0};
	struct io_listener *l = listen_for(b, &crowd);
	int client[8];

	fd_budget_limit(&b->fds, 1 + 3);
	connect_clients(l, client, 8);
	assert_in_range(rig_turns_within(b, 50 * MSEC), 1, 20);
	assert_int_equal(crowd.n, 3);
	assert_int_equal(b->fds.refused, 1);
	while (crowd.n < 8) {
		unsigned before = crowd.n;

		io_close(crowd.s[before - 3], false);
		await_crowd(b, &crowd, before + 1);
	}
	for (unsigned i = 5; i < 8; i++)
		io_close(crowd.s[i], false);
	for (unsigned i = 0; i < 8; i++)
		close(client[i]);
	l->ops->close(l);
}

static void
what_an_accepted_connection_will_need_is_set_aside(void **state)
{
	struct rig *b = *state;
	struct crowd crowd = {.n = 0};
	struct io_listener *l = listen_for(b, &crowd);
	int client[4];

	hostio_accept_needs(b->conform.server, 2);
	fd_budget_limit(&b->fds, 1 + 2 * 2);
	connect_clients(l, client, 4);
	await_crowd(b, &crowd, 2);
	rig_turns_within(b, 20 * MSEC);
	assert_int_equal(crowd.n, 2);
	assert_int_equal(b->fds.inbound, 2);
	assert_false(fd_budget_allows(&b->fds, 1));
	io_close(crowd.s[0], false);
	io_close(crowd.s[1], false);
	assert_int_equal(b->fds.inbound, 0);
	await_crowd(b, &crowd, 4);
	io_close(crowd.s[2], false);
	io_close(crowd.s[3], false);
	for (unsigned i = 0; i < 4; i++)
		close(client[i]);
	l->ops->close(l);
}

static void
a_full_table_stops_a_listener_until_something_outside_closes(void **state)
{
	struct rig *b = *state;
	struct rlimit before, low;
	struct crowd crowd = {.n = 0};
	struct io_listener *l = listen_for(b, &crowd);
	int client[2];

	connect_clients(l, client, 2);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	low = before;
	low.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	assert_in_range(rig_turns_within(b, 50 * MSEC), 1, 20);
	assert_int_equal(crowd.n, 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	await_crowd(b, &crowd, 2);
	for (unsigned i = 0; i < 2; i++) {
		io_close(crowd.s[i], false);
		close(client[i]);
	}
	l->ops->close(l);
}

static void
a_socket_beyond_the_budget_is_refused_and_leaves_nothing(void **state)
{
	struct rig *b = *state;
	struct io_world *w = b->conform.client;
	struct endpoint to = {.addr = IPADDR_LOOPBACK4, .port = 9};
	struct io_dgram *first, *second = NULL;
	struct io_stream *s = NULL;
	unsigned seen = 0;

	fd_budget_limit(&b->fds, 1);
	first = rig_dgram(b, NULL, &to, &seen);
	assert_int_equal(w->ops->dgram(w, NULL, &to, rig_on_dgram, &seen, &second), -LEAT_EMFILE);
	assert_int_equal(w->ops->dgram(w, NULL, NULL, rig_on_dgram, &seen, &second), -LEAT_EMFILE);
	assert_int_equal(io_connect(w, &to, rig_on_stream, NULL, &s), -LEAT_EMFILE);
	assert_null(second);
	assert_null(s);
	first->ops->close(first);
	second = rig_dgram(b, NULL, &to, &seen);
	second->ops->close(second);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    RIG_TEST(connections_without_a_descriptor_wait_and_come_in_as_others_close),
	    RIG_TEST(what_an_accepted_connection_will_need_is_set_aside),
	    RIG_TEST(a_full_table_stops_a_listener_until_something_outside_closes),
	    RIG_TEST(a_socket_beyond_the_budget_is_refused_and_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
