/*
 * tcp/cc/sample.h - what one ACK says about the network. The scoreboard (tcp/loss/txq.h) and loss
 * detection (tcp/loss/detect.h) fill it in, the connection adds the round-trip times, and
 * congestion control reads it.
 */
#ifndef TCP_CC_SAMPLE_H
#define TCP_CC_SAMPLE_H

#include "base/nsec.h"
#include "base/seq.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The octets, round trips and delivery rate that one ACK reports. The latest packet is the one that
 * was sent last of all that this ACK delivers.
 */
struct ack_sample {
	nsec_t now;
	seq_t ack;
	uint32_t acked;        /* octets by which SND.UNA advanced */
	uint32_t newly_sacked; /* octets that this ACK sacked */
	/*
	 * Octets that had not been reported before: acked + newly_sacked, less what was sacked
	 * earlier
	 */
	uint32_t newly_delivered;
	uint32_t newly_lost;      /* octets found lost by this ACK */
	uint32_t prior_out;       /* octets outstanding before this ACK: FlightSize (RFC 5681) */
	uint32_t prior_in_flight; /* pipe before this ACK */
	uint32_t in_flight;       /* pipe after this ACK */
	uint64_t delivered;       /* all octets delivered on this connection */

	/*
	 * For the RTO: the round trip of the oldest octet acknowledged now, if it was sent once
	 * (Karn); otherwise of the oldest one sacked now; 0 = none
	 */
	nsec_t rtt;
	/*
	 * For congestion control: the round trip of the latest packet among those that were sent
	 * once; 0 = none
	 */
	nsec_t rtt_latest;
	/* The connection's smoothed and least round-trip time, this ACK included; 0 = none */
	nsec_t srtt, min_rtt;

	uint64_t prior_delivered; /* the total when the latest packet was sent */
	uint64_t rate_octets;     /* delivery rate: octets delivered */
	nsec_t rate_interval;     /* in this time; 0 = no rate */
	bool is_app_limited;      /* the application limited the rate, not the path */

	/* RACK.xmit_ts: when the latest packet was sent; 0 = nothing was delivered */
	nsec_t latest_sent;
	seq_t latest_end; /* RACK.end_seq */

	bool reordered;  /* a segment sent once arrived after one with a higher number had been sacked */
	bool reneged;    /* the first outstanding octet was sacked, then discarded (RFC 2018, 8) */
	bool orig_acked; /* counted as lost, but delivered without a retransmission (F-RTO, RFC 5682) */
	seq_t dsack;     /* what the peer received twice begins here, */
	uint32_t dsack_octets; /* and has this many octets (RFC 2883); 0 = none */
};

#endif
