/*
 * TCP options: what real hosts send, what hostile hosts send, and what this host writes.
 */
#include "base/rng.h"
#include "wire/tcp_options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Parses a copy of exact size on the heap, so that the sanitizer detects a read past the end. */
static bool
parse(const uint8_t *p, size_t n, struct tcp_options *o)
{
	uint8_t *exact = malloc(n ? n : 1);
	bool ok;

	if (n)
		memcpy(exact, p, n);
	ok = tcp_options_parse(exact, n, o);
	free(exact);
	return ok;
}

#define PARSE(o, ...) parse((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}), o)

/* The SYN of a Linux host: mss 1460, sackOK, TS val 4027431614 ecr 0, nop, wscale 7. */
static const uint8_t LINUX_SYN[] = {0x02, 0x04, 0x05, 0xb4, 0x04, 0x02, 0x08, 0x0a, 0xf0, 0x0d, 0xda, 0xbe,
    0x00, 0x00, 0x00, 0x00, 0x01, 0x03, 0x03, 0x07};

static void
reads_the_syn_of_linux(void **state)
{
	struct tcp_options o;

	assert_true(parse(LINUX_SYN, sizeof LINUX_SYN, &o));
	assert_int_equal(o.mss, 1460);
	assert_true(o.sack_permitted && o.has_timestamp && o.has_wscale && !o.has_fast_open);
	assert_int_equal(o.ts_val, 0xf00ddabe);
	assert_int_equal(o.ts_ecr, 0);
	assert_int_equal(o.wscale, 7);
	assert_int_equal(o.nsack, 0);
}

static void
writes_the_syn_of_linux(void **state)
{
	struct tcp_options o = {.mss = 1460,
	    .has_wscale = true,
	    .wscale = 7,
	    .sack_permitted = true,
	    .has_timestamp = true,
	    .ts_val = 0xf00ddabe};
	uint8_t out[TCP_OPTIONS_MAX];

	assert_int_equal(tcp_options_len(&o), sizeof LINUX_SYN);
	assert_int_equal(tcp_options_put(out, &o), sizeof LINUX_SYN);
	assert_memory_equal(out, LINUX_SYN, sizeof LINUX_SYN);
}

/* RFC 7323, appendix A: two NOPs before the timestamps align them to four octets. */
static void
reads_timestamps_alone_in_the_usual_place(void **state)
{
	struct tcp_options o;

	assert_true(PARSE(&o, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2));
	assert_true(o.has_timestamp);
	assert_int_equal(o.ts_val, 1);
	assert_int_equal(o.ts_ecr, 2);
	assert_true(PARSE(&o, 8, 10, 0, 0, 0, 3, 0, 0, 0, 4, 1, 1)); /* and at other offsets */
	assert_int_equal(o.ts_val, 3);
	assert_int_equal(o.ts_ecr, 4);
}

/* RFC 2018, 3: blocks have a left and a right edge. */
static void
reads_sack_blocks(void **state)
{
	struct tcp_options o;

	assert_true(PARSE(&o, 1, 1, 5, 18, 0, 0, 0, 1, 0, 0, 0, 9, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 5));
	assert_int_equal(o.nsack, 2);
	assert_int_equal(o.sack[0].from, 1);
	assert_int_equal(o.sack[0].to, 9);
	assert_int_equal(o.sack[1].from, 0xffffffff);
	assert_int_equal(o.sack[1].to, 5);
}

/* RFC 7323, 2.3: a shift above 14 counts as 14. */
static void
window_scale_is_at_most_14(void **state)
{
	struct tcp_options o;

	assert_true(PARSE(&o, 3, 3, 255, 0));
	assert_int_equal(o.wscale, 14);
}

/* RFC 9293, MUST-6: unknown options are ignored. */
static void
unknown_options_are_skipped(void **state)
{
	struct tcp_options o;

	assert_true(PARSE(&o, 253, 6, 9, 9, 9, 9, 2, 4, 0x02, 0x18, 30, 2, 254, 3, 7, 0));
	assert_int_equal(o.mss, 536);
}

static void
known_options_of_wrong_length_are_skipped(void **state)
{
	struct tcp_options o;

	assert_true(PARSE(&o, 2, 3, 5, 3, 4, 7, 7, 4, 3, 0, 8, 6, 0, 0, 0, 0));
	assert_false(o.mss || o.has_wscale || o.sack_permitted || o.has_timestamp);
	assert_true(PARSE(&o, 5, 9, 0, 0, 0, 1, 0, 0, 0));
	assert_int_equal(o.nsack, 0);
	assert_true(PARSE(&o, 5, 2, 0));
	assert_int_equal(o.nsack, 0);
}

