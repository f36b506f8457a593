/*
 * fuzz/host_vnet.c - any octets as a virtio-net header and the frame after it. The header is
 * accepted only if the frame agrees with it. An accepted packet can be cut, and its checksum can be
 * completed, without access outside the frame.
 */
#include "base/list.h"
#include "host/vnet.h"
#include "pkt/seg.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_marks(const struct pkt *p)
{
	if (p->sum == PKT_SUM_PARTIAL) {
		assert(p->l3 >= p->data && p->l4 > p->l3);
		assert(p->l4 + p->sum_off + 2 <= p->data + p->linear);
	}
	if (p->seg == PKT_SEG_NONE) {
		assert(p->segs == 1 && p->seg_size == 0);
		return;
	}
	assert(p->sum == PKT_SUM_PARTIAL && p->seg_size > 0 && p->segs > 1);
	assert((uint32_t)(p->segs - 1) * p->seg_size < p->len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pkt_pool *pool;
	struct list pieces = LIST_INIT(pieces);
	struct list *n;
	struct pkt *p;

	if (size < 1 + VNET_HDR_LEN || size > 1 + VNET_HDR_LEN + PKT_SUPER_MAX)
		return 0;
	pool = pkt_pool_new(64 << 20);
	p = pkt_from_bytes(pool, data + 1 + VNET_HDR_LEN, size - 1 - VNET_HDR_LEN);
	if (vnet_read(data + 1, p, data[0] & 1)) {
		check_marks(p);
		if (pkt_cut(p, &pieces) == 0) {
			while ((n = list_pop(&pieces))) {
				p = container_of(n, struct pkt, node);
				pkt_complete_sum(p);
				pkt_free(p);
			}
		}
	} else {
		pkt_free(p);
	}
	assert(pkt_pool_in_use(pool) == 0);
	pkt_pool_free(pool);
	return 0;
}
