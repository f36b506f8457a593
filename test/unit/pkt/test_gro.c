/*
 * GRO: the segments of a batch are joined as far as possible, and come out in the order of each
 * connection.
 */
#include "shape.h"

#include "pkt/gro.h"

static struct gro gro;
static struct list out;
static uint8_t bytes[70000];

static int
begin(void **state)
{
	memset(&gro, 0, sizeof gro);
	list_init(&out);
	return setup(state);
}

/* A full segment without a link header, number @i of its connection. */
static struct shape
segment(bool v6, uint32_t i)
{
	struct shape s = plain;

	s.v6 = v6;
	s.link = 0;
	s.payload = s.mss;
	s.flags = TCP_ACK;
	s.sum = PKT_SUM_UNKNOWN;
	s.seq += i * s.mss;
	s.id = (uint16_t)(s.id + i);
	return s;
}

static void
take(const struct shape *s, uint16_t port)
{
	struct shape valid = *s;
	struct pkt *p;
	bool possible;
	unsigned held;

	if (valid.sum == PKT_SUM_UNKNOWN)
		valid.sum = PKT_SUM_VALID; /* as its sender computed it */
	p = build(&valid);
	if (port) { /* it belongs to another connection, with a matching checksum */
		uint16_t sum = (uint16_t)~be16_get(p->l4 + TCP_SUM);

		sum = checksum_replace(sum, be16_get(p->l4 + TCP_SRC), port);
		be16_put(p->l4 + TCP_SRC, port);
		be16_put(p->l4 + TCP_SUM, (uint16_t)~sum);
	}
	p->sum = (uint8_t)s->sum;
	p->l3 = p->l4 = NULL;
	possible = pkt_join_possible(p);
	held = gro.count;
	gro_take(&gro, p, &out);
	assert_true(possible || gro.count <= held); /* otherwise gro_passes() would have let it through */
}

/*
 * SYN, FIN, bare ACKs and the end of a write are not held. Full segments are, and so is everything
 * after a held one.
 */
static void
what_cannot_be_joined_passes(void **state)
{
	static const uint8_t alone[] = {
	    TCP_SYN, TCP_SYN | TCP_ACK, TCP_FIN | TCP_ACK, TCP_RST, TCP_PSH | TCP_ACK};

	for (unsigned v6 = 0; v6 < 2; v6++) {
		struct shape s = segment(v6, 0);
		struct pkt *p = build(&s);

		assert_false(gro_passes(&gro, p));
		for (unsigned i = 0; i < sizeof alone; i++) {
			p->l4[TCP_FLAGS] = alone[i];
			assert_true(gro_passes(&gro, p));
			gro.count = 1;
			assert_false(gro_passes(&gro, p));
			gro.count = 0;
		}
		pkt_free(p);
		s.payload = 0;
		p = build(&s);
		assert_true(gro_passes(&gro, p));
		pkt_free(p);
	}
}

/*
 * Checks the next packet that came out: it has @segs segments, and its lengths and its completed
 * checksum are right.
 */
static void
assert_next(const struct shape *s, unsigned segs)
{
	struct pkt *p = pop(&out);
	uint32_t len;

	assert_non_null(p);
	assert_int_equal(p->segs, segs);
	assert_int_equal(p->seg, segs == 1 ? PKT_SEG_NONE : s->v6 ? PKT_SEG_TCP6 : PKT_SEG_TCP4);
	assert_int_equal(p->len, hdr_len(s) + segs * s->payload);
	len = flat(p, bytes);
	assert_wire_right(s, bytes, len);
	pkt_free(p);
}

static void
assert_no_more(void)
{
	assert_null(pop(&out));
	assert_int_equal(gro.count, 0);
}

static void
segments_of_a_batch_come_out_as_one(void **state)
{
	for (int v6 = 0; v6 < 2; v6++) {
		struct shape s;

		for (uint32_t i = 0; i < 12; i++) {
			s = segment(v6, i);
			take(&s, 0);
		}
		assert_null(pop(&out));
		gro_flush(&gro, &out);
		assert_next(&s, 12);
		assert_no_more();
	}
}

/*
 * A checksum that was verified is not verified again. A packet with a wrong one is passed on, for
 * the layer that counts it.
 */
