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

/*
 * A pair of sockets that keeps the borders of frames replaces the device. What is written at one
 * end is read at the other.
 */
static struct {
	int fd, far;
	struct pkt_pool *pool;
	unsigned written, refused;
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
	t.refused = t.written = 0;
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
written(void *arg, struct pkt *p, int e)
{
	t.written++;
	t.refused += e != 0;
	t.why = e ? e : t.why;
	pkt_free(p);
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
	struct iovec iov[10];
	uint8_t octet[10], got;

	for (int round = 0; round < 3; round++) {
		unsigned n = 0;

		for (unsigned i = 0; i < 10; i++) {
			octet[i] = (uint8_t)(10 * round + (int)i);
			iov[i] = (struct iovec){&octet[i], 1};
			uring_writev(u, &iov[i], 1);
		}
		assert_int_equal(uring_run(u), 10);
		for (; recv(t.far, &got, 1, 0) == 1; n++)
			assert_int_equal(got, octet[n]);
		assert_int_equal(n, 10);
	}
	uring_free(u);
}

/*
 * A closed device can be opened again at once, also if its owner was killed, although the kernel
 * frees the ring later.
 */
static void
a_ring_does_not_hold_the_descriptor(void **state)
{
	for (int round = 0; round < 20; round++) {
		int fd[2];
		struct uring *u;

		assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fd), 0);
		u = uring_new(fd[0]);
		if (!u)
			skip();
		close(fd[0]);
		assert_int_equal(send(fd[1], "x", 1, 0), -1);
		assert_int_equal(errno, ECONNREFUSED);
		close(fd[1]);
		uring_free(u);
	}
}

static void
a_disabled_io_uring_counts_as_missing(void **state)
{
	setenv("LEAT_DISABLE", "io_uring", 1);
	assert_null(uring_new(t.fd));
	assert_null(tap_ring_new(t.fd));
	unsetenv("LEAT_DISABLE");
}

/*
 * If more frames wait than the first call reads, the next calls read more and more, until all are
 * found.
 */
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
a_frame_without_memory_is_reported_as_lost(void **state)
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
	static const uint32_t len[] = {60, 1514, 4000};
	uint8_t got[4096];

	for (uint8_t i = 0; i < 3; i++)
		assert_true(tap_ring_put(r, frame(len[i], i), false));
	assert_int_equal(recv(t.far, got, sizeof got, 0), -1);
	tap_ring_flush(r, written, NULL);
	assert_int_equal(t.written, 3);
	for (uint8_t i = 0; i < 3; i++) {
		assert_int_equal(recv(t.far, got, sizeof got, 0), len[i]);
		assert_int_equal(got[0], i);
	}
	tap_ring_flush(r, written, NULL); /* no frame is sent twice */
	assert_int_equal(recv(t.far, got, sizeof got, 0), -1);
	assert_int_equal(t.written, 3);
	assert_int_equal(t.refused, 0);
	tap_ring_free(r);
}

/*
 * Virtual I/O Device version 1.2, 5.1.6: the header precedes each frame, whether one or many are
 * sent.
 */
static void
each_frame_has_its_header(void **state)
{
	struct tap_ring *r = a_ring();
	uint8_t got[4096], want[VNET_HDR_LEN];

	for (unsigned many = 1; many <= 2; many++) {
		for (unsigned i = 0; i < many; i++) {
			struct pkt *p = frame(100, 9);

			p->l4 = p->data + 34;
			p->sum = PKT_SUM_PARTIAL;
			p->sum_off = (uint16_t)(16 + i);
			assert_true(tap_ring_put(r, p, true));
		}
		tap_ring_flush(r, written, NULL);
		for (unsigned i = 0; i < many; i++) {
			memcpy(want, (uint8_t[]){1, 0, 0, 0, 0, 0, 34, 0, (uint8_t)(16 + i), 0}, sizeof want);
			assert_int_equal(recv(t.far, got, sizeof got, 0), VNET_HDR_LEN + 100);
			assert_memory_equal(got, want, sizeof want);
			assert_int_equal(got[VNET_HDR_LEN], 9);
		}
	}
	tap_ring_free(r);
}

/* A full device reports each frame that it did not take, and no other. */
static void
frames_that_are_not_taken_are_reported(void **state)
{
	struct tap_ring *r = a_ring();
	unsigned put = 0, taken = 0;
	uint8_t got[64];

	for (int i = 0; i < 100 && !t.refused; i++) {
		for (unsigned n = 0; n < URING_DEPTH; n++, put++)
			assert_true(tap_ring_put(r, frame(60, 1), false));
		tap_ring_flush(r, written, NULL);
	}
	assert_int_equal(t.written, put);
	assert_int_equal(t.why, -EAGAIN);
	while (recv(t.far, got, sizeof got, 0) > 0)
		taken++;
	assert_int_equal(taken + t.refused, put);
	close(t.far);
	assert_true(tap_ring_put(r, frame(60, 1), false)); /* a single frame is sent without the ring */
	tap_ring_flush(r, written, NULL);
	assert_int_equal(t.why, -ECONNREFUSED);
	t.far = -1;
	tap_ring_free(r);
}

static void
a_full_ring_leaves_the_frame_to_its_owner(void **state)
{
	struct tap_ring *r = a_ring();
	struct pkt *p = frame(60, 1);

	for (unsigned n = 0; n < URING_DEPTH; n++)
		assert_true(tap_ring_put(r, frame(60, 1), false));
	assert_false(tap_ring_put(r, p, false));
	pkt_free(p);
	tap_ring_flush(r, written, NULL);
	assert_int_equal(t.written, URING_DEPTH);
	tap_ring_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		reads_bring_what_is_there_in_order_and_do_not_wait, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(writes_leave_in_order_round_after_round, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_ring_does_not_hold_the_descriptor, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_disabled_io_uring_counts_as_missing, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(frames_that_came_become_packets, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_frame_without_memory_is_reported_as_lost, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(frames_leave_at_the_flush_in_order, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(each_frame_has_its_header, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_full_ring_leaves_the_frame_to_its_owner, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(frames_that_are_not_taken_are_reported, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
