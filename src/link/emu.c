/*
 * link/emu.c - the path of a frame over the emulated link: capture, impairments, transmitter,
 * flight, arrival.
 */
#include "link/emu.h"

#include "base/err.h"
#include "core/core.h"
#include "link/emu_impair.h"
#include "link/emu_queue.h"
#include "pkt/seg.h"

#include <assert.h>
#include <stdlib.h>

enum { EMU_QUEUE_DEFAULT = 1000 };

struct direction {
	struct wire wire; /* of the end that sends in this direction */
	struct emu *emu;
	unsigned number;   /* EMU_UP or EMU_DOWN; it is also the number of the sending end */
	struct core *core; /* of the sender; may be NULL */
	struct emu_impair impair;
	struct emu_draws draws;
	struct emu_line line;
	struct emu_air air;
	nsec_t last; /* arrival of the last frame that was not reordered */
	struct emu_counters count;
};

struct emu {
	struct direction dir[2];
	void (*tap)(void *arg, unsigned side, bool sent, const struct pkt *frame, nsec_t when);
	void *tap_arg;
};

static void
emit(const struct direction *d, enum link_verdict verdict, uint64_t number, const struct pkt *p, nsec_t when)
{
	struct sink *sink = d->core ? d->core->sink : NULL;
	struct event e = {.kind = EVENT_LINK, .when = when};

	if (!sink_wants(sink, EVENT_LINK))
		return;
	e.host = d->core->number;
	e.link.direction = (uint8_t)d->number;
	e.link.verdict = (uint8_t)verdict;
	e.link.number = number;
	e.link.pkt = p;
	sink->emit(sink, &e); /* not core_emit(): a frame's event may have another time than core->now */
}

static void
drop(const struct direction *d, struct pkt *p, enum drop_reason reason)
{
	if (d->core)
		pkt_drop(d->core, p, reason);
	else if (p)
		pkt_free(p);
}

/*
 * Shows a frame to the capture. Completes its checksum first, as it would be on a wire. Returns
 * false at the pool's limit.
 */
static bool
tap(const struct emu *emu, unsigned side, bool sent, struct pkt *p, nsec_t when)
{
	if (!emu->tap)
		return true;
	if (!pkt_complete_sum(p))
		return false;
	emu->tap(emu->tap_arg, side, sent, p, when);
	return true;
}

/* Returns @delay plus @jitter, which may be negative, but never less than 0. */
static nsec_t
delay_of(nsec_t delay, nsec_t jitter)
{
	return jitter > 0 ? nsec_add(delay, jitter) : nsec_max(delay + jitter, 0);
}

/* Returns when a frame arrives that has left the transmitter at @left. */
static nsec_t
arrival(struct direction *d, const struct emu_fate *fate, nsec_t left)
{
	nsec_t at;

	if (fate->reordered)
		return left;
	at = nsec_add(left, delay_of(d->impair.delay, fate->jitter));
	if (d->impair.reorder == 0)
		at = nsec_max(at, d->last);
	d->last = nsec_max(at, d->last);
	return at;
}

/* Sends a frame through the transmitter and puts it in flight. */
static void
launch(struct direction *d, struct pkt *p, const struct emu_fate *fate, uint64_t number, nsec_t now)
{
	size_t limit = d->impair.queue ? d->impair.queue : EMU_QUEUE_DEFAULT, waiting;
	nsec_t left;

	if (!emu_line_send(&d->line, d->impair.rate, limit, p->len, now, &left)) {
		d->count.queue_full++;
		emit(d, LINK_QUEUE_FULL, number, p, now);
		drop(d, p, DROP_LINK_QUEUE);
		return;
	}
	waiting = emu_line_waiting(&d->line, now);
	if (waiting > d->count.queue_max)
		d->count.queue_max = waiting;
	if (!emu_air_put(&d->air, p, number, arrival(d, fate, left)))
		drop(d, p, DROP_POOL_EMPTY);
}

/*
 * Returns the copy that follows directly after @p, made before bits are flipped. Returns NULL if
 * there is to be none.
 */
static struct pkt *
duplicate(struct direction *d, const struct pkt *p, const struct emu_fate *fate, uint64_t number, nsec_t now)
{
	struct pkt *copy;

	if (!fate->dup)
		return NULL;
	copy = pkt_clone(p);
	if (!copy) {
		drop(d, NULL, DROP_POOL_EMPTY);
		return NULL;
	}
	d->count.duplicated++;
	emit(d, LINK_DUPLICATED, number, p, now);
	return copy;
}

/* Flips a bit of @p if @fate says so. On failure it consumes @p and returns false. */
static bool
corrupt(struct direction *d, struct pkt *p, const struct emu_fate *fate, uint64_t number, nsec_t now)
{
	if (!fate->corrupted)
		return true;
	if (!emu_flip(p, fate->bit)) {
		drop(d, p, DROP_POOL_EMPTY);
		return false;
	}
	d->count.corrupted++;
	emit(d, LINK_CORRUPTED, number, p, now);
	return true;
}

static void
send_frame(struct direction *d, struct pkt *p, nsec_t now)
{
	uint64_t number = ++d->count.frames;
	struct emu_fate fate = emu_draw(&d->draws, &d->impair, number);
	struct pkt *copy;

	d->count.octets += p->len;
	if (!tap(d->emu, d->number, true, p, now)) {
		drop(d, p, DROP_POOL_EMPTY);
		return;
	}
	emit(d, LINK_SENT, number, p, now);
	if (fate.lost) {
		d->count.lost++;
		emit(d, LINK_LOST, number, p, now);
		drop(d, p, DROP_LINK_LOSS);
		return;
	}
	if (fate.reordered) {
		d->count.reordered++;
		emit(d, LINK_REORDERED, number, p, now);
	}
	copy = duplicate(d, p, &fate, number, now);
	if (corrupt(d, p, &fate, number, now))
		launch(d, p, &fate, number, now);
	if (copy)
		launch(d, copy, &fate, number, now);
}

