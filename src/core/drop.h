/*
 * core/drop.h - nothing is dropped uncounted.
 *
 * One row of core/drop_reasons.h makes the enum, the counter and the words.
 */
#ifndef CORE_DROP_H
#define CORE_DROP_H

#include <stdint.h>

enum drop_reason {
#define X(name, words, source) DROP_##name,
#include "core/drop_reasons.h"
#undef X
	DROP_COUNT
};

struct core;
struct pkt;

/*
 * The end of a packet that did not do its work: consumes it, counts the reason, tells the sink.
 * @pkt may be NULL (there was no memory to make it).
 */
void pkt_drop(struct core *core, struct pkt *pkt, enum drop_reason reason);

/*
 * Count and tell without a packet's end: part of one was of no use (a trimmed duplicate, say). @pkt
 * is borrowed and may be NULL.
 */
void drop_note(struct core *core, const struct pkt *pkt, enum drop_reason reason);

const char *drop_name(enum drop_reason reason);   /* "RST_NOT_EXACT" */
const char *drop_text(enum drop_reason reason);   /* "RST inside the window but not at RCV.NXT" */
const char *drop_source(enum drop_reason reason); /* "RFC 5961, 3.2"; "" where no document rules */

#endif
