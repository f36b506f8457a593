/*
 * tcp/cc/sample.h - what one ACK said about the network: the scoreboard (tcp/loss/txq.h) fills it
 * in, congestion control reads it.
 */
#ifndef TCP_CC_SAMPLE_H
#define TCP_CC_SAMPLE_H

#include "base/nsec.h"
#include "base/seq.h"

#include <stdbool.h>
#include <stdint.h>

/* What an ACK brought: all that RACK, PRR, CUBIC and BBR want to know. */
struct ack_sample {
	nsec_t now;
	seq_t ack;
	uint32_t acked;        /* octets by which SND.UNA moved */
	uint32_t newly_sacked; /* octets that only SACK brought now */
	/*
	 * Octets not known to have arrived before: acked + newly_sacked, less what was sacked
	 * before
	 */
	uint32_t newly_delivered;
	uint32_t newly_lost;      /* octets found lost by this ACK */
	uint32_t prior_out;       /* octets outstanding before it: FlightSize (RFC 5681) */
	uint32_t prior_in_flight; /* pipe before it */
	uint32_t in_flight;       /* pipe after it */
	uint64_t delivered;       /* the total, after it */

	/*
	 * For RTO: of the oldest octet acknowledged now, if never sent twice (Karn); else of the
	 * oldest sacked now; 0 = none
	 */
	nsec_t rtt;
	/*
	 * For congestion control: of what was sent last of all delivered now and never sent twice;
	 * 0 = none
	 */
	nsec_t rtt_latest;

	uint64_t prior_delivered; /* the total when the packet delivered now that was sent last was sent */
	uint64_t rate_octets;     /* delivered over */
	nsec_t rate_interval;     /* this long; 0 = no rate */
	bool is_app_limited;      /* ... by the application, not by the path */

	/* Of what was sent last of all delivered now: RACK.xmit_ts; 0 = nothing delivered */
	nsec_t latest_sent;
	seq_t latest_end; /* RACK.end_seq */

	bool reordered;  /* something sent before, and never again, arrived behind what had been sacked */
	bool reneged;    /* the first octet out had been sacked, so it was thrown away (RFC 2018, 8) */
	bool orig_acked; /* something thought lost was delivered without being sent again (F-RTO, RFC 5682) */
	seq_t dsack;     /* where what the peer got twice begins, */
	uint32_t dsack_octets; /* and how much it is (RFC 2883); 0 = nothing */
};

#endif
