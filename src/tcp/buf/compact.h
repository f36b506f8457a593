/*
 * tcp/buf/compact.h - small payloads share memory: a peer that sends single octets must not make
 * each of them hold a block.
 */
#ifndef TCP_BUF_COMPACT_H
#define TCP_BUF_COMPACT_H

#include "pkt/pkt.h"

#include <stdbool.h>

enum { COMPACT_SMALL = PKT_BLOCK_SMALL / 4, COMPACT_FULL = PKT_BLOCK_MEDIUM };

/*
 * Copies the octets of @p after those of @tail if @p is small and @tail not too large. Returns true
 * when done: the caller then frees @p. The charge of @tail, and *@mem with it, are updated.
 */
static inline bool
compact_into(struct pkt *tail, const struct pkt *p, size_t *mem)
{
	uint8_t copy[COMPACT_SMALL];

	if (p->len > COMPACT_SMALL || tail->len + p->len > COMPACT_FULL)
		return false;
	pkt_copy_out(p, 0, copy, p->len);
	if (!pkt_append_bytes(tail, copy, p->len))
		return false;
	*mem -= tail->charge;
	tail->charge = pkt_charge(tail);
	*mem += tail->charge;
	return true;
}

#endif
