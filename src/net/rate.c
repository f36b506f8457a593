/*
 * net/rate.c - the token buckets of ICMP errors. Each stores only the time when it will be full.
 */
#include "net/rate.h"

static bool
has_token(const struct bucket *b, nsec_t now, nsec_t each, unsigned burst)
{
	return b->full - now <= each * ((nsec_t)burst - 1);
}

static void
take_token(struct bucket *b, nsec_t now, nsec_t each)
{
	b->full = nsec_max(b->full, now) + each;
}

bool
icmp_rate_allows(struct icmp_rate *r, const struct ipaddr *dst, nsec_t now)
{
	const nsec_t all = SEC / ICMP_RATE_ALL, one = SEC / ICMP_RATE_ONE;
	struct bucket *b = &r->one[siphash_words(&r->key, dst->w, 2) % ICMP_RATE_SLOTS];

	if (!has_token(&r->all, now, all, ICMP_RATE_ALL_BURST) ||
	    !has_token(b, now, one, ICMP_RATE_ONE_BURST))
		return false;
	take_token(&r->all, now, all);
	take_token(b, now, one);
	return true;
}
