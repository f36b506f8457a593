/*
 * A stream over another stream keeps the rules of io/io.h, too.
 */
#include "io/scramble.h"

#include "base/err.h"
#include "host/hostio_rig.h"
#include "io/simworld.h"
#include "io/sockworld.h"

#include <stdlib.h>
#include <string.h>

enum { REKEY = 20000, MUCH = 300000 };

/* Makes the lower worlds. */
struct lower {
	const char *what;
	CMFixtureFunction setup, teardown;
	void *initial;
};

/* Two scrambled worlds over two others. */
struct over {
	struct conform conform;
	struct conform *below;
	struct simworld *sim; /* the lower worlds, if they are these */
	const struct lower *lower;
};

static void
turn(struct conform *c)
{
	struct over *o = container_of(c, struct over, conform);

	o->below->turn(o->below);
}

static int
setup(void **state)
{
	const struct lower *lower = *state;
	struct over *o = calloc(1, sizeof *o);
	void *below = lower->initial;

	assert_int_equal(lower->setup(&below), 0);
	o->lower = lower;
	o->below = below;
	o->conform = *o->below;
	o->conform.client = scramble_world_new(o->below->client, REKEY);
	o->conform.server = scramble_world_new(o->below->server, REKEY);
	o->conform.turn = turn;
	o->conform.no_urgent = true;
	*state = &o->conform;
	return 0;
}

static int
teardown(void **state)
{
	struct conform *c = *state;
	struct over *o = container_of(c, struct over, conform);
	void *below = o->below;

	scramble_world_free(o->conform.client);
	scramble_world_free(o->conform.server);
	assert_int_equal(o->lower->teardown(&below), 0);
	free(o);
	return 0;
}

static struct over *
over_new(struct simworld_config *config)
{
	static struct lower lower = {.setup = simworld_setup, .teardown = simworld_teardown};
	void *state = &lower;
	struct over *o;

	lower.initial = config;
	setup(&state);
	o = container_of((struct conform *)state, struct over, conform);
	o->sim = container_of(o->below, struct simworld, conform);
	return o;
}

static void
over_free(struct over *o)
{
	void *state = &o->conform;

	teardown(&state);
}

/* One end of a stream: it sends a number of octets, and reads to the end. */
struct talker {
	struct io_stream *s;
	size_t sent, got, much;
	unsigned salt;  /* which octets it sends */
	bool reads_not; /* does not read or want IO_READABLE */
	bool ended;
	int error;
};

static uint8_t
octet(unsigned salt, size_t i)
{
	return (uint8_t)(i * 31 + i / 253 + salt);
}

static void
talker_write(struct talker *x)
{
	uint8_t buf[3000];

	while (x->sent < x->much) {
		size_t len = x->much - x->sent < sizeof buf ? x->much - x->sent : sizeof buf;
		ssize_t n;

		for (size_t i = 0; i < len; i++)
			buf[i] = octet(x->salt, x->sent + i);
		n = io_write(x->s, buf, len, 0);
		if (n < 0)
			return;
		x->sent += (size_t)n;
		if (x->sent == x->much)
			assert_int_equal(io_shutdown(x->s), 0);
	}
}

static void
talker_read(struct talker *x)
{
	uint8_t buf[1777];
	ssize_t n;

	while (!x->ended && (n = io_read(x->s, buf, sizeof buf)) != -LEAT_EAGAIN) {
		if (n < 0)
			x->error = (int)-n;
		x->ended = n <= 0;
		for (ssize_t i = 0; i < n; i++)
			assert_int_equal(buf[i], octet(!x->salt, x->got + (size_t)i));
		x->got += n > 0 ? (size_t)n : 0;
	}
}

static void
on_talker(struct io_stream *s, unsigned events, void *arg)
{
	struct talker *x = arg;

	talker_write(x);
	if (!x->reads_not)
		talker_read(x);
	io_want(s, (x->ended || x->reads_not ? 0 : IO_READABLE) | (x->sent < x->much ? IO_WRITABLE : 0));
}

/* The handshake of a client without a scrambled stream, as octets. */
static const uint8_t hello[] = {0, 8, 1, 1, 2, 3, 4, 5, 6, 7, 8};

