/*
 * Two hosts with two links between them, in virtual time: which link a stream takes, and what the
 * answer of its watcher carries.
 */
#include "sock_rig.h"
#include "tcp/tcp.h"

#include <string.h>

enum { PORT = 80 };

struct fixture {
	struct simnet net;
	struct sock *listener, *client, *server;
};

static int
setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){0};
	simnet_start(&f.net, 1, 2);
	simnet_link(&f.net, NULL);
	simnet_link(&f.net, NULL);
	f.listener = open_listener(&f.net, 1, "0.0.0.0", PORT, 1);
	f.client = open_stream(&f.net, 0);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	sock_close(f->client);
	sock_close(f->server);
	sock_close(f->listener);
	simnet_end(&f->net);
	return 0;
}

static void
connect_client(struct fixture *f, const char *text)
{
	connect_to(&f->net, f->client, at(text, PORT));
	assert_int_equal(sock_accept(f->listener, &f->server), 0);
}

/* Returns how many frames the client's host has sent over link @i. */
static uint64_t
sent(const struct fixture *f, unsigned i)
{
	return f->net.iface[i][0]->count.tx_frames;
}

/*
 * Adds a second route to 10.0.0.0/24, by 10.1.0.2. A real host would have it for a socket that is
 * bound to that interface.
 */
static void
add_second_route(struct fixture *f)
{
	struct route r = {.dst = addr("10.0.0.0"),
	    .bits = 24,
	    .gateway = addr("10.1.0.2"),
	    .ifindex = f->net.iface[1][0]->index,
	    .metric = 100,
	    .src = addr("10.1.0.1")};

	assert_int_equal(route_add(stack_core(f->net.host[0]), &r), 0);
}

static void
a_bound_stream_leaves_through_its_device_alone(void **state)
{
	struct fixture *f = *state;
	const char *name = f->net.iface[1][0]->name;
	struct route other = {.dst = addr("192.0.2.0"), .bits = 24, .gateway = addr("10.0.0.2"), .metric = 1};
	uint64_t before;

	add_second_route(f);
	settle(&f->net);
	before = sent(f, 0);
	assert_int_equal(sock_setopt(f->client, SOL_SOCKET, SO_BINDTODEVICE, "none0", 5), -LEAT_ENODEV);
	assert_int_equal(sock_setopt(f->client, SOL_SOCKET, SO_BINDTODEVICE, name, strlen(name)), 0);
	connect_client(f, "10.0.0.2");
	other.ifindex = f->net.iface[0][0]->index;
	assert_int_equal(route_add(stack_core(f->net.host[0]), &other),
	    0); /* the change makes streams look for their routes again */
	assert_int_equal(sock_send(f->client, "x", 1, 0, NULL), 1);
	settle(&f->net);
	assert_int_equal(sock_unread(f->server), 1);
	assert_int_equal(sent(f, 0), before);
}

static void
a_stream_that_is_bound_later_changes_its_route(void **state)
{
	struct fixture *f = *state;
	uint64_t first, second;
	int index = (int)f->net.iface[1][0]->index;

	add_second_route(f);
	connect_client(f, "10.0.0.2");
	settle(&f->net);
	first = sent(f, 0);
	second = sent(f, 1);
	assert_true(first > 2);
	set_int(f->client, SOL_SOCKET, SO_BINDTOIFINDEX, index);
	assert_int_equal(sock_send(f->client, "x", 1, 0, NULL), 1);
	settle(&f->net);
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

	connect_client(f, "10.0.0.2");
	sock_watch(f->server, answer, NULL);
	settle(&f->net);
	before = f->net.iface[0][1]->count.tx_frames;
	assert_int_equal(sock_send(f->client, "x", 1, 0, NULL), 1);
	settle(&f->net);
	assert_int_equal(sock_recv(f->client, &c, 1, 0, NULL), 1);
	assert_int_equal(f->net.iface[0][1]->count.tx_frames, before + 1);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_bound_stream_leaves_through_its_device_alone),
	    T(a_stream_that_is_bound_later_changes_its_route),
	    T(a_watchers_answer_carries_the_acknowledgment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
