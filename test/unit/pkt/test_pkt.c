/*
 * Packets: what is shared, moved and written, and that all memory is given back to the pool.
 */
#include "../pool.h"
#include "pkt/pkt.h"
#include "pkt/queue.h"
#include "wire/checksum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct pkt_pool *pool;

static int
setup(void **state)
{
	pool = pkt_pool_new(1 << 20);
	return pool ? 0 : -1;
}

static int
teardown(void **state)
{
	pool_end(pool);
	return 0;
}

/* A block whose octets count up from @first. */
static struct pkt_block *
counting_block(size_t size, uint8_t first)
{
	struct pkt_block *b = pkt_block_new(pool, size);

	assert_non_null(b);
	for (size_t i = 0; i < size; i++)
		b->data[i] = (uint8_t)(first + i);
	return b;
}

static void
assert_octets(const struct pkt *p, const void *expected, size_t len)
{
	uint8_t got[4096];

	assert_int_equal(p->len, len);
	pkt_copy_out(p, 0, got, len);
	assert_memory_equal(got, expected, len);
}

static void
new_packet_is_empty_and_pushes_headers_into_the_room(void **state)
{
	struct pkt *p = pkt_new(pool);

	assert_int_equal(p->len, 0);
	assert_int_equal(p->segs, 1);
	memcpy(pkt_push(p, 3), "tcp", 3);
	memcpy(pkt_push(p, 2), "ip", 2);
	assert_octets(p, "iptcp", 5);
	assert_ptr_equal(p->home, NULL);
	pkt_push(p, PKT_ROOM - 5);
	assert_ptr_equal(p->data, p->room);
	pkt_free(p);
}

static void
pool_is_bounded_and_recovers(void **state)
{
	struct pkt_pool *small = pkt_pool_new(PKT_BLOCK_SMALL * 2);
	struct pkt_block *a = pkt_block_new(small, 1), *b = pkt_block_new(small, PKT_BLOCK_SMALL);

	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(pkt_pool_octets(small), 2 * PKT_BLOCK_SMALL);
	assert_null(pkt_block_new(small, 1));
	assert_null(pkt_new(small));
	pkt_block_unref(a);
	b = pkt_block_ref(b);
	pkt_block_unref(b);
	assert_int_equal(pkt_pool_in_use(small), 1);
	a = pkt_block_new(small, 5);
	assert_non_null(a);
	pkt_block_unref(a);
	pkt_block_unref(b);
	pkt_pool_free(small);
}

static void
unused_memory_of_one_size_makes_room_for_another(void **state)
{
	struct pkt_pool *small = pkt_pool_new(PKT_BLOCK_LARGE);
	struct pkt_block *b[32], *large;

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 32; i++)
			assert_non_null(b[i] = pkt_block_new(small, PKT_BLOCK_SMALL));
		for (int i = 0; i < 32; i++)
			pkt_block_unref(b[i]);
		large = pkt_block_new(small, PKT_BLOCK_LARGE);
		assert_non_null(large);
		pkt_block_unref(large);
	}
	pkt_pool_free(small);
}

static void
from_bytes_keeps_octets_and_has_headroom(void **state)
{
	static const size_t sizes[] = {0, 1, 64, 65, 1500, 4000};
	uint8_t bytes[4000 + 40];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct pkt *p = pkt_from_bytes(pool, bytes + 40, sizes[i]);

		assert_octets(p, bytes + 40, sizes[i]);
		memcpy(pkt_push(p, 40), bytes, 40);
		assert_octets(p, bytes, sizes[i] + 40);
		assert_int_equal(p->nslices, 0);
		pkt_free(p);
	}
}

