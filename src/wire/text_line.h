/*
 * wire/text_line.h - what text.c (frames and networks), text_transport.c and text_icmp.c (their
 * payload) share.
 */
#ifndef WIRE_TEXT_LINE_H
#define WIRE_TEXT_LINE_H

#include "base/ipaddr.h"

#include <stddef.h>
#include <stdint.h>

/* A line of text that grows up to the size of its buffer. */
struct text_line {
	char *buf;
	size_t room, len;
};

__attribute__((format(printf, 2, 3))) void append(struct text_line *l, const char *format, ...);

/* Appends " a > b", without ports. */
void append_hosts(struct text_line *l, const struct ipaddr *src, const struct ipaddr *dst);

/* Octets of a packet. Only the first @have of @len are available. */
struct text_run {
	const uint8_t *at;
	size_t have, len; /* have <= len */
};

/* Returns what follows the first @n octets, which must be available. */
struct text_run run_after(struct text_run r, size_t n);

/* Appends " cut" if octets of @r are not available, otherwise " malformed". */
void append_broken(struct text_line *l, struct text_run r);

/*
 * Appends " a > b", with the ports of TCP and UDP if they are available. @r begins at the transport
 * header.
 */
void append_flow(struct text_line *l, uint8_t proto, const struct ipaddr *src, const struct ipaddr *dst,
    struct text_run r);

/* Appends the flow, and a description of all that the IP packet carries. */
void append_transport(struct text_line *l, uint8_t proto, const struct ipaddr *src, const struct ipaddr *dst,
    struct text_run r);

void append_icmp4(struct text_line *l, struct text_run r);
void append_icmp6(struct text_line *l, struct text_run r);
void append_igmp(struct text_line *l, struct text_run r);

/* Returns a short name, or NULL. */
const char *proto_name(uint8_t proto);

#endif
