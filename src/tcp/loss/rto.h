/*
 * tcp/loss/rto.h - the retransmission timeout (RFC 6298).
 *
 * Pure arithmetic: it reads no clock, holds no timer, and knows no connection. The caller brings
 * round-trip samples and asks for the timeout. All durations are in nanoseconds.
 *
 * It differs from RFC 6298 where Linux does. The minimum of 200 ms applies to the margin over SRTT,
 * where RFC 6298 (2.4) has 1 s for the whole. The maximum is 120 s.
 */
#ifndef TCP_LOSS_RTO_H
#define TCP_LOSS_RTO_H

#include "base/nsec.h"

#include <stdbool.h>
#include <stdint.h>

#define RTO_MIN      (200 * MSEC)
#define RTO_INITIAL  (1 * SEC) /* RFC 6298 (2.1) */
#define RTO_MAX      (120 * SEC)
#define RTO_FALLBACK (3 * SEC) /* RFC 6298 (5.7) */

struct rto {
	nsec_t srtt;      /* smoothed round-trip time; 0 = no sample yet */
	nsec_t rttvar;    /* mean deviation of the round-trip time */
	nsec_t base;      /* the timeout without backoff */
	nsec_t rto;       /* the timeout with backoff: what the timer is set to */
	uint32_t backoff; /* how often the timeout was doubled since the last sample or progress */
};

/* Sets the timeout before the first sample: RTO_INITIAL. */
void rto_init(struct rto *r);

/*
 * Adds a round trip of @rtt (at least 1 ns), and ends the backoff. @per_rtt is the number of
 * samples in one round trip, at least 1: RTO_SAMPLES(flight, mss) if each ACK brings one. It keeps
 * many samples of one flight from erasing the history (RFC 7323, appendix G). A retransmitted
 * segment gives a sample only if a timestamp says which transmission it answers (Karn).
 */
void rto_sample(struct rto *r, nsec_t rtt, uint32_t per_rtt);

/* ExpectedSamples of RFC 7323, appendix G: ceiling(FlightSize / (SMSS * 2)). */
#define RTO_SAMPLES(flight, mss) (((flight) + 2 * (mss)-1) / (2 * (mss)))

/* The timer expired: doubles the timeout (RFC 6298 (5.5)). */
void rto_back_off(struct rto *r);

/*
 * New data was acknowledged, without a sample: as on Linux the backoff ends, because the path
 * works.
 */
void rto_progress(struct rto *r);

/*
 * The handshake is over, its SYN was retransmitted, and there is no sample by timestamps: RFC 6298
 * (5.7).
 */
void rto_syn_was_lost(struct rto *r);

#endif