static void
need_gathers_headers_and_moves_pointers_along(void **state)
{
	struct pkt_block *b = counting_block(100, 20);
	struct pkt *p = pkt_new(pool);
	uint8_t all[120];

	for (int i = 0; i < 120; i++)
		all[i] = (uint8_t)i;
	memcpy(pkt_push(p, 20), all, 20);
	assert_true(pkt_append(p, b, 0, 100));
	pkt_block_unref(b);
	p->l3 = p->data;
	pkt_pull(p, 20);
	p->l4 = p->data;
	assert_true(pkt_need(p, 20));
	assert_int_equal(p->linear, 20);
	assert_memory_equal(p->data, all + 20, 20);
	assert_memory_equal(p->l3, all, 40);
	assert_memory_equal(p->l4, all + 20, 20);
	assert_false(pkt_need(p, 101));
	assert_octets(p, all + 20, 100);
	/*
	 * If the headers are longer than the room, they go into a block, and the network header
	 * still moves along.
	 */
	p->l3 = p->data - 20;
	assert_true(pkt_need(p, 100));
	assert_int_equal(p->nslices, 0);
	assert_memory_equal(p->l3, all, 120);
	pkt_free(p);
}

static void
need_beyond_the_room_uses_a_block(void **state)
{
	struct pkt_block *b = counting_block(1000, 0);
	struct pkt *p = pkt_new(pool);

	assert_true(pkt_append(p, b, 0, 1000));
	p->l3 = p->data;
	assert_true(pkt_need(p, 600));
	assert_memory_equal(p->data, b->data, 600);
	assert_octets(p, b->data, 1000);
	assert_int_equal(p->nslices, 1);
	pkt_block_unref(b);
	pkt_free(p);
}

static void
own_never_writes_to_what_a_clone_sees(void **state)
{
	struct pkt_block *b = counting_block(200, 0);
	struct pkt *p = pkt_from_block(pool, b, 10, 150), *c;
	uint8_t before[150];

	p->l3 = p->data;
	p->l4 = p->data + 20;
	memcpy(before, p->data, 150);
	c = pkt_clone(p);
	assert_ptr_equal(c->data, p->data);
	assert_true(pkt_own(c, 20));
	assert_true(c->data != p->data);
	assert_ptr_equal(c->l3, c->data);
	assert_memory_equal(c->l4, before + 20, 20);
	assert_int_equal(c->linear, 20);
	memset(c->data, 0xff, 20);
	assert_octets(p, before, 150);
	assert_true(pkt_need(c, 40));
	assert_ptr_equal(c->l4, c->data + 20);
	assert_memory_equal(c->l4, before + 20, 20);
	pkt_free(c);
	/* The other packet is gone, so the octets may be written in place. */
	c = p;
	assert_true(pkt_own(c, 150));
	assert_ptr_equal(c->home, b);
	pkt_free(c);
}

static void
push_never_writes_to_what_a_clone_sees(void **state)
{
	static const uint32_t sizes[] = {40, 150};

	for (int i = 0; i < 2; i++) {
		struct pkt_block *b = counting_block(200, 0);
		struct pkt *p = pkt_from_block(pool, b, 20, sizes[i]), *c;
		uint8_t expected[200];

		p->l4 = p->data;
		c = pkt_clone(p);
		memset(pkt_push(c, 14), 0xee, 14);
		assert_int_equal(b->data[19], 19);
		assert_int_equal(b->data[6], 6);
		memset(expected, 0xee, 14);
		memcpy(expected + 14, b->data + 20, sizes[i]);
		assert_octets(c, expected, 14 + sizes[i]);
		assert_memory_equal(c->l4, b->data + 20, sizes[i]);
		pkt_free(p);
		assert_true(pkt_need(c, 34));
		assert_memory_equal(c->l4, expected + 14, 20);
		assert_ptr_equal(c->l4, c->data + 14);
		pkt_free(c);
	}
}

