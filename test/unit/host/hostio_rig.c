/*
 * test/unit/host/hostio_rig.c - two worlds over the machine's sockets on one loop, and the check that all descriptors
 * were given back.
 */
#include "host/hostio_rig.h"

#include "host/sockaddr.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int
lowest_free(void)
{
	int fd = dup(0);

	assert_true(fd >= 0);
	close(fd);
	return fd;
}

static void
turn(struct conform *c)
{
	struct rig *b = container_of(c, struct rig, conform);

	loop_turn(b->loop, NSEC_NEVER);
}

int
rig_begin(void **state)
{
	const struct ipaddr *at = *state ? *state : &IPADDR_LOOPBACK4;
	struct rig *b = calloc(1, sizeof *b);

	assert_non_null(b);
	b->spare = lowest_free();
	b->loop = loop_new();
	assert_non_null(b->loop);
	fd_budget_init(&b->fds, b->loop);
	b->conform.client = hostio_new(b->loop, &b->fds);
	b->conform.server = hostio_new(b->loop, &b->fds);
	assert_non_null(b->conform.client);
	assert_non_null(b->conform.server);
	b->conform.at.addr = *at;
	b->conform.turn = turn;
	b->conform.rest = 20 * MSEC; /* loopback takes no time */
	b->conform.patience = 60 * SEC;
	*state = b;
	return 0;
}

int
rig_end(void **state)
{
	struct rig *b = *state;

	hostio_free(b->conform.client); /* asserts that all was closed */
	hostio_free(b->conform.server);
	fd_budget_fini(&b->fds); /* asserts that every descriptor was given back */
	loop_free(b->loop);
	assert_int_equal(lowest_free(), b->spare);
	free(b);
	return 0;
}

void
rig_on_stream(struct io_stream *s, unsigned events, void *arg)
{
	struct side *side = arg;

	side->seen |= events;
	side->calls++;
}

void
rig_until(struct rig *b, const unsigned *seen, unsigned mask)
{
	nsec_t give_up = loop_refresh(b->loop) + 60 * SEC;

	while (!(*seen & mask) && loop_now(b->loop) < give_up)
		loop_turn(b->loop, give_up);
	assert_int_not_equal(*seen & mask, 0);
}

unsigned
rig_turns_within(struct rig *b, nsec_t wait)
{
	nsec_t end = loop_refresh(b->loop) + wait;
	unsigned turns = 0;

	for (; loop_now(b->loop) < end; turns++)
		loop_turn(b->loop, end);
	return turns;
}

void
rig_wait_for(struct rig *b, struct side *side, unsigned events)
{
	side->seen = 0;
	io_want(side->s, events);
	rig_until(b, &side->seen, events | IO_FAILED);
}

int
rig_listener(const struct ipaddr *addr, struct endpoint *at)
{
	struct sockaddr_storage ss;
	socklen_t len;
	int fd;

	*at = (struct endpoint){.addr = *addr};
	len = sockaddr_from_endpoint(&ss, at);
	fd = socket(ss.ss_family, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&ss, len), 0);
	assert_int_equal(listen(fd, 10), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&ss, &len), 0);
	assert_true(endpoint_from_sockaddr(at, (struct sockaddr *)&ss));
	return fd;
}

int
rig_connected(struct rig *b, struct side *side)
{
	struct endpoint at;
	int l = rig_listener(&IPADDR_LOOPBACK4, &at), fd;

	*side = (struct side){0};
	assert_int_equal(io_connect(b->conform.client, &at, rig_on_stream, side, &side->s), 0);
	assert_int_equal(side->seen, 0);
	rig_until(b, &side->seen, IO_CONNECTED);
	assert_int_equal(side->seen, IO_CONNECTED);
	fd = accept(l, NULL, NULL);
	assert_true(fd >= 0);
	close(l);
	return fd;
}

void
rig_reset(int fd)
{
	struct linger linger = {.l_onoff = 1};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	close(fd);
}

void
rig_on_dgram(struct io_dgram *d, unsigned events, void *arg)
{
	unsigned *seen = arg;

	*seen |= events;
}

struct io_dgram *
rig_dgram(struct rig *b, const struct endpoint *local, const struct endpoint *peer, unsigned *seen)
{
	struct io_world *w = b->conform.client;
	struct io_dgram *d;

	assert_int_equal(w->ops->dgram(w, local, peer, rig_on_dgram, seen, &d), 0);
	return d;
}
