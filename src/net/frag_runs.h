/*
 * net/frag_runs.h - which octets of one datagram have arrived. It holds none of them, and knows no
 * packet.
 *
 * A short sorted list of runs. RFC 815 keeps the holes instead; the runs are easier to check for
 * overlaps, and one run from 0 to the end means that the datagram is whole.
 */
#ifndef NET_FRAG_RUNS_H
#define NET_FRAG_RUNS_H

#include <stdbool.h>
#include <stdint.h>

enum { FRAG_RUNS = 64 /* separate runs in one datagram */ };

struct frag_runs {
	uint32_t total; /* length of the whole; 0 = not known yet */
	uint16_t n;
	struct frag_run {
		uint32_t from, to;
	} run[FRAG_RUNS];
};

enum frag_runs_fit { FRAG_RUN_NEW, FRAG_RUN_REPEATED, FRAG_RUN_OVERLAP, FRAG_RUN_TOO_MANY };

/*
 * A fragment ends at @to, and @more follow or none. False when that contradicts what is known of
 * the end.
 */
bool frag_runs_end(struct frag_runs *r, uint32_t to, bool more);

/* Where does [@from, @to) go? *@at is the run before which it belongs. */
enum frag_runs_fit frag_runs_fit(const struct frag_runs *r, uint32_t from, uint32_t to, unsigned *at);

/* Enter [@from, @to), which frag_runs_fit() found to be new, before run @at. */
void frag_runs_add(struct frag_runs *r, unsigned at, uint32_t from, uint32_t to);

bool frag_runs_whole(const struct frag_runs *r);

#endif
