/*
 * cli/report/fates.h - what the link has done to frames that a capture of the receiving side alone
 * has not seen yet.
 *
 * The link says what becomes of a frame when it is sent. That side learns of it when the frame
 * arrives, or, if it never does, when a later one arrives.
 */
#ifndef CLI_REPORT_FATES_H
#define CLI_REPORT_FATES_H

#include "base/list.h"
#include "core/event.h"

#include <stdbool.h>
#include <stddef.h>

enum { FATE_WORDS = 320, FATES_MAX = 4096 };

struct fate {
	struct list node;
	uint64_t number; /* of the frame in its direction */
	enum link_verdict
	    verdict;  /* LINK_LOST, LINK_QUEUE_FULL, LINK_DUPLICATED, LINK_REORDERED or LINK_CORRUPTED */
	unsigned due; /* arrivals that it is still to be reported at */
	char words[FATE_WORDS]; /* which frame it is, if it never arrives */
};

struct fates {
	struct list list; /* by their numbers */
	size_t count;
	uint64_t unnamed; /* frames that never arrive, and had no room in the list */
};

void fates_init(struct fates *f);
void fates_fini(struct fates *f);

/* True if a frame with this verdict never arrives. */
bool fate_is_absence(enum link_verdict verdict);

/*
 * Adds what the link has just said of frame @number. @words names a frame that never arrives;
 * borrowed.
 */
void fates_add(struct fates *f, enum link_verdict verdict, uint64_t number, const char *words);

/*
 * Frame @number has arrived (UINT64_MAX: none will any more). Calls @report for all that is due:
 * absent frames that were sent before it, and what the link did to itself.
 */
void fates_arrived(
    struct fates *f, uint64_t number, void (*report)(void *arg, const struct fate *fate), void *arg);

#endif
