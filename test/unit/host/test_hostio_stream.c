/*
 * test/unit/host/test_hostio_stream.c - what is special to streams over the machine's TCP.
 */
#include "host/hostio_rig.h"
#include "host/sockaddr.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BIG = 1 << 20 };

static void
all_spans_are_written_however_many(void **state)
{
	static uint8_t octets[1000], got[1000];
	struct pkt_span span[200];
	struct rig *b = *state;
	struct side x;
	int fd = rig_connected(b, &x);

	for (unsigned i = 0; i < sizeof octets; i++)
		octets[i] = (uint8_t)(i * 7);
	for (unsigned i = 0; i < 200; i++)
		span[i] = (struct pkt_span){octets + i * 5, 5};
	assert_int_equal(x.s->ops->write(x.s, span, 200, 0), 1000);
	assert_int_equal(recv(fd, got, sizeof got, MSG_WAITALL), 1000);
	assert_memory_equal(got, octets, sizeof got);
	io_close(x.s, false);
	close(fd);
}

static unsigned
segments_at(int fd)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof info;

	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
	return info.tcpi_segs_in;
}

static void
the_last_octets_take_the_end_along_in_one_segment(void **state)
{
	struct rig *b = *state;
	struct side x;
	int fd = rig_connected(b, &x);
	unsigned before = segments_at(fd);
	char buf[8];

	assert_int_equal(io_write(x.s, "by", 2, IO_MORE), 2);
	assert_int_equal(io_write(x.s, "e", 1, IO_LAST), 1);
	io_close(x.s, false);
	assert_int_equal(recv(fd, buf, 3, MSG_WAITALL), 3);
	assert_int_equal(recv(fd, buf, sizeof buf, 0), 0);
	assert_int_equal(segments_at(fd), before + 1);
	close(fd);
}

static void
small_writes_do_not_wait_for_one_another(void **state)
{
	struct rig *b = *state;
	struct side x;
	char buf[64];
	int fd = rig_connected(b, &x), off = 0;

	assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(io_write(x.s, "hello", 5, 0), 5);
	assert_int_equal(recv(fd, buf, sizeof buf, MSG_DONTWAIT), 15); /* loopback takes no time */
	io_close(x.s, false);
	close(fd);
}

static void
a_reset_after_the_other_sides_end_is_a_reset(void **state)
{
	struct rig *b = *state;
	struct side x;
	int fd = rig_connected(b, &x);
	char buf[8];

	assert_int_equal(io_write(x.s, "unread", 6, 0), 6);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	close(fd);
	rig_until(b, &x.seen, IO_FAILED);
	assert_int_equal(io_error(x.s), -LEAT_ECONNRESET);
	assert_int_equal(io_write(x.s, "x", 1, 0), -LEAT_ECONNRESET);
	assert_int_equal(io_write(x.s, "x", 1, 0), -LEAT_EPIPE);
	assert_int_equal(io_read(x.s, buf, sizeof buf), -LEAT_ECONNRESET);
	assert_int_equal(io_read(x.s, buf, sizeof buf), 0);
	io_close(x.s, false);
}

/* The kernel gives its error to the first who asks, and raises no event about it then. */
static void
an_error_that_a_call_found_first_is_an_event_too(void **state)
{
	struct rig *b = *state;
	struct side x;
	int fd = rig_connected(b, &x);
	char buf[8];

	rig_reset(fd);
	assert_int_equal(io_read(x.s, buf, sizeof buf), -LEAT_ECONNRESET);
	assert_int_equal(x.seen, IO_CONNECTED);
	rig_until(b, &x.seen, IO_FAILED);
	assert_int_equal(io_write(x.s, "x", 1, 0), -LEAT_ECONNRESET);
	x.calls = 0;
	assert_in_range(rig_turns_within(b, 20 * MSEC), 1, 5);
	assert_int_equal(x.calls, 0);
	io_close(x.s, false);
}

static void
an_ended_stream_does_not_spin_while_nothing_is_wanted_of_it(void **state)
{
	struct rig *b = *state;
	struct side x;
	int fd = rig_connected(b, &x);
	char buf[8];

	assert_int_equal(io_shutdown(x.s), 0);
	assert_int_equal(send(fd, "rest", 4, 0), 4);
	close(fd);
	assert_in_range(rig_turns_within(b, 30 * MSEC), 1, 10);
	assert_int_equal(x.seen, IO_CONNECTED);
	rig_wait_for(b, &x, IO_READABLE);
	assert_int_equal(io_read(x.s, buf, sizeof buf), 4);
	rig_wait_for(b, &x, IO_READABLE);
	assert_int_equal(io_read(x.s, buf, sizeof buf), 0);
	io_close(x.s, false);
}

/* A connected socket at @at that waits in a listener's queue of one, which is full then. */
static int
fill_queue(int l, const struct endpoint *at)
{
	struct sockaddr_storage ss;
	socklen_t len = sockaddr_from_endpoint(&ss, at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(listen(l, 0), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&ss, len), 0);
	return fd;
}

/*
 * The SYN finds the queue full and comes again a second later, so the world has not turned between
 * connect() and the reset.
 */
