/* test/unit/gate/test_streams.c - TCP through the gateway, in virtual time. */
#include "world.h"

static const struct emu_impair BAD = {
    .delay = 10 * MSEC, .jitter = 3 * MSEC, .loss = 30000000, .dup = 5000000, .reorder = 10000000};
static const struct emu_impair PLAIN = {.delay = 5 * MSEC};

enum { PEERS = 8 };

/* A service whose connections are answered by one talker: that of the latest connection. */
struct talking {
	struct simio_rule rule;
	struct talker t;
	struct io_stream *peer[PEERS];
	unsigned opened;
	bool failed;
};

static void
on_peer(struct io_stream *io, unsigned events, void *arg)
{
	struct talking *s = arg;

	s->failed |= (events & IO_FAILED) != 0;
	if (io == s->t.peer)
		talker_go(&s->t);
}

static void
talking_opened(void *arg, struct io_stream *peer)
{
	struct talking *s = arg;

	assert_true(s->opened < PEERS);
	s->peer[s->opened++] = s->t.peer = peer;
	io_stream_watch(peer, on_peer, s, 0);
	talker_go(&s->t);
}

static void
talking_init(struct talking *s, const char *at, uint16_t port, uint64_t to_send)
{
	*s = (struct talking){
	    .rule = {.at = world_end(at, port)}, .t = {.send_seed = 2, .recv_seed = 1, .to_send = to_send}};
}

static void
talking_serve(struct world *w, struct talking *s)
{
	assert_int_equal(simio_net_rule(w->net, &s->rule), 0);
	world_listen(w, &s->rule.at, talking_opened, s);
}

/* Closes all connections. @reset is for the latest one. */
static void
talking_close(struct talking *s, bool reset)
{
	for (unsigned i = 0; i < s->opened; i++)
		io_close(s->peer[i], reset && s->peer[i] == s->t.peer);
	s->t.peer = NULL;
	s->opened = 0;
}

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

/* RFC 9293, 3.5.3: a refused connection is a reset, and the program reads ECONNREFUSED. */
static void
a_refusal_outside_is_a_refusal_inside(void **state)
{
	struct world *w = world_new(&PLAIN, 1, NULL);
	struct simio_rule refuses = {.at = world_end("192.0.2.1", 80),
	    .error = LEAT_ECONNREFUSED,
	    .there = 15 * MSEC,
	    .back = 15 * MSEC};
	struct simio_rule at_once = {
	    .at = world_end("2001:db8::1", 80), .error = LEAT_ECONNREFUSED, .at_once = true};
	struct endpoint v4 = refuses.at, v6 = at_once.at;
	struct sock *sk;

	simio_net_rule(w->net, &refuses);
	simio_net_rule(w->net, &at_once);
	assert_int_equal(world_connect_wait(w, &v4, &sk), LEAT_ECONNREFUSED);
	assert_true(world_now(w) >= 40 * MSEC); /* not before the outside had answered */
	sock_close(sk);
	assert_int_equal(world_connect_wait(w, &v6, &sk), LEAT_ECONNREFUSED);
	sock_close(sk);
	assert_int_equal(gate_counters(w->gate)->streams_refused, 2);
	assert_int_equal(w->last.error, LEAT_ECONNREFUSED);
	world_free(w);
}

/*
 * RFC 1122, 3.2.2.1 and 4.2.3.9: an ICMP error reports an unreachable host at once, in both
 * versions.
 */
static void
an_unreachable_host_is_reported_by_icmp(void **state)
{
	struct world *w = world_new(&PLAIN, 2, NULL);
	struct simio_rule host = {.at = world_end("192.0.2.1", 80),
	    .error = LEAT_EHOSTUNREACH,
	    .there = 15 * MSEC,
	    .back = 15 * MSEC};
	struct simio_rule net = {
	    .at = world_end("2001:db8::1", 80), .error = LEAT_ENETUNREACH, .at_once = true};
	struct endpoint to = host.at, nowhere = net.at;
	struct sock *sk;

	simio_net_rule(w->net, &host);
	simio_net_rule(w->net, &net);
	assert_int_equal(world_connect_wait(w, &to, &sk), LEAT_EHOSTUNREACH);
	sock_close(sk);
	assert_int_equal(world_connect_wait(w, &nowhere, &sk), LEAT_ENETUNREACH);
	sock_close(sk);
	assert_true(world_now(w) < 500 * MSEC);
	world_free(w);
}

