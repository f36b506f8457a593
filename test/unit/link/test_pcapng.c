/*
 * Capture files (draft-ietf-opsawg-pcapng), read by a parser that shares no code with the encoder.
 */
#include "../pool.h"
#include "link/pcapng.h"
#include "pkt/pkt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { ROOM = 8192 };

struct fixture {
	struct pkt_pool *pool;
	uint8_t room[ROOM];
	struct pcapng_buf buf;
};

static int
setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof f);
	f.pool = pkt_pool_new(1 << 20);
	f.buf = (struct pcapng_buf){f.room, 0, sizeof f.room};
	*state = &f;
	return f.pool ? 0 : -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	pool_end(f->pool);
	return 0;
}

static uint32_t
u32(const uint8_t *p)
{
	return (uint32_t)(p[0] | p[1] << 8 | p[2] << 16) | (uint32_t)p[3] << 24;
}

static uint16_t
u16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

/*
 * Returns the option @code of a block, among those that begin at @at, and its length in *len.
 * Returns NULL if there is none.
 */
static const uint8_t *
option(const uint8_t *block, size_t at, uint16_t code, uint16_t *len)
{
	size_t end = u32(block + 4) - 4;

	while (at < end && u16(block + at) != 0) {
		*len = u16(block + at + 2);
		if (u16(block + at) == code)
			return block + at + 4;
		at += 4 + ((*len + 3u) & ~3u);
	}
	return NULL;
}

static struct pkt *
packet(struct fixture *f, size_t len)
{
	uint8_t octets[256];

	for (size_t i = 0; i < len; i++)
		octets[i] = (uint8_t)i;
	return pkt_from_bytes(f->pool, octets, len);
}

static void
every_block_is_padded_and_has_its_length_at_both_ends(void **state)
{
	struct fixture *f = *state;
	unsigned blocks = 0;

	pcapng_section(&f->buf, "1.2.3");
	pcapng_interface(&f->buf, "a", "the odd one", PCAPNG_LINK_ETHERNET, 65535);
	for (size_t len = 60; len < 64; len++) {
		struct pkt *p = packet(f, len);

		pcapng_packet(&f->buf, &(struct pcapng_packet){.comment = "x"}, p, 65535);
		pkt_free(p);
	}
	pcapng_statistics(&f->buf, 0, 1, 2, 3, NULL);
	for (size_t at = 0; at < f->buf.len; blocks++) {
		uint32_t len = u32(f->room + at + 4);

		assert_int_equal(len % 4, 0);
		assert_true(at + len <= f->buf.len);
		assert_int_equal(u32(f->room + at + len - 4), len);
		at += len;
	}
	assert_int_equal(blocks, 7);
}

static void
the_section_begins_with_the_magic_in_this_machines_order(void **state)
{
	struct fixture *f = *state;
	uint16_t len;

	pcapng_section(&f->buf, "1.2.3");
	assert_int_equal(u32(f->room), 0x0a0d0d0a);
	assert_int_equal(u32(f->room + 8), 0x1a2b3c4d);
	assert_memory_equal(option(f->room, 24, 4, &len), "leat 1.2.3", 10);
	assert_int_equal(len, 10);
}

static void
a_packet_keeps_time_to_the_nanosecond_direction_and_comment(void **state)
{
	struct fixture *f = *state;
	const int64_t when = 1793232000123456789;
	struct pkt *p = packet(f, 61);
	const uint8_t *b = f->room;
	uint16_t len;

	pcapng_packet(&f->buf,
	    &(struct pcapng_packet){.interface = 1, .sent = true, .when = when, .comment = "again: RTO"}, p,
	    65535);
	pkt_free(p);
	assert_int_equal(u32(b), 6);
	assert_int_equal(u32(b + 8), 1);
	assert_true(((uint64_t)u32(b + 12) << 32 | u32(b + 16)) == (uint64_t)when);
	assert_int_equal(u32(b + 20), 61);
	assert_int_equal(u32(b + 24), 61);
	for (unsigned i = 0; i < 61; i++)
		assert_int_equal(b[28 + i], i);
	assert_memory_equal(option(b, 28 + 64, 1, &len), "again: RTO", 10);
	assert_int_equal(len, 10);
	assert_int_equal(u32(option(b, 28 + 64, 2, &len)), 2);
}

