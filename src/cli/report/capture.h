/*
 * cli/report/capture.h - the capture of a run as pcapng: what one or both sides of the link saw.
 * Comments say what Wireshark could only guess: why a packet was sent again, why it was dropped,
 * and which program it belongs to.
 *
 * A file of one side has no record of a frame that was lost before it got there. A comment on the
 * next frame that arrives names it. A frame is written when the next one comes, or at a flush,
 * because the link reports what becomes of a frame after it was seen.
 */
#ifndef CLI_REPORT_CAPTURE_H
#define CLI_REPORT_CAPTURE_H

#include "cli/report/conns.h"
#include "core/event.h"
#include "pkt/pkt.h"

#include <stdint.h>

struct capture;
struct file;

/* Whose frames a file has. The first two are also numbers of sides. */
enum capture_sides { CAPTURE_PROGRAM, CAPTURE_GATEWAY, CAPTURE_BOTH, CAPTURES };

/*
 * Writes the head of a capture to @file, and owns @file from then on. @conns is borrowed, and has
 * the owners of packets. Times count from now. Returns 0 with *@out; or the system's error,
 * negated, with @file closed.
 */
int capture_new(
    struct file *file, enum capture_sides sides, uint32_t mtu, struct conns *conns, struct capture **out);

/*
 * Adds a frame that @side (0: program, 1: gateway) sent or received; see emu_tap(). @frame is
 * borrowed.
 */
void capture_frame(struct capture *c, unsigned side, bool sent, const struct pkt *frame, nsec_t when);

/*
 * Takes EVENT_LINK and EVENT_DROP. They say what became of a frame, which goes into the comment of
 * the last frame, or of one that arrives later.
 */
void capture_event(struct capture *c, const struct event *e);

/* Writes the frame that is waiting. */
void capture_flush(struct capture *c);

uint64_t capture_count(const struct capture *c);

/*
 * Writes what is waiting and the link's statistics, and closes the file. Returns 0, or the first
 * error of writing: the system's, negated.
 */
int capture_close(struct capture *c);

#endif
