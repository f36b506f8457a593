/*
 * Cutting and joining: every piece is a packet that a host could have sent, and joining the pieces
 * gives the whole again.
 */
#include "shape.h"

static uint8_t whole_bytes[70000], piece_bytes[70000];

/*
 * Cuts a packet of form @s, checks each piece, joins them again (TCP), and checks that nothing has
 * changed. With @complete, the pieces have complete checksums.
 */
static void
cut_and_join_with(const struct shape *s, bool complete)
{
	struct list out = LIST_INIT(out);
	struct pkt *p = build(s), *head = NULL;
	uint32_t len = flat(p, whole_bytes), hdr = hdr_len(s), at = 0, i = 0;
	uint32_t l4_at = s->link + (s->v6 ? 40 : 20) + s->ip_extra;
	uint8_t sum = complete && s->payload > s->mss ? PKT_SUM_VALID : p->sum;

	assert_wire_right(s, whole_bytes, len);
	assert_int_equal(complete ? pkt_cut_complete(p, &out) : pkt_cut(p, &out), 0);
	while ((p = pop(&out))) {
		uint32_t n = flat(p, piece_bytes), pay = n - hdr;
		bool last = at + pay == s->payload;
		const uint8_t *tcp = piece_bytes + l4_at;

		assert_wire_right(s, piece_bytes, n);
		assert_int_equal(p->seg, PKT_SEG_NONE);
		assert_int_equal(p->segs, 1);
		assert_int_equal(p->sum, sum);
		assert_ptr_equal(p->l4, p->data + l4_at);
		assert_true(last ? pay <= s->mss : pay == s->mss);
		assert_memory_equal(piece_bytes, whole_bytes, s->link);
		assert_memory_equal(piece_bytes + hdr, whole_bytes + hdr + at, pay);
		if (!s->v6)
			assert_int_equal(ip4_id(piece_bytes + s->link), (uint16_t)(s->id + i));
		if (!s->udp) {
			assert_int_equal(tcp_seq(tcp), s->seq + at);
			assert_int_equal(
			    tcp_flags(tcp) & (TCP_PSH | TCP_FIN), last ? s->flags & (TCP_PSH | TCP_FIN) : 0);
			assert_int_equal(tcp_flags(tcp) & TCP_CWR, i == 0 ? s->flags & TCP_CWR : 0);
			assert_int_equal(tcp_flags(tcp) & TCP_ECE, s->flags & TCP_ECE);
		}
		at += pay;
		i++;
		if (s->udp) {
			pkt_free(p);
		} else if (!head) {
			head = p;
		} else {
			assert_true(join_two(head, p));
			assert_int_equal(head->segs, i);
		}
	}
	assert_int_equal(at, s->payload);
	if (!head)
		return;
	assert_int_equal(flat(head, piece_bytes), len);
	assert_memory_equal(piece_bytes, whole_bytes, len);
	pkt_free(head);
}

static void
cut_and_join(const struct shape *s)
{
	cut_and_join_with(s, false);
	cut_and_join_with(s, true);
}

static void
cut_then_join_gives_the_whole_again(void **state)
{
	static const uint32_t payloads[] = {1449, 2896, 10000, 14480, 20001};
	struct shape s = plain;

	for (int v6 = 0; v6 < 2; v6++) {
		for (int sum = PKT_SUM_VALID; sum <= PKT_SUM_PARTIAL; sum++) {
			for (unsigned i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
				s.v6 = v6;
				s.sum = sum;
				s.payload = payloads[i];
				s.flags = TCP_ACK | (i % 2 ? TCP_FIN : TCP_PSH) | (i % 3 ? TCP_CWR : TCP_ECE);
				s.link = i % 2 ? 14 : 0;
				cut_and_join(&s);
			}
		}
	}
}

static void
pieces_of_odd_size_have_right_checksums(void **state)
{
	struct shape s = plain;

	s.mss = 537;
	s.payload = 5003;
	s.tcp_extra = 40;
	for (int v6 = 0; v6 < 2; v6++) {
		s.v6 = v6;
		cut_and_join(&s);
	}
}

static void
sixty_four_kib_can_be_cut(void **state)
{
	struct list out = LIST_INIT(out);
	struct shape s = plain;
	uint32_t n = 0;
	struct pkt *p;

	s.payload = PKT_SUPER_MAX - 52;
	p = build(&s);
	assert_int_equal(pkt_cut(p, &out), 0);
	while ((p = pop(&out))) {
		assert_wire_right(&s, piece_bytes, flat(p, piece_bytes));
		pkt_free(p);
		n++;
	}
	assert_int_equal(n, (s.payload + 1447) / 1448);
}

