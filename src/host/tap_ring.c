/*
 * host/tap_ring.c - reads and writes many frames of a TAP device with one system call. It does not
 * know what a frame holds, except that a virtio-net header may precede it.
 */
#include "host/tap_ring.h"

#include "host/uring.h"
#include "pkt/pkt.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	IN_MAX = 65536 + 18,
	IN_STRIDE =
	    17 * 4096, /* an odd number of pages: multiples of 64 KiB would share the same cache lines */
	IN_FIRST = 4,  /* reads per call while few frames come */
};

struct out {
	struct pkt *frame;
	unsigned n; /* of iov */
	uint8_t hdr[VNET_HDR_LEN];
	struct iovec iov[TAP_VECTOR_MAX];
};

struct tap_ring {
	struct uring *u;
	int fd;
	unsigned ask; /* reads in the next call: a read that finds no frame costs a quarter of a frame */
	unsigned nout;
	struct out out[URING_DEPTH];
	uint8_t *in; /* the kernel gives memory to a page when a frame first reaches it */
};

unsigned
tap_vector(const struct pkt *frame, bool vnet, uint8_t hdr[static VNET_HDR_LEN],
    struct iovec iov[static TAP_VECTOR_MAX])
{
	struct pkt_span span[PKT_SLICES + 1];
	unsigned spans = pkt_spans(frame, span, PKT_SLICES + 1), n = 0;

	if (vnet) {
		vnet_write(hdr, frame);
		iov[n++] = (struct iovec){hdr, VNET_HDR_LEN};
	}
	for (unsigned i = 0; i < spans; i++)
		iov[n++] = (struct iovec){(void *)(uintptr_t)span[i].at, span[i].len};
	return n;
}

struct tap_ring *
tap_ring_new(int fd)
{
	struct tap_ring *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->fd = fd;
	r->ask = IN_FIRST;
	r->u = uring_new(fd);
	r->in = mmap(NULL, (size_t)URING_DEPTH * IN_STRIDE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (r->u && r->in != MAP_FAILED)
		return r;
	tap_ring_free(r);
	return NULL;
}

void
tap_ring_free(struct tap_ring *r)
{
	if (!r)
		return;
	uring_free(r->u);
	if (r->in != MAP_FAILED)
		munmap(r->in, (size_t)URING_DEPTH * IN_STRIDE);
	free(r);
}

static uint8_t *
in_slot(const struct tap_ring *r, unsigned i)
{
	return r->in + (size_t)i * IN_STRIDE;
}

/*
 * Makes a packet of the @len octets at @at. Octets that do not fit the first block go to a second
 * one. Returns NULL without memory.
 */
static struct pkt *
frame_of(struct pkt_pool *pool, const uint8_t *at, uint32_t len)
{
	uint32_t first = len < PKT_BLOCK_SMALL - PKT_ROOM ? len : PKT_BLOCK_SMALL - PKT_ROOM;
	struct pkt *p = pkt_from_bytes(pool, at, first);

	if (!p || len == first || pkt_append_bytes(p, at + first, len - first))
		return p;
	pkt_free(p);
	return NULL;
}

bool
tap_ring_read(struct tap_ring *r, struct pkt_pool *pool, struct pkt_queue *came, nsec_t stamp, unsigned *lost)
{
	unsigned asked = r->ask, got = 0;

	for (unsigned i = 0; i < asked; i++)
		uring_read(r->u, in_slot(r, i), IN_MAX);
	uring_run(r->u);
	*lost = 0;
	for (unsigned i = 0; i < asked; i++) {
		int len = uring_result(r->u, i);
		struct pkt *p;

		if (len <= 0)
			continue;
		got++;
		p = frame_of(pool, in_slot(r, i), (uint32_t)len);
		if (!p) {
			++*lost;
			continue;
		}
		p->stamp = stamp;
		pkt_queue_push(came, p);
	}
	r->ask = got == asked ? 2 * asked : got + IN_FIRST;
	if (r->ask > URING_DEPTH)
		r->ask = URING_DEPTH;
	return got < asked;
}

bool
tap_ring_put(struct tap_ring *r, struct pkt *frame, bool vnet)
{
	struct out *o = &r->out[r->nout];

	if (r->nout == URING_DEPTH)
		return false;
	r->nout++;
	o->frame = frame;
	o->n = tap_vector(frame, vnet, o->hdr, o->iov);
	return true;
}

static int
write_alone(int fd, const struct out *o)
{
	while (writev(fd, o->iov, (int)o->n) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

void
tap_ring_flush(struct tap_ring *r, void (*written)(void *arg, struct pkt *frame, int e), void *arg)
{
	unsigned n = r->nout;

	r->nout = 0;
	if (n == 1)
		written(arg, r->out[0].frame, write_alone(r->fd, &r->out[0]));
	if (n <= 1)
		return;
	for (unsigned i = 0; i < n; i++)
		uring_writev(r->u, r->out[i].iov, r->out[i].n);
	uring_run(r->u);
	for (unsigned i = 0; i < n; i++) {
		int said = uring_result(r->u, i);

		written(arg, r->out[i].frame, said < 0 ? said : 0);
	}
}
