/*
 * tcp/loss/rto.h - how long to wait before retransmitting (RFC 6298).
 *
 * Pure arithmetic: it reads no clock, holds no timer, knows no connection. The caller brings each
 * round-trip sample, and asks for the timeout. All durations are in nanoseconds.
 *
 * Where we follow Linux and not the letter of the RFC: the floor is 200 ms and it is a floor of the
 * margin over SRTT, not of the whole (RFC 6298 (2.4) says 1 s of the whole), and the ceiling is 120
 * s.
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
	nsec_t rttvar;    /* its mean deviation */
	nsec_t base;      /* the timeout without the backoff */
	nsec_t rto;       /* the timeout in force, backoff included: what to arm the timer with */
	uint32_t backoff; /* how often it was doubled since the last sample or progress */
};

/* As before the first sample: RTO_INITIAL. */
void rto_init(struct rto *r);

/*
 * A round trip of @rtt (1 ns at least; less counts as that) was measured; ends any backoff.
 * @per_rtt is how many samples one round trip brings, 1 at least: RTO_SAMPLES(flight, mss) when
 * each ACK brings one (RFC 7323, appendix G), so that many samples of one flight do not wash the
 * history out. Never bring a sample of a retransmitted segment unless a timestamp tells which
 * transmission it answers (Karn).
 */
void rto_sample(struct rto *r, nsec_t rtt, uint32_t per_rtt);

/* ExpectedSamples of RFC 7323, appendix G: ceiling(FlightSize / (SMSS * 2)). */
#define RTO_SAMPLES(flight, mss) (((flight) + 2 * (mss)-1) / (2 * (mss)))

/* The timer expired: double (RFC 6298 (5.5)). */
void rto_back_off(struct rto *r);

/*
 * New data was acknowledged without giving a sample: the path works, so the backoff ends, as in
 * Linux.
 */
void rto_progress(struct rto *r);

/*
 * The handshake is over and its SYN had to be sent again, and no timestamp gave a sample: RFC 6298
 * (5.7).
 */
void rto_syn_was_lost(struct rto *r);

#endif