/*
 * Connects two worlds; side[] gets the events of both ends. If the client is of the lower world, it
 * sends HELLO, and its events go nowhere.
 */
static void
join(struct over *o, struct io_world *client, struct io_world *server, struct talker side[2])
{
	bool raw = client == o->below->client;
	struct endpoint at = o->conform.at;
	struct io_listener *l;

	at.port = 80;
	assert_int_equal(io_listen(server, &at, 1, NULL, NULL, &l), 0);
	assert_int_equal(io_connect(client, &at, raw ? NULL : on_talker, &side[0], &side[0].s), 0);
	simworld_pass(o->sim, SEC);
	if (raw)
		assert_int_equal(io_write(side[0].s, hello, sizeof hello, 0), sizeof hello);
	simworld_pass(o->sim, SEC);
	assert_int_equal(l->ops->accept(l, &side[1].s), 0);
	side[1].salt = 1;
	for (unsigned i = raw; i < 2; i++)
		io_stream_watch(side[i].s, on_talker, &side[i], IO_READABLE | IO_WRITABLE);
	l->ops->close(l);
}

/* Both sides change keys many times while both send. */
static void
keys_change_in_both_directions_at_once(void **state)
{
	struct simworld_config config = {.rule = {.there = 3 * MSEC, .back = 5 * MSEC, .window = 5000}};
	struct over *o = over_new(&config);
	struct talker side[2] = {{.much = MUCH}, {.much = MUCH}};

	join(o, o->conform.client, o->conform.server, side);
	simworld_pass(o->sim, 100 * SEC);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(side[i].got, MUCH);
		assert_true(side[i].ended);
		assert_int_equal(side[i].error, 0);
		io_close(side[i].s, false);
	}
	simworld_pass(o->sim, SEC);
	assert_int_equal(scramble_world_lingering(o->conform.client), 0);
	assert_int_equal(scramble_world_lingering(o->conform.server), 0);
	over_free(o);
}

static void
an_end_that_only_sends_also_reads_and_one_that_only_reads_also_writes(void **state)
{
	struct over *o = over_new(&(struct simworld_config){.rule = {.there = MSEC, .back = MSEC}});
	struct talker side[2] = {{.much = 0}, {.much = MUCH, .reads_not = true}};

	join(o, o->conform.client, o->conform.server, side);
	simworld_pass(o->sim, 100 * SEC);
	assert_int_equal(side[0].got, MUCH);
	assert_true(side[0].ended);
	io_close(side[0].s, false);
	io_close(side[1].s, false);
	simworld_pass(o->sim, SEC);
	over_free(o);
}

/* Also if the lower stream had no room for it at the time of close(). */
static void
a_closed_stream_delivers_what_was_written(void **state)
{
	struct simworld_config config = {.rule = {.there = 50 * MSEC, .back = 50 * MSEC, .window = 100}};
	struct over *o = over_new(&config);
	struct talker side[2] = {{.much = 0}, {.much = 0}};
	uint8_t buf[1000];

	join(o, o->conform.client, o->conform.server, side);
	simworld_pass(o->sim, SEC);
	for (size_t i = 0; i < sizeof buf; i++)
		buf[i] = octet(0, i);
	assert_int_equal(io_write(side[0].s, buf, sizeof buf, 0), sizeof buf);
	io_close(side[0].s, false);
	assert_int_equal(scramble_world_lingering(o->conform.client), 1);
	simworld_pass(o->sim, 10 * SEC);
	assert_int_equal(side[1].got, sizeof buf);
	assert_true(side[1].ended);
	assert_int_equal(side[1].error, 0);
	io_close(side[1].s, false);
	simworld_pass(o->sim, SEC);
	assert_int_equal(scramble_world_lingering(o->conform.client), 0);
	over_free(o);
}

/* Without the record CLOSE, the end of the lower stream means that it was cut off. */
static void
an_end_without_a_close_record_is_an_error(void **state)
{
	struct over *o = over_new(&(struct simworld_config){0});
	struct talker side[2] = {{.much = 0}, {.much = 0}};

	join(o, o->below->client, o->conform.server, side);
	simworld_pass(o->sim, MSEC);
	assert_false(side[1].ended);
	assert_int_equal(io_shutdown(side[0].s), 0);
	simworld_pass(o->sim, MSEC);
	assert_int_equal(side[1].error, LEAT_EPROTO);
	io_close(side[0].s, true);
	io_close(side[1].s, false);
	over_free(o);
}

