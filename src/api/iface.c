/*
 * api/iface.c - makes interfaces, and exchanges frames with a caller that carries them itself. It
 * does no I/O.
 */
#include "api/impl.h"
#include "host/vnet.h"
#include "net/net.h"

#include <stdlib.h>
#include <string.h>

enum { MTU_DEFAULT = 1500, MTU_MIN = 576, MTU_MAX = 65535 };
enum { FRAME_MAX = PKT_BLOCK_LARGE - PKT_ROOM };

static bool
mac_unset(const uint8_t mac[6])
{
	static const uint8_t none[6];

	return memcmp(mac, none, sizeof none) == 0;
}

/*
 * Chooses a random, locally administered MAC address. The host's number is mixed in, so that hosts
 * that were made with the same seed get different addresses.
 */
static void
draw_mac(struct core *core, uint8_t mac[6])
{
	uint64_t draw = rng_u64(&core->rng) ^ core->number;

	memcpy(mac, &draw, 6);
	mac[0] = 0x02;
}

int
api_iface_check(struct leat_stack *owner, struct api_iface_settings *s)
{
	if (s->flags & ~s->flags_allowed)
		return -LEAT_EINVAL;
	if (!s->name)
		s->name = s->flags & LEAT_IFACE_RAW_IP ? "tun0" : "eth0";
	if (!s->mtu)
		s->mtu = MTU_DEFAULT;
	if (!s->name[0] || strlen(s->name) >= IFACE_NAME || s->mtu < MTU_MIN || s->mtu > MTU_MAX ||
	    s->mac[0] & 1)
		return -LEAT_EINVAL;
	if (mac_unset(s->mac))
		draw_mac(stack_core(owner->stack), s->mac);
	return 0;
}

struct leat_iface *
api_iface_wrap(struct leat_stack *owner)
{
	struct leat_iface *i = calloc(1, sizeof *i);

	if (!i)
		return NULL;
	i->owner = owner;
	list_push(&owner->ifaces, &i->node);
	return i;
}

void
api_iface_unwrap(struct leat_iface *i)
{
	list_del(&i->node);
	free(i);
}

int
api_iface_adopt(struct leat_iface *i, struct iface *iface, uint32_t flags)
{
	int err = 0;

	i->iface = iface;
	i->flags = flags;
	if (flags & LEAT_IFACE_AUTOCONF)
		err = net_autoconf(stack_net(i->owner->stack), iface);
	if (err) /* an interface cannot be removed, but a disabled one sends and receives nothing */
		iface_down(iface);
	return err;
}

int
api_iface_attach(struct leat_iface *i, const struct api_iface_settings *s, struct wire *wire)
{
	struct stack *stack = i->owner->stack;
	struct iface *iface;
	int err;

	if (s->flags & LEAT_IFACE_RAW_IP)
		err = stack_add_rawip(stack, s->name, s->mtu, wire, &iface);
	else
		err = stack_add_ethernet(stack, s->name, s->mtu, s->mac, wire, &iface);
	return err ? err : api_iface_adopt(i, iface, s->flags);
}

/* Passes a frame that the stack sends to the caller's transmit(), and frees it. */
static void
carry(struct wire *wire, struct pkt *frame, nsec_t now)
{
	struct leat_iface *i = container_of(wire, struct leat_iface, wire);
	uint8_t hdr[VNET_HDR_LEN];
	struct pkt_span in[PKT_SLICES + 1];
	struct leat_span out[PKT_SLICES + 2];
	unsigned spans = pkt_spans(frame, in, PKT_SLICES + 1), n = 0;
	size_t len = frame->len;

	if (i->flags & LEAT_IFACE_VNET_HDR) {
		vnet_write(hdr, frame);
		out[n++] = (struct leat_span){hdr, sizeof hdr};
		len += sizeof hdr;
	}
	for (unsigned k = 0; k < spans; k++)
		out[n++] = (struct leat_span){in[k].at, in[k].len};
	i->transmit(i->arg, out, n, len);
	pkt_free(frame);
}