/*
 * RFC 9293, MUST-7: an illegal option length, zero for example, must not cause a loop or a crash.
 */
static void
wrong_lengths_are_refused(void **state)
{
	struct tcp_options o;

	assert_false(PARSE(&o, 2, 4, 5, 180, 8, 0, 0, 0));
	assert_int_equal(o.mss, 1460); /* the option before it was read */
	assert_false(PARSE(&o, 8, 1));
	assert_false(PARSE(&o, 8));
	assert_false(PARSE(&o, 1, 1, 1, 2));
	assert_false(PARSE(&o, 8, 10, 0, 0));
	assert_false(PARSE(&o, 99, 255, 0, 0));
}

static void
nothing_counts_after_the_end(void **state)
{
	struct tcp_options o;

	assert_true(PARSE(&o, 0, 2, 4, 5));
	assert_int_equal(o.mss, 0);
	assert_true(parse(NULL, 0, &o));
}

/* RFC 7413, 4.1.1: a cookie of 4 to 16 octets, or an empty one that requests a cookie. */
static void
fast_open_cookie_is_given_by_its_offset(void **state)
{
	struct tcp_options o;

	assert_true(PARSE(&o, 1, 34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1));
	assert_true(o.has_fast_open);
	assert_int_equal(o.fast_open_at, 3);
	assert_int_equal(o.fast_open_len, 8);
	assert_true(PARSE(&o, 34, 2, 1, 1));
	assert_true(o.has_fast_open);
	assert_int_equal(o.fast_open_len, 0);
}

static void
draw_options(struct rng *r, struct tcp_options *o)
{
	*o = (struct tcp_options){0};
	if (rng_below(r, 2))
		o->mss = (uint16_t)(1 + rng_below(r, 65535));
	if ((o->has_wscale = rng_below(r, 2)))
		o->wscale = (uint8_t)rng_below(r, 15);
	o->sack_permitted = rng_below(r, 2);
	if ((o->has_timestamp = rng_below(r, 2))) {
		o->ts_val = (uint32_t)rng_u64(r);
		o->ts_ecr = (uint32_t)rng_u64(r);
	}
	o->nsack = (uint8_t)rng_below(r, 5);
	if (tcp_options_len(o) > TCP_OPTIONS_MAX)
		o->nsack = 0;
	for (int i = 0; i < o->nsack; i++)
		o->sack[i] = (struct tcp_sack_block){(seq_t)rng_u64(r), (seq_t)rng_u64(r)};
}

static void
what_is_written_reads_back_the_same(void **state)
{
	uint8_t out[TCP_OPTIONS_MAX];
	struct tcp_options o, back;
	struct rng r;
	size_t n;

	rng_seed(&r, 5);
	for (int round = 0; round < 5000; round++) {
		draw_options(&r, &o);
		n = tcp_options_put(out, &o);
		assert_int_equal(n, tcp_options_len(&o));
		assert_int_equal(n % 4, 0);
		assert_true(parse(out, n, &back));
		assert_int_equal(back.mss, o.mss);
		assert_int_equal(back.has_wscale, o.has_wscale);
		assert_int_equal(back.wscale, o.wscale);
		assert_int_equal(back.sack_permitted, o.sack_permitted);
		assert_int_equal(back.has_timestamp, o.has_timestamp);
		assert_int_equal(back.ts_val, o.ts_val);
		assert_int_equal(back.ts_ecr, o.ts_ecr);
		assert_int_equal(back.nsack, o.nsack);
		assert_memory_equal(back.sack, o.sack, sizeof o.sack);
	}
}

static void
three_sack_blocks_fit_beside_timestamps(void **state)
{
	struct tcp_options o = {.has_timestamp = true, .nsack = 3};

	assert_int_equal(tcp_options_len(&o), TCP_OPTIONS_MAX);
	o = (struct tcp_options){.nsack = 4};
	assert_int_equal(tcp_options_len(&o), 36);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_the_syn_of_linux),
	    cmocka_unit_test(writes_the_syn_of_linux),
	    cmocka_unit_test(reads_timestamps_alone_in_the_usual_place),
	    cmocka_unit_test(reads_sack_blocks),
	    cmocka_unit_test(window_scale_is_at_most_14),
	    cmocka_unit_test(unknown_options_are_skipped),
	    cmocka_unit_test(known_options_of_wrong_length_are_skipped),
	    cmocka_unit_test(wrong_lengths_are_refused),
	    cmocka_unit_test(nothing_counts_after_the_end),
	    cmocka_unit_test(fast_open_cookie_is_given_by_its_offset),
	    cmocka_unit_test(what_is_written_reads_back_the_same),
	    cmocka_unit_test(three_sack_blocks_fit_beside_timestamps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
