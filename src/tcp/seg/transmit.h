/*
 * tcp/seg/transmit.h - a segment that leaves: its header is built, and it is handed to IP. It knows
 * no connection: the caller chooses every number.
 */
#ifndef TCP_SEG_TRANSMIT_H
#define TCP_SEG_TRANSMIT_H

#include "tcp/seg/seg.h"

struct tcp_out {
	const struct endpoint *local, *remote;
	seq_t seq, ack;
	uint16_t wnd, up;
	uint8_t flags, ttl, tos, why;
	bool transparent;
	uint64_t flow;
	const uint8_t *opt;
	unsigned opt_len;        /* a multiple of 4 */
	uint16_t mss;            /* payload octets of each wire segment of a super-segment */
	struct path_cache *path; /* the connection's; NULL without one */
	uint32_t bound_if;       /* the only interface to send through; 0 = as the routes say */
};

/*
 * Puts the header before @payload (NULL: none), which it consumes, and hands the segment to IP.
 * Returns 0, -LEAT_ENOBUFS, or the error of core_output().
 */
int tcp_transmit(struct core *core, struct pkt *payload, const struct tcp_out *out);
/* Sends the RST that answers @seg where there is no connection (RFC 9293, 3.10.7.1). */
void tcp_reply_reset(struct core *core, const struct tcp_seg *seg);

#endif
