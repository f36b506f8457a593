/*
 * Two hosts with two links between them, in virtual time: which link a stream takes, and what its watcher's answer carries.
 */
#include "sim/sim.h"
#include "tcp/tcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LEVEL_SOCKET = 1, BINDTODEVICE = 25, BINDTOIFINDEX = 62, PORT = 80 };

struct fixture {
	struct sim *sim;
	struct stack *host[2];
	struct iface *iface[2][2]; /* of the link, and its end */
	struct sock *listener, *client, *server;
};

static struct endpoint
at(const char *addr)
{
	struct endpoint e = {.port = PORT};

	assert_int_equal(ipaddr_parse(addr, &e.addr), 0);
	return e;
}

static void
settle(struct fixture *f)
{
	sim_run(f->sim, sim_now(f->sim) + SEC, NULL, NULL);
}

static struct sock *
open_stream(struct fixture *f, unsigned end)
{
	struct sock *sk;

	assert_int_equal(sock_open(stack_socks(f->host[end]), false, SOCK_TYPE_STREAM, &sk), 0);
	return sk;
}

static int
setup(void **state)
{
	static const char *const text[2][2] = {{"10.0.0.1", "10.0.0.2"}, {"10.1.0.1", "10.1.0.2"}};
	struct sim_config config = {.seed = 1};
	struct fixture *f = calloc(1, sizeof *f);
	struct sim_link_config link = {0};
	struct endpoint any = at("0.0.0.0");

	f->sim = sim_new(&config);
	for (unsigned end = 0; end < 2; end++)
		link.host[end] = f->host[end] = sim_host(f->sim);
	for (unsigned i = 0; i < 2; i++) {
		struct sim_link *l = sim_link(f->sim, &link);

		for (unsigned end = 0; end < 2; end++) {
			f->iface[i][end] = sim_link_iface(l, end);
			assert_int_equal(sim_address(f->iface[i][end], text[i][end], 24), 0);
		}
	}
	f->listener = open_stream(f, 1);
	f->client = open_stream(f, 0);
	assert_int_equal(sock_bind(f->listener, &any), 0);
	assert_int_equal(sock_listen(f->listener, 1), 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	sock_close(f->client);
	if (f->server)
		sock_close(f->server);
	sock_close(f->listener);
	assert_true(sim_run(f->sim, sim_now(f->sim) + 3600 * SEC, NULL, NULL));
	sim_free(f->sim);
	free(f);
	return 0;
}

static void
connect_to(struct fixture *f, const char *addr)
{
	struct endpoint e = at(addr);

	assert_int_equal(sock_connect(f->client, &e), -LEAT_EINPROGRESS);
	settle(f);
	assert_int_equal(sock_connect(f->client, &e), 0);
	assert_int_equal(sock_accept(f->listener, &f->server), 0);
}

/* Frames that the client's host has sent over link @i. */
static uint64_t
sent(const struct fixture *f, unsigned i)
{
	return f->iface[i][0]->count.tx_frames;
}

/* 10.0.0.0/24 by way of 10.1.0.2 as well, as an interface of its own would have it that is bound to. */
static void
add_second_way(struct fixture *f)
{
	struct route r = {.dst = at("10.0.0.0").addr,
	    .bits = 24,
	    .gateway = at("10.1.0.2").addr,
	    .ifindex = f->iface[1][0]->index,
	    .metric = 100,
	    .src = at("10.1.0.1").addr};

	assert_int_equal(route_add(stack_core(f->host[0]), &r), 0);
}

static void
a_bound_stream_leaves_through_its_device_alone(void **state)
{
	struct fixture *f = *state;
	const char *name = f->iface[1][0]->name;
	struct route other = {
	    .dst = at("192.0.2.0").addr, .bits = 24, .gateway = at("10.0.0.2").addr, .metric = 1};
	uint64_t before;

	add_second_way(f);
	settle(f);
	before = sent(f, 0);
	assert_int_equal(sock_setopt(f->client, LEVEL_SOCKET, BINDTODEVICE, "none0", 5), -LEAT_ENODEV);
	assert_int_equal(sock_setopt(f->client, LEVEL_SOCKET, BINDTODEVICE, name, strlen(name)), 0);
	connect_to(f, "10.0.0.2");
	other.ifindex = f->iface[0][0]->index;
	assert_int_equal(route_add(stack_core(f->host[0]), &other), 0); /* ways are looked for anew */
	assert_int_equal(sock_send(f->client, "x", 1, 0, NULL), 1);
	settle(f);
	assert_int_equal(sock_unread(f->server), 1);
	assert_int_equal(sent(f, 0), before);
}

static void
a_stream_that_is_bound_later_changes_its_way(void **state)
{
	struct fixture *f = *state;
	uint64_t first, second;
	int index = (int)f->iface[1][0]->index;

	add_second_way(f);
	connect_to(f, "10.0.0.2");
	settle(f);
	first = sent(f, 0);
	second = sent(f, 1);
	assert_true(first > 2);
	assert_int_equal(sock_setopt(f->client, LEVEL_SOCKET, BINDTOIFINDEX, &index, sizeof index), 0);
	assert_int_equal(sock_send(f->client, "x", 1, 0, NULL), 1);
	settle(f);
	assert_int_equal(sock_unread(f->server), 1);
	assert_int_equal(sent(f, 0), first);
	assert_true(sent(f, 1) > second);
}

static void
answer(struct sock *sk, void *arg)
{
	char c;

	while (sock_recv(sk, &c, 1, 0, NULL) == 1)
		assert_int_equal(sock_send(sk, &c, 1, 0, NULL), 1);
}

static void
a_watchers_answer_carries_the_acknowledgment(void **state)
{
	struct fixture *f = *state;
	uint64_t before;
	char c;

	connect_to(f, "10.0.0.2");
	sock_watch(f->server, answer, NULL);
	settle(f);
	before = f->iface[0][1]->count.tx_frames;
	assert_int_equal(sock_send(f->client, "x", 1, 0, NULL), 1);
	settle(f);
	assert_int_equal(sock_recv(f->client, &c, 1, 0, NULL), 1);
	assert_int_equal(f->iface[0][1]->count.tx_frames, before + 1);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {T(a_bound_stream_leaves_through_its_device_alone),
	    T(a_stream_that_is_bound_later_changes_its_way), T(a_watchers_answer_carries_the_acknowledgment)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
