/* test/unit/gate/test_streams.c - TCP through the gateway, in virtual time. */
#include "talking.h"

static const struct emu_impair BAD = {
    .delay = 10 * MSEC, .jitter = 3 * MSEC, .loss = 30000000, .dup = 5000000, .reorder = 10000000};
static const struct emu_impair PLAIN = {.delay = 5 * MSEC};

struct both {
	struct talker *a, *b;
};

/* Returns true if both have sent and received everything, or have ended with an error. */
static bool
both_done(void *arg)
{
	struct both *x = arg;

	talker_go(x->a);
	talker_go(x->b);
	return (x->a->error || (x->a->shut && x->a->eof)) && (x->b->error || (x->b->shut && x->b->eof));
}

static bool
inside_done(void *arg)
{
	struct talker *t = arg;

	talker_go(t);
	return t->error || (t->shut && t->eof);
}

static bool
never(void *arg)
{
	return false;
}

static void
exchange(
    const char *at, const struct emu_impair *impair, uint64_t seed, uint64_t up, uint64_t down, size_t window)
{
	struct world *w = world_new(impair, seed, NULL);
	struct talker inside = {.send_seed = 1, .recv_seed = 2, .to_send = up};
	struct talking s;
	struct both both = {&inside, &s.t};

	talking_init(&s, at, 80, down);
	s.rule.window = window;
	talking_serve(w, &s);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &inside.sk), 0);
	if (!world_run(w, 2000 * SEC, both_done, &both))
		fail_msg("seed %lu: %lu of %lu up, %lu of %lu down", seed, s.t.received, up, inside.received,
		    down);
	assert_int_equal(inside.error, 0);
	assert_int_equal(s.t.error, 0);
	assert_int_equal(s.t.received, up);
	assert_int_equal(inside.received, down);
	assert_int_equal(inside.wrong + s.t.wrong, 0);
	talking_close(&s, false);
	sock_close(inside.sk);
	world_run(w, 300 * SEC, never, NULL);
	assert_int_equal(w->ended, 1);
	assert_int_equal(w->last.octets_up, up);
	assert_int_equal(w->last.octets_down, down);
	assert_int_equal(w->last.error, 0);
	world_free(w);
}

/*
 * Both directions at once, both ended by a half-close, over a link that loses, doubles and
 * reorders.
 */
static void
every_octet_crosses_a_bad_link_both_ways(void **state)
{
	for (uint64_t seed = 1; seed <= 8; seed++)
		exchange(seed % 2 ? "192.0.2.1" : "2001:db8::1", &BAD, seed, 150000 + seed * 1111, 90000, 0);
}

static void
small_buffers_outside_lose_nothing(void **state)
{
	exchange("192.0.2.1", &PLAIN, 20, 200000, 200000, 1000);
	exchange("192.0.2.1", &PLAIN, 21, 3000, 3000, 1);
}

static void
nothing_at_all_is_carried_as_two_ends_of_file(void **state)
{
	exchange("192.0.2.1", &PLAIN, 22, 0, 0, 0);
	exchange("192.0.2.1", &PLAIN, 23, 0, 100000, 0);
	exchange("192.0.2.1", &PLAIN, 24, 100000, 0, 0);
}

/* The program shuts down first and still receives, as with a request of HTTP/1.0. */
static void
a_half_closed_stream_still_carries_the_answer(void **state)
{
	struct world *w = world_new(&PLAIN, 5, NULL);
	struct talker inside = {.send_seed = 1, .recv_seed = 2, .to_send = 1000};
	struct talking s;

	talking_init(&s, "192.0.2.1", 80, 0);
	s.t.shut = true; /* it sends nothing yet */
	talking_serve(w, &s);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &inside.sk), 0);
	world_run(w, 2 * SEC, inside_done, &inside);
	assert_true(s.t.eof);
	assert_false(inside.eof);
	s.t.shut = false;
	s.t.to_send = 50000;
	talker_go(&s.t);
	assert_true(world_run(w, 20 * SEC, inside_done, &inside));
	assert_int_equal(inside.received, 50000);
	assert_int_equal(inside.wrong, 0);
	talking_close(&s, false);
	sock_close(inside.sk);
	world_free(w);
}

/*
 * A slow reader outside stops the program's writes. Memory stays bounded. When it reads again,
 * every octet arrives.
 */
static void
a_slow_reader_outside_holds_the_program_back(void **state)
{
	struct world *w = world_new(&PLAIN, 9, NULL);
	struct talker inside = {.send_seed = 1, .recv_seed = 2, .to_send = 64 << 20};
	struct talking s;
	struct both both = {&inside, &s.t};

	talking_init(&s, "192.0.2.1", 80, 0);
	s.t.paused = true;
	talking_serve(w, &s);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &inside.sk), 0);
	world_run(w, 30 * SEC, inside_done, &inside);
	assert_true(inside.sent < 32 << 20);
	assert_true(w->pool_max < 64 << 20);
	inside.to_send = inside.sent + 1000;
	s.t.paused = false;
	assert_true(world_run(w, 1000 * SEC, both_done, &both));
	assert_int_equal(s.t.received, inside.to_send);
	assert_int_equal(s.t.wrong, 0);
	talking_close(&s, false);
	sock_close(inside.sk);
	world_free(w);
}

