/*
 * cli/report/frame_words.h - describes a frame in words, for the ladder and for captures. As in
 * Wireshark, TCP's sequence numbers are relative to the first one of each side. What a SYN says is
 * kept in the records of connections. Nothing is printed here.
 */
#ifndef CLI_REPORT_FRAME_WORDS_H
#define CLI_REPORT_FRAME_WORDS_H

#include "cli/report/conns.h"

struct pkt;

enum { FRAME_WORDS = 240 }; /* octets of a text; what does not fit is cut off */

/*
 * Remembers what a SYN says, which is needed to describe later frames. @from is the end that sent
 * @frame: END_PROGRAM or END_GATEWAY.
 */
void frame_note(const struct conns *conns, unsigned from, const struct pkt *frame);

/*
 * Writes a description such as "1448 octets from 14481, ack 84, window 65536". Returns the record
 * of the TCP connection, or NULL if there is none.
 */
const struct conn *frame_words(
    const struct conns *conns, unsigned from, const struct pkt *frame, char text[static FRAME_WORDS]);

#endif
