/*
 * wire/text.h - describes a frame on one line of text: "IP 10.0.2.15:40000 > 10.0.2.2:80 TCP [S]
 * seq 1 win 65535 <mss 1460> len 0".
 *
 * The text is for people who read traces and failing tests. No state is kept, so sequence numbers
 * are absolute. The input may be any octets. What cannot be parsed is called "malformed", or "cut"
 * if it lies beyond the octets given.
 */
#ifndef WIRE_TEXT_H
#define WIRE_TEXT_H

#include <stddef.h>
#include <stdint.h>

enum { TEXT_LINE = 512 }; /* enough for nearly all frames; a longer line is cut */

/*
 * Describes an Ethernet frame of @len octets, of which the first @have are at @frame. The headers
 * suffice, since payload is only counted. Writes at most @room octets, including the final '\0'.
 * @room must be at least 1. Returns @buf.
 */
char *text_frame(const uint8_t *frame, size_t have, size_t len, char *buf, size_t room);

/* Does the same for a packet that begins with its IPv4 or IPv6 header. */
char *text_packet(const uint8_t *packet, size_t have, size_t len, char *buf, size_t room);

#endif