static void
a_wrong_checksum_is_passed_on_unjoined(void **state)
{
	struct shape s = segment(false, 0), bad = segment(false, 1);
	struct pkt *p;

	take(&s, 0);
	bad.sum = PKT_SUM_VALID;
	p = build(&bad);
	p->sum = PKT_SUM_UNKNOWN;
	p->l4[TCP_SUM] ^= 1;
	gro_take(&gro, p, &out);
	assert_next(&s, 1);
	p = pop(&out);
	assert_non_null(p);
	assert_int_equal(p->sum, PKT_SUM_UNKNOWN);
	pkt_free(p);
	assert_no_more();
}

static void
connections_grow_side_by_side(void **state)
{
	struct shape s;

	for (uint32_t i = 0; i < 5; i++) {
		s = segment(false, i);
		for (uint16_t port = 1; port <= GRO_FLOWS; port++)
			take(&s, port);
	}
	assert_null(pop(&out));
	gro_flush(&gro, &out);
	for (uint16_t port = 1; port <= GRO_FLOWS; port++) {
		struct pkt *p = list_first(&out, struct pkt, node);

		assert_int_equal(tcp_src(p->l4), port);
		assert_next(&s, 5);
	}
	assert_no_more();
}

static void
one_connection_too_many_releases_the_oldest(void **state)
{
	struct shape s = segment(false, 0);
	struct pkt *p;

	for (uint16_t port = 1; port <= GRO_FLOWS + 1; port++)
		take(&s, port);
	p = list_first(&out, struct pkt, node);
	assert_int_equal(tcp_src(p->l4), 1);
	assert_next(&s, 1);
	assert_null(pop(&out));
	gro_flush(&gro, &out);
	for (uint16_t port = 2; port <= GRO_FLOWS + 1; port++)
		assert_next(&s, 1);
	assert_no_more();
}

/*
 * An ACK without data, a segment after a gap, a fragment: no packet of a connection overtakes an
 * earlier one.
 */
static void
what_cannot_be_joined_keeps_its_place(void **state)
{
	struct shape s = segment(false, 0), ack = segment(false, 1), gap = segment(false, 3), frag = gap;
	struct pkt *p;

	ack.payload = 0;
	frag.frag = IP4_MF;
	take(&s, 0);
	take(&ack, 0);
	assert_next(&s, 1);
	assert_next(&ack, 1);
	take(&s, 0);
	take(&gap, 0);
	assert_next(&s, 1);
	take(&frag, 0);
	assert_next(&gap, 1);
	p = pop(&out);
	assert_true(ip4_is_fragment(p->data));
	pkt_free(p);
	assert_no_more();
}

/* The network layer removes octets that are in no header's length, such as Ethernet's padding. */
static void
padding_is_never_joined(void **state)
{
	struct shape s = segment(false, 0);
	struct pkt *p;

	s.sum = PKT_SUM_VALID;
	p = build(&s);
	assert_true(pkt_append_bytes(p, "\0\0", 2));
	gro_take(&gro, p, &out);
	p = pop(&out);
	assert_int_equal(p->len, hdr_len(&s) + s.payload + 2);
	pkt_free(p);
	assert_no_more();
}

static void
a_join_ends_at_64_kib(void **state)
{
	struct shape s;
	unsigned most;

	for (uint32_t i = 0; i < 60; i++) {
		s = segment(false, i);
		take(&s, 0);
	}
	gro_flush(&gro, &out);
	most = list_first(&out, struct pkt, node)->segs;
	assert_true(most >= 16 && most <= 45);
	for (unsigned left = 60; left > 0; left -= most < left ? most : left)
		assert_next(&s, most < left ? most : left);
	assert_no_more();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(segments_of_a_batch_come_out_as_one, begin, teardown),
	    cmocka_unit_test_setup_teardown(a_wrong_checksum_is_passed_on_unjoined, begin, teardown),
	    cmocka_unit_test_setup_teardown(connections_grow_side_by_side, begin, teardown),
	    cmocka_unit_test_setup_teardown(one_connection_too_many_releases_the_oldest, begin, teardown),
	    cmocka_unit_test_setup_teardown(what_cannot_be_joined_keeps_its_place, begin, teardown),
	    cmocka_unit_test_setup_teardown(what_cannot_be_joined_passes, begin, teardown),
	    cmocka_unit_test_setup_teardown(padding_is_never_joined, begin, teardown),
	    cmocka_unit_test_setup_teardown(a_join_ends_at_64_kib, begin, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
