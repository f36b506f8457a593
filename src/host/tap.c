/*
 * host/tap.c - opens a TAP or TUN device and moves frames between it and a wire: with a system call
 * for each, or many at once through a ring (tap_ring.h). It does not look into a frame beyond its
 * virtio-net header (vnet.h).
 */
#include "host/tap.h"

#include "base/err.h"
#include "core/core.h"
#include "host/feature.h"
#include "host/loop.h"
#include "host/tap_ring.h"
#include "host/vnet.h"
#include "pkt/queue.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
	TAP_BATCH = 64,   /* frames read per turn, so that other descriptors get their turn */
	TAP_RINGS = 3,    /* the same limit for reads of a whole ring */
	TAP_QUEUE = 1000, /* frames that may wait, as Linux's txqueuelen */
	TAP_QUEUE_OCTETS = 4 << 20,
	TAP_COPY_MAX =
	    16384, /* a shorter rest of a frame is copied, so that it does not hold a block of 64 KiB */
	TAP_USO = 0x20 | 0x40, /* TUN_F_USO4 | TUN_F_USO6: newer than Debian 12's headers */
};

struct tap {
	struct wire wire;
	struct loop_fd w;
	struct tap_config config;
	char name[IFNAMSIZ];
	bool vnet;
	struct tap_ring *ring;          /* NULL: one system call for each frame */
	struct loop_source source;      /* flushes the ring before the loop sleeps */
	struct pkt_queue waiting, came; /* frames to write; frames read, for the callback */
	struct pkt_block
	    *spill; /* for the octets that do not fit a small block; NULL: a packet has taken it */
	uint8_t trash[PKT_BLOCK_SMALL]; /* a frame is read to here if there is no memory for it */
};

static struct tap *
tap_of_wire(struct wire *wire)
{
	return container_of(wire, struct tap, wire);
}

/* Writing */

