#include "../pool.h"
#include "host/tap_ring.h"
#include "host/uring.h"
#include "pkt/pkt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A pair of sockets that keep frames apart stands for the device: what is written at one end is read at the other. */
static struct {
	int fd, far;
	struct pkt_pool *pool;
	unsigned refused;
	int why;
} t;

static int
set_up(void **state)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fd) < 0)
		return -1;
	t.fd = fd[0];
	t.far = fd[1];
	t.pool = pkt_pool_new(1 << 20);
	t.refused = 0;
	return 0;
}

static int
tear_down(void **state)
{
	pool_end(t.pool);
	close(t.fd);
	close(t.far);
	return 0;
}

static struct uring *
a_uring(void)
{
	struct uring *u = uring_new(t.fd);

	if (!u) {
		printf("not run: no io_uring here\n");
		skip();
	}
	return u;
}

static struct tap_ring *
a_ring(void)
{
	struct tap_ring *r = tap_ring_new(t.fd);

	if (!r) {
		printf("not run: no io_uring here\n");
		skip();
	}
	return r;
}

static struct pkt *
frame(size_t len, uint8_t first)
{
	uint8_t octets[4096];

	memset(octets, 0x5a, sizeof octets);
	octets[0] = first;
	return pkt_from_bytes(t.pool, octets, len);
}

static void
refused(void *arg, const uint8_t *at, uint32_t len, int e)
{
	t.refused++;
	t.why = e;
}

/* io_uring_enter(2): RWF_NOWAIT ends a read that finds nothing with EAGAIN instead of waiting. */
static void
reads_bring_what_is_there_in_order_and_do_not_wait(void **state)
{
	struct uring *u = a_uring();
	char buf[5][8] = {{0}};

	assert_int_equal(send(t.far, "one", 3, 0), 3);
	assert_int_equal(send(t.far, "three", 5, 0), 5);
	for (int round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 5; i++)
			uring_read(u, buf[i], sizeof buf[i]);
		assert_int_equal(uring_run(u), 5);
		if (round == 0) {
			assert_int_equal(uring_result(u, 0), 3);
			assert_int_equal(uring_result(u, 1), 5);
			assert_string_equal(buf[0], "one");
			assert_string_equal(buf[1], "three");
		}
		for (unsigned i = round ? 0 : 2; i < 5; i++)
			assert_int_equal(uring_result(u, i), -EAGAIN);
	}
	uring_free(u);
}

static void
writes_leave_in_order_round_after_round(void **state)
{
	struct uring *u = a_uring();
	uint8_t octet[URING_DEPTH], got;

	for (int round = 0; round < 3; round++) {
		unsigned n = 0;

		for (unsigned i = 0; i < 10; i++) {
			octet[i] = (uint8_t)(10 * round + (int)i);
			uring_write(u, &octet[i], 1);
		}
		assert_int_equal(uring_run(u), 10);
		for (; recv(t.far, &got, 1, 0) == 1; n++)
			assert_int_equal(got, octet[n]);
		assert_int_equal(n, 10);
	}
	uring_free(u);
}

static void
disabled_is_as_missing(void **state)
{
	setenv("LEAT_DISABLE", "io_uring", 1);
	assert_null(uring_new(t.fd));
	assert_null(tap_ring_new(t.fd));
	unsetenv("LEAT_DISABLE");
}

/* More frames than were asked for at first are all found, by asking for more and more. */
static void
frames_that_came_become_packets(void **state)
{
	struct tap_ring *r = a_ring();
	uint8_t octets[9000], back[9000];
	struct pkt_queue came;
	unsigned lost, sent = 0, found = 0;
	struct pkt *p;

	pkt_queue_init(&came);
	for (unsigned i = 0; i < sizeof octets; i++)
		octets[i] = (uint8_t)(i * 7 + (i >> 8));
	while (sent < 9 && send(t.far, octets, sent == 5 ? 9000 : 60 + sent, 0) > 0)
		sent++;
	assert_int_equal(sent, 9);
	for (int rounds = 0; !tap_ring_read(r, t.pool, &came, 77, &lost); rounds++)
		assert_true(rounds < 3);
	assert_int_equal(lost, 0);
	while ((p = pkt_queue_pop(&came))) {
		assert_int_equal(p->len, found == 5 ? 9000 : 60 + found);
		assert_int_equal(p->stamp, 77);
		pkt_copy_out(p, 0, back, p->len);
		assert_memory_equal(back, octets, p->len);
		pkt_free(p);
		found++;
	}
	assert_int_equal(found, 9);
	tap_ring_free(r);
}

static void
a_frame_without_memory_is_told_as_lost(void **state)
{
	struct tap_ring *r = a_ring();
	struct pkt_pool *small = pkt_pool_new(3000);
	struct pkt_queue came;
	unsigned lost;
	struct pkt *p;

	pkt_queue_init(&came);
	assert_int_equal(send(t.far, "0123456789", 10, 0), 10);
	for (int i = 0; i < 3; i++)
		assert_int_equal(send(t.far, (char[1000]){0}, 1000, 0), 1000);
	tap_ring_read(r, small, &came, 0, &lost);
	assert_int_equal(came.count + lost, 4);
	assert_true(lost > 0);
	while ((p = pkt_queue_pop(&came)))
		pkt_free(p);
	pool_end(small);
	tap_ring_free(r);
}

static void
frames_leave_at_the_flush_in_order(void **state)
{
	struct tap_ring *r = a_ring();
	struct pkt *p[3] = {frame(60, 1), frame(1514, 2), frame(61, 3)}, *large = frame(4000, 4);
	uint8_t got[4096];

	for (int i = 0; i < 3; i++)
		assert_true(tap_ring_put(r, p[i]));
	assert_false(tap_ring_put(r, large));
	assert_int_equal(recv(t.far, got, sizeof got, 0), -1);
	tap_ring_flush(r, refused, NULL);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(recv(t.far, got, sizeof got, 0), p[i]->len);
		assert_int_equal(got[0], i + 1);
		pkt_free(p[i]);
	}
	tap_ring_flush(r, refused, NULL); /* nothing twice */
	assert_int_equal(recv(t.far, got, sizeof got, 0), -1);
	pkt_free(large);
	assert_int_equal(t.refused, 0);
	tap_ring_free(r);
}

/* A device that is full says so of each frame that it did not take, and of no other. */
static void
frames_that_are_not_taken_are_told(void **state)
{
	struct tap_ring *r = a_ring();
	struct pkt *p = frame(60, 1);
	unsigned put = 0, taken = 0;
	uint8_t got[64];

	for (int i = 0; i < 100 && !t.refused; i++) {
		while (tap_ring_put(r, p))
			put++;
		tap_ring_flush(r, refused, NULL);
	}
	assert_int_equal(t.why, EAGAIN);
	while (recv(t.far, got, sizeof got, 0) > 0)
		taken++;
	assert_int_equal(taken + t.refused, put);
	t.refused = 0;
	assert_true(tap_ring_put(r, p)); /* alone it goes another way */
	close(t.far);
	tap_ring_flush(r, refused, NULL);
	assert_int_equal(t.refused, 1);
	assert_int_equal(t.why, ECONNREFUSED);
	t.far = -1;
	pkt_free(p);
	tap_ring_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		reads_bring_what_is_there_in_order_and_do_not_wait, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(writes_leave_in_order_round_after_round, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(disabled_is_as_missing, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(frames_that_came_become_packets, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_frame_without_memory_is_told_as_lost, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(frames_leave_at_the_flush_in_order, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(frames_that_are_not_taken_are_told, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
