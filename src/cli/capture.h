/*
 * cli/capture.h - the capture of a run: what each side of the link saw, as pcapng, with a comment where Leat knows something that
 * Wireshark can only guess: why a packet was sent again, why it was dropped, whose it is.
 *
 * A frame is written when the next one comes (or at a flush), because what becomes of it is told after it is seen.
 */
#ifndef CLI_CAPTURE_H
#define CLI_CAPTURE_H

#include "cli/conns.h"
#include "core/event.h"
#include "pkt/pkt.h"

#include <stdint.h>

struct capture;
struct file;

/* Writes the head of a capture to @file, which it owns from then on. 0 with *@out; or the system's error, negated, and @file is closed. */
int capture_new(struct file *file, uint32_t mtu, struct capture **out);

/* From here on; events' time @begin is @wall nanoseconds since the Epoch. @conns says whose a packet is. Borrowed. */
void capture_begin(struct capture *c, nsec_t begin, int64_t wall, struct conns *conns);

/* A frame at @side (0 program, 1 gateway); see emu_tap(). Borrowed. */
void capture_frame(struct capture *c, unsigned side, bool sent, const struct pkt *frame, nsec_t when);

/* What became of the frame seen last: EVENT_LINK and EVENT_DROP add to its comment. */
void capture_event(struct capture *c, const struct event *e);

/* Write what waits. */
void capture_flush(struct capture *c);

uint64_t capture_count(const struct capture *c);

/* Flush, add the link's statistics, close. 0, or the first error that writing met (the system's, negated). */
int capture_close(struct capture *c);

#endif
