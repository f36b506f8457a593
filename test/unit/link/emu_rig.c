/*
 * test/unit/link/emu_rig.c - the pool, the core and the frames of the emulated link's tests.
 */
#include "emu_rig.h"

#include "../pool.h"
#include "base/bytes.h"
#include "wire/checksum.h"

#include <string.h>

static void
hear(struct sink *sink, const struct event *e)
{
	struct emu_rig *r = container_of(sink, struct emu_rig, sink);

	if (e->kind != EVENT_LINK)
		return;
	r->verdicts[e->link.verdict]++;
	if (e->link.verdict == LINK_DELIVERED)
		r->delivered_when = e->when;
}

void
emu_rig_start(struct emu_rig *r, size_t limit)
{
	struct core_config config = {.number = 1, .seed = 1, .sink = &r->sink};

	memset(r, 0, sizeof *r);
	r->sink = (struct sink){1u << EVENT_LINK, hear};
	r->pool = config.pool = pkt_pool_new(limit);
	r->core = core_new(&config);
	assert_non_null(r->core);
}

void
emu_rig_end(struct emu_rig *r)
{
	core_free(r->core);
	pool_end(r->pool);
}

int
emu_rig_setup(void **state)
{
	static struct emu_rig rig;

	emu_rig_start(&rig, RIG_POOL);
	*state = &rig;
	return 0;
}

int
emu_rig_teardown(void **state)
{
	emu_rig_end(*state);
	return 0;
}

struct emu *
emu_up(struct emu_rig *r, const struct emu_impair *up, uint64_t seed)
{
	struct emu_config config = {.dir[EMU_UP] = *up, .seed = seed, .drop_core = {r->core, r->core}};
	struct emu *emu = emu_new(&config);

	assert_non_null(emu);
	return emu;
}

void
send(struct emu_rig *r, struct emu *emu, unsigned end, uint32_t number, size_t len, nsec_t now)
{
	uint8_t octets[2000] = {0};

	be32_put(octets, number);
	transmit(emu, end, pkt_from_bytes(r->pool, octets, len), now);
}

int64_t
receive(struct emu *emu, unsigned end, nsec_t *when)
{
	struct pkt *p = emu_receive(emu, end, NSEC_NEVER - 1);
	uint8_t number[4];

	if (!p)
		return -1;
	pkt_copy_out(p, 0, number, 4);
	*when = p->stamp;
	pkt_free(p);
	return be32_get(number);
}

void
assert_arrives(struct emu_rig *r, struct emu *emu, int64_t number, nsec_t at)
{
	nsec_t when;

	assert_int_equal(emu_next(emu), at);
	assert_null(emu_receive(emu, 1, at - 1));
	assert_int_equal(receive(emu, 1, &when), number);
	assert_int_equal(when, at);
	assert_int_equal(r->delivered_when, at);
}

struct pkt *
tcp_packet(struct emu_rig *r, struct pkt_block *block, uint32_t payload, seq_t seq)
{
	struct ipaddr src = ipaddr_v4(0x0a000001), dst = ipaddr_v4(0x0a000002);
	struct pkt *p = pkt_new(r->pool);
	uint16_t sum;

	if (!p)
		return NULL;
	assert_true(pkt_append(p, block, 0, payload));
	p->l4 = pkt_push(p, TCP_HDR_LEN);
	tcp_put(p->l4, 1, 2, seq, 4, TCP_HDR_LEN, TCP_ACK, 100);
	sum = checksum_pseudo(&src, &dst, IP_PROTO_TCP, p->len);
	memcpy(p->l4 + TCP_SUM, &sum, 2);
	p->l3 = pkt_push(p, IP4_HDR_LEN);
	ip4_put(p->l3, 0, (uint16_t)p->len, 1, IP4_DF, 64, IP_PROTO_TCP, &src, &dst);
	p->l3_len = IP4_HDR_LEN;
	p->sum = PKT_SUM_PARTIAL;
	p->sum_off = TCP_SUM;
	if (payload > RIG_MSS) {
		p->seg = PKT_SEG_TCP4;
		p->seg_size = RIG_MSS;
		p->segs = (uint16_t)((payload + RIG_MSS - 1) / RIG_MSS);
	}
	return p;
}
