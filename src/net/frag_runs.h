/*
 * net/frag_runs.h - which octets of a datagram have arrived. It holds no octets, and knows no
 * packets.
 *
 * It is a short sorted list of runs. RFC 815 keeps the holes instead. With runs it is easier to
 * check for overlaps, and a datagram is complete when one run covers it.
 */
#ifndef NET_FRAG_RUNS_H
#define NET_FRAG_RUNS_H

#include <stdbool.h>
#include <stdint.h>

enum { FRAG_RUNS = 64 /* the limit of separate runs in one datagram */ };

struct frag_runs {
	uint32_t total; /* length of the datagram; 0 = not known yet */
	uint16_t n;
	struct frag_run {
		uint32_t from, to;
	} run[FRAG_RUNS];
};

enum frag_runs_fit { FRAG_RUN_NEW, FRAG_RUN_REPEATED, FRAG_RUN_OVERLAP, FRAG_RUN_TOO_MANY };

/*
 * Notes that a fragment ends at @to, with @more fragments after it or none. Returns false if that
 * contradicts what is known about the end.
 */
bool frag_runs_end(struct frag_runs *r, uint32_t to, bool more);

/*
 * Says how [@from, @to) relates to the runs. *@at becomes the index of the run before which it
 * belongs.
 */
enum frag_runs_fit frag_runs_fit(const struct frag_runs *r, uint32_t from, uint32_t to, unsigned *at);

/* Adds [@from, @to), for which frag_runs_fit() returned FRAG_RUN_NEW, before run @at. */
void frag_runs_add(struct frag_runs *r, unsigned at, uint32_t from, uint32_t to);

bool frag_runs_whole(const struct frag_runs *r);

#endif