static void
octets_of_a_connection_that_was_reset_at_once_can_be_read(void **state)
{
	struct rig *b = *state;
	struct side x = {0};
	struct endpoint at;
	int l = rig_listener(&IPADDR_LOOPBACK4, &at), filler = fill_queue(l, &at), fd;
	char buf[8];

	assert_int_equal(io_connect(b->conform.client, &at, rig_on_stream, &x, &x.s), 0);
	close(accept(l, NULL, NULL));
	fd = accept(l, NULL, NULL);
	assert_int_equal(send(fd, "busy", 4, 0), 4);
	rig_reset(fd);
	rig_until(b, &x.seen, IO_FAILED);
	assert_int_equal(x.seen, IO_CONNECTED | IO_FAILED);
	assert_int_equal(io_read(x.s, buf, sizeof buf), 4);
	assert_int_equal(io_read(x.s, buf, sizeof buf), -LEAT_ECONNRESET);
	io_close(x.s, false);
	close(filler);
	close(l);
}

struct two {
	struct io_stream *s[2];
	unsigned calls;
};

static void
read_both(struct io_stream *s, unsigned events, void *arg)
{
	struct two *two = arg;
	char buf[8];

	two->calls++;
	for (int i = 0; i < 2; i++)
		assert_int_equal(io_read(two->s[i], buf, sizeof buf), 5);
}

static void
a_stream_that_another_callback_has_drained_is_not_reported_as_readable(void **state)
{
	struct rig *b = *state;
	struct side x, y;
	int fx = rig_connected(b, &x), fy = rig_connected(b, &y);
	struct two two = {.s = {x.s, y.s}};

	rig_turns_within(b, 5 * MSEC);
	assert_int_equal(send(fx, "hello", 5, 0), 5);
	assert_int_equal(send(fy, "hello", 5, 0), 5);
	io_stream_watch(x.s, read_both, &two, IO_READABLE);
	io_stream_watch(y.s, read_both, &two, IO_READABLE);
	rig_turns_within(b, 20 * MSEC);
	assert_int_equal(two.calls, 1);
	io_close(x.s, false);
	io_close(y.s, false);
	close(fx);
	close(fy);
}

static int
file_of(const void *octets, size_t len)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, octets, len), len);
	return fd;
}

static void
a_file_is_sent_from_its_offset_until_the_stream_is_full(void **state)
{
	static uint8_t octets[BIG], got[BIG];
	struct rig *b = *state;
	struct side x;
	int fd = rig_connected(b, &x), small = 65536;
	off_t off = 10;
	size_t have = 10;
	int file;

	for (unsigned i = 0; i < BIG; i++)
		octets[i] = (uint8_t)(i % 251);
	file = file_of(octets, BIG);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
	while (have < BIG) {
		ssize_t n = x.s->ops->send_file(x.s, file, &off, BIG - (size_t)off, 0);

		assert_true(n > 0 || n == -LEAT_EAGAIN || off == BIG);
		n = recv(fd, got + have, BIG - have, MSG_DONTWAIT);
		if (n > 0)
			have += (size_t)n;
		else if (off < BIG)
			rig_wait_for(b, &x, IO_WRITABLE);
	}
	assert_int_equal(off, BIG);
	assert_memory_equal(got + 10, octets + 10, BIG - 10);
	io_close(x.s, false);
	close(fd);
	close(file);
}

static void
a_file_for_a_stream_that_was_reset_raises_no_signal(void **state)
{
	struct rig *b = *state;
	struct side x;
	int fd = rig_connected(b, &x), file = file_of("octets", 6);
	off_t off = 0;

	rig_reset(fd);
	assert_int_equal(x.s->ops->send_file(x.s, file, &off, 6, 0), -LEAT_ECONNRESET);
	assert_int_equal(x.s->ops->send_file(x.s, file, &off, 6, 0), -LEAT_EPIPE);
	assert_int_equal(off, 0);
	io_close(x.s, false);
	fd = rig_connected(b, &x);
	assert_int_equal(io_shutdown(x.s), 0);
	assert_int_equal(x.s->ops->send_file(x.s, file, &off, 6, 0), -LEAT_EPIPE);
	io_close(x.s, false);
	close(fd);
	close(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    RIG_TEST(all_spans_are_written_however_many),
	    RIG_TEST(the_last_octets_take_the_end_along_in_one_segment),
	    RIG_TEST(small_writes_do_not_wait_for_one_another),
	    RIG_TEST(a_reset_after_the_other_sides_end_is_a_reset),
	    RIG_TEST(an_error_that_a_call_found_first_is_an_event_too),
	    RIG_TEST(octets_of_a_connection_that_was_reset_at_once_can_be_read),
	    RIG_TEST(an_ended_stream_does_not_spin_while_nothing_is_wanted_of_it),
	    RIG_TEST(a_stream_that_another_callback_has_drained_is_not_reported_as_readable),
	    RIG_TEST(a_file_is_sent_from_its_offset_until_the_stream_is_full),
	    RIG_TEST(a_file_for_a_stream_that_was_reset_raises_no_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
