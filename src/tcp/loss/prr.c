/* tcp/loss/prr.c - Proportional Rate Reduction (RFC 9937). */
#include "tcp/loss/prr.h"

#include <assert.h>

void
prr_begin(struct prr *p, uint32_t RecoverFS)
{
	assert(RecoverFS > 0);
	*p = (struct prr){.RecoverFS = RecoverFS};
}

void
prr_sent(struct prr *p, uint32_t len)
{
	p->prr_out += len;
	p->allowed = 0;
}

/* Too much is in flight: sends in proportion to what is delivered. */
static int64_t
proportional(const struct prr *p, const struct prr_ack *ack)
{
	uint64_t target = (p->prr_delivered * ack->ssthresh + p->RecoverFS - 1) / p->RecoverFS;

	return (int64_t)(target - p->prr_out);
}

/*
 * Too little is in flight, because more was lost than the reduction takes away: sends what is
 * delivered (PRR-CRB), and one segment more for each ACK that shows progress (PRR-SSRB), but not
 * beyond ssthresh.
 */
static int64_t
catch_up(struct prr *p, const struct prr_ack *ack)
{
	int64_t out_len = (int64_t)(p->prr_delivered - p->prr_out), room = ack->ssthresh - ack->inflight;

	if (out_len < ack->DeliveredData)
		out_len = ack->DeliveredData;
	if (ack->SafeACK && p->allowed < room)
		p->allowed += ack->SMSS;
	out_len += p->allowed;
	return out_len < room ? out_len : room;
}

uint32_t
prr_on_ack(struct prr *p, const struct prr_ack *ack)
{
	int64_t out_len;

	p->prr_delivered += ack->DeliveredData;
	out_len = ack->inflight > ack->ssthresh ? proportional(p, ack) : catch_up(p, ack);
	if (out_len < 0)
		out_len = 0;
	/* The fast retransmission leaves at once, in a whole segment. */
	if (p->prr_out == 0 && out_len < ack->SMSS)
		out_len = ack->SMSS;
	return ack->inflight + (uint32_t)out_len;
}
