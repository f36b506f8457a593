/*
 * host/vnet.c - translates between the virtio-net header (Virtual I/O Device version 1.2, 5.1.6)
 * and the marks on a packet, and checks what it reads against the frame. It does no I/O.
 */
#include "host/vnet.h"

#include "base/bytes.h"

#include <linux/virtio_net.h>

enum {
	VNET_FLAGS = 0,
	VNET_GSO_TYPE = 1,
	VNET_HDR_SIZE = 2,
	VNET_GSO_SIZE = 4,
	VNET_CSUM_START = 6,
	VNET_CSUM_OFFSET = 8
};
enum { GSO_UDP_L4 = 5 }; /* VIRTIO_NET_HDR_GSO_UDP_L4: newer than Debian 12's headers */
enum { TYPE_IP4 = 0x0800, TYPE_IP6 = 0x86dd, TYPE_VLAN = 0x8100, TYPE_QINQ = 0x88a8 };
enum { PROTO_TCP = 6, ETH_LEN = 14, TCP_MIN = 20, TCP_SUM_OFF = 16 };

/* The header is in the machine's byte order, which base/bytes.h assumes to be little-endian. */
static uint16_t
le16_get(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static void
le16_put(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static const uint8_t gso_of_seg[] = {
    [PKT_SEG_NONE] = VIRTIO_NET_HDR_GSO_NONE,
    [PKT_SEG_TCP4] = VIRTIO_NET_HDR_GSO_TCPV4,
    [PKT_SEG_TCP6] = VIRTIO_NET_HDR_GSO_TCPV6,
    [PKT_SEG_UDP] = GSO_UDP_L4,
};

void
vnet_write(uint8_t hdr[static VNET_HDR_LEN], const struct pkt *frame)
{
	size_t l4_off = frame->l4 ? (size_t)(frame->l4 - frame->data) : 0;
	size_t l4_len = frame->seg == PKT_SEG_UDP ? 8 : 0;

	memset(hdr, 0, VNET_HDR_LEN);
	if (frame->sum == PKT_SUM_PARTIAL) {
		hdr[VNET_FLAGS] = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		le16_put(hdr + VNET_CSUM_START, l4_off);
		le16_put(hdr + VNET_CSUM_OFFSET, frame->sum_off);
	}
	if (frame->seg == PKT_SEG_NONE)
		return;
	if (frame->seg != PKT_SEG_UDP) {
		l4_len = (size_t)(frame->l4[12] >> 4) * 4;
		if (frame->l4[13] & 0x80) /* CWR: only the first segment has it */
			hdr[VNET_GSO_TYPE] = VIRTIO_NET_HDR_GSO_ECN;
	}
	hdr[VNET_GSO_TYPE] |= gso_of_seg[frame->seg];
	le16_put(hdr + VNET_HDR_SIZE, l4_off + l4_len);
	le16_put(hdr + VNET_GSO_SIZE, frame->seg_size);
}

/*
 * Returns the offset of the network header, after VLAN tags, and sets *@type. With @raw_ip it is 0.
 * Returns SIZE_MAX if the frame is too short.
 */
static size_t
find_l3(const struct pkt *p, bool raw_ip, uint16_t *type)
{
	size_t off = ETH_LEN;

	if (raw_ip) {
		*type = p->linear > 0 && p->data[0] >> 4 == 6 ? TYPE_IP6 : TYPE_IP4;
		return 0;
	}
	if (p->linear < off)
		return SIZE_MAX;
	*type = be16_get(p->data + off - 2);
	while (*type == TYPE_VLAN || *type == TYPE_QINQ) {
		off += 4;
		if (p->linear < off)
			return SIZE_MAX;
		*type = be16_get(p->data + off - 2);
	}
	return off;
}

/*
 * Marks the checksum as partial, from csum_start on. Returns false if an offset lies outside the
 * frame.
 */
static bool
read_sum(struct pkt *p, const uint8_t *hdr, size_t l3)
{
	size_t start = le16_get(hdr + VNET_CSUM_START), field = le16_get(hdr + VNET_CSUM_OFFSET);

	if (start <= l3 || start + field + 2 > p->linear)
		return false;
	p->l3 = p->data + l3;
	p->l4 = p->data + start;
	p->l3_len = (uint16_t)(start - l3);
	p->sum = PKT_SUM_PARTIAL;
	p->sum_off = (uint16_t)field;
	return true;
}

/* Returns true if the network header at l3 fits @type, and TCP at l4 can follow it. */
static bool
carries_tcp(const struct pkt *p, uint16_t type)
{
	const uint8_t *ip = p->l3;

	if (type == TYPE_IP4)
		return p->l3_len >= 20 && ip[0] >> 4 == 4 && (ip[0] & 15) * 4 == p->l3_len &&
		       ip[9] == PROTO_TCP;
	/*
	 * Extension headers may follow the IPv6 header. The network layer reads them, and counts
	 * errors.
	 */
	return type == TYPE_IP6 && p->l3_len >= 40 && ip[0] >> 4 == 6;
}

static bool
read_gso(struct pkt *p, const uint8_t *hdr, uint16_t type)
{
	unsigned gso = hdr[VNET_GSO_TYPE] & ~VIRTIO_NET_HDR_GSO_ECN, size = le16_get(hdr + VNET_GSO_SIZE);
	uint16_t want = gso == VIRTIO_NET_HDR_GSO_TCPV4 ? TYPE_IP4 : TYPE_IP6;
	size_t headers;

	if (gso != VIRTIO_NET_HDR_GSO_TCPV4 && gso != VIRTIO_NET_HDR_GSO_TCPV6)
		return false;
	if (p->sum != PKT_SUM_PARTIAL || p->sum_off != TCP_SUM_OFF || size == 0 || type != want ||
	    !carries_tcp(p, type))
		return false;
	headers = (size_t)(p->l4 - p->data);
	if (headers + TCP_MIN > p->linear || p->l4[12] >> 4 < 5)
		return false;
	headers += (size_t)(p->l4[12] >> 4) * 4;
	if (headers > p->linear)
		return false;
	if (p->len - headers <= size)
		return true; /* it is a single segment */
	p->seg = gso == VIRTIO_NET_HDR_GSO_TCPV4 ? PKT_SEG_TCP4 : PKT_SEG_TCP6;
	p->seg_size = (uint16_t)size;
	p->segs = (uint16_t)((p->len - headers + size - 1) / size);
	return true;
}

bool
vnet_read(const uint8_t hdr[static VNET_HDR_LEN], struct pkt *frame, bool raw_ip)
{
	uint16_t type = 0;
	size_t l3 = find_l3(frame, raw_ip, &type);

	if (hdr[VNET_FLAGS] & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
		if (l3 == SIZE_MAX || !read_sum(frame, hdr, l3))
			return false;
	} else if (hdr[VNET_FLAGS] & VIRTIO_NET_HDR_F_DATA_VALID) {
		frame->sum = PKT_SUM_VALID;
	}
	if ((hdr[VNET_GSO_TYPE] & ~VIRTIO_NET_HDR_GSO_ECN) == VIRTIO_NET_HDR_GSO_NONE)
		return true;
	return read_gso(frame, hdr, type);
}
