/*
 * tcp/loss/prr.h - Proportional Rate Reduction (RFC 9937): how much may be sent for each ACK while
 * recovery lasts, so that what is in flight ends at ssthresh without a pause or a burst.
 *
 * Pure arithmetic in octets, with the names of the RFC. It knows neither records nor congestion
 * control: recovery.h brings the numbers and sets cwnd.
 */
#ifndef TCP_LOSS_PRR_H
#define TCP_LOSS_PRR_H

#include <stdbool.h>
#include <stdint.h>

struct prr {
	uint32_t RecoverFS;     /* octets outstanding when recovery began that were not delivered yet */
	uint64_t prr_delivered; /* octets delivered in this recovery */
	uint64_t prr_out;       /* octets sent in this recovery */
	/*
	 * Octets that SafeACKs since the last sending allow beyond what is delivered: several ACKs
	 * may come together
	 */
	uint32_t allowed;
};

/* What an ACK in recovery says. */
struct prr_ack {
	uint32_t DeliveredData; /* octets newly delivered, by the cumulative ACK or by SACK */
	uint32_t inflight;      /* pipe, after this ACK */
	uint32_t ssthresh;      /* what shall be in flight at the end */
	uint32_t SMSS;
	bool SafeACK; /* SND.UNA advanced, and no further loss was found */
};

/* A recovery begins. @RecoverFS is more than 0. */
void prr_begin(struct prr *p, uint32_t RecoverFS);

/* @len octets were sent, new or again. */
void prr_sent(struct prr *p, uint32_t len);

/*
 * Processes an ACK, the one that began recovery included. Returns the new cwnd. Call it only if
 * DeliveredData is not 0, except for the ACK that began recovery.
 */
uint32_t prr_on_ack(struct prr *p, const struct prr_ack *ack);

#endif
