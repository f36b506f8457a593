/*
 * test/unit/host/test_hostio_peek.c - the buffer that peek() shares between the streams of a world.
 */
#include "host/hostio_rig.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
assert_span(const struct pkt_span *span, const char *text)
{
	assert_int_equal(span->len, strlen(text));
	assert_memory_equal(span->at, text, span->len);
}

static void
octets_that_were_peeked_at_stay_when_other_streams_peek(void **state)
{
	struct rig *b = *state;
	struct side x, y;
	struct pkt_span span, other;
	int fx = rig_connected(b, &x), fy = rig_connected(b, &y);
	char buf[16];

	assert_int_equal(send(fx, "first", 5, 0), 5);
	assert_int_equal(send(fy, "second", 6, 0), 6);
	rig_wait_for(b, &x, IO_READABLE);
	rig_wait_for(b, &y, IO_READABLE);
	assert_int_equal(io_peek(x.s, &span, 1), 1);
	assert_int_equal(io_peek(y.s, &other, 1), 1);
	assert_span(&other, "second");
	assert_span(&span, "first"); /* until the next call on its own stream */
	io_consume(x.s, 2);
	assert_int_equal(io_peek(x.s, &span, 1), 1);
	assert_span(&span, "rst");
	io_consume(x.s, 1);
	assert_int_equal(io_peek(y.s, &other, 1), 1);
	assert_span(&other, "second");
	assert_int_equal(io_read(y.s, buf, 3), 3);
	assert_memory_equal(buf, "sec", 3);
	assert_int_equal(io_read(x.s, buf, sizeof buf), 2);
	assert_memory_equal(buf, "st", 2);
	assert_int_equal(io_read(y.s, buf, sizeof buf), 3);
	assert_memory_equal(buf, "ond", 3);
	assert_int_equal(io_peek(x.s, &span, 1), -LEAT_EAGAIN);
	assert_int_equal(io_peek(y.s, &span, 1), -LEAT_EAGAIN);
	io_close(x.s, false);
	io_close(y.s, false);
	close(fx);
	close(fy);
}

static void
a_peek_after_one_of_which_nothing_was_consumed_shows_more(void **state)
{
	struct rig *b = *state;
	struct side x;
	struct pkt_span span;
	int fd = rig_connected(b, &x);

	assert_int_equal(send(fd, "half", 4, 0), 4);
	rig_wait_for(b, &x, IO_READABLE);
	assert_int_equal(io_peek(x.s, &span, 1), 1);
	assert_span(&span, "half");
	assert_int_equal(send(fd, " and half", 9, 0), 9);
	for (int i = 0; i < 1000 && span.len < 13; i++) {
		rig_wait_for(b, &x, IO_READABLE); /* what is held is readable */
		assert_int_equal(io_peek(x.s, &span, 1), 1);
	}
	assert_span(&span, "half and half");
	io_consume(x.s, 13);
	x.calls = 0;
	assert_in_range(rig_turns_within(b, 20 * MSEC), 1, 5);
	assert_int_equal(x.calls, 0);
	io_close(x.s, false);
	close(fd);
}

static void
the_end_follows_what_was_peeked_at(void **state)
{
	struct rig *b = *state;
	struct side x;
	struct pkt_span span;
	int fd = rig_connected(b, &x);

	assert_int_equal(send(fd, "bye", 3, 0), 3);
	rig_reset(fd);
	rig_until(b, &x.seen, IO_FAILED);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(io_peek(x.s, &span, 1), 1);
		assert_span(&span, "bye");
	}
	io_consume(x.s, 3);
	assert_int_equal(io_peek(x.s, &span, 1), -LEAT_ECONNRESET);
	assert_int_equal(io_peek(x.s, &span, 1), 0);
	io_close(x.s, false);
}

/* RFC 2525, 2.17: the kernel knows nothing of octets that were read to be looked at. */
static void
closing_with_octets_that_were_only_peeked_at_resets(void **state)
{
	struct rig *b = *state;
	struct side x;
	struct pkt_span span;
	int fd = rig_connected(b, &x);
	char buf[8];

	assert_int_equal(send(fd, "unread", 6, 0), 6);
	rig_wait_for(b, &x, IO_READABLE);
	assert_int_equal(io_peek(x.s, &span, 1), 1);
	io_consume(x.s, 3);
	assert_int_equal(io_write(x.s, "sorry", 5, IO_LAST), 5);
	io_close(x.s, false);
	assert_int_equal(recv(fd, buf, 5, MSG_WAITALL), 5);
	assert_int_equal(send(fd, "?", 1, MSG_NOSIGNAL), -1);
	assert_true(errno == ECONNRESET || errno == EPIPE);
	close(fd);
}

/* RFC 9293, 3.8.5 */
static void
an_urgent_octet_is_read_and_peeked_at_alone(void **state)
{
	struct rig *b = *state;
	struct side x;
	struct pkt_span span;
	int fd = rig_connected(b, &x);
	char buf[64];

	for (int peeking = 0; peeking < 2; peeking++) {
		assert_int_equal(send(fd, "ab", 2, 0), 2);
		assert_int_equal(send(fd, "!", 1, MSG_OOB), 1);
		assert_int_equal(send(fd, "cd", 2, 0), 2);
		rig_wait_for(b, &x, IO_READABLE);
		assert_false(x.s->ops->at_mark(x.s));
		assert_int_equal(io_read(x.s, buf, sizeof buf), 2);
		rig_wait_for(b, &x, IO_READABLE);
		assert_true(x.s->ops->at_mark(x.s));
		if (peeking) {
			assert_int_equal(io_peek(x.s, &span, 1), 1);
			assert_span(&span, "!");
			assert_int_equal(io_peek(x.s, &span, 1), 1);
			assert_span(&span, "!");
			assert_true(x.s->ops->at_mark(x.s));
		}
		assert_int_equal(io_read(x.s, buf, sizeof buf), 1);
		assert_int_equal(buf[0], '!');
		rig_wait_for(b, &x, IO_READABLE);
		assert_false(x.s->ops->at_mark(x.s));
		assert_int_equal(io_read(x.s, buf, sizeof buf), 2);
		assert_int_equal(io_read(x.s, buf, sizeof buf), -LEAT_EAGAIN);
	}
	io_close(x.s, false);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    RIG_TEST(octets_that_were_peeked_at_stay_when_other_streams_peek),
	    RIG_TEST(a_peek_after_one_of_which_nothing_was_consumed_shows_more),
	    RIG_TEST(the_end_follows_what_was_peeked_at),
	    RIG_TEST(closing_with_octets_that_were_only_peeked_at_resets),
	    RIG_TEST(an_urgent_octet_is_read_and_peeked_at_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
