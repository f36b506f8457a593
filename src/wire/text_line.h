/*
 * wire/text_line.h - what text.c (frames and networks), text_transport.c and text_icmp.c (what
 * those carry) share.
 */
#ifndef WIRE_TEXT_LINE_H
#define WIRE_TEXT_LINE_H

#include "base/ipaddr.h"

#include <stddef.h>
#include <stdint.h>

/* A line that grows and never beyond its room. */
struct text_line {
	char *buf;
	size_t room, len;
};

__attribute__((format(printf, 2, 3))) void append(struct text_line *l, const char *format, ...);

/* " a > b", with no ports. */
void append_hosts(struct text_line *l, const struct ipaddr *src, const struct ipaddr *dst);

/* Some octets, of which only the first are at hand. */
struct text_run {
	const uint8_t *at;
	size_t have, len; /* have <= len */
};

/* What lies behind the first @n octets, which are at hand. */
struct text_run run_after(struct text_run r, size_t n);

/* What did not parse: not all at hand, or wrong. */
void append_broken(struct text_line *l, struct text_run r);

/*
 * " a > b" with the ports of TCP and UDP where they are at hand. @r begins at the transport's
 * header.
 */
void append_flow(struct text_line *l, uint8_t proto, const struct ipaddr *src, const struct ipaddr *dst,
    struct text_run r);

/* All of what an IP packet carries, the flow and what follows. */
void append_transport(struct text_line *l, uint8_t proto, const struct ipaddr *src, const struct ipaddr *dst,
    struct text_run r);

void append_icmp4(struct text_line *l, struct text_run r);
void append_icmp6(struct text_line *l, struct text_run r);
void append_igmp(struct text_line *l, struct text_run r);

/* A short name, or NULL. */
const char *proto_name(uint8_t proto);

#endif