static void
a_slow_reader_inside_holds_the_outside_back(void **state)
{
	struct world *w = world_new(&PLAIN, 10, NULL);
	struct talker inside = {.send_seed = 1, .recv_seed = 2, .paused = true};
	struct talking s;
	struct both both = {&inside, &s.t};

	talking_init(&s, "192.0.2.1", 80, 64 << 20);
	talking_serve(w, &s);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &inside.sk), 0);
	world_run(w, 30 * SEC, never, NULL);
	assert_true(s.t.sent < 32 << 20);
	assert_true(w->pool_max < 64 << 20);
	s.t.to_send = s.t.sent + 1000;
	inside.paused = false;
	assert_true(world_run(w, 1000 * SEC, both_done, &both));
	assert_int_equal(inside.received, s.t.to_send);
	assert_int_equal(inside.wrong, 0);
	talking_close(&s, false);
	sock_close(inside.sk);
	world_free(w);
}

static bool
all_received(void *arg)
{
	struct both *both = arg;

	talker_go(both->a);
	return both->a->received == both->b->to_send;
}

/*
 * After a read that filled the room, octets that do not fill a super-segment wait for more. If
 * there are no more, they leave at once: not after the 200 ms of a cork (tcp(7), TCP_CORK), nor
 * with the next ACK.
 */
static void
octets_do_not_wait_for_more_that_does_not_come(void **state)
{
	struct world *w = world_new(&PLAIN, 40, NULL);
	struct talker inside = {.send_seed = 1, .recv_seed = 2};
	struct talking s;
	struct both both = {&inside, &s.t};

	talking_init(&s, "192.0.2.1", 80, 4 << 20);
	s.t.shut = true; /* the stream stays open */
	s.rule.window = 1 << 20;
	talking_serve(w, &s);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &inside.sk), 0);
	assert_true(world_run(w, 10 * SEC, all_received, &both)); /* both windows have grown */
	for (int i = 0; i < 3; i++) {
		world_run(w, 50 * MSEC, never, NULL);
		s.t.to_send += PKT_BLOCK_LARGE; /* the size of one read */
		talker_go(&s.t);
		assert_true(world_run(w, 8 * MSEC, all_received, &both)); /* the delay is 5 */
	}
	assert_int_equal(inside.wrong, 0);
	talking_close(&s, false);
	sock_close(inside.sk);
	world_free(w);
}

/* Many at once */

enum { MANY = 200 };

struct echo_service {
	struct endpoint at;
	unsigned open;
};

static void
on_echo(struct io_stream *io, unsigned events, void *arg)
{
	struct echo_service *s = arg;
	uint8_t buf[4096];
	ssize_t n;

	while ((n = io_read(io, buf, sizeof buf)) > 0)
		assert_int_equal(io_write(io, buf, (size_t)n, 0), n);
	if (n != -LEAT_EAGAIN) {
		s->open--;
		io_close(io, false);
	}
}

static void
echo_opened(void *arg, struct io_stream *io)
{
	struct echo_service *s = arg;

	s->open++;
	io_stream_watch(io, on_echo, s, IO_READABLE);
}

static bool
all_done(void *arg)
{
	struct talker *t = arg;
	unsigned done = 0;

	for (int i = 0; i < MANY; i++)
		done += inside_done(&t[i]);
	return done == MANY;
}

static void
many_flows_do_not_mix(void **state)
{
	struct world *w = world_new(&BAD, 12, NULL);
	struct echo_service s = {.at = {.addr = IPADDR_ANY4, .port = 7}};
	struct talker *t = calloc(MANY, sizeof *t);

	world_listen(w, &s.at, echo_opened, &s);
	for (uint16_t i = 0; i < MANY; i++) {
		struct endpoint to = world_end("198.51.100.0", 7);

		to.addr = ipaddr_v4(0xc6336400u + i % 50u);
		t[i] = (struct talker){
		    .sk = world_connect(w, &to), .send_seed = i, .recv_seed = i, .to_send = 500 + i * 20u};
	}
	assert_true(world_run(w, 1000 * SEC, all_done, t));
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(t[i].error, 0);
		assert_int_equal(t[i].received, t[i].to_send);
		assert_int_equal(t[i].wrong, 0);
		sock_close(t[i].sk);
	}
	world_run(w, 300 * SEC, never, NULL);
	assert_int_equal(w->ended, MANY);
	assert_int_equal(s.open, 0);
	free(t);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_octet_crosses_a_bad_link_both_ways),
	    cmocka_unit_test(small_buffers_outside_lose_nothing),
	    cmocka_unit_test(nothing_at_all_is_carried_as_two_ends_of_file),
	    cmocka_unit_test(a_half_closed_stream_still_carries_the_answer),
	    cmocka_unit_test(a_slow_reader_outside_holds_the_program_back),
	    cmocka_unit_test(a_slow_reader_inside_holds_the_outside_back),
	    cmocka_unit_test(octets_do_not_wait_for_more_that_does_not_come),
	    cmocka_unit_test(many_flows_do_not_mix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
