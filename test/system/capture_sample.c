/*
 * test/system/capture_sample.c - writes a capture of the emulated link to its output, for tshark to read: super-segments of TCP over
 * IPv4 and IPv6, and of UDP, cut and completed by us, lost, duplicated and delayed by the link.
 */
#include "link/emu.h"
#include "link/pcapng.h"
#include "wire/checksum.h"
#include "wire/eth.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include <stdio.h>
#include <stdlib.h>

enum { PAYLOAD = 20000, MSS = 1448, SNAPLEN = 65535, ROUNDS = 20 };

static const nsec_t wall = 1700000000 * SEC;

static struct ipaddr
addr(const char *text)
{
	struct ipaddr a;

	if (ipaddr_parse(text, &a))
		abort();
	return a;
}

static void
write_out(const struct pcapng_buf *b)
{
	if (fwrite(b->at, 1, b->len, stdout) != b->len)
		exit(1);
}

static void
capture(void *arg, unsigned side, bool sent, const struct pkt *frame, nsec_t when)
{
	static uint8_t room[SNAPLEN + PCAPNG_PACKET_ROOM];
	struct pcapng_buf b = {room, 0, sizeof room};
	const struct pcapng_packet about = {
	    .interface = side, .sent = sent, .when = wall + when, .comment = sent ? "as sent" : "as it came"};

	pcapng_packet(&b, &about, frame, SNAPLEN);
	write_out(&b);
}

static void
push_transport(struct pkt *p, bool udp, seq_t seq)
{
	if (udp) {
		p->l4 = pkt_push(p, UDP_HDR_LEN);
		udp_put(p->l4, 4000, 9, (uint16_t)p->len);
		p->sum_off = UDP_SUM;
		return;
	}
	p->l4 = pkt_push(p, TCP_HDR_LEN);
	tcp_put(p->l4, 4000, 9, seq, 1, TCP_HDR_LEN, TCP_ACK | TCP_PSH, 1000);
	p->sum_off = TCP_SUM;
}

static void
push_network(struct pkt *p, bool v6, bool udp, uint16_t id)
{
	struct ipaddr src = addr(v6 ? "fd00:2::15" : "10.0.2.15"), dst = addr(v6 ? "fd00:2::2" : "10.0.2.2");
	uint8_t proto = udp ? IP_PROTO_UDP : IP_PROTO_TCP;
	uint16_t sum = checksum_pseudo(&src, &dst, proto, p->len);

	memcpy(p->l4 + p->sum_off, &sum, sizeof sum);
	p->sum = PKT_SUM_PARTIAL;
	p->l3_len = v6 ? IP6_HDR_LEN : IP4_HDR_LEN;
	p->l3 = pkt_push(p, p->l3_len);
	if (v6) {
		ip6_put(p->l3, 0, 0x1234, (uint16_t)(p->len - IP6_HDR_LEN), proto, 64, &src, &dst);
		return;
	}
	ip4_put(p->l3, 0, (uint16_t)p->len, id, IP4_DF, 64, proto, &src, &dst);
	checksum_put(p->l3 + IP4_SUM, checksum_add(p->l3, IP4_HDR_LEN, 0));
}

/* A super-segment of one of the three kinds. */
static struct pkt *
frame(struct pkt_pool *pool, struct pkt_block *payload, enum pkt_seg kind, uint32_t round)
{
	static const uint8_t dst[6] = {2, 0, 0, 0, 0, 2}, src[6] = {2, 0, 0, 0, 0, 1};
	bool v6 = kind == PKT_SEG_TCP6, udp = kind == PKT_SEG_UDP;
	struct pkt *p = pkt_new(pool);

	if (!p || !pkt_append(p, payload, round, PAYLOAD))
		abort();
	push_transport(p, udp, 1 + round * PAYLOAD);
	push_network(p, v6, udp, (uint16_t)(round * 100));
	eth_put(pkt_push(p, ETH_HDR_LEN), dst, src, v6 ? ETH_TYPE_IP6 : ETH_TYPE_IP4);
	p->seg = (uint8_t)kind;
	p->seg_size = MSS;
	p->segs = (PAYLOAD + MSS - 1) / MSS;
	return p;
}

int
main(void)
{
	static uint8_t room[4096];
	struct pcapng_buf b = {room, 0, sizeof room};
	struct pkt_pool *pool = pkt_pool_new(16 << 20);
	struct pkt_block *payload = pkt_block_new(pool, PKT_BLOCK_LARGE);
	struct emu_config config = {
	    .dir[EMU_UP] = {.delay = 10 * MSEC, .loss = 20000000, .dup = 20000000, .rate = 100000000},
	    .seed = 1};
	const struct pcapng_name names[] = {{addr("10.0.2.15"), "program"}, {addr("10.0.2.2"), "gateway"}};
	struct emu *emu = emu_new(&config);
	struct pkt *p;

	for (size_t i = 0; i < payload->size; i++)
		payload->data[i] =
		    (uint8_t)('a' + (i * 31 + i / 256) % 26); /* octets that tshark takes for no protocol */
	pcapng_section(&b, "test");
	pcapng_interface(&b, "program", "the program's side", PCAPNG_LINK_ETHERNET, SNAPLEN);
	pcapng_interface(&b, "gateway", "the gateway's side", PCAPNG_LINK_ETHERNET, SNAPLEN);
	pcapng_names(&b, names, 2);
	write_out(&b);
	emu_tap(emu, capture, NULL);
	for (uint32_t round = 0; round < ROUNDS; round++) {
		struct wire *w = emu_wire(emu, 0);

		for (unsigned kind = PKT_SEG_TCP4; kind <= PKT_SEG_UDP; kind++)
			w->transmit(w, frame(pool, payload, (enum pkt_seg)kind, round), round * 10 * MSEC);
		while ((p = emu_receive(emu, 1, round * 10 * MSEC)))
			pkt_free(p);
	}
	while ((p = emu_receive(emu, 1, SEC)))
		pkt_free(p);
	b.len = 0;
	pcapng_statistics(&b, 0, wall + SEC, emu_counters(emu, EMU_UP)->frames, 0, NULL);
	pcapng_statistics(
	    &b, 1, wall + SEC, emu_counters(emu, EMU_UP)->delivered, emu_counters(emu, EMU_UP)->lost, NULL);
	write_out(&b);
	fprintf(stderr, "%llu %llu\n", (unsigned long long)emu_counters(emu, EMU_UP)->frames,
	    (unsigned long long)emu_counters(emu, EMU_UP)->delivered);
	emu_free(emu);
	pkt_block_unref(payload);
	pkt_pool_free(pool);
	return 0;
}
