/*
 * test/unit/io/conform_urgent.c - urgent octets keep their place (RFC 6093).
 */
#include "conform_impl.h"

static bool
at_mark(struct end *e)
{
	bool yes;

	e->c->calls++;
	yes = e->s->ops->at_mark(e->s);
	e->c->calls--;
	return yes;
}

static void
put_urgent(struct end *e, uint8_t octet)
{
	ssize_t n;

	do {
		e->c->calls++;
		n = e->s->ops->write_urgent(e->s, octet);
		e->c->calls--;
		if (n == -LEAT_EAGAIN)
			await(e, IO_WRITABLE);
	} while (n == -LEAT_EAGAIN);
	assert_int_equal(n, 1);
}

/*
 * Opens a pair in which "abc", the urgent octet 'U', and "def" have arrived at the server. Returns
 * false if streams have no urgent data.
 */
static bool
pair_urgent(struct pair *p, struct conform *c)
{
	bool has;

	pair_open(p, c);
	has = p->client.s->ops->write_urgent != NULL;
	assert_int_equal(p->client.s->ops->at_mark != NULL, has);
	assert_int_equal(has, !c->no_urgent);
	if (!has) {
		pair_close(p);
		return false;
	}
	put_text(&p->client, "abc");
	put_urgent(&p->client, 'U');
	put_text(&p->client, "def");
	rest(c);
	rest(c);
	return true;
}

static void
read_stops_before_an_urgent_octet_and_then_returns_it_alone(void **state)
{
	struct pair p;
	char buf[16];

	if (!pair_urgent(&p, conform_of(state)))
		return;
	assert_false(at_mark(&p.server));
	assert_int_equal(end_read(&p.server, buf, 2), 2);
	assert_false(at_mark(&p.server));
	assert_int_equal(end_read(&p.server, buf + 2, 14), 1);
	assert_memory_equal(buf, "abc", 3);
	assert_true(at_mark(&p.server));
	await(&p.server, IO_READABLE);
	assert_int_equal(end_read(&p.server, buf, 16), 1);
	assert_int_equal(buf[0], 'U');
	assert_false(at_mark(&p.server));
	expect_text(&p.server, "def");
	assert_false(at_mark(&p.server));
	assert_int_equal(end_read(&p.server, buf, 1), -LEAT_EAGAIN);
	pair_close(&p);
}

static size_t
peeked(struct end *e, char *buf)
{
	struct pkt_span span[8];
	size_t len = 0;
	int n = end_peek(e, span, 8);

	for (int i = 0; i < n; i++) {
		memcpy(buf + len, span[i].at, span[i].len);
		len += span[i].len;
	}
	return len;
}

static void
peek_stops_before_an_urgent_octet_and_then_shows_it_alone(void **state)
{
	struct pair p;
	char buf[16];

	if (!pair_urgent(&p, conform_of(state)))
		return;
	assert_int_equal(peeked(&p.server, buf), 3);
	assert_memory_equal(buf, "abc", 3);
	end_consume(&p.server, 3);
	assert_true(at_mark(&p.server));
	assert_int_equal(peeked(&p.server, buf), 1);
	assert_int_equal(buf[0], 'U');
	end_consume(&p.server, 1);
	assert_false(at_mark(&p.server));
	assert_int_equal(peeked(&p.server, buf), 3);
	assert_memory_equal(buf, "def", 3);
	end_consume(&p.server, 3);
	pair_close(&p);
}

static void
an_urgent_octet_may_be_the_only_one(void **state)
{
	struct conform *c = conform_of(state);
	struct pair p;
	char buf[16];

	if (!pair_urgent(&p, c))
		return;
	expect_text(&p.server, "abcUdef");
	put_urgent(&p.server, '!');
	rest(c);
	assert_true(at_mark(&p.client));
	assert_int_equal(get(&p.client, buf, 16), 1);
	assert_int_equal(buf[0], '!');
	assert_int_equal(end_read(&p.client, buf, 16), -LEAT_EAGAIN);
	pair_close(&p);
}

const struct conform_test conform_urgent_tests[] = {
    CONFORM_TEST(read_stops_before_an_urgent_octet_and_then_returns_it_alone),
    CONFORM_TEST(peek_stops_before_an_urgent_octet_and_then_shows_it_alone),
    CONFORM_TEST(an_urgent_octet_may_be_the_only_one),
    {NULL, NULL},
};