/* If a host is silent, the program's own handshake gives up, as it would outside. */
static void
silence_outside_is_silence_inside(void **state)
{
	struct world *w = world_new(&PLAIN, 3, NULL);
	struct simio_rule silent = {.at = world_end("192.0.2.1", 80), .there = NSEC_NEVER};
	struct sock *sk;

	simio_net_rule(w->net, &silent);
	assert_int_equal(world_connect_wait(w, &silent.at, &sk), LEAT_ETIMEDOUT);
	assert_true(world_now(w) > 60 * SEC);
	sock_close(sk);
	world_free(w);
}

static void
the_handshake_waits_for_the_outside(void **state)
{
	struct world *w = world_new(&PLAIN, 4, NULL);
	struct talking s;
	struct sock *sk;

	talking_init(&s, "192.0.2.1", 80, 0);
	s.rule.there = s.rule.back = 150 * MSEC;
	talking_serve(w, &s);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &sk), 0);
	assert_true(world_now(w) >= 310 * MSEC);
	assert_true(world_now(w) < 400 * MSEC);
	assert_int_equal(s.opened, 1);
	sock_close(sk);
	world_run(w, 5 * SEC, never, NULL);
	talking_close(&s, false);
	world_free(w);
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

/* Octets that were sent before a reset arrive before it. */
static void
a_reset_outside_comes_after_its_octets(void **state)
{
	struct world *w = world_new(&BAD, 6, NULL);
	struct talker inside = {.recv_seed = 2, .shut = true};
	struct talking s;

	talking_init(&s, "192.0.2.1", 80, 60000);
	s.t.shut = true;
	talking_serve(w, &s);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &inside.sk), 0);
	assert_int_equal(s.t.sent, 60000);
	talking_close(&s, true);
	assert_true(world_run(w, 100 * SEC, inside_done, &inside));
	assert_int_equal(inside.error, LEAT_ECONNRESET);
	assert_int_equal(inside.received, 60000);
	assert_int_equal(inside.wrong, 0);
	sock_close(inside.sk);
	assert_int_equal(w->last.error, LEAT_ECONNRESET);
	world_free(w);
}

/* A program that does not read cannot hold a reset back for ever. */
static void
a_reset_outside_does_not_wait_for_a_reader_that_sleeps(void **state)
{
	struct world *w = world_new(&PLAIN, 7, NULL);
	struct talker inside = {.recv_seed = 2, .shut = true, .paused = true};
	struct talking s;

	talking_init(&s, "192.0.2.1", 80, 64 << 20);
	talking_serve(w, &s);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &inside.sk), 0);
	world_run(w, 5 * SEC, never, NULL);
	assert_true(s.t.sent < 64 << 20);
	talking_close(&s, true);
	world_run(w, 5 * SEC, never, NULL);
	assert_true(sock_ready(inside.sk) & LEAT_ERR);
	assert_int_equal(w->ended, 1);
	sock_close(inside.sk);
	world_free(w);
}

static void
a_reset_inside_is_a_reset_outside(void **state)
{
	struct world *w = world_new(&PLAIN, 8, NULL);
	struct talking s;
	struct sock *sk;

	talking_init(&s, "192.0.2.1", 80, 0);
	s.t.shut = true;
	talking_serve(w, &s);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &sk), 0);
	sock_abort(sk);
	world_run(w, 1 * SEC, never, NULL);
	assert_true(s.failed);
	assert_int_equal(w->ended, 1);
	talking_close(&s, false);
	world_free(w);
}

static bool
heard_or_failed(void *arg)
{
	struct talking *s = arg;

	talker_go(&s->t);
	return s->t.error || s->t.eof;
}

/*
 * Octets that arrived before a reset stay readable on Linux. So they are sent before the reset,
 * even if the outside is slow.
 */
