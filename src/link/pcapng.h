/*
 * link/pcapng.h - the encoder of capture files (draft-ietf-opsawg-pcapng): blocks into a buffer,
 * nothing more. It opens no file and reads no clock.
 *
 * libpcap cannot write comments on packets, and a capture of Leat's lives by them.
 */
#ifndef LINK_PCAPNG_H
#define LINK_PCAPNG_H

#include "base/ipaddr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pkt;

enum { PCAPNG_LINK_ETHERNET = 1, PCAPNG_LINK_RAW = 101 };
enum {
	PCAPNG_COMMENT_MAX = 1024,
	PCAPNG_PACKET_ROOM = 1200
}; /* octets that a packet's block needs beyond its data */

/*
 * Octets under construction. Whoever encodes has made sure of the room; running over it is a
 * programmer's error.
 */
struct pcapng_buf {
	uint8_t *at;
	size_t len, size;
};

/* Section header: "leat @version" wrote it. */
void pcapng_section(struct pcapng_buf *b, const char *version);

/* The next interface; they are numbered from 0 in this order. Times count nanoseconds. */
void pcapng_interface(
    struct pcapng_buf *b, const char *name, const char *description, uint16_t link_type, uint32_t snaplen);

struct pcapng_packet {
	uint32_t interface;
	bool sent;           /* outbound on that interface */
	int64_t when;        /* nanoseconds since the Epoch */
	const char *comment; /* UTF-8, cut at PCAPNG_COMMENT_MAX; NULL or "" = none */
};

/* One packet, of which at most @snaplen octets are kept. */
void pcapng_packet(
    struct pcapng_buf *b, const struct pcapng_packet *about, const struct pkt *pkt, uint32_t snaplen);

struct pcapng_name {
	struct ipaddr addr;
	const char *name; /* cut at PCAPNG_NAME_MAX octets */
};

enum {
	PCAPNG_NAME_MAX = 255,
	PCAPNG_NAME_ROOM = 280
}; /* octets that each name needs in a block, and the block itself */

/*
 * What @n addresses are called, for readers that show names. It holds for the packets that follow.
 */
void pcapng_names(struct pcapng_buf *b, const struct pcapng_name *names, size_t n);

/*
 * How many packets interface @interface saw, and how many were dropped before they could arrive
 * there. @comment may be NULL.
 */
void pcapng_statistics(struct pcapng_buf *b, uint32_t interface, int64_t when, uint64_t received,
    uint64_t dropped, const char *comment);

#endif