/*
 * Headers longer than a packet's room go into a block. Extension headers are the same in each
 * piece.
 */
static void
ipv6_extension_headers_stay_untouched(void **state)
{
	struct shape s = plain;

	s.v6 = true;
	for (s.ip_extra = 8; s.ip_extra <= 200; s.ip_extra += 64)
		cut_and_join(&s);
}

static void
ipv4_options_stay_in_each_piece(void **state)
{
	struct list out = LIST_INIT(out);
	struct shape s = plain;
	struct pkt *p;

	s.ip_extra = 16;
	assert_int_equal(pkt_cut(build(&s), &out), 0);
	while ((p = pop(&out))) {
		assert_wire_right(&s, piece_bytes, flat(p, piece_bytes));
		assert_int_equal(piece_bytes[s.link + 20], IP4_OPT_NOP);
		pkt_free(p);
	}
}

static void
udp_is_cut_into_datagrams_of_their_own(void **state)
{
	struct shape s = plain;

	s.udp = true;
	s.tcp_extra = 0;
	for (int v6 = 0; v6 < 2; v6++) {
		for (int sum = PKT_SUM_VALID; sum <= PKT_SUM_PARTIAL; sum++) {
			s.v6 = v6;
			s.sum = sum;
			cut_and_join(&s);
		}
	}
	s.v6 = false;
	s.no_sum = true;
	s.sum = PKT_SUM_VALID;
	cut_and_join(&s);
}

/* RFC 9293, 3.8.5: the urgent pointer counts from the segment's own sequence number. */
static void
urgent_pointer_counts_from_each_piece(void **state)
{
	struct list out = LIST_INIT(out);
	struct shape s = plain;
	uint32_t at = 0;
	struct pkt *p;

	s.flags |= TCP_URG;
	s.urgent = 3000;
	assert_int_equal(pkt_cut(build(&s), &out), 0);
	while ((p = pop(&out))) {
		assert_wire_right(&s, piece_bytes, flat(p, piece_bytes));
		assert_int_equal(tcp_flags(p->l4) & TCP_URG, at < 3000 ? TCP_URG : 0);
		assert_int_equal(tcp_urgent(p->l4), at < 3000 ? 3000 - at : 0);
		at += s.mss;
		pkt_free(p);
	}
}

static void
ordinary_packet_passes_as_it_is(void **state)
{
	struct list out = LIST_INIT(out);
	struct shape s = plain;
	struct pkt *p;

	s.payload = 100;
	p = build(&s);
	assert_int_equal(pkt_cut(p, &out), 0);
	assert_ptr_equal(pop(&out), p);
	p->seg = PKT_SEG_TCP4;
	p->seg_size = 100;
	assert_int_equal(pkt_cut(p, &out), 0);
	assert_ptr_equal(pop(&out), p);
	assert_int_equal(p->seg, PKT_SEG_NONE);
	pkt_free(p);
}

static void
contradicting_headers_are_refused(void **state)
{
	struct list out = LIST_INIT(out);
	struct shape s = plain;
	struct pkt *p = build(&s);

	p->l4[TCP_OFFSET] = 0x10;
	assert_int_equal(pkt_cut(p, &out), -LEAT_EINVAL);
	p = build(&s);
	p->l4 = NULL;
	assert_int_equal(pkt_cut(p, &out), -LEAT_EINVAL);
	p = build(&s);
	p->l3[0] = 0x65;
	assert_int_equal(pkt_cut(p, &out), -LEAT_EINVAL);
	assert_true(list_empty(&out));
}

static void
empty_pool_leaves_the_list_as_it_was(void **state)
{
	struct list out = LIST_INIT(out);
	struct shape s = plain;
	struct pkt *first = pkt_new(pool), *hold[16000], *p = build(&s);
	int n = 0;

	list_push(&out, &first->node);
	while (n < 16000 && (hold[n] = pkt_new(pool)))
		n++;
	pkt_free(hold[--n]);
	pkt_free(hold[--n]);
	assert_int_equal(pkt_cut(p, &out), -LEAT_ENOMEM);
	assert_ptr_equal(pop(&out), first);
	assert_null(pop(&out));
	pkt_free(first);
	while (n > 0)
		pkt_free(hold[--n]);
}

/*
 * Makes two packets that could be joined, lets @change alter the second one, and returns true if
 * the join's answer is @wanted.
 */