static void
a_reset_inside_comes_after_its_octets(void **state)
{
	struct world *w = world_new(&PLAIN, 12, NULL);
	struct talker inside = {.send_seed = 1, .to_send = 60000, .shut = true, .paused = true};
	struct talking s;

	talking_init(&s, "192.0.2.1", 80, 0);
	s.t.shut = s.t.paused = true;
	s.rule.window = 8192;
	talking_serve(w, &s);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &inside.sk), 0);
	talker_go(&inside);
	assert_int_equal(inside.sent, 60000);
	world_run(w, 1 * SEC, never, NULL);
	sock_abort(inside.sk);
	world_run(w, 1 * SEC, never, NULL);
	assert_int_equal(w->ended, 0);
	s.t.paused = false;
	assert_true(world_run(w, 10 * SEC, heard_or_failed, &s));
	assert_int_equal(s.t.received, 60000);
	assert_int_equal(s.t.wrong, 0);
	assert_int_equal(s.t.error, LEAT_ECONNRESET);
	assert_int_equal(w->ended, 1);
	talking_close(&s, false);
	world_free(w);
}

/* An outside that does not read cannot hold it back for ever, either. */
static void
a_reset_inside_does_not_wait_for_an_outside_that_sleeps(void **state)
{
	struct world *w = world_new(&PLAIN, 13, NULL);
	struct talker inside = {.send_seed = 1, .to_send = 60000, .shut = true, .paused = true};
	struct talking s;

	talking_init(&s, "192.0.2.1", 80, 0);
	s.t.shut = s.t.paused = true;
	s.rule.window = 8192;
	talking_serve(w, &s);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &inside.sk), 0);
	talker_go(&inside);
	world_run(w, 1 * SEC, never, NULL);
	sock_abort(inside.sk);
	world_run(w, 5 * SEC, never, NULL);
	assert_int_equal(w->ended, 1);
	assert_int_equal(w->last.error, LEAT_ECONNRESET);
	assert_true(s.failed);
	talking_close(&s, false);
	world_free(w);
}

/*
 * The outside sends at the same time. Whichever call of the gateway meets the error, the outside
 * learns of it.
 */
static void
a_reset_inside_stops_an_outside_that_floods(void **state)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct world *w = world_new(&PLAIN, seed, NULL);
		struct talking s;
		struct sock *sk;

		talking_init(&s, "192.0.2.1", 80, 1 << 30);
		talking_serve(w, &s);
		assert_int_equal(world_connect_wait(w, &s.rule.at, &sk), 0);
		world_run(w, 100 * MSEC + seed * 3 * MSEC, never, NULL);
		sock_close(sk); /* with unread octets: a reset (RFC 2525, 2.17) */
		world_run(w, 1 * SEC, never, NULL);
		assert_true(s.failed);
		assert_int_equal(w->ended, 1);
		talking_close(&s, false);
		world_free(w);
	}
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

static void
a_program_that_gives_up_connecting_leaves_nothing_outside(void **state)
{
	struct world *w = world_new(&PLAIN, 11, NULL);
	struct simio_rule silent = {.at = world_end("192.0.2.1", 80), .there = NSEC_NEVER};
	struct sock *sk;

	simio_net_rule(w->net, &silent);
	sk = world_connect(w, &silent.at);
	world_run(w, 100 * MSEC, never, NULL);
	assert_int_equal(gate_counters(w->gate)->streams, 1);
	sock_close(sk);
	world_run(w, 500 * SEC, never, NULL);
	assert_int_equal(w->ended, 1);
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

/* Beyond the limit the program's SYN is not answered. It is sent again, and there is room then. */
static void
a_flow_beyond_the_limit_waits_for_room(void **state)
{
	struct gate_config limits = {.max_streams = 1};
	struct world *w = world_new(&PLAIN, 13, &limits);
	struct talking s;
	struct sock *first, *second;

	talking_init(&s, "192.0.2.1", 80, 0);
	s.t.shut = true;
	talking_serve(w, &s);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &first), 0);
	second = world_connect(w, &s.rule.at);
	world_run(w, 2 * SEC, never, NULL);
	assert_false(sock_ready(second) & LEAT_OUT);
	sock_abort(first);
	world_run(w, 10 * SEC, never, NULL);
	assert_true(sock_ready(second) & LEAT_OUT);
	assert_true(gate_counters(w->gate)->streams_limit > 0);
	sock_close(second);
	talking_close(&s, false);
	world_free(w);
}

