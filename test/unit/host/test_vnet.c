#include "../pool.h"
#include "host/vnet.h"

#include "wire/ip4.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ETH = 14, L4 = ETH + 20, DATA = L4 + 20 };

static struct pkt_pool *pool;

static int
make_pool(void **state)
{
	pool = pkt_pool_new(1 << 20);
	return pool ? 0 : -1;
}

static int
pool_is_full_again(void **state)
{
	pool_end(pool);
	return 0;
}

/* An Ethernet frame with IPv4 and TCP headers and @len octets of payload. */
static struct pkt *
tcp_frame(size_t len)
{
	uint8_t octets[4096] = {0};
	struct ipaddr a = ipaddr_v4(0x0a000202), b = ipaddr_v4(0x0a00020f);

	be16_put(octets + 12, 0x0800);
	ip4_put(octets + ETH, 0, (uint16_t)(40 + len), 1, IP4_DF, 64, IP_PROTO_TCP, &a, &b);
	octets[L4 + 12] = 5 << 4;
	octets[L4 + 13] = 0x10;
	return pkt_from_bytes(pool, octets, DATA + len);
}

static void
le16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static void
header(uint8_t h[VNET_HDR_LEN], unsigned flags, unsigned gso, unsigned size, unsigned start, unsigned off)
{
	memset(h, 0, VNET_HDR_LEN);
	h[0] = (uint8_t)flags;
	h[1] = (uint8_t)gso;
	le16(h + 2, DATA);
	le16(h + 4, size);
	le16(h + 6, start);
	le16(h + 8, off);
}

/* Virtio 1.2, 5.1.6.2: the reader finds the same marks that the writer had. */
static void
a_super_segment_is_the_same_after_writing_and_reading(void **state)
{
	uint8_t h[VNET_HDR_LEN];
	struct pkt *p = tcp_frame(3500), *q = tcp_frame(3500);

	p->l3 = p->data + ETH;
	p->l4 = p->data + L4;
	p->l3_len = 20;
	p->sum = PKT_SUM_PARTIAL;
	p->sum_off = 16;
	p->seg = PKT_SEG_TCP4;
	p->seg_size = 1460;
	p->segs = 3;
	vnet_write(h, p);
	assert_true(vnet_read(h, q, false));
	assert_int_equal(q->seg, PKT_SEG_TCP4);
	assert_int_equal(q->seg_size, 1460);
	assert_int_equal(q->segs, 3);
	assert_int_equal(q->sum, PKT_SUM_PARTIAL);
	assert_int_equal(q->sum_off, 16);
	assert_int_equal(q->l3_len, 20);
	assert_ptr_equal(q->l4, q->data + L4);
	pkt_free(p);
	pkt_free(q);
}

static void
the_network_header_is_found_after_a_vlan_tag(void **state)
{
	uint8_t h[VNET_HDR_LEN], octets[ETH + 4 + 20 + 8 + 6] = {0};
	struct pkt *p;

	be16_put(octets + 12, 0x8100);
	be16_put(octets + 16, 0x0800);
	octets[18] = 0x45;
	p = pkt_from_bytes(pool, octets, sizeof octets);
	header(h, 1, 0, 0, 38, 6);
	assert_true(vnet_read(h, p, false));
	assert_ptr_equal(p->l3, p->data + 18);
	assert_ptr_equal(p->l4, p->data + 38);
	pkt_free(p);
}

static void
a_super_segment_of_one_segment_is_an_ordinary_packet(void **state)
{
	uint8_t h[VNET_HDR_LEN];
	struct pkt *p = tcp_frame(1000);

	header(h, 1, 1, 1460, L4, 16);
	assert_true(vnet_read(h, p, false));
	assert_int_equal(p->seg, PKT_SEG_NONE);
	assert_int_equal(p->segs, 1);
	pkt_free(p);
}

static void
a_header_that_does_not_fit_the_frame_is_refused(void **state)
{
	static const struct {
		unsigned flags, gso, size, start, off;
	} lies[] = {
	    {1, 0, 0, 5000, 16},      /* the checksum begins after the frame */
	    {1, 0, 0, L4, 60000},     /* its field lies after the frame */
	    {1, 0, 0, ETH, 16},       /* it begins at the network header */
	    {1, 0, 0, 0, 0},          /* at the Ethernet header */
	    {0, 1, 1460, L4, 16},     /* a super-segment with a finished checksum */
	    {1, 1, 0, L4, 16},        /* segments of size 0 */
	    {1, 4, 1460, L4, 16},     /* says IPv6, is IPv4 */
	    {1, 1, 1460, L4, 6},      /* TCP's checksum where UDP has it */
	    {1, 1, 1460, L4 + 4, 16}, /* not where the IPv4 header ends */
	    {1, 3, 1460, L4, 16},     /* UDP fragmentation, which Leat did not ask for */
	    {1, 99, 1460, L4, 16},    /* not a GSO type */
	};

	for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
		uint8_t h[VNET_HDR_LEN];
		struct pkt *p = tcp_frame(3000);

		header(h, lies[i].flags, lies[i].gso, lies[i].size, lies[i].start, lies[i].off);
		if (vnet_read(h, p, false))
			fail_msg("the wrong header %zu was accepted", i);
		pkt_free(p);
	}
}

static void
a_runt_with_an_offload_is_refused(void **state)
{
	for (size_t len = 0; len < DATA; len++) {
		uint8_t h[VNET_HDR_LEN], octets[DATA] = {0};
		struct pkt *p;

		be16_put(octets + 12, 0x0800);
		octets[ETH] = 0x45;
		octets[ETH + 9] = 6;
		p = pkt_from_bytes(pool, octets, len);
		header(h, 1, 1, 1460, L4, 16);
		assert_false(vnet_read(h, p, false));
		pkt_free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_super_segment_is_the_same_after_writing_and_reading),
	    cmocka_unit_test(the_network_header_is_found_after_a_vlan_tag),
	    cmocka_unit_test(a_super_segment_of_one_segment_is_an_ordinary_packet),
	    cmocka_unit_test(a_header_that_does_not_fit_the_frame_is_refused),
	    cmocka_unit_test(a_runt_with_an_offload_is_refused),
	};

	return cmocka_run_group_tests(tests, make_pool, pool_is_full_again);
}
