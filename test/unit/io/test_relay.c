/*
 * test/unit/io/test_relay.c - two joined streams behave as one: octets, ends and urgent octets
 * pass, each side holds the other back, and a failure follows what came before it.
 */
#include "io/relay.h"

#include "base/err.h"
#include "base/rng.h"
#include "io/simworld.h"

#include <stdlib.h>
#include <string.h>

enum { PORT = 80, MUCH = 400000 };

/*
 * Two connections: far[0] - near[0] and near[1] - far[1]. The far ends are the test's, the near
 * ends are joined.
 */
struct joined {
	struct simworld_config config;
	struct simworld *w;
	struct io_listener *l[2];
	struct io_stream *far[2], *near[2];
	struct relay relay;
	unsigned calls;
	bool idle; /* events are noted, but nothing is carried */
};

static void
on_near(struct joined *j, unsigned i, unsigned events)
{
	j->calls++;
	relay_event(&j->relay, i, events);
	while (!j->idle && relay_run(&j->relay))
		;
}

static void
on_near0(struct io_stream *s, unsigned events, void *arg)
{
	on_near(arg, 0, events);
}

static void
on_near1(struct io_stream *s, unsigned events, void *arg)
{
	on_near(arg, 1, events);
}

static void
ignore(struct io_stream *s, unsigned events, void *arg)
{
}

static struct io_stream *
accepted(struct io_listener *l)
{
	struct io_stream *s;

	assert_int_equal(l->ops->accept(l, &s), 0);
	return s;
}

/* The relay is on the server. The client has both far ends. */
static void
join(struct joined *j, size_t window)
{
	struct endpoint at[2] = {{.port = PORT}, {.port = PORT}};
	struct io_world *client, *server;

	*j = (struct joined){.config = {.rule = {.window = window}}};
	j->w = simworld_new(&j->config);
	client = j->w->conform.client;
	server = j->w->conform.server;
	at[0].addr = j->w->conform.at.addr;
	assert_int_equal(ipaddr_parse("10.0.0.1", &at[1].addr), 0);
	assert_int_equal(io_listen(server, &at[0], 1, NULL, NULL, &j->l[0]), 0);
	assert_int_equal(io_listen(client, &at[1], 1, NULL, NULL, &j->l[1]), 0);
	assert_int_equal(io_connect(client, &at[0], ignore, NULL, &j->far[0]), 0);
	assert_int_equal(io_connect(server, &at[1], ignore, NULL, &j->near[1]), 0);
	simworld_pass(j->w, MSEC);
	j->near[0] = accepted(j->l[0]);
	j->far[1] = accepted(j->l[1]);
	io_stream_watch(j->near[0], on_near0, j, 0);
	io_stream_watch(j->near[1], on_near1, j, 0);
	relay_begin(&j->relay, j->near[0], j->near[1]);
}

static void
part(struct joined *j)
{
	for (unsigned i = 0; i < 2; i++) {
		if (j->near[i])
			io_close(j->near[i], true);
		if (j->far[i])
			io_close(j->far[i], true);
		j->l[i]->ops->close(j->l[i]);
	}
	simworld_free(j->w);
}

static void
say(struct joined *j, unsigned from, const char *text)
{
	assert_int_equal(io_write(j->far[from], text, strlen(text), 0), strlen(text));
	simworld_pass(j->w, MSEC);
}

static void
hears(struct joined *j, unsigned at, const char *text)
{
	char buf[64];

	assert_int_equal(io_read(j->far[at], buf, sizeof buf), strlen(text));
	assert_memory_equal(buf, text, strlen(text));
}

static void
octets_and_ends_pass_both_ways(void **state)
{
	struct joined j;
	char octet;

	join(&j, 0);
	for (unsigned i = 0; i < 2; i++) {
		say(&j, i, "words");
		hears(&j, !i, "words");
		assert_int_equal(io_read(j.far[!i], &octet, 1), -LEAT_EAGAIN);
		assert_int_equal(j.relay.flow[i].octets, 5);
	}
	assert_int_equal(io_shutdown(j.far[1]), 0);
	simworld_pass(j.w, MSEC);
	assert_int_equal(io_read(j.far[0], &octet, 1), 0);
	assert_false(relay_is_over(&j.relay));
	say(&j, 0, "more"); /* the other direction goes on */
	hears(&j, 1, "more");
	assert_int_equal(io_shutdown(j.far[0]), 0);
	simworld_pass(j.w, MSEC);
	assert_true(relay_is_over(&j.relay));
	part(&j);
}