static void
the_snaplen_cuts_the_data_but_not_the_length(void **state)
{
	struct fixture *f = *state;
	struct pkt *p = packet(f, 200);

	pcapng_packet(&f->buf, &(struct pcapng_packet){0}, p, 96);
	pkt_free(p);
	assert_int_equal(u32(f->room + 20), 96);
	assert_int_equal(u32(f->room + 24), 200);
}

static void
an_empty_comment_is_no_option(void **state)
{
	struct fixture *f = *state;
	struct pkt *p = packet(f, 60);
	uint16_t len;

	pcapng_packet(&f->buf, &(struct pcapng_packet){.comment = ""}, p, 65535);
	pkt_free(p);
	assert_null(option(f->room, 28 + 60, 1, &len));
}

static void
a_comment_is_not_cut_within_a_character(void **state)
{
	struct fixture *f = *state;
	char comment[PCAPNG_COMMENT_MAX + 10] = {0};
	struct pkt *p = packet(f, 4);
	uint16_t len = 0;

	memset(comment, 'a', PCAPNG_COMMENT_MAX - 1);
	strcat(comment, "\u20ac!");
	pcapng_packet(&f->buf, &(struct pcapng_packet){.comment = comment}, p, 65535);
	assert_non_null(option(f->room, 32, 1, &len));
	assert_int_equal(len, PCAPNG_COMMENT_MAX - 1);
	pkt_free(p);
}

static void
names_are_records_of_address_and_text(void **state)
{
	struct fixture *f = *state;
	const struct pcapng_name names[] = {{ipaddr_v4(0x0a00020f), "program"}, {IPADDR_LOOPBACK6, "six"}};
	const uint8_t *r = f->room + 8;

	pcapng_names(&f->buf, names, 2);
	assert_int_equal(u32(f->room), 4);
	assert_int_equal(u16(r), 1);
	assert_int_equal(u16(r + 2), 4 + 8);
	assert_memory_equal(r + 4, "\x0a\0\2\x0fprogram", 12);
	r += 4 + 12;
	assert_int_equal(u16(r), 2);
	assert_int_equal(u16(r + 2), 16 + 4);
	assert_memory_equal(r + 4 + 15, "\1six", 5);
	r += 4 + 20;
	assert_int_equal(u32(r), 0);
	assert_int_equal(u32(r + 4), f->buf.len);
	assert_int_equal(u32(f->room + 4), f->buf.len);
}

static void
interfaces_count_in_nanoseconds(void **state)
{
	struct fixture *f = *state;
	uint16_t len;

	pcapng_interface(&f->buf, "program", NULL, PCAPNG_LINK_ETHERNET, 65535);
	assert_int_equal(u16(f->room + 8), PCAPNG_LINK_ETHERNET);
	assert_int_equal(*option(f->room, 16, 9, &len), 9);
	assert_memory_equal(option(f->room, 16, 2, &len), "program", 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		every_block_is_padded_and_has_its_length_at_both_ends, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		the_section_begins_with_the_magic_in_this_machines_order, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_packet_keeps_time_to_the_nanosecond_direction_and_comment, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_snaplen_cuts_the_data_but_not_the_length, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_comment_is_not_cut_within_a_character, setup, teardown),
	    cmocka_unit_test_setup_teardown(names_are_records_of_address_and_text, setup, teardown),
	    cmocka_unit_test_setup_teardown(an_empty_comment_is_no_option, setup, teardown),
	    cmocka_unit_test_setup_teardown(interfaces_count_in_nanoseconds, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
