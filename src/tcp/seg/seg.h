/*
 * tcp/seg/seg.h - a segment that has arrived: its header is checked, and parsed into host order.
 *
 * It knows no connection: what the numbers mean is up to the owner of the four-tuple.
 */
#ifndef TCP_SEG_SEG_H
#define TCP_SEG_SEG_H

#include "base/seq.h"
#include "core/core.h"
#include "wire/tcp.h"
#include "wire/tcp_options.h"

struct tcp_seg {
	struct pkt *pkt; /* its payload; NULL once it has been taken */
	const struct ip_rx *rx;
	struct endpoint local, remote;
	uint64_t hash; /* of the four-tuple, for struct tcp_flows */
	seq_t seq, ack;
	uint32_t len; /* payload octets, less what has been trimmed */
	uint16_t wnd; /* not scaled */
	uint16_t up;
	uint16_t segs; /* the number of wire segments in it */
	uint16_t hdr_len;
	uint8_t flags;
	struct tcp_options opt;
};

/*
 * Fills @seg, except for its hash, from @pkt, which becomes the payload. Returns DROP_COUNT, or a
 * reason to drop @pkt, which then still has its header.
 */
enum drop_reason tcp_seg_parse(struct tcp_seg *seg, struct pkt *pkt, const struct ip_rx *rx);
/* Drops a segment, and counts @reason. */
void tcp_seg_drop(struct core *core, struct tcp_seg *seg, enum drop_reason reason);
/* Returns true if the timestamp of @seg is older than TS.Recent (PAWS, RFC 7323, 5). */
bool tcp_paws_old(const struct tcp_seg *seg, uint32_t ts_recent, nsec_t ts_recent_at, nsec_t now);

#endif