static void
push_into_a_block_of_ones_own_stays_there(void **state)
{
	struct pkt *p = pkt_from_block(pool, counting_block(200, 0), 100, 100);
	uint8_t *data = p->data;

	assert_ptr_equal(pkt_push(p, 40), data - 40);
	assert_int_equal(p->linear, 140);
	pkt_push(p, 100); /* 60 are left in the block, so a new room is started */
	assert_int_equal(p->linear, 100);
	assert_int_equal(p->nslices, 1);
	assert_int_equal(p->len, 240);
	pkt_free(p);
}

static void
append_joins_what_touches_and_stops_when_full(void **state)
{
	struct pkt_block *b = counting_block(2000, 0);
	struct pkt *p = pkt_new(pool);

	assert_true(pkt_append(p, b, 0, 10));
	assert_true(pkt_append(p, b, 10, 10));
	assert_int_equal(p->nslices, 1);
	for (uint32_t i = 1; i < PKT_SLICES; i++)
		assert_true(pkt_append(p, b, i * 100, 10));
	assert_false(pkt_append(p, b, 1900, 10));
	assert_false(pkt_append_bytes(p, "x", 1));
	assert_int_equal(p->len, 20 + (PKT_SLICES - 1) * 10);
	pkt_block_unref(b);
	pkt_free(p);
}

static void
append_pkt_that_does_not_fit_leaves_the_packet_as_it_was(void **state)
{
	struct pkt_block *b = counting_block(2000, 0);
	struct pkt *from = pkt_new(pool), *p = pkt_new(pool);

	memcpy(pkt_push(from, 4), "head", 4);
	for (uint32_t i = 0; i < PKT_SLICES; i++)
		assert_true(pkt_append(from, b, i * 100, 10));
	assert_true(pkt_append_bytes(p, "before", 6));
	assert_false(pkt_append_pkt(p, from, 0, from->len));
	assert_octets(p, "before", 6);
	assert_true(pkt_append_pkt(p, from, 2, 15));
	assert_int_equal(p->len, 21);
	pkt_skip(p, 6);
	pkt_trim(p, 4);
	assert_octets(p, "ad\0\1", 4);
	pkt_block_unref(b);
	pkt_free(from);
	pkt_free(p);
}

static void
append_bytes_fills_an_unshared_tail(void **state)
{
	struct pkt *p = pkt_new(pool), *c;

	assert_true(pkt_append_bytes(p, "abc", 3));
	assert_true(pkt_append_bytes(p, "def", 3));
	assert_int_equal(p->nslices, 1);
	c = pkt_clone(p);
	assert_true(pkt_append_bytes(c, "X", 1));
	assert_true(pkt_append_bytes(p, "Y", 1));
	assert_octets(c, "abcdefX", 7);
	assert_octets(p, "abcdefY", 7);
	pkt_free(c);
	pkt_free(p);
}

static void
clone_keeps_octets_marks_and_headers(void **state)
{
	struct pkt *p = pkt_new(pool), *c;

	assert_true(pkt_append_bytes(p, "payload", 7));
	p->l4 = memcpy(pkt_push(p, 3), "tcp", 3);
	p->l3 = memcpy(pkt_push(p, 2), "ip", 2);
	p->why = PKT_WHY_DATA;
	p->flow = 77;
	pkt_pull(p, 2);
	c = pkt_clone(p);
	pkt_free(p);
	assert_octets(c, "tcppayload", 10);
	assert_int_equal(c->why, PKT_WHY_DATA);
	assert_int_equal(c->flow, 77);
	assert_memory_equal(c->l3, "iptcp", 5);
	assert_memory_equal(c->l4, "tcp", 3);
	assert_true(c->l3 >= c->room && c->l4 < c->room + PKT_ROOM);
	pkt_free(c);
}

static void
queue_counts_packets_and_octets(void **state)
{
	struct pkt_queue q;
	struct pkt *a = pkt_from_bytes(pool, "aa", 2), *b = pkt_from_bytes(pool, "bbb", 3);

	pkt_queue_init(&q);
	assert_null(pkt_queue_pop(&q));
	pkt_queue_push(&q, a);
	pkt_queue_push(&q, b);
	assert_int_equal(q.octets, 5);
	assert_ptr_equal(pkt_queue_pop(&q), a);
	assert_int_equal(q.count, 1);
	assert_int_equal(q.octets, 3);
	pkt_queue_remove(&q, b);
	assert_null(pkt_queue_first(&q));
	pkt_free(a);
	pkt_free(b);
}

