/*
 * cli/report/capture.h - the capture of a run as pcapng: what one side of the link saw, or both,
 * with a comment where Leat knows something that Wireshark can only guess: why a packet was sent
 * again, why it was dropped, whose it is.
 *
 * A file of one side has no copy of a frame that was lost on its way there: a comment on the next
 * frame that arrives names it. A frame is written when the next one comes (or at a flush), because
 * what becomes of it is told after it is seen.
 */
#ifndef CLI_REPORT_CAPTURE_H
#define CLI_REPORT_CAPTURE_H

#include "cli/report/conns.h"
#include "core/event.h"
#include "pkt/pkt.h"

#include <stdint.h>

struct capture;
struct file;

/* Whose frames a file holds. The first two are numbers of sides. */
enum capture_sides { CAPTURE_PROGRAM, CAPTURE_GATEWAY, CAPTURE_BOTH, CAPTURES };

/*
 * Writes the head of a capture to @file, which it owns from then on. @conns gives the owners of
 * packets; borrowed. Times begin now. Returns 0 with *@out; or the system's error, negated, with
 * @file closed.
 */
int capture_new(
    struct file *file, enum capture_sides sides, uint32_t mtu, struct conns *conns, struct capture **out);

/* A frame at @side (0 program, 1 gateway); see emu_tap(). Borrowed. */
void capture_frame(struct capture *c, unsigned side, bool sent, const struct pkt *frame, nsec_t when);

/*
 * Takes EVENT_LINK and EVENT_DROP, which say what becomes of a frame: the words go into the comment
 * of the frame seen last, or of one that arrives later.
 */
void capture_event(struct capture *c, const struct event *e);

/* Write what waits. */
void capture_flush(struct capture *c);

uint64_t capture_count(const struct capture *c);

/*
 * Flushes, adds the link's statistics, closes. Returns 0, or the first error of writing (the
 * system's, negated).
 */
int capture_close(struct capture *c);

#endif