/* Returns 0; -LEAT_EAGAIN if the device is full; or the error with which it refused the frame. */
static int
tap_write(struct tap *tap, const struct pkt *frame)
{
	uint8_t hdr[VNET_HDR_LEN];
	struct iovec iov[TAP_VECTOR_MAX];
	unsigned n = tap_vector(frame, tap->vnet, hdr, iov);

	while (writev(tap->w.fd, iov, (int)n) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

static void
tap_written(struct tap *tap, struct pkt *frame, int e)
{
	if (e == 0)
		pkt_free(frame);
	else
		pkt_drop(tap->config.core, frame, e == -LEAT_EIO ? DROP_IFACE_DOWN : DROP_HOST_DEVICE);
}

static void
tap_flush(struct tap *tap)
{
	struct pkt *frame;

	while ((frame = pkt_queue_first(&tap->waiting))) {
		int e = tap_write(tap, frame);

		if (e == -LEAT_EAGAIN)
			return;
		pkt_queue_remove(&tap->waiting, frame);
		tap_written(tap, frame, e);
	}
	loop_mod(tap->config.loop, &tap->w, EPOLLIN);
}

/* Queues a frame until the device takes more. Drops it if the queue is full. */
static void
tap_wait(struct tap *tap, struct pkt *frame)
{
	if (tap->waiting.count >= TAP_QUEUE || tap->waiting.octets + frame->len > TAP_QUEUE_OCTETS) {
		pkt_drop(tap->config.core, frame, DROP_HOST_QUEUE);
		return;
	}
	pkt_queue_push(&tap->waiting, frame);
	loop_mod(tap->config.loop, &tap->w, EPOLLIN | EPOLLOUT);
}

/* Handles the result of a write: written, refused, or to be tried again later. */
static void
tap_tried(void *arg, struct pkt *frame, int e)
{
	struct tap *tap = arg;

	if (e == -LEAT_EAGAIN)
		tap_wait(tap, frame);
	else
		tap_written(tap, frame, e);
}

static void
tap_ring_send(struct tap *tap)
{
	if (tap->ring)
		tap_ring_flush(tap->ring, tap_tried, tap);
}

static void
tap_transmit(struct wire *wire, struct pkt *frame, nsec_t now)
{
	struct tap *tap = tap_of_wire(wire);

	if (tap->ring && !tap->waiting.count) {
		if (tap_ring_put(tap->ring, frame, tap->vnet))
			return;
		tap_ring_send(tap);
		if (!tap->waiting.count && tap_ring_put(tap->ring, frame, tap->vnet))
			return;
	}
	tap_tried(tap, frame, tap->waiting.count ? -LEAT_EAGAIN : tap_write(tap, frame));
}

static nsec_t
tap_before_sleep(struct loop_source *s)
{
	tap_ring_send(container_of(s, struct tap, source));
	return NSEC_NEVER;
}

static void
tap_after_descriptors(struct loop_source *s, nsec_t now)
{
	tap_ring_send(container_of(s, struct tap, source));
}

/* Reading */

/*
 * Makes the packet of a frame of @len octets. The first octets are in @small, whose reference this
 * takes; the rest are in the spill. Returns NULL without memory.
 */
static struct pkt *
tap_frame(struct tap *tap, struct pkt_block *small, uint32_t len)
{
	uint32_t first = len < PKT_BLOCK_SMALL ? len : PKT_BLOCK_SMALL, rest = len - first;
	struct pkt *p = pkt_from_block(tap->config.core->pool, small, 0, first);
	bool fits;

	if (!p) {
		pkt_block_unref(small);
		return NULL;
	}
	if (rest == 0)
		return p;
	if (rest < TAP_COPY_MAX) {
		fits = pkt_append_bytes(p, tap->spill->data, rest);
	} else {
		fits = pkt_append(p, tap->spill, 0, rest);
		pkt_block_unref(tap->spill);
		tap->spill = NULL;
	}
	if (fits)
		return p;
	pkt_free(p);
	return NULL;
}

static void
tap_received(struct tap *tap, struct pkt *p, const uint8_t *hdr)
{
	nsec_t now = loop_now(tap->config.loop);

	if (!p) {
		pkt_drop(tap->config.core, NULL, DROP_POOL_EMPTY);
		return;
	}
	p->stamp = now;
	if (tap->vnet && !vnet_read(hdr, p, tap->config.raw_ip)) {
		pkt_drop(tap->config.core, p, DROP_VIRTIO_BAD);
		return;
	}
	pkt_queue_push(&tap->came, p);
}

/* Reads one frame. Returns false if there is none. */
static bool
tap_read_one(struct tap *tap)
{
	struct pkt_pool *pool = tap->config.core->pool;
	struct pkt_block *small = pkt_block_new(pool, PKT_BLOCK_SMALL);
	uint8_t hdr[VNET_HDR_LEN];
	struct iovec iov[3];
	int n = 0, before;
	ssize_t got;

	if (!tap->spill)
		tap->spill = pkt_block_new(pool, PKT_BLOCK_LARGE);
	if (tap->vnet)
		iov[n++] = (struct iovec){hdr, sizeof hdr};
	before = n;
	iov[n++] = small ? (struct iovec){small->data, PKT_BLOCK_SMALL}
			 : (struct iovec){tap->trash, sizeof tap->trash};
	if (small && tap->spill)
		iov[n++] = (struct iovec){tap->spill->data, tap->spill->size};
	got = readv(tap->w.fd, iov, n);
	if (got < 0) {
		if (small)
			pkt_block_unref(small);
		return false;
	}
	got -= before ? VNET_HDR_LEN : 0;
	if (got > 0 && small && (tap->spill || got < PKT_BLOCK_SMALL)) {
		tap_received(tap, tap_frame(tap, small, (uint32_t)got), hdr);
		return true;
	}
	if (small)
		pkt_block_unref(small);
	tap_received(tap, NULL, hdr);
	return true;
}

static void
tap_read_many(struct tap *tap)
{
	nsec_t now = loop_now(tap->config.loop);
	unsigned lost;
	bool all = false;

	for (int i = 0; i < TAP_RINGS && !all; i++) {
		all = tap_ring_read(tap->ring, tap->config.core->pool, &tap->came, now, &lost);
		for (; lost; lost--)
			pkt_drop(tap->config.core, NULL, DROP_POOL_EMPTY);
	}
}

static void
tap_ready(struct loop_fd *w, uint32_t events)
{
	struct tap *tap = container_of(w, struct tap, w);

	if (events & EPOLLOUT)
		tap_flush(tap);
	if (!(events & (EPOLLIN | EPOLLERR)))
		return;
	if (tap->ring && !tap->vnet)
		tap_read_many(tap);
	else
		for (int i = 0; i < TAP_BATCH && tap_read_one(tap); i++)
			;
	if (tap->came.count)
		tap->config.frames(tap->config.arg, &tap->came, loop_now(tap->config.loop));
}

/* Setting up */

/*
 * Asks the kernel to leave checksums and segmentation to Leat. Returns the features of the wire,
 * with WIRE_USO if the kernel takes super-datagrams.
 */
static uint32_t
tap_offloads(int fd)
{
	unsigned ours = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
	uint32_t features = WIRE_SUM | WIRE_TSO4 | WIRE_TSO6;

	/*
	 * Leat sends super-datagrams (Linux 6.2), but does not ask for them: it would cut each
	 * again.
	 */
	if (ioctl(fd, TUNSETOFFLOAD, (unsigned long)(ours | TAP_USO)) == 0)
		features |= WIRE_USO;
	return ioctl(fd, TUNSETOFFLOAD, (unsigned long)ours) == 0 ? features : WIRE_SUM;
}

static int
tap_attach(struct tap *tap, const char *name)
{
	struct ifreq ifr = {0};
	int hdr_len = VNET_HDR_LEN;
	short kind = tap->config.raw_ip ? IFF_TUN : IFF_TAP;

	tap->vnet = !tap->config.no_offload && !feature_disabled("vnet_hdr");
	tap->ring = tap_ring_new(tap->w.fd);
	ifr.ifr_flags = (short)(kind | IFF_NO_PI | (tap->vnet ? IFF_VNET_HDR : 0));
	strncpy(ifr.ifr_name, name ? name : "", IFNAMSIZ - 1);
	if (ioctl(tap->w.fd, TUNSETIFF, &ifr) < 0)
		return -errno;
	memcpy(tap->name, ifr.ifr_name, IFNAMSIZ);
	if (!tap->vnet)
		return 0;
	if (ioctl(tap->w.fd, TUNSETVNETHDRSZ, &hdr_len) < 0)
		return -errno;
	tap->wire.features = tap_offloads(tap->w.fd);
	return 0;
}

int
tap_open(const struct tap_config *config, struct tap **out)
{
	struct tap *tap = calloc(1, sizeof *tap);
	int e;

	if (!tap)
		return -LEAT_ENOMEM;
	tap->config = *config;
	tap->wire.transmit = tap_transmit;
	tap->source = (struct loop_source){.next = tap_before_sleep, .run = tap_after_descriptors};
	pkt_queue_init(&tap->waiting);
	pkt_queue_init(&tap->came);
	tap->w = (struct loop_fd){
	    .fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC), .events = EPOLLIN, .fn = tap_ready};
	if (tap->w.fd < 0) {
		e = -errno;
		goto no_device;
	}
	e = tap_attach(tap, config->name);
	if (e == 0)
		e = loop_add(config->loop, &tap->w);
	if (e == 0) {
		loop_add_source(config->loop, &tap->source);
		*out = tap;
		return 0;
	}
	tap_ring_free(tap->ring);
	close(tap->w.fd);
no_device:
	free(tap);
	return e;
}

void
tap_close(struct tap *tap)
{
	struct pkt *frame;

	tap_ring_send(tap);
	while ((frame = pkt_queue_pop(&tap->waiting)))
		pkt_drop(tap->config.core, frame, DROP_IFACE_DOWN);
	loop_del_source(tap->config.loop, &tap->source);
	tap_ring_free(tap->ring);
	loop_del(tap->config.loop, &tap->w);
	close(tap->w.fd);
	if (tap->spill)
		pkt_block_unref(tap->spill);
	free(tap);
}

struct wire *
tap_wire(struct tap *tap)
{
	return &tap->wire;
}

const char *
tap_name(const struct tap *tap)
{
	return tap->name;
}