/*
 * A SYN for which the outside has no descriptor is not refused. It waits as with a full backlog,
 * and is tried again when a descriptor is free.
 */
static void
connections_without_a_descriptor_outside_wait_their_turn(void **state)
{
	struct world *w = world_new(&PLAIN, 14, NULL);
	struct talking s;
	struct sock *sk[4];

	talking_init(&s, "192.0.2.1", 80, 0);
	s.t.shut = true;
	talking_serve(w, &s);
	simio_host_limit(w->machine, 1);
	assert_int_equal(world_connect_wait(w, &s.rule.at, &sk[0]), 0);
	for (int i = 1; i < 4; i++)
		sk[i] = world_connect(w, &s.rule.at);
	world_run(w, 2 * SEC, never, NULL);
	assert_true(gate_waits(w->gate));
	sock_abort(sk[2]); /* this program gives up */
	sock_abort(sk[0]);
	world_run(w, 30 * MSEC, never, NULL); /* six times the delay: no SYN was sent again */
	assert_true(sock_ready(sk[1]) & LEAT_OUT);
	assert_false(sock_ready(sk[3]) & LEAT_OUT);
	simio_host_limit(w->machine, 2); /* as if something else had been closed */
	gate_retry(w->gate);
	world_run(w, 30 * MSEC, never, NULL);
	assert_true(sock_ready(sk[3]) & LEAT_OUT);
	assert_false(gate_waits(w->gate));
	assert_int_equal(gate_counters(w->gate)->streams_refused, 0);
	sock_close(sk[1]);
	sock_close(sk[3]);
	talking_close(&s, false);
	world_free(w);
}

static void
connections_that_wait_for_a_descriptor_are_tried_from_time_to_time(void **state)
{
	struct world *w = world_new(&PLAIN, 15, NULL);
	struct talking s;
	struct sock *sk;

	talking_init(&s, "192.0.2.1", 80, 0);
	s.t.shut = true;
	talking_serve(w, &s);
	simio_host_limit(w->machine, 0);
	sk = world_connect(w, &s.rule.at);
	world_run(w, 300 * MSEC, never, NULL);
	assert_false(sock_ready(sk) & LEAT_OUT);
	simio_host_limit(w->machine, 1);
	world_run(w, 150 * MSEC, never, NULL);
	assert_true(sock_ready(sk) & LEAT_OUT);
	sock_close(sk);
	talking_close(&s, false);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_refusal_outside_is_a_refusal_inside),
	    cmocka_unit_test(an_unreachable_host_is_reported_by_icmp),
	    cmocka_unit_test(silence_outside_is_silence_inside),
	    cmocka_unit_test(the_handshake_waits_for_the_outside),
	    cmocka_unit_test(every_octet_crosses_a_bad_link_both_ways),
	    cmocka_unit_test(small_buffers_outside_lose_nothing),
	    cmocka_unit_test(nothing_at_all_is_carried_as_two_ends_of_file),
	    cmocka_unit_test(a_half_closed_stream_still_carries_the_answer),
	    cmocka_unit_test(a_reset_outside_comes_after_its_octets),
	    cmocka_unit_test(a_reset_outside_does_not_wait_for_a_reader_that_sleeps),
	    cmocka_unit_test(a_reset_inside_is_a_reset_outside),
	    cmocka_unit_test(a_reset_inside_comes_after_its_octets),
	    cmocka_unit_test(a_reset_inside_does_not_wait_for_an_outside_that_sleeps),
	    cmocka_unit_test(a_reset_inside_stops_an_outside_that_floods),
	    cmocka_unit_test(a_slow_reader_outside_holds_the_program_back),
	    cmocka_unit_test(a_slow_reader_inside_holds_the_outside_back),
	    cmocka_unit_test(octets_do_not_wait_for_more_that_does_not_come),
	    cmocka_unit_test(a_program_that_gives_up_connecting_leaves_nothing_outside),
	    cmocka_unit_test(many_flows_do_not_mix),
	    cmocka_unit_test(a_flow_beyond_the_limit_waits_for_room),
	    cmocka_unit_test(connections_without_a_descriptor_outside_wait_their_turn),
	    cmocka_unit_test(connections_that_wait_for_a_descriptor_are_tried_from_time_to_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
