/* tcp/loss/rto.c - the retransmission timeout (RFC 6298). */
#include "tcp/loss/rto.h"

#include <assert.h>
#include <stdlib.h>

static void
apply(struct rto *r)
{
	r->rto = r->base;
	for (uint32_t i = 0; i < r->backoff && r->rto < RTO_MAX; i++)
		r->rto *= 2;
	r->rto = nsec_min(r->rto, RTO_MAX);
}

void
rto_init(struct rto *r)
{
	*r = (struct rto){.base = RTO_INITIAL, .rto = RTO_INITIAL};
}

/* RFC 6298 (2.2) and (2.3), with the weights of RFC 7323, appendix G. */
void
rto_sample(struct rto *r, nsec_t rtt, uint32_t per_rtt)
{
	assert(per_rtt >= 1);
	rtt = nsec_max(rtt, 1);
	if (r->srtt == 0) {
		r->srtt = rtt;
		r->rttvar = rtt / 2;
	} else if (per_rtt == 1) { /* the common case, which needs no division */
		r->rttvar += (llabs(r->srtt - rtt) - r->rttvar) / 4;
		r->srtt += (rtt - r->srtt) / 8;
	} else {
		r->rttvar += (llabs(r->srtt - rtt) - r->rttvar) / (4 * (nsec_t)per_rtt);
		r->srtt += (rtt - r->srtt) / (8 * (nsec_t)per_rtt);
	}
	r->base = nsec_min(r->srtt + nsec_max(RTO_MIN, 4 * r->rttvar), RTO_MAX);
	r->backoff = 0;
	apply(r);
}

void
rto_back_off(struct rto *r)
{
	if (r->rto < RTO_MAX)
		r->backoff++;
	apply(r);
}

void
rto_progress(struct rto *r)
{
	r->backoff = 0;
	apply(r);
}

void
rto_syn_was_lost(struct rto *r)
{
	if (r->srtt != 0)
		return;
	r->base = RTO_FALLBACK;
	r->backoff = 0;
	apply(r);
}