enum {
	OFFLOADS = LEAT_IFACE_SUM | LEAT_IFACE_TSO4 | LEAT_IFACE_TSO6 | LEAT_IFACE_USO,
	IFACE_FLAGS = LEAT_IFACE_RAW_IP | LEAT_IFACE_VNET_HDR | LEAT_IFACE_AUTOCONF | OFFLOADS,
};

static uint32_t
features(uint32_t flags)
{
	uint32_t f = 0;

	f |= flags & LEAT_IFACE_SUM ? WIRE_SUM : 0;
	f |= flags & LEAT_IFACE_TSO4 ? WIRE_TSO4 : 0;
	f |= flags & LEAT_IFACE_TSO6 ? WIRE_TSO6 : 0;
	f |= flags & LEAT_IFACE_USO ? WIRE_USO : 0;
	return f;
}

int
leat_iface_add(struct leat_stack *stack, const struct leat_iface_config *config, struct leat_iface **out)
{
	struct leat_iface_config c;
	struct api_iface_settings s = {.flags_allowed = IFACE_FLAGS};
	struct leat_iface *i;
	int err = api_config(&c, sizeof c, config);

	if (err)
		return err;
	/* To cut segments or compute checksums, the caller needs the header that says where. */
	if (!c.transmit || (c.flags & OFFLOADS && !(c.flags & LEAT_IFACE_VNET_HDR)))
		return -LEAT_EINVAL;
	s.name = c.name;
	s.mtu = c.mtu;
	s.flags = c.flags;
	memcpy(s.mac, c.mac, sizeof s.mac);
	err = api_iface_check(stack, &s);
	if (err)
		return err;
	i = api_iface_wrap(stack);
	if (!i)
		return -LEAT_ENOMEM;
	i->wire = (struct wire){.features = features(c.flags), .transmit = carry};
	i->transmit = c.transmit;
	i->arg = c.arg;
	err = api_iface_attach(i, &s, &i->wire);
	if (!err)
		*out = i;
	else if (!i->iface) /* if the interface was made, the stack still points to i->wire */
		api_iface_unwrap(i);
	return err;
}

int
leat_iface_input(struct leat_iface *iface, const void *frame, size_t len, int64_t now)
{
	struct core *core = stack_core(iface->owner->stack);
	bool vnet = iface->flags & LEAT_IFACE_VNET_HDR;
	const uint8_t *octets = frame;
	size_t skip = vnet ? VNET_HDR_LEN : 0;
	struct pkt *p;

	if (!iface->transmit)
		return -LEAT_EINVAL;
	if (len < skip) {
		drop_note(core, NULL, DROP_VIRTIO_BAD);
		return -LEAT_EINVAL;
	}
	if (len - skip > FRAME_MAX) {
		drop_note(core, NULL, DROP_IFACE_MTU);
		return -LEAT_EMSGSIZE;
	}
	p = pkt_from_bytes(core->pool, octets + skip, len - skip);
	if (!p) {
		drop_note(core, NULL, DROP_POOL_EMPTY);
		return -LEAT_ENOBUFS;
	}
	p->stamp = now;
	if (vnet && !vnet_read(octets, p, iface->flags & LEAT_IFACE_RAW_IP)) {
		pkt_drop(core, p, DROP_VIRTIO_BAD);
		return -LEAT_EINVAL;
	}
	stack_input(iface->owner->stack, iface->iface, p, now);
	return 0;
}

void
leat_iface_info(const struct leat_iface *iface, struct leat_iface_info *info, size_t size)
{
	const struct iface *i = iface->iface;
	struct leat_iface_info out = {.index = i->index, .mtu = i->mtu};

	memcpy(out.name, i->name, sizeof out.name);
	memcpy(out.mac, i->mac, sizeof out.mac);
	out.rx_frames = i->count.rx_frames;
	out.rx_octets = i->count.rx_octets;
	out.tx_frames = i->count.tx_frames;
	out.tx_octets = i->count.tx_octets;
	out.rx_other_groups = i->count.rx_other_groups;
	api_fill(info, size, &out, sizeof out);
}