static void
what_was_sent_before_an_end_passes_before_it(void **state)
{
	struct joined j;
	char octet;

	join(&j, 0);
	assert_int_equal(io_write(j.far[0], "last", 4, 0), 4);
	assert_int_equal(io_shutdown(j.far[0]), 0);
	simworld_pass(j.w, MSEC);
	hears(&j, 1, "last");
	assert_int_equal(io_read(j.far[1], &octet, 1), 0);
	part(&j);
}

static void
an_urgent_octet_keeps_its_place(void **state)
{
	struct joined j;
	char buf[16];

	join(&j, 0);
	for (unsigned i = 0; i < 2; i++) {
		struct io_stream *to = j.far[!i];

		assert_int_equal(io_write(j.far[i], "ab", 2, 0), 2);
		assert_int_equal(j.far[i]->ops->write_urgent(j.far[i], '!'), 1);
		assert_int_equal(io_write(j.far[i], "cd", 2, 0), 2);
		simworld_pass(j.w, MSEC);
		assert_int_equal(io_read(to, buf, sizeof buf), 2);
		assert_true(to->ops->at_mark(to));
		assert_int_equal(io_read(to, buf, sizeof buf), 1);
		assert_int_equal(buf[0], '!');
		assert_int_equal(io_read(to, buf, sizeof buf), 2);
	}
	part(&j);
}

/* Writes to far[0] until it takes no more. Returns how much it took. */
static size_t
flood(struct joined *j)
{
	static uint8_t octets[4096];
	size_t sum = 0;
	ssize_t n;

	do {
		n = io_write(j->far[0], octets, sizeof octets, 0);
		sum += n > 0 ? (size_t)n : 0;
		simworld_pass(j->w, MSEC);
	} while (n > 0 && sum < MUCH);
	return sum;
}

static void
a_side_that_does_not_read_holds_the_other_back_and_costs_no_events(void **state)
{
	static uint8_t buf[MUCH];
	struct joined j;
	size_t sent, got = 0;
	unsigned calls;
	ssize_t n;

	join(&j, 10000);
	sent = flood(&j);
	assert_in_range(sent, 10000, 30000); /* a window on each connection */
	calls = j.calls;
	simworld_pass(j.w, SEC);
	assert_int_equal(j.calls, calls);
	while ((n = io_read(j.far[1], buf, sizeof buf)) > 0) {
		got += (size_t)n;
		simworld_pass(j.w, MSEC);
	}
	assert_int_equal(got, sent);
	part(&j);
}

/* A busy pair must not keep the owner from other work. */
static void
a_run_carries_no_more_than_its_budget(void **state)
{
	struct joined j;

	join(&j, 1 << 20);
	j.idle = true;
	assert_int_equal(flood(&j), (MUCH + 4095) / 4096 * 4096);
	assert_true(relay_run(&j.relay));
	assert_in_range(j.relay.flow[0].octets, 256 * 1024, MUCH - 1);
	assert_false(relay_run(&j.relay));
	assert_true(j.relay.flow[0].octets >= MUCH);
	part(&j);
}

static void
a_failure_of_the_sender_shows_after_its_octets(void **state)
{
	struct joined j;

	join(&j, 0);
	assert_int_equal(io_write(j.far[0], "before", 6, 0), 6);
	io_close(j.far[0], true);
	j.far[0] = NULL;
	simworld_pass(j.w, MSEC);
	hears(&j, 1, "before");
	assert_int_equal(j.relay.error[0], LEAT_ECONNRESET);
	assert_true(j.relay.flow[0].ended);
	assert_int_equal(j.relay.error[1], 0);
	assert_false(relay_is_over(&j.relay));
	part(&j);
}