/* Returns the octets that @p takes on a wire. Each frame of a super-segment repeats the headers. */
static uint64_t
wire_octets(struct pkt *p)
{
	if (p->segs == 1)
		return p->len;
	return p->len + (uint64_t)(p->segs - 1) * pkt_seg_headers(p);
}

/*
 * Returns true if a super-segment may stay whole: no capture or subscriber sees single frames, and
 * the link does nothing but delay. Its pieces would all arrive at one instant, and the receiver
 * would join them again.
 */
static bool
may_go_whole(const struct direction *d, struct pkt *p, nsec_t now)
{
	const struct sink *sink = d->core ? d->core->sink : NULL;

	return p->seg != PKT_SEG_NONE && !emu_impairs(d->emu) && d->line.free <= now && !d->emu->tap &&
	       !sink_wants(sink, EVENT_LINK) && pkt_seg_headers(p);
}

static void
send_whole(struct direction *d, struct pkt *p, nsec_t now)
{
	struct emu_fate plain = {0};

	d->count.frames += p->segs;
	d->count.octets += wire_octets(p);
	if (!emu_air_put(&d->air, p, d->count.frames, arrival(d, &plain, now)))
		drop(d, p, DROP_POOL_EMPTY);
}

static void
emu_transmit(struct wire *wire, struct pkt *frame, nsec_t now)
{
	struct direction *d = container_of(wire, struct direction, wire);
	struct list pieces = LIST_INIT(pieces);
	struct list *n;
	int err;

	if (may_go_whole(d, frame, now)) {
		send_whole(d, frame, now);
		return;
	}
	err = pkt_cut(frame, &pieces);
	if (err)
		drop(d, NULL, err == -LEAT_ENOMEM ? DROP_POOL_EMPTY : DROP_SEG_BAD);
	while ((n = list_pop(&pieces)))
		send_frame(d, container_of(n, struct pkt, node), now);
}

struct emu *
emu_new(const struct emu_config *config)
{
	struct emu *emu = calloc(1, sizeof *emu);

	if (!emu)
		return NULL;
	for (unsigned i = 0; i < 2; i++) {
		struct direction *d = &emu->dir[i];

		d->wire.features = WIRE_TSO4 | WIRE_TSO6 | WIRE_USO | WIRE_SUM;
		d->wire.transmit = emu_transmit;
		d->emu = emu;
		d->number = i;
		d->core = config->drop_core[i];
		emu_set(emu, i, &config->dir[i]);
		d->line.free = d->last = INT64_MIN; /* the caller's time may begin anywhere */
		emu_draws_init(&d->draws, config->seed, i);
	}
	return emu;
}

void
emu_free(struct emu *emu)
{
	const struct emu_flight *f;

	if (!emu)
		return;
	for (unsigned i = 0; i < 2; i++) {
		struct direction *d = &emu->dir[i];

		while ((f = emu_air_first(&d->air))) {
			pkt_free(f->pkt);
			emu_air_remove_first(&d->air);
		}
		emu_air_fini(&d->air);
		emu_line_fini(&d->line);
	}
	free(emu);
}

bool
emu_impairs(const struct emu *emu)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct emu_impair *m = &emu->dir[i].impair;

		if (m->jitter || m->loss || m->dup || m->reorder || m->corrupt || m->rate)
			return true;
	}
	return false;
}

struct wire *
emu_wire(struct emu *emu, unsigned end)
{
	return &emu->dir[end].wire;
}

nsec_t
emu_next(const struct emu *emu)
{
	const struct emu_flight *up = emu_air_first(&emu->dir[EMU_UP].air);
	const struct emu_flight *down = emu_air_first(&emu->dir[EMU_DOWN].air);

	return nsec_min(up ? up->arrives : NSEC_NEVER, down ? down->arrives : NSEC_NEVER);
}

nsec_t
emu_last(const struct emu *emu, unsigned dir)
{
	return emu->dir[dir].last;
}

struct pkt *
emu_receive(struct emu *emu, unsigned end, nsec_t now)
{
	struct direction *d = &emu->dir[!end];
	const struct emu_flight *first;

	while ((first = emu_air_first(&d->air)) && first->arrives <= now) {
		struct emu_flight f = *first;

		emu_air_remove_first(&d->air);
		f.pkt->stamp = f.arrives;
		if (!tap(emu, end, false, f.pkt, f.arrives)) {
			drop(d, f.pkt, DROP_POOL_EMPTY);
			continue;
		}
		d->count.delivered += f.pkt->segs;
		d->count.delivered_octets += wire_octets(f.pkt);
		emit(d, LINK_DELIVERED, f.number, f.pkt, f.arrives);
		return f.pkt;
	}
	return NULL;
}

void
emu_set(struct emu *emu, unsigned dir, const struct emu_impair *impair)
{
	struct direction *d = &emu->dir[dir];

	assert(impair->delay >= 0 && impair->jitter >= 0);
	if (impair->rate != d->impair.rate)
		d->line.rest = 0; /* it counts in fractions of the old rate */
	d->impair = *impair;
}

const struct emu_counters *
emu_counters(const struct emu *emu, unsigned dir)
{
	return &emu->dir[dir].count;
}

void
emu_tap(struct emu *emu,
    void (*fn)(void *arg, unsigned side, bool sent, const struct pkt *frame, nsec_t when), void *arg)
{
	emu->tap = fn;
	emu->tap_arg = arg;
}