static void
second_joins(bool wanted, void (*change)(struct shape *head, struct shape *next))
{
	for (int v6 = 0; v6 < 2; v6++) {
		struct shape a = plain, b;
		struct pkt *head, *next;

		a.v6 = v6;
		a.payload = 1448;
		a.flags = TCP_ACK;
		a.sum = PKT_SUM_VALID;
		b = a;
		b.seq += 1448;
		b.id++;
		change(&a, &b);
		head = build(&a);
		next = build(&b);
		if (join_two(head, next) != wanted)
			fail_msg("IPv%d", v6 ? 6 : 4);
		if (!wanted)
			pkt_free(next);
		assert_wire_right(&a, piece_bytes, flat(head, piece_bytes));
		pkt_free(head);
	}
}

#define CHANGE(name, what)                                                                                   \
	static void name(struct shape *head, struct shape *next)                                             \
	{                                                                                                    \
		(void)head;                                                                                  \
		what;                                                                                        \
	}

CHANGE(nothing, (void)next)
CHANGE(psh, next->flags |= TCP_PSH)
CHANGE(fin, next->flags |= TCP_FIN)
CHANGE(head_psh, head->flags |= TCP_PSH)
CHANGE(head_fin, head->flags |= TCP_FIN)
CHANGE(head_cwr, head->flags |= TCP_CWR)
CHANGE(cwr, next->flags |= TCP_CWR)
CHANGE(ece, next->flags |= TCP_ECE)
CHANGE(syn, next->flags |= TCP_SYN)
CHANGE(rst, next->flags |= TCP_RST)
CHANGE(urg, next->flags |= TCP_URG)
CHANGE(both_urg, next->flags |= TCP_URG; head->flags |= TCP_URG)
CHANGE(no_ack, next->flags = 0; head->flags = 0)
CHANGE(smaller, next->payload = 100)
CHANGE(larger, head->payload = 1000; next->seq = head->seq + 1000)
CHANGE(empty, next->payload = 0)
CHANGE(gap, next->seq++)
CHANGE(overlap, next->seq--)
CHANGE(other_ack, next->ack++)
CHANGE(other_window, next->window++)
CHANGE(other_options, next->tcp_extra += 4)
CHANGE(other_tos, next->tos = 0x20)
CHANGE(ecn_ce, next->tos |= IP_ECN_CE)
CHANGE(other_ttl, next->ttl--)
CHANGE(unknown_sum, next->sum = PKT_SUM_UNKNOWN)
CHANGE(unknown_head, head->sum = PKT_SUM_UNKNOWN)
CHANGE(other_link, next->link = 0)
CHANGE(extra_header, next->ip_extra = 8)

static void
joins_what_a_cut_would_have_made(void **state)
{
	second_joins(true, nothing);
	second_joins(true, psh);
	second_joins(true, fin);
	second_joins(true, head_cwr);
	second_joins(true, smaller);
}

static void
joins_nothing_that_a_cut_would_not_have_made(void **state)
{
	second_joins(false, head_psh);
	second_joins(false, head_fin);
	second_joins(false, cwr);
	second_joins(false, ece);
	second_joins(false, syn);
	second_joins(false, rst);
	second_joins(false, urg);
	second_joins(false, both_urg);
	second_joins(false, no_ack);
	second_joins(false, larger);
	second_joins(false, empty);
	second_joins(false, gap);
	second_joins(false, overlap);
	second_joins(false, other_ack);
	second_joins(false, other_window);
	second_joins(false, other_options);
	second_joins(false, other_tos);
	second_joins(false, ecn_ce);
	second_joins(false, other_ttl);
	second_joins(false, unknown_sum);
	second_joins(false, unknown_head);
	second_joins(false, other_link);
	second_joins(false, extra_header);
}

/* Options are compared octet by octet: a newer timestamp carries information of its own. */
static void
timestamps_that_differ_are_not_joined(void **state)
{
	struct shape a = plain, b;
	struct pkt *head, *next;

	a.payload = 1448;
	a.flags = TCP_ACK;
	b = a;
	b.seq += 1448;
	b.id++;
	head = build(&a);
	next = build(&b);
	next->l4[TCP_HDR_LEN + 7]++;
	assert_false(join_two(head, next));
	pkt_free(next);
	pkt_free(head);
}

static void
nothing_follows_a_piece_that_was_smaller(void **state)
{
	struct shape s = plain;
	struct pkt *head, *next;

	s.payload = 1448;
	s.flags = TCP_ACK;
	head = build(&s);
	s.seq += 1448;
	s.id++;
	s.payload = 100;
	assert_true(join_two(head, build(&s)));
	s.seq += 100;
	s.id++;
	next = build(&s);
	assert_false(join_two(head, next));
	pkt_free(next);
	pkt_free(head);
}

/*
 * RFC 6864, 4.1: with DF all pieces may have the same ID, but then all of them must, and a later
 * cut keeps it.
 */
