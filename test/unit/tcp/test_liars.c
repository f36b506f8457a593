/*
 * A peer completes the handshake and then lies, or does what the RFCs allow but no one expects.
 * What it costs must be bounded, and it may harm only its own connection.
 */
#include "base/rng.h"
#include "script.h"
#include "tcp/conn/conn.h"

#include <string.h>

static struct rng rng;

__attribute__((format(printf, 2, 3))) static void
injectf(struct script *s, const char *format, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	inject(s, text);
}

/* Drops what was sent. Returns how many segments that were on the wire. */
static unsigned
sent(struct script *s)
{
	struct list *n;
	unsigned count = 0;

	while ((n = list_pop(&s->out))) {
		count += container_of(n, struct pkt, node)->segs;
		pkt_free(container_of(n, struct pkt, node));
	}
	return count;
}

static uint64_t
drops(const struct script *s, enum drop_reason reason)
{
	return s->core->drops[reason];
}

static void
fill(struct script *s)
{
	static const char zeros[8192];

	while (tcp_send(s->c, zeros, sizeof zeros, false, false) > 0)
		;
}

/* RFC 9293, 3.10.7.4: data outside the window gets at most one answer each, and is not kept. */
static void
data_out_of_window_costs_an_ack_each(void **state)
{
	struct script *s = script_new();
	size_t before;

	establish_passive(s, ",sackOK");
	ignore_output(s);
	before = pkt_pool_in_use(s->pool);
	for (unsigned i = 0; i < 5000; i++) {
		uint32_t at = 200000 + (uint32_t)rng_below(&rng, 2000000000);

		injectf(s, ". %u:%u(100) ack 1", at, at + 100);
	}
	assert_int_equal(drops(s, DROP_SEQ_OUT_OF_WINDOW) + drops(s, DROP_DATA_DUPLICATE), 5000);
	assert_in_range(sent(s), 1, 5000);
	assert_int_equal(pkt_pool_in_use(s->pool), before);
	inject(s, "P. 1:101(100) ack 1");
	read_octets(s, 100);
	script_end(s);
}

/*
 * RFC 9293, 3.10.7.4: an ACK of what was not sent acknowledges nothing, and is answered at most
 * twice a second (RFC 5961, 5.2 and 7).
 */
static void
acks_in_advance_gain_nothing(void **state)
{
	struct script *s = script_new();
	uint32_t cwnd;

	establish_passive(s, ",sackOK");
	fill(s);
	ignore_output(s);
	cwnd = s->c->cc.cwnd;
	for (unsigned i = 0; i < 1000; i++)
		injectf(s, ". 1:1(0) ack %u", s->c->snd.nxt - s->iss + 1 + i * 1000);
	assert_int_equal(s->c->snd.una, s->iss + 1);
	assert_int_equal(s->c->cc.cwnd, cwnd);
	assert_int_equal(drops(s, DROP_ACK_UNSENT), 1000);
	assert_in_range(sent(s), 1, 2);
	script_end(s);
}

/*
 * Savage et al., "TCP congestion control with a misbehaving receiver", 2.1: a segment acknowledged
 * octet by octet counts as one segment (RFC 3465).
 */
static void
divided_acks_are_worth_what_they_acknowledge(void **state)
{
	struct script *s = script_new();
	uint32_t cwnd;

	establish_passive(s, "");
	fill(s);
	cwnd = s->c->cc.cwnd;
	for (unsigned i = 1; i <= s->c->snd.mss; i++)
		injectf(s, ". 1:1(0) ack %u", 1 + i);
	assert_in_range(s->c->cc.cwnd, cwnd, cwnd + s->c->snd.mss);
	script_end(s);
}

/*
 * The same, 2.2: without SACK, each duplicate ACK stands for a segment that arrived. A liar can so
 * get all that its window takes at once (as from Linux; RFC 5681, 3.2 allows a limit), but no more,
 * and cwnd does not grow.
 */
static void
duplicate_acks_are_worth_no_more_than_the_window(void **state)
{
	struct script *s = script_new();
	uint32_t cwnd;

	establish_passive(s, "");
	fill(s);
	cwnd = s->c->cc.cwnd;
	for (unsigned i = 0; i < 5000; i++)
		inject(s, ". 1:1(0) ack 1");
	assert_in_range(sent(s), 1, 65535 / s->c->snd.mss + 2);
	assert_in_range(s->c->cc.cwnd, 1, cwnd);
	script_end(s);
}