/*
 * RFC 1071, 2 (B): a part that begins at an odd offset counts with its octets swapped, so the sum
 * does not depend on how the octets are spread.
 */
static void
sum_is_the_same_however_the_octets_are_spread(void **state)
{
	struct pkt_block *b = counting_block(1000, 3);
	struct pkt *p = pkt_new(pool);
	uint8_t all[1000];
	uint32_t at = 0;

	memcpy(pkt_push(p, 7), b->data, 7);
	for (uint32_t n = 1; at + 7 + n < 1000; n = n * 2 + 1) {
		struct pkt_block *copy = counting_block(1000, 3);

		assert_true(pkt_append(p, copy, at + 7, n));
		pkt_block_unref(copy);
		at += n;
	}
	pkt_copy_out(p, 0, all, p->len);
	assert_memory_equal(all, b->data, p->len);
	for (uint32_t off = 0; off < 20; off++)
		for (uint32_t len = 0; len < 200; len++)
			assert_int_equal(pkt_sum_range(p, off, len, 99), checksum_add(all + off, len, 99));
	pkt_block_unref(b);
	pkt_free(p);
}

/* The field that a clone sees stays partial. A UDP checksum of zero becomes 0xffff (RFC 768). */
static void
completing_a_sum_writes_to_no_clone(void **state)
{
	/* 0x0102 + 0x0304 + 0x0064 + 0xfb95 = 0xffff, whose complement is zero. */
	static const uint8_t udp[108] = {1, 2, 3, 4, 0, 100, 0xfb, 0x95};
	struct pkt *p = pkt_from_bytes(pool, udp, sizeof udp), *c;

	p->l4 = p->data;
	p->sum = PKT_SUM_PARTIAL;
	p->sum_off = 6;
	c = pkt_clone(p);
	assert_true(pkt_complete_sum(c));
	assert_int_equal(c->sum, PKT_SUM_VALID);
	assert_int_equal(c->data[6], 0xff);
	assert_int_equal(c->data[7], 0xff);
	assert_octets(p, udp, sizeof udp);
	pkt_free(p);
	pkt_free(c);
}

/* RFC 1624, 3: only UDP has another form of zero. */
static void
a_sum_of_tcp_that_is_zero_stays_zero(void **state)
{
	uint8_t tcp[20] = {1, 2, 3, 4, 0xfb, 0xf9};
	struct pkt *p = pkt_from_bytes(pool, tcp, sizeof tcp);

	p->l4 = p->data;
	p->sum = PKT_SUM_PARTIAL;
	p->sum_off = 16;
	assert_true(pkt_complete_sum(p));
	assert_octets(p, tcp, sizeof tcp);
	pkt_free(p);
}

static uint64_t
draw(uint64_t bound)
{
	static uint64_t x = 42;

	x = x * 6364136223846793005u + 1442695040888963407u;
	return (x >> 33) % bound;
}

/*
 * Any sequence of operations on a packet and its clones does to each what it would do to an array
 * of octets.
 */