/* Nothing can be carried to it, but what it had sent still goes to the other side. */
static void
a_failure_of_the_receiver_stops_its_flow_alone(void **state)
{
	struct joined j;
	char octet;

	join(&j, 0);
	assert_int_equal(io_write(j.far[1], "last", 4, 0), 4);
	io_close(j.far[1], true);
	j.far[1] = NULL;
	simworld_pass(j.w, MSEC);
	assert_int_equal(j.relay.error[1], LEAT_ECONNRESET);
	say(&j, 0, "in vain");
	assert_int_equal(j.relay.flow[0].octets, 0);
	hears(&j, 0, "last");
	assert_int_equal(io_read(j.far[0], &octet, 1), -LEAT_EAGAIN);
	part(&j);
}

enum { SEEDS = 300, TRAFFIC = 20000, PIECE = 3000 };

/* One direction of random traffic: octet number i is i modulo 251, urgent or not. */
struct traffic {
	struct io_stream *from, *to;
	size_t sent, got;
	bool shut, ended;
	uint8_t urgent[TRAFFIC + PIECE];
};

static void
traffic_write(struct traffic *t, struct rng *rng)
{
	uint8_t octets[PIECE];
	size_t len = rng_below(rng, PIECE) + 1;
	ssize_t n;

	if (t->shut)
		return;
	if (t->sent >= TRAFFIC) {
		assert_int_equal(io_shutdown(t->from), 0);
		t->shut = true;
		return;
	}
	for (size_t i = 0; i < len; i++)
		octets[i] = (uint8_t)((t->sent + i) % 251);
	if (rng_below(rng, 4) == 0) {
		n = t->from->ops->write_urgent(t->from, octets[0]);
		t->urgent[t->sent] = n == 1;
	} else {
		n = io_write(t->from, octets, len, 0);
	}
	assert_true(n > 0 || n == -LEAT_EAGAIN);
	t->sent += n > 0 ? (size_t)n : 0;
}

static void
traffic_read(struct traffic *t, struct rng *rng)
{
	bool mark = t->to->ops->at_mark(t->to);
	uint8_t octets[PIECE];
	ssize_t n = t->ended ? -LEAT_EAGAIN : io_read(t->to, octets, rng_below(rng, PIECE) + 1);

	if (n == -LEAT_EAGAIN)
		return;
	assert_true(n >= 0);
	assert_true(!mark || (n == 1 && t->urgent[t->got]));
	for (ssize_t i = 0; i < n; i++)
		assert_int_equal(octets[i], (t->got + (size_t)i) % 251);
	t->got += (size_t)n;
	t->ended = n == 0;
}

/* As an owner does once both sides have ended. */
static void
close_if_over(struct joined *j)
{
	for (unsigned i = 0; i < 2 && relay_is_over(&j->relay); i++) {
		if (j->near[i])
			io_close(j->near[i], false);
		j->near[i] = NULL;
	}
}

static void
random_traffic_arrives_whole_and_in_order(void **state)
{
	static struct traffic t[2];

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct rng rng;
		struct joined j;
		nsec_t begin;

		rng_seed(&rng, seed);
		join(&j, rng_below(&rng, 10000) + 200);
		begin = j.w->now;
		for (unsigned i = 0; i < 2; i++)
			t[i] = (struct traffic){.from = j.far[i], .to = j.far[!i]};
		while (!t[0].ended || !t[1].ended) {
			bool i = rng_below(&rng, 2) != 0;

			if (rng_below(&rng, 2))
				traffic_write(&t[i], &rng);
			else
				traffic_read(&t[i], &rng);
			if (rng_below(&rng, 3) == 0)
				simworld_pass(j.w, 10 * USEC);
			close_if_over(&j);
			assert_true(j.w->now < begin + 10 * SEC); /* nothing has stalled */
		}
		for (unsigned i = 0; i < 2; i++)
			assert_int_equal(t[i].got, t[i].sent);
		assert_true(relay_is_over(&j.relay));
		part(&j);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(octets_and_ends_pass_both_ways),
	    cmocka_unit_test(what_was_sent_before_an_end_passes_before_it),
	    cmocka_unit_test(an_urgent_octet_keeps_its_place),
	    cmocka_unit_test(a_side_that_does_not_read_holds_the_other_back_and_costs_no_events),
	    cmocka_unit_test(a_run_carries_no_more_than_its_budget),
	    cmocka_unit_test(a_failure_of_the_sender_shows_after_its_octets),
	    cmocka_unit_test(a_failure_of_the_receiver_stops_its_flow_alone),
	    cmocka_unit_test(random_traffic_arrives_whole_and_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