/*
 * From here on the receiver is honest, and acknowledges in order until everything is sent. Fails if
 * that takes longer than @limit.
 */
static void
receive_honestly(struct script *s, uint32_t upto, nsec_t limit)
{
	nsec_t end = s->core->now + limit;
	seq_t have = s->c->snd.una;

	while (s->c->snd.una - s->iss < upto && s->core->now < end) {
		struct list *n;
		bool any = false;

		while ((n = list_pop(&s->out))) {
			struct pkt *p = container_of(n, struct pkt, node);
			seq_t from, to;

			assert_true(pkt_need(p, TCP_HDR_LEN));
			from = tcp_seq(p->data);
			to = from + p->len - tcp_hdr_len(p->data);
			if (seq_leq(from, have) && seq_gt(to, have))
				have = to;
			any |= from != to;
			pkt_free(p);
		}
		if (any)
			injectf(s, ". 1:1(0) ack %u", have - s->iss);
		else
			elapse(s, 100 * MSEC);
	}
	assert_int_equal(s->c->snd.una - s->iss, upto);
}

/*
 * RFC 2018, 8: SACK blocks are advice. Invalid blocks are ignored. Blocks that lie delay the liar's
 * own connection, but the data is kept until it is acknowledged, and is sent again after a timeout.
 */
static void
lying_sacks_lose_nothing(void **state)
{
	struct script *s = script_new();
	uint32_t upto;

	establish_passive(s, ",sackOK");
	fill(s);
	upto = 1 + (uint32_t)tcp_unacked(s->c);
	for (unsigned i = 0; i < 5000; i++) {
		uint32_t a = (uint32_t)rng_below(&rng, 60000), b = (uint32_t)rng_below(&rng, 4000);
		uint32_t x = (uint32_t)rng_u64(&rng) >> 1, y = (uint32_t)rng_u64(&rng) >> 1;

		injectf(s, ". 1:1(0) ack 1 <sack %u:%u,sack %u:%u,sack %u:%u>", a, a + b, x, y, b, a);
		if (i % 500 == 0)
			elapse(s, 300 * MSEC);
		ignore_output(s);
	}
	assert_true(s->c->tcp->conns.records.in_use < 300); /* records are of whole segments */
	receive_honestly(s, upto, 600 * SEC);
	script_end(s);
}

/* RFC 2018, 8: data that was sacked and then thrown away is sent again. */
static void
reneged_data_is_sent_again(void **state)
{
	struct script *s = script_new();
	uint32_t upto;

	establish_passive(s, ",sackOK");
	fill(s);
	upto = 1 + (uint32_t)tcp_unacked(s->c);
	ignore_output(s);
	injectf(s, ". 1:1(0) ack 1 <sack 1001:%u>", s->c->snd.nxt - s->iss);
	ignore_output(s);
	elapse(s, 5 * SEC);
	receive_honestly(s, upto, 600 * SEC);
	script_end(s);
}

/*
 * RFC 9293, 3.8.6.1: a shut window is probed for as long as the peer answers, at growing intervals.
 */
static void
window_shut_for_ever_costs_a_probe_in_two_minutes(void **state)
{
	struct script *s = script_new();
	unsigned probes = 0;

	establish_passive(s, "");
	inject(s, ". 1:1(0) ack 1 win 0");
	fill(s);
	ignore_output(s);
	for (unsigned i = 0; i < 3600; i++) {
		unsigned n;

		elapse(s, SEC);
		n = sent(s);
		probes += n;
		if (n)
			inject(s, ". 1:1(0) ack 1 win 0");
	}
	assert_state(s, ESTABLISHED);
	assert_in_range(probes, 30, 60);
	script_end(s);
}

/*
 * As on Linux: once the user has closed, a window that stays shut ends the connection even if the
 * peer answers, or its memory would be held forever.
 */
static void
window_shut_for_ever_does_not_outlive_its_user(void **state)
{
	struct script *s = script_new();

	establish_passive(s, "");
	inject(s, ". 1:1(0) ack 1 win 0");
	fill(s);
	tcp_close(s->c);
	s->c = NULL;
	for (unsigned i = 0; i < 900 && s->tcp->conns.count; i++) {
		elapse(s, SEC);
		if (sent(s))
			inject(s, ". 1:1(0) ack 1 win 0");
	}
	assert_int_equal(s->tcp->conns.count, 0);
	script_end(s);
}

