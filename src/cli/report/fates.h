/*
 * cli/report/fates.h - what the link has done to frames that the receiving side has not seen yet,
 * for a capture of that side alone.
 *
 * The link reports what becomes of a frame when the frame is sent. The receiving side's capture
 * reports it when the frame arrives. If the frame never arrives, a later frame's comment reports
 * it.
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
	uint64_t number; /* counts the frames of a direction */
	/* LINK_LOST, LINK_QUEUE_FULL, LINK_DUPLICATED, LINK_REORDERED or LINK_CORRUPTED. */
	enum link_verdict verdict;
	unsigned due;           /* number of arrivals that still have to report it */
	char words[FATE_WORDS]; /* the frame's name, if it never arrives */
};

struct fates {
	struct list list; /* in order of their numbers */
	size_t count;
	uint64_t unnamed; /* lost frames for which the list had no room */
};

void fates_init(struct fates *f);
void fates_fini(struct fates *f);

/* Returns true if a frame with this verdict never arrives. */
bool fate_is_absence(enum link_verdict verdict);

/*
 * Adds what the link did to frame @number. @words, which is borrowed, names the frame if it never
 * arrives.
 */
void fates_add(struct fates *f, enum link_verdict verdict, uint64_t number, const char *words);

/*
 * Frame @number has arrived; UINT64_MAX: no more frames arrive. Calls @report for everything that
 * is now due: lost frames that were sent before it, and what the link did to this frame.
 */
void fates_arrived(
    struct fates *f, uint64_t number, void (*report)(void *arg, const struct fate *fate), void *arg);

#endif
