/*
 * serve/process/retry.c - when a process that has died is made again.
 *
 * One that lives for less than SHORT_LIFE has failed at its start. The first such failure is an
 * accident: another one is made at once. After that each waits twice as long as the one before.
 */
#include "serve/process/impl.h"

#include "host/clock.h"

#define SHORT_LIFE (1 * SEC)
#define WAIT_FIRST (100 * MSEC)
#define WAIT_MOST  (10 * SEC)

void
retry_later(struct retry *r, nsec_t began)
{
	nsec_t now = clock_monotonic(), wait = 0;

	r->fails = now - began < SHORT_LIFE ? r->fails + 1 : 0;
	for (unsigned i = 1; i < r->fails && wait < WAIT_MOST; i++)
		wait = wait ? 2 * wait : WAIT_FIRST;
	r->at = now + nsec_min(wait, WAIT_MOST);
}