/* Returns the memory of all packets and blocks in use. */
static size_t
held(const struct script *s)
{
	return pkt_pool_octets(s->pool) + pkt_pool_in_use(s->pool) * sizeof(struct pkt);
}

/*
 * Single octets with a hole before each: memory stays within the receive buffer, and the holes can
 * still be filled.
 */
static void
single_octets_out_of_order_are_bounded(void **state)
{
	struct script *s = script_new();
	size_t before, most = 0;

	s->opts.rcvbuf = 131072;
	establish_passive(s, ",sackOK");
	before = held(s);
	for (unsigned i = 0; i < 90000; i++) {
		uint32_t k = i < 30000 ? i : i < 60000 ? 59999 - i : (uint32_t)rng_below(&rng, 30000);

		injectf(s, ". %u:%u(1) ack 1", 3 + 2 * k, 4 + 2 * k);
		ignore_output(s);
		most = held(s) - before > most ? held(s) - before : most;
	}
	assert_in_range(most, 1, 2 * 131072);
	assert_true(drops(s, DROP_REASS_LIMIT) > 0);
	for (uint32_t at = 1; at < 30001; at += 1000) {
		injectf(s, ". %u:%u(1000) ack 1", at, at + 1000);
		assert_true(tcp_unread(s->c) >= 1000);
		tcp_consume(s->c, tcp_unread(s->c));
	}
	assert_true(seq_geq(s->c->rcv.nxt, s->irs + 30001));
	script_end(s);
}

/* A segment is repeated many times: nothing of it is kept, and it is answered at most once each. */
static void
the_same_segment_again_changes_nothing(void **state)
{
	struct script *s = script_new();
	size_t before;

	establish_passive(s, ",sackOK");
	inject(s, ". 2001:3001(1000) ack 1");
	ignore_output(s);
	before = pkt_pool_in_use(s->pool);
	for (unsigned i = 0; i < 5000; i++)
		inject(s, ". 2001:3001(1000) ack 1");
	assert_int_equal(drops(s, DROP_DATA_DUPLICATE), 5000);
	assert_in_range(sent(s), 1, 5000);
	assert_int_equal(pkt_pool_in_use(s->pool), before);
	script_end(s);
}

/*
 * The peer may choose addresses and ports, but not the hash's key: the chains in the table of
 * connections are no longer than by chance.
 */
static void
ports_do_not_collide_on_purpose(void **state)
{
	enum { MEMBERS = 65535 };
	static struct table_node node[MEMBERS];
	struct siphash_key key = {{rng_u64(&rng), rng_u64(&rng)}};
	struct table t;
	unsigned longest = 0;

	assert_int_equal(table_init(&t, &key), 0);
	for (uint64_t i = 0; i < MEMBERS; i++) {
		/*
		 * as flow.h makes them: addresses, then both ports; the low bits are always the
		 * same
		 */
		uint64_t words[5] = {0, 1, 0, (i & 0xff) << 56, (i << 8 & 0xff0000) | 80};

		table_insert(&t, &node[i], table_hash(&t, words, 5));
	}
	for (size_t b = 0; b <= t.mask; b++) {
		unsigned n = 0;

		for (const struct table_node *at = t.bucket[b]; at; at = at->next)
			n++;
		longest = n > longest ? n : longest;
	}
	assert_in_range(longest, 1, 16);
	table_fini(&t);
}

static int
seed(void **state)
{
	rng_seed(&rng, 1);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(data_out_of_window_costs_an_ack_each, seed),
	    cmocka_unit_test_setup(acks_in_advance_gain_nothing, seed),
	    cmocka_unit_test_setup(divided_acks_are_worth_what_they_acknowledge, seed),
	    cmocka_unit_test_setup(duplicate_acks_are_worth_no_more_than_the_window, seed),
	    cmocka_unit_test_setup(lying_sacks_lose_nothing, seed),
	    cmocka_unit_test_setup(reneged_data_is_sent_again, seed),
	    cmocka_unit_test_setup(window_shut_for_ever_costs_a_probe_in_two_minutes, seed),
	    cmocka_unit_test_setup(window_shut_for_ever_does_not_outlive_its_user, seed),
	    cmocka_unit_test_setup(single_octets_out_of_order_are_bounded, seed),
	    cmocka_unit_test_setup(the_same_segment_again_changes_nothing, seed),
	    cmocka_unit_test_setup(ports_do_not_collide_on_purpose, seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