static void
random_operations_match_an_array(void **state)
{
	struct {
		struct pkt *p;
		uint8_t octets[6000];
	} m[4] = {0};

	for (int step = 0; step < 20000; step++) {
		unsigned i = (unsigned)draw(4), j = (unsigned)draw(4);
		struct pkt *p = m[i].p;
		uint8_t bytes[300];
		size_t n = draw(300);

		for (size_t k = 0; k < n; k++)
			bytes[k] = (uint8_t)draw(256);
		if (!p) {
			m[i].p = pkt_from_bytes(pool, bytes, n);
			memcpy(m[i].octets, bytes, n);
			continue;
		}
		switch (draw(9)) {
		case 0:
			if (p->len + n <= 4000 && pkt_append_bytes(p, bytes, n))
				memcpy(m[i].octets + p->len - n, bytes, n);
			break;
		case 1:
			n = draw(p->len + 1);
			pkt_skip(p, n);
			memmove(m[i].octets, m[i].octets + n, p->len);
			break;
		case 2:
			pkt_trim(p, draw(p->len + 1));
			break;
		case 3:
			n %= 30;
			if (!p->home && p->data - p->room < (ptrdiff_t)n)
				break;
			memcpy(pkt_push(p, n), bytes, n);
			memmove(m[i].octets + n, m[i].octets, p->len - n);
			memcpy(m[i].octets, bytes, n);
			break;
		case 4:
			assert_int_equal(pkt_need(p, n), n <= p->len);
			break;
		case 5:
			if (pkt_own(p, n)) {
				memcpy(p->data, bytes, n);
				memcpy(m[i].octets, bytes, n);
			}
			break;
		case 6:
			if (!m[j].p) {
				m[j].p = pkt_clone(p);
				memcpy(m[j].octets, m[i].octets, p->len);
			}
			break;
		case 7:
			if (m[j].p && i != j && m[j].p->len > 0 && p->len < 4000) {
				uint32_t off = (uint32_t)draw(m[j].p->len);
				uint32_t len = (uint32_t)draw(m[j].p->len - off) % 1000, before = p->len;

				if (pkt_append_pkt(p, m[j].p, off, len))
					memcpy(m[i].octets + before, m[j].octets + off, len);
			}
			break;
		case 8:
			if (draw(10) == 0) {
				pkt_free(p);
				m[i].p = p = NULL;
			}
			break;
		}
		for (unsigned k = 0; k < 4; k++)
			if (m[k].p)
				assert_octets(m[k].p, m[k].octets, m[k].p->len);
	}
	for (unsigned k = 0; k < 4; k++)
		if (m[k].p)
			pkt_free(m[k].p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		new_packet_is_empty_and_pushes_headers_into_the_room, setup, teardown),
	    cmocka_unit_test_setup_teardown(pool_is_bounded_and_recovers, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		unused_memory_of_one_size_makes_room_for_another, setup, teardown),
	    cmocka_unit_test_setup_teardown(from_bytes_keeps_octets_and_has_headroom, setup, teardown),
	    cmocka_unit_test_setup_teardown(need_gathers_headers_and_moves_pointers_along, setup, teardown),
	    cmocka_unit_test_setup_teardown(need_beyond_the_room_uses_a_block, setup, teardown),
	    cmocka_unit_test_setup_teardown(own_never_writes_to_what_a_clone_sees, setup, teardown),
	    cmocka_unit_test_setup_teardown(push_never_writes_to_what_a_clone_sees, setup, teardown),
	    cmocka_unit_test_setup_teardown(push_into_a_block_of_ones_own_stays_there, setup, teardown),
	    cmocka_unit_test_setup_teardown(append_joins_what_touches_and_stops_when_full, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		append_pkt_that_does_not_fit_leaves_the_packet_as_it_was, setup, teardown),
	    cmocka_unit_test_setup_teardown(append_bytes_fills_an_unshared_tail, setup, teardown),
	    cmocka_unit_test_setup_teardown(clone_keeps_octets_marks_and_headers, setup, teardown),
	    cmocka_unit_test_setup_teardown(queue_counts_packets_and_octets, setup, teardown),
	    cmocka_unit_test_setup_teardown(sum_is_the_same_however_the_octets_are_spread, setup, teardown),
	    cmocka_unit_test_setup_teardown(completing_a_sum_writes_to_no_clone, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_sum_of_tcp_that_is_zero_stays_zero, setup, teardown),
	    cmocka_unit_test_setup_teardown(random_operations_match_an_array, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