/* Nothing of such octets is read. */
static void
octets_that_are_no_record_are_an_error(void **state)
{
	static const struct {
		const char *octets;
		size_t len;
	} bad[] = {{"\0\0\2", 3}, {"\377\377\2", 3}, {"\0\10\1ABCDEFGH", 11}, {"\0\1\3\1", 4},
	    {"\0\1\5\1", 4}, {"\0\2\5ab", 5}, {"\0\1\11\1", 4}};

	for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct over *o = over_new(&(struct simworld_config){0});
		struct talker side[2] = {{.much = 0}, {.much = 0}};

		join(o, o->below->client, o->conform.server, side);
		for (size_t k = 0; k < bad[i].len; k++) {
			assert_int_equal(side[1].error, 0);
			assert_int_equal(io_write(side[0].s, bad[i].octets + k, 1, 0), 1);
			simworld_pass(o->sim, 10 * USEC);
		}
		assert_int_equal(side[1].error, LEAT_EPROTO);
		assert_int_equal(side[1].got, 0);
		io_close(side[0].s, true);
		io_close(side[1].s, false);
		over_free(o);
	}
}

/* It is reset. */
static void
a_client_that_sends_no_hello_is_not_accepted(void **state)
{
	struct over *o = over_new(&(struct simworld_config){0});
	struct endpoint at = o->conform.at;
	struct io_listener *l;
	struct io_stream *s, *t;

	at.port = 80;
	assert_int_equal(io_listen(o->conform.server, &at, 1, NULL, NULL, &l), 0);
	assert_int_equal(io_connect(o->below->client, &at, NULL, NULL, &s), 0);
	simworld_pass(o->sim, MSEC);
	assert_int_equal(io_write(s, "\0\1\2x", 4, 0), 4);
	simworld_pass(o->sim, MSEC);
	assert_int_equal(io_error(s), -LEAT_ECONNRESET);
	assert_int_equal(l->ops->accept(l, &t), -LEAT_EAGAIN);
	io_close(s, false);
	l->ops->close(l);
	over_free(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys_change_in_both_directions_at_once),
	    cmocka_unit_test(an_end_that_only_sends_also_reads_and_one_that_only_reads_also_writes),
	    cmocka_unit_test(a_closed_stream_delivers_what_was_written),
	    cmocka_unit_test(an_end_without_a_close_record_is_an_error),
	    cmocka_unit_test(octets_that_are_no_record_are_an_error),
	    cmocka_unit_test(a_client_that_sends_no_hello_is_not_accepted),
	};
	struct simworld_config v4 = {0}, far = {.rule = {.there = 20 * MSEC, .back = 5 * MSEC}},
			       narrow = {.v6 = true, .rule = {.there = MSEC, .back = MSEC, .window = 500}};
	struct sockworld_kind clean = {.at = "fd00::2",
				  .seed = 2,
				  .impair = {.delay = 100 * USEC},
				  .rest = 300 * MSEC},
			      bad = {.at = "10.0.0.2", .seed = 3, .impair = SOCKWORLD_BAD, .rest = 4 * SEC};
	struct ipaddr host = IPADDR_LOOPBACK6;
	struct lower lower[] = {
	    {"scramble over simio", simworld_setup, simworld_teardown, &v4},
	    {"scramble over simio, far", simworld_setup, simworld_teardown, &far},
	    {"scramble over simio, narrow", simworld_setup, simworld_teardown, &narrow},
	    {"scramble over sock", sockworld_setup, sockworld_teardown, &clean},
	    {"scramble over sock, bad link", sockworld_setup, sockworld_teardown, &bad},
	    {"scramble over the machine", rig_begin, rig_end, &host},
	};
	int failed = cmocka_run_group_tests_name("scramble", tests, NULL, NULL);

	for (unsigned i = 0; i < sizeof lower / sizeof *lower; i++)
		failed += conform_run(lower[i].what, setup, teardown, &lower[i]);
	return failed;
}
