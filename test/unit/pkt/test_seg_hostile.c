/*
 * Cutting and joining in bad conditions: whole streams with disturbances, a pool that fails at each
 * step, pieces of one octet.
 */
#include "shape.h"

enum { STREAM = 400, JOIN_MAX = 70000 };

static uint8_t sent_bytes[STREAM][1600], back_bytes[JOIN_MAX];
static uint32_t sent_len[STREAM];

/* The next segment of a stream: most continue it, some do not. */
static void
disturb(struct shape *s)
{
	switch (rng_below(&rng, 24)) {
	case 0:
		s->seq += (seq_t)rng_below(&rng, 3) - 1;
		break;
	case 1:
		s->ack++;
		break;
	case 2:
		s->window++;
		break;
	case 3:
		s->flags = (uint8_t)(TCP_ACK | rng_u64(&rng));
		break;
	case 4:
		s->tos = (uint8_t)rng_below(&rng, 4);
		break;
	case 5:
		s->ttl--;
		break;
	case 6:
		s->id = (uint16_t)(s->id + rng_below(&rng, 5) - 2);
		break;
	case 7:
		s->frag ^= IP4_DF;
		break;
	case 8:
		s->urgent = (uint16_t)rng_below(&rng, 2);
		break;
	case 9:
		s->tcp_extra = 4 * (uint32_t)rng_below(&rng, 4);
		break;
	case 10:
		s->payload = (uint32_t)rng_below(&rng, 1400);
		break;
	case 11:
		s->payload = 1000;
		s->flags = TCP_ACK;
		break;
	default:
		break;
	}
}

/*
 * Cuts @p and checks that its pieces equal the packets from @*at on, as they were before they were
 * joined.
 */
static void
assert_comes_apart(struct pkt *p, unsigned *at)
{
	struct list out = LIST_INIT(out);
	unsigned segs = p->segs;

	assert_int_equal(pkt_cut(p, &out), 0);
	while ((p = pop(&out))) {
		assert_int_equal(flat(p, back_bytes), sent_len[*at]);
		assert_memory_equal(back_bytes, sent_bytes[*at], sent_len[*at]);
		pkt_free(p);
		(*at)++;
		segs--;
	}
	assert_int_equal(segs, 0);
}

/*
 * Segments in any order are joined where possible. After a cut they are the same packets, octet for
 * octet.
 */
static void
a_stream_joined_and_cut_is_the_same_stream(void **state)
{
	unsigned joined = 0;

	for (int run = 0; run < 20; run++) {
		struct shape s = plain;
		struct pkt *head = NULL;
		unsigned at = 0;

		s.v6 = run % 2;
		s.payload = 1000;
		s.flags = TCP_ACK;
		s.sum = PKT_SUM_VALID;
		for (unsigned i = 0; i < STREAM; i++) {
			struct pkt *p = build(&s);

			sent_len[i] = flat(p, sent_bytes[i]);
			s.seq += s.payload;
			s.id = (uint16_t)(s.id + !!rng_below(&rng, 30));
			disturb(&s);
			if (head && join_two(head, p)) {
				joined++;
				continue;
			}
			if (head)
				assert_comes_apart(head, &at);
			head = p;
		}
		assert_comes_apart(head, &at);
		assert_int_equal(at, STREAM);
	}
	assert_true(joined > 1000);
}

/* Fills the pool until it has room for @n more packets. */
static unsigned
fill_pool(struct pkt **hold, unsigned max, unsigned n)
{
	unsigned count = 0;

	while (count < max && (hold[count] = pkt_new(pool)))
		count++;
	for (; n > 0; n--)
		pkt_free(hold[--count]);
	return count;
}

static struct pkt *hold[12000];

