/*
 * core/drop.c - counts packets that ended without doing their work, and reports them to the event
 * sink.
 */
#include "core/drop.h"

#include "core/core.h"

static const struct {
	const char *name, *text, *source;
} reasons[DROP_COUNT] = {
#define X(name, text, source) {#name, text, source},
#include "core/drop_reasons.h"
#undef X
};

void
drop_note(struct core *core, const struct pkt *pkt, enum drop_reason reason)
{
	core->drops[reason]++;
	if (sink_wants(core->sink, EVENT_DROP)) {
		struct event e = {.kind = EVENT_DROP};

		e.drop.reason = reason;
		e.drop.pkt = pkt;
		core_emit(core, &e);
	}
}

void
pkt_drop(struct core *core, struct pkt *pkt, enum drop_reason reason)
{
	drop_note(core, pkt, reason);
	if (pkt)
		pkt_free(pkt);
}

const char *
drop_name(enum drop_reason reason)
{
	return reasons[reason].name;
}

const char *
drop_text(enum drop_reason reason)
{
	return reasons[reason].text;
}

const char *
drop_source(enum drop_reason reason)
{
	return reasons[reason].source;
}
