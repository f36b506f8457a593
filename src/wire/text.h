/*
 * wire/text.h - a frame in words, on one line: "IP 10.0.2.15:40000 > 10.0.2.2:80 TCP [S] seq 1 win
 * 65535 <mss 1460> len 0".
 *
 * For people: traces and failing tests. It keeps no state, so sequence numbers are as on the wire.
 * It believes nothing: any octets may be given, and what does not parse is called "malformed" or,
 * when it merely is not at hand, "cut".
 */
#ifndef WIRE_TEXT_H
#define WIRE_TEXT_H

#include <stddef.h>
#include <stdint.h>

enum { TEXT_LINE = 512 }; /* room enough for nearly all; a longer line is cut */

/*
 * Describe an Ethernet frame of @len octets, of which the first @have are at @frame (headers
 * suffice: payload is only counted). Writes at most @room octets, the last of them '\0'; @room is
 * at least 1. Returns @buf.
 */
char *text_frame(const uint8_t *frame, size_t have, size_t len, char *buf, size_t room);

/* The same for a packet that begins with its IPv4 or IPv6 header. */
char *text_packet(const uint8_t *packet, size_t have, size_t len, char *buf, size_t room);

#endif
