/*
 * tcp/cc/cc.c - the table of congestion control algorithms, and what is the same for all of them.
 */
#include "tcp/cc/cc.h"

#include "base/bytes.h"

#include <string.h>

const struct cc_ops *const cc_table[] = {&cc_reno, NULL};

const struct cc_ops *
cc_find(const char *name)
{
	for (const struct cc_ops *const *ops = cc_table; *ops; ops++) {
		if (strcmp((*ops)->name, name) == 0)
			return *ops;
	}
	return NULL;
}

uint32_t
cc_initial_window(uint32_t mss)
{
	uint32_t floor = 2 * mss > 14600 ? 2 * mss : 14600;

	return 10 * mss < floor ? 10 * mss : floor;
}

void
cc_init(struct cc *cc, const struct cc_ops *ops, uint32_t mss, seq_t iss)
{
	bytes_zero(cc, sizeof *cc);
	cc->ops = ops;
	cc->mss = mss;
	cc->cwnd = cc_initial_window(mss);
	cc->ssthresh = CC_INFINITE;
	cc->pacing_rate = CC_UNPACED;
	cc->used_end = iss;
}

void
cc_start(struct cc *cc, const struct cc_start *at)
{
	cc->started = true;
	if (cc->ops->init)
		cc->ops->init(cc, at);
}

void
cc_switch(struct cc *cc, const struct cc_ops *ops, const struct cc_start *at)
{
	memset(cc->priv, 0, sizeof cc->priv);
	cc->ops = ops;
	cc->pacing_rate = CC_UNPACED;
	if (cc->started)
		cc_start(cc, at);
}

size_t
cc_info(const struct cc *cc, uint8_t out[CC_INFO_MAX])
{
	return cc->ops->info ? cc->ops->info(cc, out) : 0;
}

void
cc_set_mss(struct cc *cc, uint32_t mss, bool fresh)
{
	cc->mss = mss;
	if (fresh)
		cc->cwnd = cc_initial_window(mss);
	else if (cc->cwnd < mss)
		cc->cwnd = mss;
}

void
cc_syn_was_lost(struct cc *cc)
{
	cc->cwnd = cc->mss;
}

/* As Linux's tcp_cwnd_validate(): once cwnd has stopped the output, it has limited the window. */
void
cc_flushed(struct cc *cc, uint32_t in_flight, bool by_cwnd, seq_t una, seq_t nxt)
{
	if (seq_geq(una, cc->used_end) || by_cwnd || (!cc->limited && in_flight > cc->used_max)) {
		cc->limited = by_cwnd;
		cc->used_max = in_flight;
		cc->used_end = nxt;
	}
}

bool
cc_may_grow(const struct cc *cc)
{
	/*
	 * In slow start cwnd may grow to twice what was in flight, because there was no time to
	 * fill it.
	 */
	return cc->limited || (cc_in_slow_start(cc) && cc->cwnd < 2 * (uint64_t)cc->used_max);
}

void
cc_restart(struct cc *cc, nsec_t idle, nsec_t rto, nsec_t now)
{
	uint32_t restart = cc_initial_window(cc->mss), keep = cc->cwnd / 4 * 3;

	if (cc->ops->restart)
		cc->ops->restart(cc, idle, rto, now);
	if (cc->ops->own_cwnd || idle <= rto || cc->cwnd <= restart)
		return;
	/* ssthresh remembers what the path could carry (RFC 2861, 3.2). */
	if (cc->ssthresh < keep)
		cc->ssthresh = keep;
	for (; idle > rto && cc->cwnd > restart; idle -= rto)
		cc->cwnd /= 2;
	if (cc->cwnd < restart)
		cc->cwnd = restart;
	cc->used_max = 0;
}
