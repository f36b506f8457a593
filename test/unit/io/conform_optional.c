/*
 * test/unit/io/conform_optional.c - the optional operations of streams that have them, and octets
 * that are held back for others or for the end.
 */
#include "conform_impl.h"

static bool
ends_after(struct end *e, size_t len)
{
	bool yes;

	e->c->calls++;
	yes = e->s->ops->ends_after(e->s, len);
	e->c->calls--;
	return yes;
}

static size_t
unacked(struct end *e)
{
	size_t n;

	e->c->calls++;
	n = e->s->ops->unacked(e->s);
	e->c->calls--;
	return n;
}

/* Octets that are held back for more are sent when the writer says that there are none. */
static void
what_is_held_back_is_sent_by_a_commit_of_no_octets(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;
	void *at;

	pair_open(&p, c);
	if (p.client.s->ops->reserve) {
		assert_true(end_reserve(&p.client, 100, &at) >= 4);
		memcpy(at, "held", 4);
		end_commit(&p.client, 4, IO_MORE);
		while (end_reserve(&p.client, 100, &at) < 0)
			await(&p.client, IO_WRITABLE);
		end_commit(&p.client, 0, 0);
		expect_text(&p.server, "held");
	}
	pair_close(&p);
}

static void
octets_that_were_said_to_be_the_last_arrive_with_the_end(void **state)
{
	struct pair p;

	pair_open(&p, conform_of(state));
	assert_int_equal(end_write(&p.client, "last", 4, IO_LAST), 4);
	assert_int_equal(end_shutdown(&p.client), 0);
	expect_text(&p.server, "last");
	expect_end(&p.server);
	pair_close(&p);
}

/* Returns the length of what a peek shows. */
static size_t
peeked(struct end *e)
{
	struct pkt_span span[8];
	int n = end_peek(e, span, 8);
	size_t len = 0;

	for (int i = 0; i < n; i++)
		len += span[i].len;
	return len;
}

static void
the_end_follows_what_is_left_and_nothing_else(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;
	size_t left = 10;

	pair_open(&p, c);
	if (!p.server.s->ops->ends_after) {
		pair_close(&p);
		return;
	}
	put_text(&p.client, "last words");
	rest(c);
	assert_false(ends_after(&p.server, 10));
	assert_int_equal(end_shutdown(&p.client), 0);
	while (left > 0) {
		size_t n;

		await(&p.server, IO_READABLE);
		n = peeked(&p.server);
		for (size_t i = 0; i < 20; i++)
			assert_true(i == left || !ends_after(&p.server, i));
		n = n < 4 ? n : 4;
		end_consume(&p.server, n);
		left -= n;
	}
	expect_end(&p.server);
	assert_true(ends_after(&p.server, 0));
	assert_false(ends_after(&p.server, 1));
	assert_false(ends_after(&p.client, 0));
	pair_close(&p);
}

static void
a_reset_is_no_end_that_follows(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;
	char octet;

	pair_open(&p, c);
	if (p.client.s->ops->ends_after) {
		end_close(&p.server, true);
		await_failed(&p.client);
		assert_false(ends_after(&p.client, 0));
		assert_int_equal(end_read(&p.client, &octet, 1), -LEAT_ECONNRESET);
		assert_int_equal(end_read(&p.client, &octet, 1), 0);
		assert_false(ends_after(&p.client, 0));
	}
	pair_close(&p);
}

static bool
all_acked(void *arg)
{
	return unacked(arg) == 0;
}

static void
what_the_other_side_has_is_acknowledged(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;

	pair_open(&p, c);
	if (p.client.s->ops->unacked) {
		assert_int_equal(unacked(&p.client), 0);
		put_text(&p.client, "octets");
		assert_in_range(unacked(&p.client), 0, 6);
		expect_text(&p.server, "octets");
		assert_true(until(c, all_acked, &p.client));
	}
	pair_close(&p);
}

const struct conform_test conform_optional_tests[] = {
    CONFORM_TEST(what_is_held_back_is_sent_by_a_commit_of_no_octets),
    CONFORM_TEST(octets_that_were_said_to_be_the_last_arrive_with_the_end),
    CONFORM_TEST(the_end_follows_what_is_left_and_nothing_else),
    CONFORM_TEST(a_reset_is_no_end_that_follows),
    CONFORM_TEST(what_the_other_side_has_is_acknowledged),
    {NULL, NULL},
};
