/*
 * link/pcapng.h - encodes capture files (draft-ietf-opsawg-pcapng) as blocks in a buffer. It opens
 * no file and reads no clock.
 *
 * libpcap cannot write comments on packets, and the captures of Leat depend on them.
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
}; /* octets that a packet's block needs in addition to the packet */

/*
 * A buffer that blocks are appended to. The caller makes sure that it is large enough; an overflow
 * is a programming error.
 */
struct pcapng_buf {
	uint8_t *at;
	size_t len, size;
};

/* Appends a section header, which names "leat @version" as the writer. */
void pcapng_section(struct pcapng_buf *b, const char *version);

/* Appends an interface. Interfaces are numbered from 0 in this order. Times are in nanoseconds. */
void pcapng_interface(
    struct pcapng_buf *b, const char *name, const char *description, uint16_t link_type, uint32_t snaplen);

struct pcapng_packet {
	uint32_t interface;
	bool sent;           /* sent on that interface, not received */
	int64_t when;        /* nanoseconds since the Epoch */
	const char *comment; /* UTF-8, cut at PCAPNG_COMMENT_MAX; NULL or "" = none */
};

/* Appends a packet, of which at most @snaplen octets are kept. */
void pcapng_packet(
    struct pcapng_buf *b, const struct pcapng_packet *about, const struct pkt *pkt, uint32_t snaplen);

struct pcapng_name {
	struct ipaddr addr;
	const char *name; /* cut at PCAPNG_NAME_MAX octets */
};

enum {
	PCAPNG_NAME_MAX = 255,
	PCAPNG_NAME_ROOM = 280
}; /* octets that each name needs, including the block itself */

/*
 * Appends names of @n addresses, for readers that show names. They apply to the packets that
 * follow.
 */
void pcapng_names(struct pcapng_buf *b, const struct pcapng_name *names, size_t n);

/*
 * Appends statistics of interface @interface: the packets received there, and those dropped before
 * they could arrive. @comment may be NULL.
 */
void pcapng_statistics(struct pcapng_buf *b, uint32_t interface, int64_t when, uint64_t received,
    uint64_t dropped, const char *comment);

#endif
