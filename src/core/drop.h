/*
 * core/drop.h - every dropped packet is counted with a reason.
 *
 * One row of core/drop_reasons.h makes the enum value, the counter and the text.
 */
#ifndef CORE_DROP_H
#define CORE_DROP_H

#include <stdint.h>

enum drop_reason {
#define X(name, text, source) DROP_##name,
#include "core/drop_reasons.h"
#undef X
	DROP_COUNT
};

struct core;
struct pkt;

/*
 * Ends a packet that did not do its work: consumes it, counts the reason, and reports it to the
 * sink. @pkt may be NULL if there was no memory to make the packet.
 */
void pkt_drop(struct core *core, struct pkt *pkt, enum drop_reason reason);

/*
 * Counts and reports a reason without ending a packet, for example when a duplicate part of one was
 * trimmed. @pkt is borrowed and may be NULL.
 */
void drop_note(struct core *core, const struct pkt *pkt, enum drop_reason reason);

const char *drop_name(enum drop_reason reason);   /* "RST_NOT_EXACT" */
const char *drop_text(enum drop_reason reason);   /* "RST inside the window but not at RCV.NXT" */
const char *drop_source(enum drop_reason reason); /* "RFC 5961, 3.2"; "" if no document applies */

#endif