static void
ids_count_up_or_are_all_the_same(void **state)
{
	struct list out = LIST_INIT(out);
	struct shape s = plain;
	struct pkt *head, *next;

	s.payload = 1448;
	s.flags = TCP_ACK;
	head = build(&s);
	s.seq += 1448;
	assert_true(join_two(head, build(&s)));
	s.seq += 1448;
	s.id += 2;
	next = build(&s);
	assert_false(join_two(head, next));
	pkt_free(next);
	s.id -= 2;
	assert_true(join_two(head, build(&s)));
	assert_int_equal(pkt_cut(head, &out), 0);
	while ((next = pop(&out))) {
		assert_int_equal(ip4_id(next->l3), s.id);
		pkt_free(next);
	}
	/* Without DF the ID must count up. */
	s.frag = 0;
	head = build(&s);
	s.seq += 1448;
	next = build(&s);
	assert_false(join_two(head, next));
	pkt_free(next);
	s.id++;
	assert_true(join_two(head, build(&s)));
	pkt_free(head);
}

/*
 * A join writes to the headers of the head, but never where a clone sees it (a capture's, for
 * example).
 */
static void
join_leaves_clones_of_the_head_alone(void **state)
{
	struct shape s = plain;
	struct pkt *head, *clone;
	uint32_t len;

	s.payload = 1448;
	s.flags = TCP_ACK;
	s.sum = PKT_SUM_VALID;
	head = build(&s);
	clone = pkt_clone(head);
	len = flat(head, whole_bytes);
	s.seq += 1448;
	s.id++;
	assert_true(join_two(head, build(&s)));
	assert_int_equal(flat(clone, piece_bytes), len);
	assert_memory_equal(piece_bytes, whole_bytes, len);
	pkt_free(clone);
	pkt_free(head);
}

static void
random_shapes_come_back_whole(void **state)
{
	for (int i = 0; i < 300; i++) {
		struct shape s = plain;

		s.v6 = rng_below(&rng, 2);
		s.link = rng_below(&rng, 2) ? 14 : 0;
		s.tcp_extra = 4 * (uint32_t)rng_below(&rng, 11);
		s.mss = 500 + (uint32_t)rng_below(&rng, 9000);
		s.payload = s.mss + (uint32_t)rng_below(&rng, s.mss * 7);
		if (s.payload > 65000)
			s.payload = 65000;
		s.flags = (uint8_t)(TCP_ACK | (rng_u64(&rng) & (TCP_PSH | TCP_FIN | TCP_ECE | TCP_CWR)));
		s.tos = (uint8_t)rng_u64(&rng);
		s.id = (uint16_t)rng_u64(&rng);
		s.seq = (seq_t)rng_u64(&rng);
		s.window = (uint16_t)rng_u64(&rng);
		s.sum = rng_below(&rng, 2) ? PKT_SUM_VALID : PKT_SUM_PARTIAL;
		cut_and_join(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(cut_then_join_gives_the_whole_again, setup, teardown),
	    cmocka_unit_test_setup_teardown(pieces_of_odd_size_have_right_checksums, setup, teardown),
	    cmocka_unit_test_setup_teardown(sixty_four_kib_can_be_cut, setup, teardown),
	    cmocka_unit_test_setup_teardown(ipv6_extension_headers_stay_untouched, setup, teardown),
	    cmocka_unit_test_setup_teardown(ipv4_options_stay_in_each_piece, setup, teardown),
	    cmocka_unit_test_setup_teardown(udp_is_cut_into_datagrams_of_their_own, setup, teardown),
	    cmocka_unit_test_setup_teardown(urgent_pointer_counts_from_each_piece, setup, teardown),
	    cmocka_unit_test_setup_teardown(ordinary_packet_passes_as_it_is, setup, teardown),
	    cmocka_unit_test_setup_teardown(contradicting_headers_are_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(empty_pool_leaves_the_list_as_it_was, setup, teardown),
	    cmocka_unit_test_setup_teardown(joins_what_a_cut_would_have_made, setup, teardown),
	    cmocka_unit_test_setup_teardown(joins_nothing_that_a_cut_would_not_have_made, setup, teardown),
	    cmocka_unit_test_setup_teardown(timestamps_that_differ_are_not_joined, setup, teardown),
	    cmocka_unit_test_setup_teardown(nothing_follows_a_piece_that_was_smaller, setup, teardown),
	    cmocka_unit_test_setup_teardown(ids_count_up_or_are_all_the_same, setup, teardown),
	    cmocka_unit_test_setup_teardown(join_leaves_clones_of_the_head_alone, setup, teardown),
	    cmocka_unit_test_setup_teardown(random_shapes_come_back_whole, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
