/*
 * cli/report/frame_words.h - a frame in words, for the ladder and for captures. TCP's sequence
 * numbers count from each side's own first one, as Wireshark shows them. It remembers in the
 * connections' records what each SYN says, and prints nothing itself.
 */
#ifndef CLI_REPORT_FRAME_WORDS_H
#define CLI_REPORT_FRAME_WORDS_H

#include "cli/report/conns.h"

struct pkt;

enum { FRAME_WORDS = 240 }; /* octets of a text; what does not fit is cut */

/*
 * Remembers what a SYN says, which later frames are described by. @from is the end that sends
 * @frame: END_PROGRAM or END_GATEWAY.
 */
void frame_note(const struct conns *conns, unsigned from, const struct pkt *frame);

/*
 * "1448 octets from 14481, ack 84, window 65536". Returns the connection of a TCP segment; NULL if
 * none is known, or for other frames.
 */
const struct conn *frame_words(
    const struct conns *conns, unsigned from, const struct pkt *frame, char text[static FRAME_WORDS]);

#endif