static void
a_cut_that_fails_anywhere_frees_everything(void **state)
{
	for (unsigned room = 0; room < 9; room++) {
		for (int shared = 0; shared < 2; shared++) {
			struct list out = LIST_INIT(out);
			struct shape s = plain;
			struct pkt *p, *clone = NULL;
			unsigned held;
			int err;

			s.v6 = true;
			s.ip_extra =
			    8 * (room % 3) * 8; /* with 128 the headers go into blocks, which fail too */
			p = build(&s);
			if (shared)
				clone = pkt_clone(p);
			held = fill_pool(hold, sizeof hold / sizeof hold[0], room);
			err = pkt_cut(p, &out);
			assert_true(err == -LEAT_ENOMEM || (err == 0 && room >= 7));
			assert_int_equal(err == 0, !list_empty(&out));
			while ((p = pop(&out)))
				pkt_free(p);
			while (held > 0)
				pkt_free(hold[--held]);
			if (clone)
				pkt_free(clone);
			assert_int_equal(pkt_pool_in_use(pool), 0);
		}
	}
}

/*
 * Headers that are shared with a clone and do not fit the room need a block before they can be
 * written.
 */
static void
a_join_that_fails_changes_neither_packet(void **state)
{
	struct shape s = plain;
	struct pkt *head, *next, *clone;
	uint32_t head_len, next_len;
	unsigned held;

	s.v6 = true;
	s.ip_extra = 128;
	s.payload = 1000;
	s.flags = TCP_ACK;
	head = build(&s);
	head_len = flat(head, sent_bytes[0]);
	s.seq += 1000;
	next = build(&s);
	next_len = flat(next, sent_bytes[1]);
	clone = pkt_clone(head);
	held = fill_pool(hold, sizeof hold / sizeof hold[0], 0);
	assert_false(join_two(head, next));
	while (held > 0)
		pkt_free(hold[--held]);
	assert_int_equal(flat(head, back_bytes), head_len);
	assert_memory_equal(back_bytes, sent_bytes[0], head_len);
	assert_int_equal(flat(next, back_bytes), next_len);
	assert_memory_equal(back_bytes, sent_bytes[1], next_len);
	assert_int_equal(head->seg, PKT_SEG_NONE);
	assert_true(join_two(head, next));
	pkt_free(clone);
	pkt_free(head);
}

static void
pieces_of_one_octet_are_packets_like_others(void **state)
{
	struct list out = LIST_INIT(out);
	struct shape s = plain;
	struct pkt *p;
	uint32_t n = 0;

	s.mss = 1;
	s.payload = 3001;
	assert_int_equal(pkt_cut(build(&s), &out), 0);
	while ((p = pop(&out))) {
		assert_wire_right(&s, back_bytes, flat(p, back_bytes));
		assert_int_equal(tcp_seq(p->l4), s.seq + n);
		pkt_free(p);
		n++;
	}
	assert_int_equal(n, 3001);
}

/* The number of slices in a packet is limited, and so is a join, as is the 16-bit length. */
static void
a_join_stops_where_the_packet_is_full(void **state)
{
	static const uint32_t sizes[] = {100, 1448, 9000};

	for (unsigned i = 0; i < 3; i++) {
		struct shape s = plain;
		struct pkt *head, *next;

		s.payload = sizes[i];
		s.mss = 0;
		s.flags = TCP_ACK;
		head = build(&s);
		for (;;) {
			s.seq += s.payload;
			s.id++;
			next = build(&s);
			if (!join_two(head, next))
				break;
			assert_true(head->segs < 100);
		}
		/* One slice stays free, and a segment of 9,000 octets has three. */
		assert_true(head->nslices + (sizes[i] + 4000) / 4001 > PKT_SLICES - 1 ||
			    head->len - s.link + s.payload > PKT_SUPER_MAX);
		assert_wire_right(&s, back_bytes, flat(head, back_bytes));
		pkt_free(next);
		pkt_free(head);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_stream_joined_and_cut_is_the_same_stream, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_cut_that_fails_anywhere_frees_everything, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_join_that_fails_changes_neither_packet, setup, teardown),
	    cmocka_unit_test_setup_teardown(pieces_of_one_octet_are_packets_like_others, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_join_stops_where_the_packet_is_full, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
