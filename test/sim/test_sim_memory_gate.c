/*
 * test_sim_memory_gate - makes each allocation for a stream and a DNS-like question through the
 * gateway fail once, one in each run. Only opening a socket may return an error; later failures are
 * recovered from. No memory may leak, and another stream and another question must work afterwards.
 */
#include "../unit/gate/world.h"
#include "failing.h"

#include <string.h>

enum { OCTETS = 40000 };

static const struct emu_impair LINK = {.delay = 5 * MSEC, .loss = 20000000, .reorder = 30000000};

struct service {
	struct endpoint stream;
	struct simio_rule question;
	struct talker t; /* of the stream that is open now */
	bool failed;
};

static void
on_peer(struct io_stream *io, unsigned events, void *arg)
{
	struct service *s = arg;

	s->failed |= (events & IO_FAILED) != 0;
	talker_go(&s->t);
}

static void
accepted(void *arg, struct io_stream *peer)
{
	struct service *s = arg;

	s->t = (struct talker){.peer = peer, .send_seed = 2, .recv_seed = 1, .to_send = OCTETS};
	io_stream_watch(peer, on_peer, s, 0);
	talker_go(&s->t);
}

static void
on_question(struct io_dgram *d, unsigned events, void *arg)
{
	struct endpoint from;
	uint8_t buf[16];
	ssize_t n;

	while ((n = d->ops->recv_from(d, buf, sizeof buf, &from)) >= 0)
		(void)d->ops->send_to(d, buf, (size_t)n, &from); /* without memory, the answer is lost */
}

struct both {
	struct service *s;
	struct talker *inside;
};

static bool
over(void *arg)
{
	struct both *b = arg;

	talker_go(b->inside);
	talker_go(&b->s->t);
	return b->inside->error || (b->inside->shut && b->inside->eof && b->s->t.shut && b->s->t.eof);
}

/* Returns 0, or the error of opening the socket. */
static int
connected(struct world *w, const struct endpoint *to, enum sock_type type, struct sock **out)
{
	int e = sock_open(stack_socks(w->host), !ipaddr_is4(&to->addr), type, out);

	if (e)
		return e;
	e = sock_connect(*out, to);
	if (e == 0 || e == -LEAT_EINPROGRESS)
		return 0;
	sock_close(*out);
	return e;
}

static void
stream(struct world *w, struct service *s, bool strict)
{
	struct talker inside = {.send_seed = 1, .recv_seed = 2, .to_send = OCTETS};
	struct both b = {s, &inside};
	int e = connected(w, &s->stream, SOCK_TYPE_STREAM, &inside.sk);

	s->t = (struct talker){0};
	if (e) {
		assert_false(strict);
		assert_int_equal(e, -LEAT_ENOBUFS);
		return;
	}
	assert_true(world_run(w, 1000 * SEC, over, &b));
	assert_int_equal(inside.error, 0);
	assert_int_equal(inside.received, OCTETS);
	assert_int_equal(s->t.received, OCTETS);
	assert_int_equal(inside.wrong + s->t.wrong, 0);
	io_close(s->t.peer, false);
	sock_close(inside.sk);
}

static bool
readable(void *arg)
{
	return sock_ready(arg) & (LEAT_IN | LEAT_ERR);
}

/* Asks again until the answer arrives, as a resolver does. */
static void
ask(struct world *w, struct service *s, bool strict)
{
	struct sock *sk;
	char buf[8] = "";
	bool answered = false;
	int e = connected(w, &s->question.at, SOCK_TYPE_DGRAM, &sk);

	if (e) {
		assert_false(strict);
		assert_int_equal(e, -LEAT_ENOBUFS);
		return;
	}
	for (unsigned i = 0; i < 20 && !answered; i++) {
		ssize_t n = sock_send(sk, "who", 3, 0, NULL);

		assert_true(n == 3 || (!strict && n == -LEAT_ENOBUFS));
		answered = world_run(w, 1 * SEC, readable, sk);
	}
	assert_true(answered);
	assert_int_equal(sock_recv(sk, buf, sizeof buf, 0, NULL), 3);
	assert_string_equal(buf, "who");
	sock_close(sk);
}

static bool
never(void *arg)
{
	return false;
}

static void
both(struct world *w, struct service *s, bool strict)
{
	stream(w, s, strict);
	ask(w, s, strict);
}

/* Returns false if there are fewer allocations. */
static bool
run(unsigned long n)
{
	struct service s = {.stream = world_end("192.0.2.1", 80),
	    .question = {.at = world_end("2001:db8::7", 53), .there = MSEC}};
	long before = mem.live;
	struct world *w = world_new(&LINK, 3, NULL);

	simio_net_rule(w->net, &s.question);
	world_listen(w, &s.stream, accepted, &s);
	world_dgram(w, &s.question.at, on_question, &s);
	mem.count = 0;
	mem.fail_at = n;
	mem.burst = 1;
	mem.failed = false;
	mem.armed = true;
	both(w, &s, false);
	mem.armed = false;
	both(w, &s, true);
	assert_false(s.failed);
	world_run(w, 300 * SEC, never, NULL); /* TIME-WAIT and the flows of datagrams are over */
	world_free(w);
	assert_int_equal(mem.live, before);
	return mem.failed;
}

static void
each_allocation_fails_once(void **state)
{
	unsigned long n = 1;

	while (run(n))
		n++;
	print_message("%lu allocations\n", n - 1);
	assert_in_range(n, 50, 100000);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_allocation_fails_once)};

	if (argc == 3 && strcmp(argv[1], "--n") == 0)
		return run(strtoul(argv[2], NULL, 10)) ? 0 : 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
